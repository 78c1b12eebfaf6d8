import type { Reader, Writer } from '../../db/open';
import type { AuditLog } from '../../gate/audit';
import { DAY, type Clock } from '../../lib/clock';
import { AppError } from '../../lib/errors';
import type { Ids } from '../../lib/ids';
import type { Logger } from '../../lib/logger';
import type { Vault } from '../../lib/vault';
import type { CreditsService } from '../credits/credits.service';
import {
  findPaymentBySession,
  insertPaymentEvent,
  listEndedPlans,
  listOverdue,
  prunePaymentEvents,
  pruneUnpaid,
  type PaymentRow,
} from './billing.repo';
import { createCheckoutsService, type CheckoutsService } from './checkouts.service';
import { readEvent } from './payment-events';
import type { PaymentProvider } from './payment-provider';
import { createPaymentsReader, type PaymentsReader } from './payments.queries';
import { createSandboxProvider } from './sandbox.provider';
import { settle, settleEndedPlan } from './settlement';
import { verifyEvent } from './signatures';
import { createStripeProvider, type StripeKeys } from './stripe.provider';

const BATCH = 100;
/** A provider repeats an event for three days. */
const EVENTS_KEPT_MS = 30 * DAY;
const UNPAID_KEPT_MS = 90 * DAY;

export interface Billing {
  readonly provider: Pick<PaymentProvider, 'name' | 'publishableKey'>;
  readonly checkouts: CheckoutsService;
  readonly payments: PaymentsReader;
  /**
   * Takes an event as it came, whoever sent it: the one way in which a payment's status changes (PAY-5). What is not
   * about a payment of ours is taken and left alone, so that nobody sends it again.
   * @throws AppError `validation` for a signature that is not the provider's
   */
  receive(body: string, signature: string | undefined): void;
  /** The built-in checkout; undefined where money moves. */
  readonly sandbox:
    | {
        find(sessionId: string): PaymentRow | undefined;
        /** The buyer pays, or lets it go: the event of it is sent to `receive`. */
        finish(payment: PaymentRow, how: 'completed' | 'expired'): void;
      }
    | undefined;
  /** Every minute: ends plans and checkouts of ours whose time is over. */
  sweep(): void;
  /** Nightly: forgets what came to nothing. */
  care(): void;
}

/** Payments: who takes them, what becomes of them, and what looks after both. */
export function createBilling({
  reader,
  writer,
  clock,
  ids,
  vault,
  audit,
  log,
  credits,
  stripe,
  publicUrl,
  afterCommit,
}: {
  readonly reader: Reader;
  readonly writer: Writer;
  readonly clock: Clock;
  readonly ids: Ids;
  readonly vault: Pick<Vault, 'hmac'>;
  readonly audit: Pick<AuditLog, 'append'>;
  readonly log: Logger;
  readonly credits: CreditsService;
  /** The sandbox stands in where there are none. */
  readonly stripe: StripeKeys | undefined;
  readonly publicUrl: () => string;
  readonly afterCommit: () => void;
}): Billing {
  const sandbox = stripe ? undefined : createSandboxProvider({ vault, clock, ids });
  const provider = stripe ? createStripeProvider({ keys: stripe, publicUrl, log }) : sandbox;
  if (!provider) throw new Error('There is no payment provider');
  const deps = { ids, log, audit, credits };

  const receive = (body: string, signature: string | undefined): void => {
    verifyEvent(provider.webhookSecret, body, signature, clock.now());
    const event = readEvent(body);
    if (!event) return;
    writer.transaction(
      (tx) => {
        const now = clock.now();
        const { id, type, orderId: paymentId } = event;
        if (insertPaymentEvent(tx, { id, type, paymentId, receivedAt: now })) settle(deps, tx, event, now);
      },
      { isDurable: true },
    );
    afterCommit();
  };

  const finish = (payment: PaymentRow, how: 'completed' | 'expired'): void => {
    if (!sandbox) throw new AppError('not_found', 'There is nothing at this address.');
    const { body, signature } = sandbox.eventOf(payment, how);
    receive(body, signature);
  };

  const endPlans = (): void => {
    for (;;) {
      const ended = writer.transaction(
        (tx) => {
          const now = clock.now();
          const due = listEndedPlans(tx, now, BATCH);
          for (const plan of due) settleEndedPlan(deps, tx, plan, now);
          return due.length;
        },
        { isDurable: true },
      );
      if (ended === 0) return;
      afterCommit();
    }
  };

  return {
    provider,
    checkouts: createCheckoutsService({ writer, reader, clock, provider, publicUrl }),
    payments: createPaymentsReader({ clock, provider }),
    receive,
    sandbox: sandbox && {
      find: (sessionId) => findPaymentBySession(reader, sessionId),
      finish,
    },
    sweep() {
      endPlans();
      if (!sandbox) return;
      for (const payment of listOverdue(reader, clock.now(), BATCH)) finish(payment, 'expired');
    },
    care() {
      writer.transaction((tx) => {
        pruneUnpaid(tx, clock.now() - UNPAID_KEPT_MS);
        prunePaymentEvents(tx, clock.now() - EVENTS_KEPT_MS);
      });
    },
  };
}
