import { Modal } from '@mantine/core';
import { useLingui } from '@lingui/react/macro';
import type { ReactNode } from 'react';
import { useFocusBack } from '../../components/use-focus-back';
import { type NewKey, NewKeyPanel } from './new-key-panel';

export interface MadeKey {
  readonly agent: { readonly id: string; readonly name: string };
  readonly key: NewKey;
}

interface NewKeyDialogProps {
  /** Where it is not simply a new key of the agent. */
  readonly title?: string | undefined;
  /** Null until there is a key; `children` ask meanwhile for what is needed to make it. */
  readonly made: MadeKey | null;
  readonly onClose: () => void;
  readonly children?: ReactNode;
}

/**
 * Shows a key once. With a key in it, it closes by its own button alone, after the person said that the key is saved.
 * Mounted while open, so that the key goes with it.
 */
export function NewKeyDialog({ title, made, onClose, children }: NewKeyDialogProps) {
  const { t } = useLingui();
  useFocusBack();
  const isAsking = made === null;
  const name = made?.agent.name ?? '';
  return (
    <Modal
      opened
      onClose={onClose}
      size="lg"
      title={title ?? t`The new key of ${name}`}
      closeButtonProps={{ 'aria-label': t`Close` }}
      withCloseButton={isAsking}
      closeOnEscape={isAsking}
      closeOnClickOutside={false}
    >
      {made ? <NewKeyPanel agentId={made.agent.id} newKey={made.key} onDone={onClose} /> : children}
    </Modal>
  );
}
