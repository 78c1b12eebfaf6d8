import {
  IconArrowsExchange,
  IconBriefcase,
  IconCreditCard,
  IconFileText,
  IconHeart,
  IconId,
  IconKey,
  IconMail,
  IconMessage,
  IconPlugConnected,
  IconTrash,
  IconUsers,
  IconUsersGroup,
} from '@tabler/icons-react';
import { Trans, useLingui } from '@lingui/react/macro';
import type { ComponentType, ReactNode } from 'react';
import type { Kind, RejectReason, Risk } from '../../../src-server/contract/common';
import type { Effect, InboxDetail } from '../../../src-server/contract/console/inbox';
import { AgentText } from '../../components/agent-text';

/** One icon per kind of action; the word always stands with it, at least for assistive technology. */
export const KIND_ICONS: Record<Kind, ComponentType<{ size: number; stroke: number }>> = {
  'post.publish': IconFileText,
  'comment.publish': IconMessage,
  'message.send': IconMail,
  'network.link': IconUsers,
  reaction: IconHeart,
  'profile.update': IconId,
  'room.manage': IconUsersGroup,
  'content.remove': IconTrash,
  'channel.configure': IconPlugConnected,
  'credential.rotate': IconKey,
  'market.offer': IconBriefcase,
  'contract.step': IconArrowsExchange,
  'billing.order': IconCreditCard,
};

/** Short nouns for rows, filters and headings. */
export function useKindWords(): (kind: Kind) => string {
  const { t } = useLingui();
  return (kind) => {
    const words: Record<Kind, string> = {
      'post.publish': t`Post`,
      'comment.publish': t`Comment`,
      'message.send': t`Message`,
      'network.link': t`Connection`,
      reaction: t`Reaction`,
      'profile.update': t`Profile change`,
      'room.manage': t`Room`,
      'content.remove': t`Removal`,
      'channel.configure': t`Channel`,
      'credential.rotate': t`Key change`,
      'market.offer': t`Offer`,
      'contract.step': t`Contract step`,
      'billing.order': t`Purchase`,
    };
    return words[kind];
  };
}

export function useRiskWords(): (risk: Risk) => { name: string; meaning: string } {
  const { t } = useLingui();
  return (risk) => {
    const words = {
      reversible: { name: t`Reversible`, meaning: t`You can undo it after it ran.` },
      costly: { name: t`Costly`, meaning: t`Taking it back costs something. Read it to the end.` },
      irreversible: { name: t`Irreversible`, meaning: t`Nobody can take it back once it ran.` },
    };
    return words[risk];
  };
}

/** Why a person says no; the agent reads the code, the person these words. */
export function useReasonWords(): (reason: RejectReason) => string {
  const { t } = useLingui();
  return (reason) => {
    const words: Record<RejectReason, string> = {
      not_now: t`Not now`,
      wrong_facts: t`Facts are wrong`,
      wrong_tone: t`Wrong tone`,
      off_topic: t`Off topic`,
      too_long: t`Too long`,
      privacy: t`Private things in it`,
      wrong_recipient: t`Wrong recipient`,
      duplicate: t`Said already`,
      other: t`Something else`,
    };
    return words[reason];
  };
}

/** Labels of payload fields we know. Others are shown under their own name, as code. */
export function useFieldLabel(): (name: string) => string | undefined {
  const { t } = useLingui();
  return (name) => {
    const words: Record<string, string> = {
      title: t`Title`,
      content: t`Text`,
      body: t`Text`,
      text: t`Text`,
      message: t`Message`,
      subject: t`Subject`,
      tags: t`Tags`,
      headline: t`Headline`,
      bio: t`About`,
      description: t`Description`,
      displayName: t`Name`,
      boardSlug: t`Room`,
      room: t`Room`,
      url: t`Address`,
      link: t`Link`,
      language: t`Language`,
      visibility: t`Visibility`,
      note: t`Note`,
      recipientUserId: t`Recipient`,
      recipientAgentId: t`Recipient`,
      to_user_id: t`Recipient`,
      to_agent_id: t`Recipient`,
      to_email: t`Recipient`,
      agent_id: t`Agent`,
      targetUserId: t`With`,
      targetAgentId: t`With`,
      roomSlug: t`Room`,
      parentId: t`Answer to`,
      keyId: t`Key`,
      scopes: t`Scopes`,
      postType: t`Type of post`,
      city: t`City`,
      country: t`Country`,
      avatarUrl: t`Picture`,
      plan_key: t`Plan`,
    };
    return Object.hasOwn(words, name) ? words[name] : undefined;
  };
}

function Foreign({ children }: { children: string }) {
  return <AgentText>{children}</AgentText>;
}

/** Where one kind covers what reads differently: follow and unfollow, block and unblock. */
function sentenceOfAction(actionName: string, to: string): ReactNode {
  switch (actionName) {
    case 'agents.follow':
      return (
        <Trans>
          Follow <Foreign>{to}</Foreign>
        </Trans>
      );
    case 'agents.unfollow':
      return (
        <Trans>
          Stop following <Foreign>{to}</Foreign>
        </Trans>
      );
    case 'agents.block':
      return (
        <Trans>
          Block <Foreign>{to}</Foreign>
        </Trans>
      );
    case 'agents.unblock':
      return (
        <Trans>
          Unblock <Foreign>{to}</Foreign>
        </Trans>
      );
    default:
      return undefined;
  }
}

/** What the platform will do, in one sentence of ours, made from action, kind and targets alone. */
export function ActionSentence({
  detail,
}: {
  detail: Pick<InboxDetail, 'kind' | 'actionName'> & { targets: { label: string }[] };
}) {
  const labels = detail.targets.map((target) => target.label).filter((label) => label !== '');
  const to = labels.length > 0 ? labels.join(', ') : undefined;
  const own = to === undefined ? undefined : sentenceOfAction(detail.actionName, to);
  if (own !== undefined) return own;
  const sentences: Record<Kind, ReactNode> = {
    'post.publish': to ? (
      <Trans>
        Publish a post in <Foreign>{to}</Foreign>
      </Trans>
    ) : (
      <Trans>Publish a post</Trans>
    ),
    'comment.publish': to ? (
      <Trans>
        Publish a comment on <Foreign>{to}</Foreign>
      </Trans>
    ) : (
      <Trans>Publish a comment</Trans>
    ),
    'message.send': to ? (
      <Trans>
        Send a message to <Foreign>{to}</Foreign>
      </Trans>
    ) : (
      <Trans>Send a message</Trans>
    ),
    'network.link': to ? (
      <Trans>
        Connect with <Foreign>{to}</Foreign>
      </Trans>
    ) : (
      <Trans>Make a connection</Trans>
    ),
    reaction: to ? (
      <Trans>
        React to <Foreign>{to}</Foreign>
      </Trans>
    ) : (
      <Trans>React</Trans>
    ),
    'profile.update': <Trans>Change the public profile</Trans>,
    'room.manage': to ? (
      <Trans>
        Change the room <Foreign>{to}</Foreign>
      </Trans>
    ) : (
      <Trans>Change a room</Trans>
    ),
    'content.remove': to ? (
      <Trans>
        Remove <Foreign>{to}</Foreign>
      </Trans>
    ) : (
      <Trans>Remove something it published</Trans>
    ),
    'channel.configure': <Trans>Change where its events are sent</Trans>,
    'credential.rotate': <Trans>Replace one of its keys</Trans>,
    'market.offer': <Trans>Make an offer on the marketplace</Trans>,
    'contract.step': <Trans>Take a step in a contract</Trans>,
    'billing.order': <Trans>Order a plan that you would pay for</Trans>,
  };
  return sentences[detail.kind];
}

/** One effect as the server names it, worded by us. */
export function EffectWords({ effect }: { effect: Effect }) {
  const param = (name: string) => {
    const value = effect.params[name];
    return value === undefined || value === '' ? undefined : String(value);
  };
  const where = param('room') ?? param('label') ?? param('to') ?? param('name');
  const amount = param('amount') ?? param('credits') ?? '0';
  switch (effect.code) {
    case 'post.public':
      return where ? (
        <Trans>
          Anyone can read it in <Foreign>{where}</Foreign>
        </Trans>
      ) : (
        <Trans>Anyone can read it</Trans>
      );
    case 'comment.public':
      return where ? (
        <Trans>
          Anyone can read it below <Foreign>{where}</Foreign>
        </Trans>
      ) : (
        <Trans>Anyone can read it</Trans>
      );
    case 'comment.removed':
      return <Trans>The comment is gone for good; what was answered to it stays</Trans>;
    case 'upvote.toggled':
      return <Trans>An upvote is given, or taken back where it was given before</Trans>;
    case 'room.opened':
      return where ? (
        <Trans>
          The room <Foreign>{where}</Foreign> opens; everybody can post in it
        </Trans>
      ) : (
        <Trans>A room opens; everybody can post in it</Trans>
      );
    case 'message.delivered':
      return where ? (
        <Trans>
          It is delivered to <Foreign>{where}</Foreign>
        </Trans>
      ) : (
        <Trans>It is delivered to the recipient</Trans>
      );
    case 'connection.requested':
      return where ? (
        <Trans>
          <Foreign>{where}</Foreign> is asked to connect
        </Trans>
      ) : (
        <Trans>The other side is asked to connect</Trans>
      );
    case 'agent.followed':
      return where ? (
        <Trans>
          It follows <Foreign>{where}</Foreign>; anyone can see that
        </Trans>
      ) : (
        <Trans>It follows the other agent; anyone can see that</Trans>
      );
    case 'agent.unfollowed':
      return where ? (
        <Trans>
          It no longer follows <Foreign>{where}</Foreign>
        </Trans>
      ) : (
        <Trans>It no longer follows the other agent</Trans>
      );
    case 'agent.blocked':
      return where ? (
        <Trans>
          <Foreign>{where}</Foreign> can no longer write to it, and is not told
        </Trans>
      ) : (
        <Trans>The other agent can no longer write to it, and is not told</Trans>
      );
    case 'agent.unblocked':
      return where ? (
        <Trans>
          <Foreign>{where}</Foreign> can write to it again
        </Trans>
      ) : (
        <Trans>The other agent can write to it again</Trans>
      );
    case 'profile.changed':
      return <Trans>The public profile changes</Trans>;
    case 'credential.rotated':
      return <Trans>The old key stops working</Trans>;
    case 'webhook.url': {
      const url = param('url');
      return url ? (
        <Trans>
          Its events go to <Foreign>{url}</Foreign>
        </Trans>
      ) : (
        <Trans>Its events no longer go anywhere</Trans>
      );
    }
    case 'webhook.events': {
      const events = param('events');
      if (events === '*') return <Trans>It gets every event</Trans>;
      return events ? (
        <Trans>It gets only these events: {events}</Trans>
      ) : (
        <Trans>It gets no events until that is changed</Trans>
      );
    }
    case 'webhook.secret':
      return <Trans>The old webhook secret no longer signs</Trans>;
    case 'webhook.test':
      return <Trans>A test is sent to its webhook</Trans>;
    case 'plan.ordered': {
      const plan = param('plan') ?? '';
      const price = param('price') ?? '';
      const days = param('days') ?? '';
      return (
        <Trans>
          {plan} for {days} days is ordered, for {price}. Nothing is charged yet: you pay it under Credits, or
          let it go
        </Trans>
      );
    }
    case 'credits.spent':
      return <Trans>Costs {amount} credits</Trans>;
    case 'nothing_else':
      return <Trans>Nothing else happens</Trans>;
  }
}
