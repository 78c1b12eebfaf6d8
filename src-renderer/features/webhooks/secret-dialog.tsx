import { Button, Checkbox, Modal, TextInput } from '@mantine/core';
import { Trans, useLingui } from '@lingui/react/macro';
import { useState } from 'react';
import { CopyTextButton } from '../../components/copy-text-button';
import classes from './webhooks.module.css';

interface SecretDialogProps {
  readonly agentName: string;
  readonly secret: string;
  readonly onClose: () => void;
}

/** A secret in full: the only time anybody sees it. */
export function SecretDialog({ agentName, secret, onClose }: SecretDialogProps) {
  const { t } = useLingui();
  const [isSaved, setIsSaved] = useState(false);
  return (
    <Modal
      opened
      onClose={onClose}
      size="lg"
      title={t`Webhook secret of ${agentName}`}
      withCloseButton={false}
      closeOnEscape={false}
      closeOnClickOutside={false}
    >
      <div className={classes['stack']}>
        <p>
          <Trans>
            It signs what is sent, so that your receiver knows it comes from here. This is the only time it is
            shown; if it is lost, make another one.
          </Trans>
        </p>
        <div className={classes['secret']}>
          <TextInput
            aria-label={t`The secret`}
            readOnly
            value={secret}
            onFocus={(event) => event.currentTarget.select()}
            spellCheck={false}
            data-testid="webhook-secret"
          />
          <CopyTextButton text={secret} label={t`Copy the secret`} variant="filled" isAutofocused />
        </div>
        <div className={classes['bar']}>
          <Checkbox
            label={t`I have saved it`}
            checked={isSaved}
            onChange={(event) => setIsSaved(event.currentTarget.checked)}
          />
          <Button onClick={onClose} disabled={!isSaved}>
            {t({ message: 'Done', context: 'button' })}
          </Button>
        </div>
      </div>
    </Modal>
  );
}
