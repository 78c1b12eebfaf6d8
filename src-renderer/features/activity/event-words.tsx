import { Trans, useLingui } from '@lingui/react/macro';
import {
  IconAlertTriangle,
  IconArrowBackUp,
  IconBan,
  IconCoins,
  IconBellOff,
  IconCheck,
  IconCircleCheck,
  IconClockOff,
  IconDatabase,
  IconEdit,
  IconEye,
  IconHistory,
  IconKey,
  IconLogin2,
  IconPlayerPause,
  IconPlayerPlay,
  IconRefresh,
  IconRobot,
  IconSend,
  IconShieldHalf,
  IconSnowflake,
  IconUser,
  IconX,
  type TablerIcon,
} from '@tabler/icons-react';
import { createElement, type ReactNode } from 'react';
import type { ActivityActor, ActivityGroup } from '../../../src-server/contract/console/activity';
import { kind as kindSchema, rejectReason, verdictPolicy } from '../../../src-server/contract/common';
import { AgentText } from '../../components/agent-text';
import { useKindWords, useReasonWords } from '../inbox/words';

/** What a sentence about something that was written down is made from. */
export interface Told {
  readonly type: string;
  readonly actor: ActivityActor;
  readonly agentName: string | null;
  /** Title of the proposal it is about. */
  readonly title: string | null;
  readonly facts: Readonly<Record<string, string | number | boolean | null>>;
}

const ICONS: readonly (readonly [string, TablerIcon])[] = [
  ['action.proposed', IconSend],
  ['action.revised', IconRefresh],
  ['action.withdrawn', IconArrowBackUp],
  ['action.approved', IconCheck],
  ['action.rejected', IconX],
  ['action.declined', IconX],
  ['action.undecided', IconArrowBackUp],
  ['action.edited', IconEdit],
  ['action.read', IconEye],
  ['action.snoozed', IconBellOff],
  ['action.unsnoozed', IconBellOff],
  ['action.stale-decision', IconHistory],
  ['action.expired', IconClockOff],
  ['action.executed', IconCircleCheck],
  ['action.failed', IconAlertTriangle],
  ['action.refused', IconAlertTriangle],
  ['action.undone', IconArrowBackUp],
  ['action.', IconBan],
  ['agent.paused', IconPlayerPause],
  ['agent.resumed', IconPlayerPlay],
  ['agents.frozen', IconSnowflake],
  ['agents.thawed', IconPlayerPlay],
  ['policy.', IconShieldHalf],
  ['grant.', IconShieldHalf],
  ['spending.', IconCoins],
  ['agent', IconRobot],
  ['guidance.', IconRobot],
  ['key.frozen', IconSnowflake],
  ['key.', IconKey],
  ['recovery-code.', IconKey],
  ['message.', IconSend],
  ['sender.', IconBan],
  ['session.', IconLogin2],
  ['backup.', IconDatabase],
  ['sample-world.', IconDatabase],
];

/** The icon of what happened; the words say the same. */
export function EventIcon({ type }: { type: string }) {
  const icon = ICONS.find(([prefix]) => type.startsWith(prefix))?.[1] ?? IconUser;
  return createElement(icon, { size: 16, stroke: 1.75 });
}

export function useGroupWords(): (group: ActivityGroup) => string {
  const { t } = useLingui();
  return (group) => {
    const words: Record<ActivityGroup, string> = {
      proposals: t`Proposals`,
      decisions: t`Decisions`,
      effects: t`What was carried out`,
      agents: t`Agents`,
      keys: t`Keys`,
      account: t`Your account`,
      reads: t`What agents read`,
    };
    return words[group];
  };
}

function Quoted({ children }: { children: string }) {
  const { t } = useLingui();
  return <AgentText>{t({ message: `“${children}”`, comment: 'a title in quotation marks' })}</AgentText>;
}

/** One line of what happened, in our words; names and titles stay marked as those of others. */
export function EventSentence({ told }: { told: Told }) {
  const sentence = useSentence(told);
  return sentence ?? <Unworded told={told} />;
}

/** A type of row that this window has no sentence for: its own name, and who did it. */
function Unworded({ told: { type, actor, agentName, title } }: { told: Told }) {
  return (
    <>
      <ActorName actor={actor} />
      {': '}
      <code>{type}</code>
      {title !== null ? (
        <>
          {' '}
          <Quoted>{title}</Quoted>
        </>
      ) : agentName !== null && actor.type !== 'agent' ? (
        <>
          {' '}
          <AgentText>{agentName}</AgentText>
        </>
      ) : null}
    </>
  );
}

export function ActorName({ actor }: { actor: ActivityActor }) {
  if (actor.type === 'agent') return <AgentText>{actor.name ?? ''}</AgentText>;
  if (actor.isYou) return <Trans context="who did it">You</Trans>;
  if (actor.type === 'system') return <span translate="no">Countersign</span>;
  return actor.type === 'user' ? <Trans>Another person</Trans> : <Trans>Somebody not signed in</Trans>;
}

function useSentence(told: Told): ReactNode {
  const proposal = useProposalSentence(told);
  const agent = useAgentSentence(told);
  const account = useAccountSentence(told);
  if (told.type.startsWith('action.')) return proposal;
  return agent ?? account;
}

function useProposalSentence({ type, actor, agentName, title, facts }: Told): ReactNode {
  const reasonWord = useReasonWords();
  const { t } = useLingui();
  const agent = <AgentText>{agentName ?? ''}</AgentText>;
  const thing = title === null ? <span>{t`a proposal`}</span> : <Quoted>{title}</Quoted>;
  const version = typeof facts['version'] === 'number' ? facts['version'] : 1;
  const reason = rejectReason.safeParse(facts['reasonCode']).data;
  const reasonText = reason ? reasonWord(reason) : '';
  const rejected = reason ? (
    <Trans>
      You rejected {thing}: {reasonText}
    </Trans>
  ) : (
    <Trans>You rejected {thing}</Trans>
  );
  const sentences: Record<string, ReactNode> = {
    'action.proposed': (
      <Trans>
        {agent} proposed {thing}
      </Trans>
    ),
    'action.revised': (
      <Trans>
        {agent} revised {thing} to version {version}
      </Trans>
    ),
    'action.withdrawn': (
      <Trans>
        {agent} withdrew {thing}
      </Trans>
    ),
    'action.approved': <Trans>You approved {thing}</Trans>,
    'action.declined': rejected,
    // At the end of grace nobody does anything: what was said comes into force.
    'action.rejected': actor.type === 'system' ? <Trans>{thing} stays rejected</Trans> : rejected,
    'action.undecided':
      actor.type === 'agent' ? (
        <Trans>Your decision on {thing} lapsed: it was changed</Trans>
      ) : (
        <Trans>Your decision on {thing} was taken back</Trans>
      ),
    'action.edited': (
      <Trans>
        You edited {thing}, now version {version}
      </Trans>
    ),
    'action.read': (
      <Trans>
        You read {thing} to its end, version {version}
      </Trans>
    ),
    'action.snoozed': <Trans>You snoozed {thing}</Trans>,
    'action.unsnoozed': <Trans>{thing} is back from snooze</Trans>,
    'action.stale-decision': <Trans>A decision on an older version of {thing} was refused</Trans>,
    'action.expired': <Trans>{thing} expired without a decision</Trans>,
    'action.executed':
      facts['by'] === 'policy' ? (
        <Trans>
          {agent} carried out {thing}, as its policy allows
        </Trans>
      ) : (
        <Trans>{thing} was carried out</Trans>
      ),
    'action.failed': <Trans>{thing} could not be carried out</Trans>,
    'action.refused': <Trans>Carrying out {thing} was refused</Trans>,
    'action.retried': <Trans>You ran {thing} again</Trans>,
    'action.undone': <Trans>You undid {thing}</Trans>,
    'action.cancelled': <Trans>{thing} was cancelled</Trans>,
  };
  return Object.hasOwn(sentences, type) ? sentences[type] : undefined;
}

function useAgentSentence({ type, agentName, facts }: Told): ReactNode {
  const kindWord = useKindWords();
  const { t } = useLingui();
  const agent = agentName === null ? <span>{t`an agent`}</span> : <AgentText>{agentName}</AgentText>;
  const kind = kindSchema.safeParse(facts['kind']).data;
  const kindText = kind ? kindWord(kind) : '';
  const verdict = verdictPolicy.safeParse(facts['verdict']).data;
  const threshold = typeof facts['threshold'] === 'number' ? facts['threshold'] : 0;
  const policies = {
    allow: (
      <Trans>
        You allowed {agent} to do this by itself: {kindText}
      </Trans>
    ),
    hold: (
      <Trans>
        You want to be asked by {agent} before this: {kindText}
      </Trans>
    ),
    deny: (
      <Trans>
        You forbade {agent} this: {kindText}
      </Trans>
    ),
  };
  const sentences: Record<string, ReactNode> = {
    'agent.created': <Trans>You added {agent}</Trans>,
    'agent.updated': <Trans>You changed how {agent} is called or described</Trans>,
    'agent.paused': <Trans>You paused {agent}</Trans>,
    'agent.resumed': <Trans>You resumed {agent}</Trans>,
    'agent.claimed': <Trans>You claimed {agent}</Trans>,
    'agent.registered': <Trans>{agent} registered</Trans>,
    'agent.disowned': <Trans>{agent} was disowned</Trans>,
    'agent.trusted': <Trans>{agent} is trusted now</Trans>,
    'agent.standing-set': <Trans>Trust level or tier of {agent} was set</Trans>,
    'agent.unbound': <Trans>You unbound {agent}</Trans>,
    'agent.deleted': <Trans>You deleted {agent}</Trans>,
    'agent.offered': <Trans>You offered {agent} to somebody</Trans>,
    'agent.offer-cancelled': <Trans>You took back the offer of {agent}</Trans>,
    'agent.offer-declined': <Trans>The offer of {agent} was declined</Trans>,
    'agent.transferred': <Trans>{agent} was transferred</Trans>,
    'agents.frozen': <Trans>You froze all your agents</Trans>,
    'agents.thawed': <Trans>You thawed your agents</Trans>,
    'policy.set': verdict && kind ? policies[verdict] : <Trans>You changed the policy of {agent}</Trans>,
    'grant.started': (
      <Trans>
        You let {agent} do this by itself for a while: {kindText}
      </Trans>
    ),
    'grant.ended': (
      <Trans>
        {agent} has to ask again: {kindText}
      </Trans>
    ),
    'guidance.added': <Trans>You told {agent} what to keep to</Trans>,
    'guidance.retired': <Trans>You took guidance of {agent} back</Trans>,
    'webhook.disabled': <Trans>The webhook of {agent} was turned off</Trans>,
    'webhook.changed': <Trans>You changed the webhook of {agent}</Trans>,
    'webhook.secret-replaced': <Trans>You replaced the webhook secret of {agent}</Trans>,
    'webhook.tested': <Trans>You sent a test to the webhook of {agent}</Trans>,
    'webhook.resent': <Trans>You sent an event to the webhook of {agent} again</Trans>,
    'webhook.recovered': <Trans>You sent failed events of {agent} again</Trans>,
    'key.created': <Trans>You made a key for {agent}</Trans>,
    'key.updated': <Trans>You changed a key of {agent}</Trans>,
    'key.regenerated': <Trans>Every key of {agent} was replaced by one new one</Trans>,
    'spending.cap-set': <Trans>You changed what {agent} may spend</Trans>,
    'spending.threshold': (
      <Trans>
        {agent} used {threshold} % of what it may spend
      </Trans>
    ),
    'payment.topup-ordered': <Trans>You ordered credits for {agent}</Trans>,
    'payment.plan-ordered': <Trans>You ordered a plan for {agent}</Trans>,
    'payment.paid': <Trans>A payment for {agent} was confirmed</Trans>,
    'payment.undelivered': (
      <Trans>A payment for {agent} was confirmed, and it could not be given what was paid for</Trans>
    ),
    'payment.expired': <Trans>An order for {agent} was let go</Trans>,
    'payment.failed': <Trans>A payment for {agent} failed</Trans>,
    'payment.refunded': <Trans>A payment for {agent} was refunded</Trans>,
    'payment.refused': <Trans>Word of a payment for {agent} did not fit its order, and was refused</Trans>,
    'plan.ended': <Trans>The plan of {agent} ended</Trans>,
    'key.rotated': <Trans>You rotated a key of {agent}</Trans>,
    'key.revoked': <Trans>You revoked a key of {agent}</Trans>,
    'key.frozen': <Trans>A key of {agent} was frozen</Trans>,
    'key.thawed': <Trans>A key of {agent} was thawed</Trans>,
    'key.leaked': <Trans>A key of {agent} was seen in a text</Trans>,
    'key.leak-settled': <Trans>You settled the leak of a key of {agent}</Trans>,
  };
  return Object.hasOwn(sentences, type) ? sentences[type] : undefined;
}

function useAccountSentence({ type, facts }: Told): ReactNode {
  const days = typeof facts['expiryDays'] === 'number' ? facts['expiryDays'] : 0;
  const sentences: Record<string, ReactNode> = {
    'user.created': <Trans>Your account was made</Trans>,
    'user.profile_updated': <Trans>Your profile changed</Trans>,
    'user.role_set': <Trans>Your role was set</Trans>,
    'session.started': <Trans>You signed in</Trans>,
    'session.revoked': <Trans>A session of yours ended</Trans>,
    'session.link_created': <Trans>A sign-in link was made</Trans>,
    'recovery-code.made': <Trans>You made a recovery code</Trans>,
    'preferences.expiry-set': <Trans>You set how long proposals wait, in days: {days}</Trans>,
    'message.written': <Trans>You wrote a message</Trans>,
    'sender.blocked': <Trans>You blocked an agent</Trans>,
    'sender.unblocked': <Trans>You unblocked an agent</Trans>,
    'sample-world.loaded': <Trans>You loaded the sample world</Trans>,
    'sample-world.removed': <Trans>You removed the sample world</Trans>,
    'backup.made': <Trans>A backup was made</Trans>,
    'backup.restored': <Trans>A backup was restored</Trans>,
  };
  return Object.hasOwn(sentences, type) ? sentences[type] : undefined;
}
