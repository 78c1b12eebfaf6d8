import { Trans, useLingui } from '@lingui/react/macro';
import type { KeyClient } from '../../../src-server/contract/console/keys';
import { Plural } from '@lingui/react/macro';
import { useMe } from '../../api/session';
import { AgentText } from '../../components/agent-text';
import { RelativeTime } from '../../components/time';
import classes from './keys.module.css';

/** Where a call came from, in words: the computer we run on has no number that says anything. */
export function useAddressWord(): (address: string | null, isLocal: boolean) => string {
  const { t } = useLingui();
  const me = useMe();
  return (address, isLocal) => {
    if (isLocal) return me.data?.mode === 'server' ? t`the server itself` : t`this computer`;
    return address ?? '';
  };
}

/** The programs that lose access, each with whether another key of it stays. */
export function ClientList({ clients }: { clients: readonly KeyClient[] }) {
  const { t } = useLingui();
  const addressWord = useAddressWord();
  if (clients.length === 0) {
    return (
      <p className={classes['dim']}>
        <Trans>Nobody used it in the last 30 days.</Trans>
      </p>
    );
  }
  return (
    <ul className={classes['clients']} aria-label={t`Clients that would lose access`}>
      {clients.map((client) => (
        <li key={`${client.client} ${client.address}`} data-breaks={client.otherKey === null}>
          <AgentText className={classes['strong']}>{client.client || t`a client without a name`}</AgentText>{' '}
          <span className={classes['small']}>
            <Trans>
              from {addressWord(client.address, client.isLocal)}, last <RelativeTime at={client.lastSeenAt} />
            </Trans>
            {' · '}
            <Plural value={client.calls} one="# call" other="# calls" />
          </span>
          <span className={classes['small']}>
            {client.otherKey ? (
              <Trans>
                It also uses <AgentText>{client.otherKey.name}</AgentText> (
                <code>{client.otherKey.prefix}…</code>), which stays.
              </Trans>
            ) : (
              <Trans>It has no other key: it breaks until you give it one.</Trans>
            )}
          </span>
        </li>
      ))}
    </ul>
  );
}
