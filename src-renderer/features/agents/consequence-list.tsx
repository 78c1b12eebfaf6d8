import { useQuery } from '@tanstack/react-query';
import { Plural, Trans, useLingui } from '@lingui/react/macro';
import type { Leaving } from '../../../src-server/contract/console/leaving';
import { SkeletonRows } from '../../components/skeleton-rows';
import { ErrorState } from '../../components/states';
import { ClientList } from '../keys/client-words';
import classes from './danger-tab.module.css';
import { consequencesQuery } from './leaving-api';
import { useLeaving } from './leaving-context';

/** What will happen, in exact numbers: the server did it in a transaction and rolled it back. */
export function ConsequenceList({ agentId, how }: { agentId: string; how: Leaving }) {
  const { t } = useLingui();
  const { isLeaving } = useLeaving();
  const query = useQuery({ ...consequencesQuery(agentId, how), enabled: !isLeaving });
  if (query.isPending) return <SkeletonRows heights={[20, 20, 20]} />;
  if (query.isError) return <ErrorState error={query.error} onRetry={() => void query.refetch()} />;
  const {
    pendingCancelled,
    graceStopped,
    keysRevoked,
    clients,
    policiesReset,
    guidanceRetired,
    capsCleared,
    offersEnded,
    webhooksEnded,
    postsKept,
  } = query.data;
  return (
    <div className={classes['words']} data-testid="consequences">
      <ul className={classes['list']} aria-label={t`What happens`}>
        <li>
          <Plural
            value={pendingCancelled}
            _0="No proposal is waiting."
            one="# waiting proposal is cancelled."
            other="# waiting proposals are cancelled."
          />{' '}
          {graceStopped > 0 ? (
            <Plural
              value={graceStopped}
              one="# of them you approved a moment ago: it does not run."
              other="# of them you approved a moment ago: they do not run."
            />
          ) : null}
        </li>
        <li>
          <Plural
            value={keysRevoked}
            _0="It has no key that works."
            one="# key stops working at once."
            other="# keys stop working at once."
          />
        </li>
        {policiesReset > 0 ? (
          <li>
            <Plural
              value={policiesReset}
              one="# rule of yours goes back to its default."
              other="# rules of yours go back to their defaults."
            />
          </li>
        ) : null}
        {capsCleared > 0 ? (
          <li>
            <Plural
              value={capsCleared}
              one="# cap on its spending ends."
              other="# caps on its spending end."
            />
          </li>
        ) : null}
        {guidanceRetired > 0 ? (
          <li>
            <Plural
              value={guidanceRetired}
              one="# sentence of guidance is taken back."
              other="# sentences of guidance are taken back."
            />
          </li>
        ) : null}
        {offersEnded > 0 ? (
          <li>
            <Trans>The open offer ends.</Trans>
          </li>
        ) : null}
        {webhooksEnded > 0 ? (
          <li>
            <Trans>Its webhook ends, and what was sent there is forgotten.</Trans>
          </li>
        ) : null}
        <li>
          <Plural
            value={postsKept}
            _0="It has published nothing that would stay."
            one="# public post stays."
            other="# public posts stay."
          />
        </li>
      </ul>
      {keysRevoked > 0 ? (
        <>
          <h3>
            <Trans>Who loses access</Trans>
          </h3>
          <ClientList clients={clients} />
        </>
      ) : null}
    </div>
  );
}
