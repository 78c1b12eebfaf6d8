import { Link } from '@tanstack/react-router';
import { Trans, useLingui } from '@lingui/react/macro';
import type { AgentStatus, TrustLevel } from '../../../src-server/contract/common';
import { agentStatus, trustLevel } from '../../../src-server/contract/common';
import type { InboxDetail } from '../../../src-server/contract/console/inbox';
import { AgentText } from '../../components/agent-text';
import { Avatar } from '../../components/avatar';
import { StatusIcon } from '../../components/status-icon';
import { RelativeTime } from '../../components/time';
import classes from './context-pane.module.css';
import { useKindWords, useReasonWords } from './words';

interface ContextPaneProps {
  readonly detail: InboxDetail;
  readonly onSelect: (id: string) => void;
}

/** Who asks, how such proposals went before, and how this one came about. */
export function ContextPane({ detail, onSelect }: ContextPaneProps) {
  const { t } = useLingui();
  return (
    <div className={classes['context']}>
      <section aria-label={t({ message: 'Agent', context: 'context pane' })}>
        <AgentCard detail={detail} />
      </section>
      <section aria-label={t`History`}>
        <History detail={detail} />
      </section>
      <section aria-label={t`Decided before`}>
        <Similar detail={detail} onSelect={onSelect} />
      </section>
      <section aria-label={t`Versions`}>
        <Thread detail={detail} />
      </section>
    </div>
  );
}

function useTrustWords(): (level: TrustLevel) => string {
  const { t } = useLingui();
  return (level) =>
    ({
      basic: t`Basic`,
      trusted: t`Trusted`,
      verified: t`Verified`,
      admin: t({ message: 'Admin', context: 'trust' }),
    })[level];
}

function AgentCard({ detail }: ContextPaneProps | { detail: InboxDetail }) {
  const { agent, context } = detail;
  const trustWord = useTrustWords();
  const status: AgentStatus | undefined = agentStatus.safeParse(context.agentStatus).data;
  const trust = trustLevel.safeParse(context.trustLevel).data;
  return (
    <>
      <div className={classes['agent']}>
        <Avatar name={agent.name} isSample={agent.isSample} size="lg" />
        <div className={classes['names']}>
          <Link to="/agents/$id" params={{ id: agent.id }} className={classes['name']}>
            <AgentText form="line">{agent.name}</AgentText>
          </Link>
          {agent.handle ? (
            <AgentText form="line" className={classes['handle']}>{`@${agent.handle}`}</AgentText>
          ) : null}
        </div>
      </div>
      <dl className={classes['facts']}>
        <dt>
          <Trans>Status</Trans>
        </dt>
        <dd>{status ? <StatusIcon status={status} /> : <Trans context="agent">Deleted</Trans>}</dd>
        <dt>
          <Trans>Trust</Trans>
        </dt>
        <dd>{trust ? trustWord(trust) : context.trustLevel}</dd>
        <dt>
          <Trans>Last seen</Trans>
        </dt>
        <dd>{context.lastSeenAt ? <RelativeTime at={context.lastSeenAt} /> : <Trans>never</Trans>}</dd>
        {agent.isSample ? (
          <>
            <dt>
              <Trans>Origin</Trans>
            </dt>
            <dd>
              <Trans>Sample world</Trans>
            </dd>
          </>
        ) : null}
      </dl>
    </>
  );
}

function History({ detail }: { detail: InboxDetail }) {
  const { t } = useLingui();
  const { approved, edited, rejected, pending } = detail.context;
  return (
    <>
      <h3 className={classes['heading']}>
        <Trans>This agent so far</Trans>
      </h3>
      <dl className={classes['counts']}>
        {[
          { label: t`approved`, value: approved },
          { label: t`edited first`, value: edited },
          { label: t`rejected`, value: rejected },
          { label: t`waiting`, value: pending },
        ].map(({ label, value }) => (
          <div key={label}>
            <dt>{label}</dt>
            <dd>{value}</dd>
          </div>
        ))}
      </dl>
    </>
  );
}

function Similar({ detail, onSelect }: ContextPaneProps) {
  const { similar } = detail.context;
  const kindWord = useKindWords()(detail.kind);
  const heading = (
    <h3 className={classes['heading']}>
      <Trans>Decided before</Trans> <span className={classes['dim']}>{kindWord}</span>
    </h3>
  );
  if (similar.length === 0) {
    return (
      <>
        {heading}
        <p className={classes['dim']}>
          <Trans>None of this kind yet.</Trans>
        </p>
      </>
    );
  }
  return (
    <>
      {heading}
      <ul className={classes['similar']}>
        {similar.map((entry) => (
          <li key={entry.id}>
            <button type="button" className={classes['past']} onClick={() => onSelect(entry.id)}>
              <AgentText form="line">{entry.title}</AgentText>
              <span className={classes['pastFacts']}>
                <StatusIcon status={entry.status} />
                {entry.decidedAt ? <RelativeTime at={entry.decidedAt} /> : null}
              </span>
            </button>
          </li>
        ))}
      </ul>
    </>
  );
}

/** Versions and decisions in the order they happened. */
function Thread({ detail }: { detail: InboxDetail }) {
  const reasonWord = useReasonWords();
  const events = [
    ...detail.versions.map((version) => ({ at: version.createdAt, version, decision: undefined })),
    ...detail.decisions.map((decision) => ({ at: decision.decidedAt, version: undefined, decision })),
  ].sort((a, b) => a.at.localeCompare(b.at));
  return (
    <>
      <h3 className={classes['heading']}>
        <Trans>How it came about</Trans>
      </h3>
      <ol className={classes['thread']}>
        {events.map(({ at, version, decision }) => (
          <li key={version ? `v${version.version}` : decision?.id}>
            {version ? (
              <span>
                {version.by === 'owner' ? (
                  <Trans>You edited: version {version.version}</Trans>
                ) : version.version === 1 ? (
                  <Trans>Proposed: version 1</Trans>
                ) : (
                  <Trans>Revised: version {version.version}</Trans>
                )}
              </span>
            ) : null}
            {decision ? (
              <span>
                {decision.verdict === 'approve' ? (
                  <Trans>{decision.decidedBy} approved</Trans>
                ) : (
                  <Trans>{decision.decidedBy} rejected</Trans>
                )}
                {decision.isInForce ? null : (
                  <span className={classes['dim']}>
                    {' '}
                    <Trans>(taken back)</Trans>
                  </span>
                )}
                {decision.reasonCode ? <>: {reasonWord(decision.reasonCode)}</> : null}
                {decision.note ? (
                  <AgentText form="block" className={classes['note']}>
                    {decision.note}
                  </AgentText>
                ) : null}
              </span>
            ) : null}{' '}
            <span className={classes['dim']}>
              <RelativeTime at={at} />
            </span>
          </li>
        ))}
      </ol>
    </>
  );
}
