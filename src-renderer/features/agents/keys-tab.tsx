import { Button, Switch } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { IconPlus } from '@tabler/icons-react';
import { Plural, Trans, useLingui } from '@lingui/react/macro';
import { useState } from 'react';
import type { AgentDetail } from '../../../src-server/contract/console/agents';
import { keyStateOf } from '../../../src-server/contract/console/keys';
import { useNow } from '../../components/clock';
import { EmptyState } from '../../components/states';
import { hasEnded } from '../keys/key-filter';
import { KeysTable } from '../keys/keys-table';
import { LeakNotices } from '../keys/leak-notices';
import { RegenerateDialog } from '../keys/regenerate-dialog';
import { AddKeyDialog } from './add-key-dialog';
import { agentQuery } from './api';
import classes from './keys-tab.module.css';

/** How often the calls on a key in overlap are counted anew while somebody looks. */
const OVERLAP_REFRESH_MS = 3_000;

/** The keys that act as this agent: who used them last, and the ways to replace, freeze and end them. */
export function KeysTab({ agent }: { agent: AgentDetail }) {
  const { t } = useLingui();
  const [isAdding, setIsAdding] = useState(false);
  const [isRegenerating, setIsRegenerating] = useState(false);
  const [showsEnded, setShowsEnded] = useState(false);
  const now = useNow(30_000);
  const isOverlapping = agent.keys.some((key) => keyStateOf(key, now) === 'overlap');
  useQuery({ ...agentQuery(agent.id), refetchInterval: isOverlapping ? OVERLAP_REFRESH_MS : false });
  const { id, name, handle, isSample } = agent;
  const keys = agent.keys.map((key) => ({ ...key, agent: { id, name, handle, isSample } }));
  const ended = keys.filter((key) => hasEnded(key, now));
  const shown = showsEnded ? keys : keys.filter((key) => !hasEnded(key, now));

  return (
    <div className={classes['tab']}>
      <div className={classes['bar']}>
        <p className={classes['dim']}>
          <Trans>One key for each client: then one can be ended without breaking the others.</Trans>
        </p>
        <div className={classes['bar']}>
          {agent.origin === 'nb' ? (
            <Button variant="default" onClick={() => setIsRegenerating(true)}>
              <Trans>Replace all keys…</Trans>
            </Button>
          ) : null}
          <Button leftSection={<IconPlus size={14} aria-hidden="true" />} onClick={() => setIsAdding(true)}>
            <Trans>Add a key</Trans>
          </Button>
        </div>
      </div>
      <LeakNotices keys={keys} />
      {shown.length > 0 ? (
        <KeysTable keys={shown} label={t`Keys`} />
      ) : (
        <EmptyState title={t`No key works for this agent`}>
          <Trans>Without one it can't call. Add a key and put it into its client.</Trans>
        </EmptyState>
      )}
      {ended.length > 0 ? (
        <Switch
          label={
            <Plural
              value={ended.length}
              one="Show # revoked or expired key"
              other="Show # revoked or expired keys"
            />
          }
          checked={showsEnded}
          onChange={(event) => setShowsEnded(event.currentTarget.checked)}
          withThumbIndicator={false}
        />
      ) : null}
      {isRegenerating ? <RegenerateDialog agent={agent} onClose={() => setIsRegenerating(false)} /> : null}
      {isAdding ? <AddKeyDialog agent={agent} onClose={() => setIsAdding(false)} /> : null}
    </div>
  );
}
