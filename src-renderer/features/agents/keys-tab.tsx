import { Button, Switch, Table } from '@mantine/core';
import { IconPlus } from '@tabler/icons-react';
import { Plural, Trans, useLingui } from '@lingui/react/macro';
import { type ReactNode, useState } from 'react';
import type { AgentDetail } from '../../../src-server/contract/console/agents';
import type { AgentKey } from '../../../src-server/contract/console/keys';
import { AgentText } from '../../components/agent-text';
import { announce } from '../../components/announcer';
import { useNow } from '../../components/clock';
import { ConfirmDialog } from '../../components/confirm-dialog';
import { FormError } from '../../components/form-error';
import { EmptyState } from '../../components/states';
import { RelativeTime } from '../../components/time';
import { AddKeyDialog } from './add-key-dialog';
import { useAgentWords } from './agent-words';
import { useRevokeKey } from './api';
import { isSpent } from './key-state';
import classes from './keys-tab.module.css';

/** The keys that act as this agent: who used them last, and the way to end them. */
export function KeysTab({ agent }: { agent: AgentDetail }) {
  const { t } = useLingui();
  const [isAdding, setIsAdding] = useState(false);
  const [asksFor, setAsksFor] = useState<AgentKey | null>(null);
  const [showsSpent, setShowsSpent] = useState(false);
  const revoke = useRevokeKey(agent.id);
  const now = useNow(60_000);
  const spent = agent.keys.filter((key) => isSpent(key, now));
  const shown = showsSpent ? agent.keys : agent.keys.filter((key) => !isSpent(key, now));

  const handleRevoke = () => {
    if (!asksFor) return;
    const { id, prefix } = asksFor;
    setAsksFor(null);
    revoke.mutate(id, { onSuccess: () => announce(t`The key ${prefix} is revoked`) });
  };

  return (
    <div className={classes['tab']}>
      <div className={classes['bar']}>
        <p className={classes['dim']}>
          <Trans>One key for each client: then one can be ended without breaking the others.</Trans>
        </p>
        <Button leftSection={<IconPlus size={14} aria-hidden="true" />} onClick={() => setIsAdding(true)}>
          <Trans>Add a key</Trans>
        </Button>
      </div>
      <FormError error={revoke.error} />
      {shown.length > 0 ? (
        <Table className={classes['table'] ?? ''} aria-label={t`Keys`}>
          <Table.Thead>
            <Table.Tr>
              <Table.Th>
                <Trans>Key</Trans>
              </Table.Th>
              <Table.Th>
                <Trans>Last use</Trans>
              </Table.Th>
              <Table.Th>
                <Trans>Ends</Trans>
              </Table.Th>
              <Table.Th>
                <span className="sr-only">
                  <Trans>Actions</Trans>
                </span>
              </Table.Th>
            </Table.Tr>
          </Table.Thead>
          <Table.Tbody>
            {shown.map((key) => (
              <KeyRow
                key={key.id}
                agentKey={key}
                now={now}
                isBusy={revoke.isPending && revoke.variables === key.id}
                onRevoke={() => setAsksFor(key)}
              />
            ))}
          </Table.Tbody>
        </Table>
      ) : (
        <EmptyState title={t`No key works for this agent`}>
          <Trans>Without one it can't call. Add a key and put it into its client.</Trans>
        </EmptyState>
      )}
      {spent.length > 0 ? (
        <Switch
          label={
            <Plural
              value={spent.length}
              one="Show # revoked or expired key"
              other="Show # revoked or expired keys"
            />
          }
          checked={showsSpent}
          onChange={(event) => setShowsSpent(event.currentTarget.checked)}
          withThumbIndicator={false}
        />
      ) : null}
      {isAdding ? <AddKeyDialog agent={agent} onClose={() => setIsAdding(false)} /> : null}
      <ConfirmDialog
        isOpen={asksFor !== null}
        title={t`Revoke this key?`}
        confirmLabel={t`Revoke`}
        isDanger
        onClose={() => setAsksFor(null)}
        onConfirm={handleRevoke}
      >
        {asksFor ? <RevokeWords agentKey={asksFor} /> : null}
      </ConfirmDialog>
    </div>
  );
}

/** Who breaks: the client that used the key last. */
function RevokeWords({ agentKey }: { agentKey: AgentKey }) {
  const { lastUsedAt, lastClient, lastAddress, prefix } = agentKey;
  return (
    <div className={classes['words']}>
      <p>
        <Trans>
          <code>{prefix}…</code> stops working at once and for good.
        </Trans>
      </p>
      <p>
        {lastUsedAt === null ? (
          <Trans>Nobody has used it yet.</Trans>
        ) : lastClient === null ? (
          <Trans>
            It was last used <RelativeTime at={lastUsedAt} />; whoever did that loses access.
          </Trans>
        ) : (
          <Trans>
            <AgentText className={classes['strong']}>{lastClient}</AgentText> used it last,{' '}
            <RelativeTime at={lastUsedAt} />, and loses access.
          </Trans>
        )}{' '}
        {lastUsedAt !== null && lastAddress !== null ? (
          <Trans>
            It called from <code>{lastAddress}</code>.
          </Trans>
        ) : null}
      </p>
    </div>
  );
}

interface KeyRowProps {
  readonly agentKey: AgentKey;
  readonly now: number;
  readonly isBusy: boolean;
  readonly onRevoke: () => void;
}

function KeyRow({ agentKey, now, isBusy, onRevoke }: KeyRowProps) {
  const { t } = useLingui();
  const words = useAgentWords();
  const { name, prefix, scopes } = agentKey;
  return (
    <Table.Tr data-spent={isSpent(agentKey, now)}>
      <Table.Td className={classes['who'] ?? ''}>
        <span className={classes['name']}>
          <AgentText>{name}</AgentText> <code className={classes['dim']}>{prefix}…</code>
        </span>
        <span className={classes['small']}>{scopes.map((scope) => words.scope(scope)).join(' · ')}</span>
        <span className={classes['small']}>
          <Trans>
            made <RelativeTime at={agentKey.createdAt} />
          </Trans>
        </span>
      </Table.Td>
      <Table.Td>
        {agentKey.lastUsedAt ? (
          <>
            <RelativeTime at={agentKey.lastUsedAt} />
            <AgentText className={classes['small']}>
              {[agentKey.lastClient, agentKey.lastAddress].filter(Boolean).join(' · ')}
            </AgentText>
          </>
        ) : (
          <span className={classes['dim']}>
            <Trans>never used</Trans>
          </span>
        )}
      </Table.Td>
      <Table.Td className={classes['ends'] ?? ''}>{endWords(agentKey, now)}</Table.Td>
      <Table.Td className={classes['act'] ?? ''}>
        {agentKey.revokedAt === null ? (
          <Button
            variant="default"
            loading={isBusy}
            onClick={onRevoke}
            aria-label={t`Revoke the key ${name} (${prefix}…)`}
          >
            <Trans>Revoke…</Trans>
          </Button>
        ) : null}
      </Table.Td>
    </Table.Tr>
  );
}

function endWords(key: AgentKey, now: number): ReactNode {
  if (key.revokedAt !== null) {
    return (
      <Trans>
        revoked <RelativeTime at={key.revokedAt} />
      </Trans>
    );
  }
  if (key.expiresAt === null) return <Trans context="a key ends">never</Trans>;
  if (isSpent(key, now)) {
    return (
      <Trans>
        expired <RelativeTime at={key.expiresAt} />
      </Trans>
    );
  }
  return <RelativeTime at={key.expiresAt} />;
}
