import { ActionIcon, Button, Menu, Table } from '@mantine/core';
import { IconDots } from '@tabler/icons-react';
import { Link } from '@tanstack/react-router';
import { Plural, Trans, useLingui } from '@lingui/react/macro';
import { Fragment, type ReactNode, useState } from 'react';
import { type OwnedKey, keyStateOf } from '../../../src-server/contract/console/keys';
import { AgentText } from '../../components/agent-text';
import { announce } from '../../components/announcer';
import { useNow } from '../../components/clock';
import { drawThenFocus } from '../../components/draw-then-focus';
import { FormError } from '../../components/form-error';
import { Kbd } from '../../components/kbd';
import { Countdown, RelativeTime } from '../../components/time';
import { useHotkeys } from '../../hotkeys/hotkeys';
import { AGENT_SCOPES, useAgentWords } from '../agents/agent-words';
import { useKeySwitch } from './api';
import { useAddressWord } from './client-words';
import { KeyDialog } from './key-dialog';
import { hasEnded } from './key-filter';
import { KeyStateIcon } from './key-state';
import classes from './keys.module.css';
import type { KeySort } from './keys-search';
import { RevokeDialog } from './revoke-dialog';
import { RotateDialog } from './rotate-dialog';

type Act = 'open' | 'rotate' | 'revoke';

interface KeysTableProps {
  readonly keys: readonly OwnedKey[];
  readonly label: string;
  /** Over all agents the table says whose each key is. */
  readonly hasAgents?: boolean;
  readonly sort?: { readonly by: KeySort; readonly desc: boolean; readonly onSort: (by: KeySort) => void };
}

/** Keys in rows, each with all that can be done with it, by mouse and by single keys on the row with the focus. */
export function KeysTable({ keys, label, hasAgents = false, sort }: KeysTableProps) {
  const { t } = useLingui();
  const now = useNow(10_000);
  const [open, setOpen] = useState<{ act: Act; id: string } | null>(null);
  const keySwitch = useKeySwitch();
  // The key as it was when the dialog opened stays, though a rotation may take it out of the list.
  const [shown, setShown] = useState<OwnedKey | null>(null);
  const begin = (act: Act, key: OwnedKey) => {
    setShown(key);
    setOpen({ act, id: key.id });
  };
  const close = () => {
    drawThenFocus(
      () => setOpen(null),
      () => document.querySelector<HTMLElement>(`[data-key-row="${shown?.id}"] [data-key-open]`),
    );
  };
  const handleFreeze = (key: OwnedKey) => {
    const isFrozen = key.frozenAt !== null;
    keySwitch.mutate(
      { path: { id: key.agent.id, keyId: key.id }, act: isFrozen ? 'thaw' : 'freeze' },
      { onSuccess: () => announce(isFrozen ? t`The key may call again` : t`The key is frozen`) },
    );
  };
  useRowKeys(keys, {
    open: (key) => begin('open', key),
    rotate: (key) => keyStateOf(key, now) !== 'overlap' && !hasEnded(key, now) && begin('rotate', key),
    revoke: (key) => key.revokedAt === null && begin('revoke', key),
    freeze: (key) => !hasEnded(key, now) && handleFreeze(key),
  });
  const path = shown ? { id: shown.agent.id, keyId: shown.id } : null;
  const head = (by: KeySort, words: ReactNode, className = '') => (
    <SortHead by={by} sort={sort} className={className}>
      {words}
    </SortHead>
  );

  return (
    <>
      <FormError error={keySwitch.error} />
      <Table className={classes['table'] ?? ''} aria-label={label} highlightOnHover>
        <Table.Thead>
          <Table.Tr>
            {head('name', <Trans>Key</Trans>)}
            {hasAgents ? head('agent', <Trans>Agent</Trans>) : null}
            {head('state', <Trans>State</Trans>)}
            {head('used', <Trans>Last use</Trans>)}
            {head('age', <Trans>Age</Trans>, classes['roomy'])}
            {head('ends', <Trans>Ends</Trans>, classes['wide'])}
            <Table.Th>
              <span className="sr-only">
                <Trans>Actions</Trans>
              </span>
            </Table.Th>
          </Table.Tr>
        </Table.Thead>
        <Table.Tbody>
          {keys.map((key) => (
            <Fragment key={key.id}>
              <Row agentKey={key} now={now} hasAgents={hasAgents} onAct={begin} onFreeze={handleFreeze} />
              {keyStateOf(key, now) === 'overlap' ? (
                <OverlapRow agentKey={key} columns={hasAgents ? 7 : 6} onEnd={() => begin('revoke', key)} />
              ) : null}
            </Fragment>
          ))}
        </Table.Tbody>
      </Table>
      {open && shown && path && open.act === 'open' ? (
        <KeyDialog path={path} agentKey={shown} now={now} onClose={close} />
      ) : null}
      {open && shown && path && open.act === 'rotate' ? (
        <RotateDialog path={path} agentName={shown.agent.name} agentKey={shown} onClose={close} />
      ) : null}
      {open && shown && path && open.act === 'revoke' ? (
        <RevokeDialog path={path} agentKey={shown} onClose={close} />
      ) : null}
    </>
  );
}

/** `j` and `k` go from row to row; letters act on the row with the focus. */
function useRowKeys(
  keys: readonly OwnedKey[],
  acts: Readonly<Record<'open' | 'rotate' | 'revoke' | 'freeze', (key: OwnedKey) => void>>,
) {
  const links = () => [...document.querySelectorAll<HTMLElement>('[data-key-open]')];
  const step = (by: 1 | -1) => {
    const all = links();
    const at = all.findIndex((link) => link.closest('tr')?.contains(document.activeElement));
    all[Math.min(all.length - 1, Math.max(0, at + by))]?.focus();
  };
  const onFocused = (act: (key: OwnedKey) => void) => () => {
    const id = document.activeElement?.closest<HTMLElement>('[data-key-row]')?.dataset['keyRow'];
    const key = keys.find((one) => one.id === id);
    if (key) act(key);
  };
  useHotkeys([
    {
      id: 'keys.next',
      run: () => step(1),
    },
    {
      id: 'keys.previous',
      run: () => step(-1),
    },
    { id: 'keys.rotate', run: onFocused(acts.rotate) },
    {
      id: 'keys.freeze',
      run: onFocused(acts.freeze),
    },
    { id: 'keys.revoke', run: onFocused(acts.revoke) },
  ]);
}

function SortHead({
  by,
  sort,
  className,
  children,
}: {
  by: KeySort;
  sort: KeysTableProps['sort'];
  className: string | undefined;
  children: ReactNode;
}) {
  if (!sort) return <Table.Th className={className ?? ''}>{children}</Table.Th>;
  const isOn = sort.by === by;
  return (
    <Table.Th
      className={className ?? ''}
      aria-sort={isOn ? (sort.desc ? 'descending' : 'ascending') : 'none'}
    >
      <button type="button" className={classes['sort']} onClick={() => sort.onSort(by)}>
        {children}
        <span aria-hidden="true">{isOn ? (sort.desc ? ' ↓' : ' ↑') : ''}</span>
      </button>
    </Table.Th>
  );
}

interface RowProps {
  readonly agentKey: OwnedKey;
  readonly now: number;
  readonly hasAgents: boolean;
  readonly onAct: (act: Act, key: OwnedKey) => void;
  readonly onFreeze: (key: OwnedKey) => void;
}

function Row({ agentKey, now, hasAgents, onAct, onFreeze }: RowProps) {
  const { t } = useLingui();
  const words = useAgentWords();
  const addressWord = useAddressWord();
  const { name, prefix, scopes, agent } = agentKey;
  const hasAll = AGENT_SCOPES.every((scope) => scopes.includes(scope));
  const isOver = hasEnded(agentKey, now);
  const from = addressWord(agentKey.lastAddress, agentKey.isLastLocal);
  return (
    <Table.Tr data-key-row={agentKey.id} data-ended={isOver}>
      <Table.Td className={classes['who'] ?? ''}>
        <button
          type="button"
          className={classes['open']}
          data-key-open
          onClick={() => onAct('open', agentKey)}
        >
          <AgentText>{name}</AgentText>
        </button>{' '}
        <code className={classes['dim']}>{prefix}…</code>
        <span className={classes['small']}>
          {hasAll ? (
            <Trans>all rights of an agent</Trans>
          ) : (
            scopes.map((scope) => words.scope(scope)).join(' · ')
          )}
        </span>
      </Table.Td>
      {hasAgents ? (
        <Table.Td>
          <Link
            to="/agents/$id"
            params={{ id: agent.id }}
            search={{ tab: 'keys' }}
            className={classes['link']}
          >
            <AgentText>{agent.name}</AgentText>
          </Link>
          {agent.handle ? <AgentText className={classes['small']}>{`@${agent.handle}`}</AgentText> : null}
        </Table.Td>
      ) : null}
      <Table.Td className={classes['state'] ?? ''}>
        <KeyStateIcon agentKey={agentKey} now={now} />
      </Table.Td>
      <Table.Td>
        {agentKey.lastUsedAt ? (
          <>
            <RelativeTime at={agentKey.lastUsedAt} />
            <AgentText className={classes['small']}>
              {[agentKey.lastClient, from].filter(Boolean).join(' · ')}
            </AgentText>
          </>
        ) : (
          <span className={classes['dim']}>
            <Trans>never used</Trans>
          </span>
        )}
      </Table.Td>
      <Table.Td className={classes['roomy'] ?? ''}>
        <RelativeTime at={agentKey.createdAt} />
      </Table.Td>
      <Table.Td className={`${classes['ends'] ?? ''} ${classes['wide'] ?? ''}`}>
        {agentKey.revokedAt !== null ? (
          <RelativeTime at={agentKey.revokedAt} />
        ) : agentKey.expiresAt === null ? (
          <Trans context="a key ends">never</Trans>
        ) : isOver ? (
          <RelativeTime at={agentKey.expiresAt} />
        ) : (
          <Countdown until={agentKey.expiresAt} />
        )}
      </Table.Td>
      <Table.Td className={classes['act'] ?? ''}>
        {agentKey.revokedAt === null ? (
          <Menu position="bottom-end" withinPortal>
            <Menu.Target>
              <ActionIcon
                variant="subtle"
                color="gray"
                aria-label={t`Actions for the key ${name} (${prefix}…)`}
              >
                <IconDots size={16} aria-hidden="true" />
              </ActionIcon>
            </Menu.Target>
            <Menu.Dropdown>
              <Menu.Item onClick={() => onAct('open', agentKey)}>
                <Trans>Details and changes…</Trans>
              </Menu.Item>
              {isOver ? null : (
                <>
                  {agentKey.replacedAt === null ? (
                    <Menu.Item
                      rightSection={<Kbd hotkey="keys.rotate" />}
                      onClick={() => onAct('rotate', agentKey)}
                    >
                      <Trans>Replace…</Trans>
                    </Menu.Item>
                  ) : null}
                  <Menu.Item rightSection={<Kbd hotkey="keys.freeze" />} onClick={() => onFreeze(agentKey)}>
                    {agentKey.frozenAt === null ? <Trans>Freeze</Trans> : <Trans>Thaw</Trans>}
                  </Menu.Item>
                </>
              )}
              <Menu.Item
                rightSection={<Kbd hotkey="keys.revoke" />}
                onClick={() => onAct('revoke', agentKey)}
              >
                <Trans>Revoke…</Trans>
              </Menu.Item>
            </Menu.Dropdown>
          </Menu>
        ) : null}
      </Table.Td>
    </Table.Tr>
  );
}

/** What still comes in on a key that was replaced: when that stops, it can go. */
function OverlapRow({
  agentKey,
  columns,
  onEnd,
}: {
  agentKey: OwnedKey;
  columns: number;
  onEnd: () => void;
}) {
  const { callsSinceReplacement, lastClient, lastUsedAt, expiresAt, replacedAt } = agentKey;
  const calls = callsSinceReplacement ?? 0;
  return (
    <Table.Tr>
      <Table.Td colSpan={columns} className={classes['under'] ?? ''}>
        <div className={classes['overlap']} data-testid="overlap">
          <span>
            {replacedAt ? (
              <Trans>
                Replaced <RelativeTime at={replacedAt} />.
              </Trans>
            ) : null}{' '}
            {calls === 0 ? (
              <Trans>No call with it since: its clients have the new key.</Trans>
            ) : (
              <>
                <Plural value={calls} one="# call since." other="# calls since." />{' '}
                {lastUsedAt ? (
                  lastClient ? (
                    <Trans>
                      Last <RelativeTime at={lastUsedAt} />, from{' '}
                      <AgentText className={classes['strong']}>{lastClient}</AgentText>.
                    </Trans>
                  ) : (
                    <Trans>
                      Last <RelativeTime at={lastUsedAt} />.
                    </Trans>
                  )
                ) : null}
              </>
            )}{' '}
            {expiresAt ? (
              <Trans>
                It ends in <Countdown until={expiresAt} />.
              </Trans>
            ) : null}
          </span>
          <Button variant="default" size="compact-sm" onClick={onEnd}>
            <Trans>End overlap now…</Trans>
          </Button>
        </div>
      </Table.Td>
    </Table.Tr>
  );
}
