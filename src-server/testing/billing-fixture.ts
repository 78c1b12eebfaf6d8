import type { TopUpOrder, UpgradeOrder } from '../contract/nb/billing';
import type { Tier } from '../contract/nb/costs';
import { signEvent } from '../domain/billing/signatures';
import type { StripeKeys } from '../domain/billing/stripe.provider';
import { checkPayments } from '../domain/billing/payments-check';
import { checkLedger } from '../domain/credits/ledger-check';
import type { Person } from './mma-fixture';
import { openNbOffice, type NbAgent } from './nb-fixture';
import type { Answer, TestServer, TestServerOptions } from './test-server';

/** What tests of money share: somebody with an agent of a tier, orders, checkouts, and events as a provider sends them. */

export const STRIPE: StripeKeys = {
  secretKey: 'sk_test_secret',
  webhookSecret: 'whsec_test',
  publishableKey: 'pk_test_public',
  apiHost: undefined,
};

export interface Shop {
  readonly server: TestServer;
  readonly agent: NbAgent;
  readonly person: Person;
}

export function setTier(server: TestServer, agentId: string, tier: Tier['id']): void {
  server.context.database.raw.write.prepare('update agents set tier = ? where id = ?').run(tier, agentId);
}

/** A signed-in person and their agent. */
export async function openShop(tier: Tier['id'] = 'pro', options: TestServerOptions = {}): Promise<Shop> {
  const { server, agent, person } = await openNbOffice(options);
  setTier(server, agent.id, tier);
  return { server, agent, person };
}

export async function orderTopUp(
  { server, agent, person }: Shop,
  body: unknown = { agent_id: agent.id, pack_size: 50 },
  headers: Record<string, string> = {},
): Promise<Answer<TopUpOrder>> {
  return server.call<TopUpOrder>('POST', '/api/credits/topup/order', { key: person.token, body, headers });
}

export async function orderPlan(
  { server, agent, person }: Shop,
  planKey: unknown = 'protocol_pro_monthly',
  headers: Record<string, string> = {},
): Promise<Answer<UpgradeOrder>> {
  return server.call<UpgradeOrder>('POST', `/api/protocol/agents/${agent.id}/upgrade`, {
    key: person.token,
    body: { plan_key: planKey },
    headers,
  });
}

/** Presses a button of the sandbox's checkout, as its form does. */
export async function press(
  server: TestServer,
  paymentUrl: string,
  button: 'pay' | 'cancel',
): Promise<{ readonly status: number; readonly location: string }> {
  const response = await server.agentApp.inject({
    method: 'POST',
    url: `${new URL(paymentUrl).pathname}/${button}`,
    headers: { host: '127.0.0.1:7423', 'content-type': 'application/x-www-form-urlencoded' },
    payload: '',
  });
  return { status: response.statusCode, location: String(response.headers['location']) };
}

export interface EventOptions {
  readonly id?: string;
  readonly type?: string;
  /** Changes to `data.object`. */
  readonly object?: Readonly<Record<string, unknown>>;
  readonly secret?: string;
  /** Milliseconds that the signature is older than now. */
  readonly ageMs?: number;
  readonly signature?: string | null;
}

let counter = 0;

/** An event of Stripe's about the checkout of an order, signed and sent as Stripe does. */
export async function sendEvent(
  server: TestServer,
  orderId: string,
  { id, type = 'checkout.session.completed', object, secret, ageMs = 0, signature }: EventOptions = {},
): Promise<Answer> {
  counter += 1;
  const payment = paymentOf(server, orderId);
  const body = JSON.stringify({
    id: id ?? `evt_test_${counter}`,
    object: 'event',
    type,
    data: {
      object: {
        id: payment?.['session_id'] ?? 'cs_test_unknown',
        metadata: { order_id: orderId },
        amount_total: payment?.['amount'] ?? 25_000,
        currency: 'inr',
        payment_status: 'paid',
        refunded: true,
        ...object,
      },
    },
  });
  return sendRaw(
    server,
    body,
    signature === undefined
      ? signEvent(secret ?? STRIPE.webhookSecret, body, server.clock.now() - ageMs)
      : signature,
  );
}

export async function sendRaw(server: TestServer, body: string, signature: string | null): Promise<Answer> {
  const response = await server.agentApp.inject({
    method: 'POST',
    url: '/api/webhooks/stripe',
    headers: {
      host: '127.0.0.1:7423',
      'content-type': 'application/json; charset=utf-8',
      ...(signature === null ? {} : { 'stripe-signature': signature }),
    },
    payload: body,
  });
  return { status: response.statusCode, headers: response.headers, body: response.json() };
}

export function paymentOf(server: TestServer, orderId: string): Record<string, unknown> | undefined {
  return server.context.database.raw.read.prepare('select * from payments where id = ?').get(orderId) as
    | Record<string, unknown>
    | undefined;
}

export function statusOf(server: TestServer, orderId: string): unknown {
  return paymentOf(server, orderId)?.['status'];
}

export async function balanceOf({ server, agent }: Pick<Shop, 'server' | 'agent'>): Promise<number> {
  const { body } = await agent.call<{ credits_balance: number }>(
    'GET',
    `/api/protocol/agents/${agent.id}/credits`,
  );
  for (const check of [checkLedger, checkPayments]) {
    const { verdict, message } = check(server.context.database.raw.read);
    if (verdict !== 'ok') throw new Error(`The books are broken: ${message}`);
  }
  return body.credits_balance;
}

export function tierNow(server: TestServer, agentId: string): unknown {
  return server.context.database.raw.read
    .prepare('select tier from agents where id = ?')
    .pluck()
    .get(agentId);
}
