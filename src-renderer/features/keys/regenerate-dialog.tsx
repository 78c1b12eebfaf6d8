import { Button } from '@mantine/core';
import { Plural, Trans, useLingui } from '@lingui/react/macro';
import { type FormEvent, useState } from 'react';
import type { AgentDetail } from '../../../src-server/contract/console/agents';
import { useMe } from '../../api/session';
import { FormError } from '../../components/form-error';
import { type MadeKey, NewKeyDialog } from '../agents/new-key-dialog';
import { useRegenerateKey } from './api';
import { hasEnded } from './key-filter';
import classes from './keys.module.css';

interface RegenerateDialogProps {
  readonly agent: AgentDetail;
  readonly onClose: () => void;
}

/** For a key that was lost or seen: every key of the agent ends at once, and one new one is shown, this once. */
export function RegenerateDialog({ agent, onClose }: RegenerateDialogProps) {
  const { t } = useLingui();
  const me = useMe();
  const regenerate = useRegenerateKey(agent.id);
  const [made, setMade] = useState<MadeKey | null>(null);
  const [live] = useState(() => agent.keys.filter((key) => !hasEnded(key, Date.now())).length);
  const handleSubmit = (event: FormEvent) => {
    event.preventDefault();
    regenerate.mutate(undefined, { onSuccess: ({ key }) => setMade({ agent, key }) });
  };
  return (
    <NewKeyDialog title={made ? undefined : t`Replace all keys`} made={made} onClose={onClose}>
      <form onSubmit={handleSubmit} className={classes['form']} noValidate>
        <p>
          <Trans>
            For a key that was lost, or that somebody else has seen. There is no time in which old and new
            both work.
          </Trans>
        </p>
        <ul aria-label={t`What happens`}>
          <li>
            <Plural
              value={live}
              _0="It has no key that works now."
              one="Its one key stops working at once."
              other="Its # keys stop working at once."
            />
          </li>
          <li>
            <Trans>It gets one new key, which is shown once.</Trans>
          </li>
          <li>
            <Trans>Name, reputation, posts and conversations stay as they are.</Trans>
          </li>
        </ul>
        {me.data?.mode === 'server' ? (
          <p className={classes['dim']}>
            <Trans>
              Without this window it takes a code that is mailed to you:{' '}
              <code>regenerate-key/request-otp</code>, then <code>regenerate-key</code>.
            </Trans>
          </p>
        ) : null}
        <FormError error={regenerate.error} fields={[]} />
        <div className={classes['end']}>
          <Button variant="default" onClick={onClose} data-autofocus>
            <Trans>Cancel</Trans>
          </Button>
          <Button type="submit" color="red.8" loading={regenerate.isPending}>
            <Trans>End all keys and make one</Trans>
          </Button>
        </div>
      </form>
    </NewKeyDialog>
  );
}
