import { Button } from '@mantine/core';
import { Link } from '@tanstack/react-router';
import { Trans, useLingui } from '@lingui/react/macro';
import type { InboxDetail } from '../../../src-server/contract/console/inbox';
import { AgentText } from '../../components/agent-text';
import { announce } from '../../components/announcer';
import { FormError } from '../../components/form-error';
import { Notice } from '../../components/notice';
import { useKeySwitch } from '../keys/api';

/** Keys of yours that stand in this proposal, and the way to make them useless at once. */
export function LeakedKeysBanner({ keys }: { keys: InboxDetail['leakedKeys'] }) {
  return (
    <>
      {keys.map((key) => (
        <LeakedKey key={key.id} leaked={key} />
      ))}
    </>
  );
}

function LeakedKey({ leaked }: { leaked: InboxDetail['leakedKeys'][number] }) {
  const { t } = useLingui();
  const keySwitch = useKeySwitch();
  const { id, name, prefix, agent, isFrozen } = leaked;
  const handleFreeze = () =>
    keySwitch.mutate(
      { path: { id: agent.id, keyId: id }, act: 'freeze' },
      { onSuccess: () => announce(t`The key is frozen`) },
    );
  return (
    <>
      <Notice
        tone="warn"
        actions={
          isFrozen ? (
            <Link to="/keys" search={{ state: 'leaked' }}>
              <Trans>Replace or thaw it</Trans>
            </Link>
          ) : (
            <Button onClick={handleFreeze} loading={keySwitch.isPending}>
              <Trans>Freeze the key</Trans>
            </Button>
          )
        }
      >
        {isFrozen ? (
          <Trans>
            The key <AgentText>{name}</AgentText> (<code>{prefix}…</code>) of{' '}
            <AgentText>{agent.name}</AgentText> was written into this proposal. It is frozen.
          </Trans>
        ) : (
          <Trans>
            The key <AgentText>{name}</AgentText> (<code>{prefix}…</code>) of{' '}
            <AgentText>{agent.name}</AgentText> was written into this proposal. It works: whoever reads this
            can call as that agent.
          </Trans>
        )}
      </Notice>
      <FormError error={keySwitch.error} />
    </>
  );
}
