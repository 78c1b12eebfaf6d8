import { Button, Modal, NativeSelect, Progress } from '@mantine/core';
import { Plural, Trans, useLingui } from '@lingui/react/macro';
import { type FormEvent, useState } from 'react';
import type { WebhookView } from '../../../src-server/contract/console/webhooks';
import { FormError } from '../../components/form-error';
import { useRecover } from './api';
import classes from './webhooks.module.css';

const HOUR_MS = 3_600_000;

/** Asks how far back; what failed since then is sent again. */
export function RecoverDialog({ agentId, onClose }: { agentId: string; onClose: () => void }) {
  const { t } = useLingui();
  const recover = useRecover(agentId);
  const [hours, setHours] = useState('24');
  const handleSubmit = (event: FormEvent) => {
    event.preventDefault();
    const since = new Date(Date.now() - Number(hours) * HOUR_MS).toISOString();
    recover.mutate(since, { onSuccess: onClose });
  };
  return (
    <Modal
      opened
      onClose={onClose}
      title={t`Send failed events again`}
      closeButtonProps={{ 'aria-label': t`Close` }}
    >
      <form onSubmit={handleSubmit} className={classes['stack']} noValidate>
        <p>
          <Trans>
            Each is sent again under its own id, so a receiver that has it already knows it. This goes on in
            the background.
          </Trans>
        </p>
        <NativeSelect
          label={t`What failed`}
          value={hours}
          onChange={(event) => setHours(event.currentTarget.value)}
          data={[
            { value: '1', label: t`in the last hour` },
            { value: '24', label: t`in the last day` },
            { value: '168', label: t`in the last week` },
            { value: '720', label: t`in the last 30 days` },
          ]}
          data-autofocus
        />
        <FormError error={recover.error} />
        <div className={classes['end']}>
          <Button variant="default" onClick={onClose}>
            <Trans>Cancel</Trans>
          </Button>
          <Button type="submit" loading={recover.isPending}>
            <Trans>Send again</Trans>
          </Button>
        </div>
      </form>
    </Modal>
  );
}

/** How the last recovery goes; nothing once it is over without anything found. */
export function RecoveryProgress({ recovery }: Pick<WebhookView, 'recovery'>) {
  const { t } = useLingui();
  if (!recovery) return null;
  const { queued, delivered, failed, isOver } = recovery;
  const done = delivered + failed;
  return (
    <div className={classes['recovery']} data-testid="recovery">
      <p>
        {isOver ? (
          <Plural
            value={queued}
            _0="Nothing had failed since then."
            one="# failed event was sent again:"
            other="# failed events were sent again:"
          />
        ) : (
          <Trans>
            {done} of {queued} failed events were sent again:
          </Trans>
        )}{' '}
        {queued === 0 ? null : (
          <Trans>
            {delivered} taken, {failed} not
          </Trans>
        )}
      </p>
      {isOver ? null : (
        <Progress
          value={queued === 0 ? 0 : (100 * done) / queued}
          aria-label={t`Sending failed events again`}
        />
      )}
    </div>
  );
}
