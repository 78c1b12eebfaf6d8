import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import * as contract from '../../contract/nb/billing';
import { toCredits } from '../../contract/nb/costs';
import type { Billing } from '../../domain/billing/billing';
import { billingCommands } from '../../domain/billing/billing.commands';
import type { PaymentRow } from '../../domain/billing/billing.repo';
import { orderPlan } from '../../domain/billing/order-plan.action';
import type { Caller, UserActor } from '../../gate/caller';
import type { CommandDefinition } from '../../gate/define-action';
import type { Gate } from '../../gate/gate';
import { answerOnce } from '../../gate/idempotency';
import type { Limiter } from '../../gate/limits';
import { AppError } from '../../lib/errors';
import { parseOrThrow } from '../../lib/validate';
import { rateLimitHeaders, type Authenticated } from '../http/credentials';
import { NB_WRITE, pathParam, type NbDoor } from './door';

export interface NbBillingDeps {
  readonly door: NbDoor;
  readonly gate: Gate;
  readonly limiter: Limiter;
  readonly billing: Pick<Billing, 'checkouts' | 'provider'>;
  readonly authenticate: (request: FastifyRequest) => Promise<Authenticated>;
}

/** What of an answer is known when the order is written; where it is paid follows once that is on disk. */
interface Sealed {
  readonly order_id: string;
}

/**
 * Money over the NetworkBot Protocol (CRED-6, AGT-6). A person orders for their own agents and gets the address of the
 * checkout; an agent asks for a plan, and its owner is asked.
 */
export function mountNbBilling(app: FastifyInstance, deps: NbBillingDeps): void {
  const { billing, door } = deps;

  /** Orders for a person, once per `Idempotency-Key`, and opens the checkout. */
  const order = async <Input>(
    { reply, caller, user }: OfPerson,
    command: CommandDefinition<Input, PaymentRow>,
    input: Input,
    present: (row: PaymentRow) => Sealed,
  ): Promise<FastifyReply> => {
    caller.rateLimit = (await deps.limiter.consume('orders', user.userId)) ?? caller.rateLimit;
    const { type, sealed } = await answerOnce<Sealed>(
      deps.gate,
      caller,
      (answer) => ({ status: 200, body: JSON.stringify(answer) }),
      (answering) =>
        deps.gate.command(
          command,
          input,
          caller,
          answering((_tx, row) => present(row)),
        ),
    );
    const made = JSON.parse(sealed.body) as Sealed;
    const paymentUrl = await billing.checkouts.open({ paymentId: made.order_id, buyerId: user.userId });
    if (type === 'replayed') reply.header('idempotent-replayed', 'true');
    reply.headers(rateLimitHeaders(caller));
    const answer = { ...made, payment_url: paymentUrl, key_id: billing.provider.publishableKey };
    return reply.send(answer satisfies Sealed & Pick<contract.TopUpOrder, 'payment_url' | 'key_id'>);
  };

  app.post('/api/credits/topup/order', NB_WRITE, async (request, reply) => {
    const { caller } = await deps.authenticate(request);
    reply.headers(rateLimitHeaders(caller));
    const { actor } = caller;
    if (actor.type === 'anonymous') throw new AppError('unauthenticated', 'Sign in to top up credits.');
    if (actor.type !== 'user') throw new AppError('actor_denied', 'Only a person can top up credits.');
    const { agent_id: id, pack_size: packSize } = parseOrThrow(contract.topUpBody, request.body ?? {});
    const asked = { reply, caller, user: actor };
    return order(asked, billingCommands.orderTopUp, { id, packSize }, presentTopUp);
  });

  app.post('/api/protocol/agents/:agentId/upgrade', NB_WRITE, async (request, reply) => {
    const { caller } = await deps.authenticate(request);
    reply.headers(rateLimitHeaders(caller));
    const { actor } = caller;
    if (actor.type === 'user') {
      const { plan_key: planKey } = parseOrThrow(contract.upgradeBody, request.body ?? {});
      const asked = { reply, caller, user: actor };
      const input = { id: pathParam(request, 'agentId'), planKey };
      return order(asked, billingCommands.orderPlan, input, presentPlan);
    }
    await door.asAgentOfPath(request);
    return door.perform(orderPlan, request.body ?? {}, {
      request,
      reply,
      present: ({ orderId }) => ({ order_id: orderId }),
      idField: 'order_id',
    });
  });
}

interface OfPerson {
  readonly reply: FastifyReply;
  readonly caller: Caller;
  readonly user: UserActor;
}

function presentTopUp({
  id,
  amount,
  credits,
}: PaymentRow): Omit<contract.TopUpOrder, 'payment_url' | 'key_id'> {
  if (credits === null) throw new Error(`Order ${id} is for no credits`);
  return {
    order_id: id,
    amount_inr: contract.fromMinor(amount),
    currency: contract.CURRENCY,
    pack_credits: toCredits(credits),
  };
}

function presentPlan({
  id,
  amount,
  planKey,
}: PaymentRow): Omit<contract.UpgradeOrder, 'payment_url' | 'key_id'> {
  if (planKey === null) throw new Error(`Order ${id} is for no plan`);
  return {
    order_id: id,
    amount_inr: contract.fromMinor(amount),
    currency: contract.CURRENCY,
    plan_key: planKey,
  };
}
