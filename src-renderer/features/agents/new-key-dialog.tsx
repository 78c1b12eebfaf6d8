import { Modal } from '@mantine/core';
import { useFocusBack } from '../../components/use-focus-back';
import { useLingui } from '@lingui/react/macro';
import { type NewKey, NewKeyPanel } from './new-key-panel';

interface NewKeyDialogProps {
  readonly agentId: string;
  readonly agentName: string;
  readonly newKey: NewKey;
  readonly onDone: () => void;
}

/** Shows a key once. It closes by its own button alone, after the person said that the key is saved. */
export function NewKeyDialog({ agentId, agentName, newKey, onDone }: NewKeyDialogProps) {
  const { t } = useLingui();
  useFocusBack();
  return (
    <Modal
      opened
      onClose={onDone}
      title={t`The new key of ${agentName}`}
      size="lg"
      withCloseButton={false}
      closeOnEscape={false}
      closeOnClickOutside={false}
    >
      <NewKeyPanel
        agentId={agentId}
        newKey={newKey}
        doneLabel={t({ message: 'Done', context: 'button' })}
        onDone={onDone}
      />
    </Modal>
  );
}
