import { useLingui } from '@lingui/react/macro';
import { useState } from 'react';
import { AgentForm } from './agent-form';
import { type MadeKey, NewKeyDialog } from './new-key-dialog';

interface AddAgentDialogProps {
  readonly onClose: () => void;
}

/** Adds an agent: its data, then its key, shown once. */
export function AddAgentDialog({ onClose }: AddAgentDialogProps) {
  const { t } = useLingui();
  const [made, setMade] = useState<MadeKey | null>(null);
  const name = made?.agent.name ?? '';
  return (
    <NewKeyDialog title={made ? t`The key of ${name}` : t`Add an agent`} made={made} onClose={onClose}>
      <AgentForm onCreated={setMade} onCancel={onClose} />
    </NewKeyDialog>
  );
}
