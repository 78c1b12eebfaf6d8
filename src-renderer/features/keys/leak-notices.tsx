import { Button } from '@mantine/core';
import { Link } from '@tanstack/react-router';
import { Plural, Trans, useLingui } from '@lingui/react/macro';
import { useState } from 'react';
import type { OwnedKey } from '../../../src-server/contract/console/keys';
import { AgentText } from '../../components/agent-text';
import { announce } from '../../components/announcer';
import { FormError } from '../../components/form-error';
import { Notice } from '../../components/notice';
import { RelativeTime } from '../../components/time';
import { useKeySwitch } from './api';
import { RotateDialog } from './rotate-dialog';

/** Keys that stood in what an agent wrote: whoever read it can use them, so they are frozen or replaced from here. */
export function LeakNotices({ keys }: { keys: readonly OwnedKey[] }) {
  const leaked = keys.filter(({ leak }) => leak !== null);
  return (
    <>
      {leaked.map((key) => (
        <LeakNotice key={key.id} agentKey={key} />
      ))}
    </>
  );
}

function LeakNotice({ agentKey }: { agentKey: OwnedKey }) {
  const { t } = useLingui();
  const keySwitch = useKeySwitch();
  const [isRotating, setIsRotating] = useState(false);
  const { leak, agent, name, prefix } = agentKey;
  const path = { id: agent.id, keyId: agentKey.id };
  const isFrozen = agentKey.frozenAt !== null;
  const act = (what: 'freeze' | 'thaw' | 'settle') =>
    keySwitch.mutate(
      { path, act: what },
      { onSuccess: () => what === 'freeze' && announce(t`The key is frozen`) },
    );
  if (!leak) return null;
  const writer = leak.agent.handle ? `@${leak.agent.handle}` : leak.agent.name;
  return (
    <>
      <Notice
        tone="warn"
        isLive
        actions={
          <>
            {isFrozen ? (
              <Button variant="default" onClick={() => act('thaw')} loading={keySwitch.isPending}>
                <Trans>Thaw</Trans>
              </Button>
            ) : (
              <Button onClick={() => act('freeze')} loading={keySwitch.isPending}>
                <Trans>Freeze the key</Trans>
              </Button>
            )}
            <Button variant="default" onClick={() => setIsRotating(true)}>
              <Trans>Replace…</Trans>
            </Button>
            {isFrozen ? null : (
              <Button variant="subtle" color="gray" onClick={() => act('settle')}>
                <Trans>Leave it</Trans>
              </Button>
            )}
          </>
        }
      >
        <Trans>
          The key <AgentText>{name}</AgentText> (<code>{prefix}…</code>) of{' '}
          <AgentText>{agent.name}</AgentText> was written into a text of <AgentText>{writer}</AgentText>,{' '}
          <RelativeTime at={leak.lastSeenAt} />.
        </Trans>{' '}
        {leak.times > 1 ? <Plural value={leak.times} one="# time in all." other="# times in all." /> : null}{' '}
        {isFrozen ? (
          <Trans>It is frozen: every call with it is refused. Replace it, or thaw it if nobody saw it.</Trans>
        ) : (
          <Trans>Whoever reads that text can call as your agent.</Trans>
        )}{' '}
        {leak.actionId ? (
          <Link to="/inbox" search={{ item: leak.actionId }}>
            <Trans>See the proposal</Trans>
          </Link>
        ) : null}
      </Notice>
      <FormError error={keySwitch.error} />
      {isRotating ? (
        <RotateDialog
          path={path}
          agentName={agent.name}
          agentKey={agentKey}
          onClose={() => setIsRotating(false)}
        />
      ) : null}
    </>
  );
}
