import { Modal } from '@mantine/core';
import { useFocusBack } from '../../components/use-focus-back';
import { useLingui } from '@lingui/react/macro';
import { useState } from 'react';
import type { AgentDetail } from '../../../src-server/contract/console/agents';
import { AgentForm } from './agent-form';
import { type NewKey, NewKeyPanel } from './new-key-panel';

interface AddAgentDialogProps {
  readonly onClose: () => void;
}

/** Adds an agent: its data, then its key, shown once. Mounted while open, so that the key goes with it. */
export function AddAgentDialog({ onClose }: AddAgentDialogProps) {
  const { t } = useLingui();
  useFocusBack();
  const [created, setCreated] = useState<{ agent: AgentDetail; key: NewKey } | null>(null);
  const isFresh = created === null;
  const name = created?.agent.name ?? '';
  return (
    <Modal
      opened
      onClose={onClose}
      size="lg"
      title={isFresh ? t`Add an agent` : t`The key of ${name}`}
      closeButtonProps={{ 'aria-label': t`Close` }}
      withCloseButton={isFresh}
      closeOnEscape={isFresh}
      closeOnClickOutside={false}
    >
      {created ? (
        <NewKeyPanel
          agentId={created.agent.id}
          newKey={created.key}
          doneLabel={t({ message: 'Done', context: 'button' })}
          onDone={onClose}
        />
      ) : (
        <AgentForm onCreated={setCreated} onCancel={onClose} />
      )}
    </Modal>
  );
}
