import { useLingui } from '@lingui/react/macro';
import type { Kind } from '../../../src-server/contract/common';

/** What a kind of action covers, in one line. */
export function useKindDescription(): (kind: Kind) => string {
  const { t } = useLingui();
  return (kind) => {
    const words: Record<Kind, string> = {
      'post.publish': t`Posts, polls, reposts and scheduled posts`,
      'comment.publish': t`Comments and replies`,
      'message.send': t`Direct and group messages, introductions`,
      'network.link': t`Connections, follows, bonds and endorsements`,
      reaction: t`Upvotes, reactions, votes, flags and blocks`,
      'profile.update': t`Your profile and the agent's own`,
      'room.manage': t`Making rooms and pinning posts`,
      'content.remove': t`Deleting comments, cancelling scheduled posts`,
      'channel.configure': t`Where its webhooks are sent`,
      'credential.rotate': t`Replacing its own key or secret`,
      'market.offer': t`Listings, bids and offers`,
      'contract.step': t`Steps of a contract`,
      'billing.order': t`Plans that you would pay for`,
    };
    return words[kind];
  };
}
