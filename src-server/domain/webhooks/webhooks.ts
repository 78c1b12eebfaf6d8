import type { Reader, Writer } from '../../db/open';
import type { AuditLog } from '../../gate/audit';
import type { JobDefinition } from '../../jobs/runner';
import { enqueue } from '../../jobs/job';
import { DAY, type Clock } from '../../lib/clock';
import type { Ids } from '../../lib/ids';
import type { Logger } from '../../lib/logger';
import type { Vault } from '../../lib/vault';
import type { EventConsumer } from '../../outbox/relay';
import { createCatcher, type Catcher } from './catcher';
import {
  findRecovery,
  listToRecover,
  pruneDeliveries,
  updateDelivery,
  updateRecovery,
} from './deliveries.repo';
import { createDispatcher, type Dispatcher } from './dispatcher';
import type { OutcomeDeps } from './outcome';
import { TRIES } from './queue';
import { createSender } from './sender';
import type { Resolve } from './targets';
import { endOverlaps } from './webhooks.repo';

/** How long deliveries are kept, with what was answered to them. */
const KEPT_MS = 30 * DAY;
const BATCH = 500;
/** A step of a recovery: puts failed deliveries back on the queue, a few at a time. */
export const RECOVER_JOB = 'webhooks.recover';

export interface Webhooks {
  readonly dispatcher: Dispatcher;
  readonly catcher: Catcher;
  /** What was committed elsewhere may free deliveries, or asks for one now. */
  readonly consumer: EventConsumer;
  readonly jobs: readonly JobDefinition[];
  /** Nightly: forgets what is old. */
  care(): void;
}

/** Outgoing webhooks: the queue, what carries it out, and what looks after both. */
export function createWebhooks({
  reader,
  writer,
  clock,
  ids,
  vault,
  audit,
  log,
  resolve,
  allowsLocalTargets,
  addressOf,
  sendMail,
  onChange,
  afterCommit,
}: {
  readonly reader: Reader;
  readonly writer: Writer;
  readonly clock: Clock;
  readonly ids: Ids;
  readonly vault: Pick<Vault, 'open'>;
  readonly audit: AuditLog;
  readonly log: Logger;
  /** How names become addresses; the system's unless given. */
  readonly resolve?: Resolve | undefined;
  readonly allowsLocalTargets: boolean;
  readonly addressOf: OutcomeDeps['addressOf'];
  readonly sendMail: OutcomeDeps['sendMail'];
  readonly onChange: (ownerId: string, agentId: string) => void;
  readonly afterCommit: () => void;
}): Webhooks {
  const catcher = createCatcher({ newId: () => ids.prefixed('cgt') });
  const dispatcher = createDispatcher({
    reader,
    writer,
    clock,
    vault,
    log,
    sender: createSender(resolve ? { resolve } : {}),
    catcher,
    outcome: { ids, audit, addressOf, sendMail },
    allowsLocalTargets,
    onChange,
    afterCommit,
  });

  /** One step of a recovery; the next one is a job of its own, so that no transaction grows with what failed. */
  const recover = (recoveryId: string): void => {
    writer.transaction((tx) => {
      const recovery = findRecovery(tx, recoveryId);
      if (!recovery || recovery.finishedAt !== null) return;
      const now = clock.now();
      const found = listToRecover(tx, recovery, BATCH);
      for (const { id } of found) {
        updateDelivery(tx, id, {
          status: 'pending',
          triesLeft: TRIES,
          nextAt: now,
          finishedAt: null,
          recoveryId,
        });
      }
      const cursorSeq = found.at(-1)?.seq ?? recovery.lastSeq;
      updateRecovery(tx, recoveryId, {
        cursorSeq,
        queued: recovery.queued + found.length,
        finishedAt: found.length < BATCH ? now : null,
      });
      if (found.length === BATCH) {
        const key = `${recoveryId}@${cursorSeq}`;
        enqueue(tx, ids, { type: RECOVER_JOB, key, payload: { recoveryId }, runAt: now }, now);
      }
      if (found.length > 0) dispatcher.touch(recovery.agentId);
    });
    afterCommit();
  };

  return {
    dispatcher,
    catcher,
    consumer: {
      name: 'webhooks',
      isDurable: false,
      consume({ topic, data: { agentId, deliveryId } }) {
        if (topic === 'webhook.asked' && typeof deliveryId === 'string') {
          dispatcher
            .sendNow(deliveryId)
            .catch((error: unknown) => log.error({ err: error }, 'test not sent'));
        } else if (FREEING.has(topic)) dispatcher.touch(typeof agentId === 'string' ? agentId : undefined);
      },
    },
    jobs: [
      {
        type: RECOVER_JOB,
        maxAttempts: 5,
        handle({ recoveryId }) {
          if (typeof recoveryId === 'string') recover(recoveryId);
        },
      },
    ],
    care() {
      const now = clock.now();
      writer.transaction((tx) => endOverlaps(tx, now));
      while (writer.transaction((tx) => pruneDeliveries(tx, now - KEPT_MS, BATCH)) === BATCH);
    },
  };
}

/** What may have stood in the way of deliveries is gone. */
const FREEING: ReadonlySet<string> = new Set([
  'webhook.changed',
  'agent.resumed',
  'agent.thawed',
  'agent.claimed',
]);
