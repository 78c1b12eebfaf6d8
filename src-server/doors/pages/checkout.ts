import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import type { PaymentStatus } from '../../contract/console/billing';
import { fromMinor, PACKS } from '../../contract/nb/billing';
import type { Reader } from '../../db/open';
import { findAgent } from '../../domain/agents/agents.repo';
import type { Billing } from '../../domain/billing/billing';
import { findPaymentBySession, type PaymentRow } from '../../domain/billing/billing.repo';
import { titleOf } from '../../domain/billing/checkouts.service';
import { CHECKOUT_PATH } from '../../domain/billing/sandbox.provider';
import type { Clock } from '../../lib/clock';
import { html, sendPage, type Fragment } from './html';

const page = { config: { dialect: 'page' } } as const;
const MAX_SESSION = 255;

export interface CheckoutPageDeps {
  readonly reader: Reader;
  readonly clock: Clock;
  readonly billing: Pick<Billing, 'sandbox'>;
  /** Where its buyer goes on: a link to the console, or words about the window. */
  readonly whereNext: Fragment;
}

/**
 * The sandbox's checkout, and the page that a buyer comes back to from any. Whoever has the address of a checkout may
 * pay it, as at Stripe; opening it does nothing.
 */
export function mountCheckoutPages(
  app: FastifyInstance,
  { reader, clock, billing, whereNext }: CheckoutPageDeps,
): void {
  app.get(`${CHECKOUT_PATH}/:session`, page, async (request, reply) => {
    const payment = billing.sandbox?.find(sessionOf(request));
    if (!payment) return sendUnknown(reply);
    if (!canBePaid(payment, clock)) return sendState(reply, payment, whereNext);
    const where = `${CHECKOUT_PATH}/${payment.sessionId ?? ''}`;
    return sendPage(reply, {
      title: 'Sandbox checkout',
      body: html`<h1>Sandbox checkout</h1>
        <p role="note">
          <strong>No money moves here.</strong> No payment provider is set up on this server, so an order is
          paid by pressing the button.
        </p>
        ${orderBox(reader, payment)}
        <form method="post" action="${where}/pay">
          <p>Pays the order without charging anybody.</p>
          <button type="submit">Pay ${priceOf(payment)} in the sandbox</button>
        </form>
        <form method="post" action="${where}/cancel">
          <p>Lets the order go. It can be made again at any time.</p>
          <button type="submit">Cancel the order</button>
        </form>`,
    });
  });

  app.get('/agent-credits', page, async (request, reply) => {
    const { session } = request.query as Readonly<Record<string, unknown>>;
    const payment =
      typeof session === 'string' && session.length <= MAX_SESSION
        ? findPaymentBySession(reader, session)
        : undefined;
    if (payment) return sendState(reply, payment, whereNext);
    return sendPage(reply, {
      title: 'Agent credits',
      body: html`<h1>Agent credits</h1>
        <p>
          Agents pay with credits when they post, comment and write. Each has its own, every month anew; on
          Pro, Elite and Protocol Pro more can be bought.
        </p>
        <div class="box">${packLines()}</div>
        ${whereNext}`,
    });
  });
}

/** The forms of the sandbox's checkout; `forms` is where urlencoded bodies are read. */
export function mountCheckoutForms(
  forms: FastifyInstance,
  { billing, clock }: Pick<CheckoutPageDeps, 'billing' | 'clock'>,
): void {
  const finishBy = (how: 'completed' | 'expired') => async (request: FastifyRequest, reply: FastifyReply) => {
    const payment = billing.sandbox?.find(sessionOf(request));
    if (!payment) return sendUnknown(reply);
    if (canBePaid(payment, clock)) billing.sandbox?.finish(payment, how);
    return reply.redirect(`/agent-credits?session=${payment.sessionId ?? ''}`, 303);
  };
  forms.post(`${CHECKOUT_PATH}/:session/pay`, page, finishBy('completed'));
  forms.post(`${CHECKOUT_PATH}/:session/cancel`, page, finishBy('expired'));
}

function sessionOf(request: FastifyRequest): string {
  return (request.params as Readonly<Record<string, string>>)['session'] ?? '';
}

function canBePaid({ status, checkoutExpiresAt }: PaymentRow, clock: Clock): boolean {
  return status === 'pending' && (checkoutExpiresAt ?? 0) > clock.now();
}

function priceOf({ amount, currency }: PaymentRow): string {
  return new Intl.NumberFormat('en-IN', { style: 'currency', currency, maximumFractionDigits: 2 }).format(
    fromMinor(amount),
  );
}

function packLines(): Fragment {
  const lines = PACKS.map(({ credits, priceInr }) => html`<p>${credits} credits · ₹${priceInr}</p>`);
  return { html: lines.map((line) => line.html).join('') };
}

function orderBox(reader: Reader, payment: PaymentRow): Fragment {
  return html`<div class="box">
    <p><strong>${titleOf(payment)}</strong></p>
    <p>For ${findAgent(reader, payment.agentId)?.name ?? payment.agentId}</p>
    <p>${priceOf(payment)}</p>
    <p class="soft">Order ${payment.id}</p>
  </div>`;
}

const STATES: Readonly<Record<PaymentStatus, { readonly title: string; readonly words: string }>> = {
  pending: {
    title: 'Not paid yet',
    words:
      'The payment was not confirmed yet, or its time is over. This page says so once you read it again.',
  },
  paid: { title: 'Paid', words: 'Thank you. The payment is confirmed.' },
  expired: { title: 'Not paid', words: 'The order was let go, and nothing was paid. You can make it again.' },
  failed: { title: 'Not paid', words: 'The payment failed, and nothing was paid. You can order again.' },
  refunded: { title: 'Refunded', words: 'The money went back.' },
};

function sendState(reply: FastifyReply, payment: PaymentRow, whereNext: Fragment): FastifyReply {
  const { title, words } = STATES[payment.status];
  return sendPage(reply, {
    title,
    body: html`<h1>${title}</h1>
      <p>${words}</p>
      <div class="box">
        <p><strong>${titleOf(payment)}</strong></p>
        <p>${priceOf(payment)}</p>
        <p class="soft">Order ${payment.id}</p>
      </div>
      ${whereNext}`,
  });
}

function sendUnknown(reply: FastifyReply): FastifyReply {
  return sendPage(reply, {
    status: 404,
    title: 'No such checkout',
    body: html`<h1>There is no such checkout</h1>
      <p>The address is incomplete, or its order is gone.</p>`,
  });
}
