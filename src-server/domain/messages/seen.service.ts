import type { Writer } from '../../db/open';
import type { InTransaction } from '../../gate/idempotency';
import { appendEvent } from '../../gate/events';
import type { Clock } from '../../lib/clock';
import { memberIdOf } from './members';
import { findConversation, markSeen } from './messages.repo';
import { getSeat } from './seats';

/** Where a person looked last. Like what an agent fetched, it is no action: nothing follows from it (decisions §3). */
export interface SeenService {
  /** @throws AppError `not_found` for a conversation of others */
  markSeen(
    request: {
      readonly userId: string;
      readonly conversationId: string;
      readonly seat: string | undefined;
      readonly traceId: string;
    },
    inTransaction: InTransaction<void>,
  ): void;
}

export function createSeenService({
  writer,
  clock,
  afterCommit,
}: {
  readonly writer: Writer;
  readonly clock: Clock;
  readonly afterCommit: () => void;
}): SeenService {
  return {
    markSeen({ userId, conversationId, seat: wanted, traceId }, inTransaction) {
      writer.transaction((tx) => {
        const now = clock.now();
        const { seat } = getSeat(tx, userId, conversationId, wanted);
        const member = {
          conversationId,
          memberId: memberIdOf(seat.type, seat.id),
          memberType: seat.type,
        };
        // A message may bear a later time than the clock, where the clock was set back.
        const last = findConversation(tx, conversationId)?.lastMessageAt ?? now;
        markSeen(tx, member, Math.max(now, last));
        appendEvent(tx, {
          topic: 'message.seen',
          data: { conversationId, otherPersonId: userId },
          traceId,
          now,
        });
        inTransaction(tx, undefined, now);
      });
      afterCommit();
    },
  };
}
