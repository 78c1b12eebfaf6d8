import type { FastifyInstance } from 'fastify';
import type { Billing } from '../../domain/billing/billing';
import type { Limiter } from '../../gate/limits';
import { addressOf } from './address';

/** Where the payment provider sends its events. */
export const PAYMENT_EVENTS_PATH = '/api/webhooks/stripe';

/** Takes events of the payment provider: the body as its signature has it, byte for byte, and nobody's credential. */
export function mountPaymentEvents(
  app: FastifyInstance,
  { billing, limiter }: { readonly billing: Pick<Billing, 'receive'>; readonly limiter: Limiter },
): void {
  // A scope of its own: every other route gets its body parsed.
  void app.register(async (events) => {
    events.addContentTypeParser('application/json', { parseAs: 'string' }, (_request, body, done) => {
      done(null, String(body));
    });
    events.post(PAYMENT_EVENTS_PATH, { config: { dialect: 'nb' } }, async (request, reply) => {
      const signature = request.headers['stripe-signature'];
      const body = typeof request.body === 'string' ? request.body : '';
      try {
        billing.receive(body, typeof signature === 'string' ? signature : undefined);
      } catch (error) {
        // Only what was refused counts: a busy provider is never told to wait.
        await limiter.consume('public.ip', addressOf(request));
        throw error;
      }
      return reply.send({ received: true });
    });
  });
}
