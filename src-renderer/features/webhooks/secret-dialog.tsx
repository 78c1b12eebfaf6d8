import { Modal } from '@mantine/core';
import { Trans, useLingui } from '@lingui/react/macro';
import { ShownOnce } from '../../components/shown-once';
import classes from './webhooks.module.css';

interface SecretDialogProps {
  readonly agentName: string;
  readonly secret: string;
  readonly onClose: () => void;
}

/** A secret in full: the only time anybody sees it. */
export function SecretDialog({ agentName, secret, onClose }: SecretDialogProps) {
  const { t } = useLingui();
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
        <ShownOnce
          secret={secret}
          label={t`The secret`}
          copyLabel={t`Copy the secret`}
          testId="webhook-secret"
          onDone={onClose}
        />
      </div>
    </Modal>
  );
}
