import { createServer, type IncomingMessage } from 'node:http';
import type { AddressInfo } from 'node:net';

/** One request as Stripe's API gets it: form-encoded, with the key as bearer. */
export interface StripeRequest {
  readonly method: string | undefined;
  readonly url: string | undefined;
  readonly headers: IncomingMessage['headers'];
  readonly form: Readonly<Record<string, string>>;
}

export interface StripeFake extends AsyncDisposable {
  /** For `STRIPE_API_HOST`. */
  readonly origin: string;
  readonly requests: StripeRequest[];
}

/**
 * Stripe on this machine: it opens checkouts, remembers idempotency keys, and fails as it is told, one entry of
 * `faults` a request.
 */
export async function startStripeFake({
  faults = [],
}: { readonly faults?: readonly (number | 'hang' | 'close' | 'no url')[] } = {}): Promise<StripeFake> {
  const requests: StripeRequest[] = [];
  const known = new Map<string, string>();
  const waiting = [...faults];
  const server = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => {
      const form = Object.fromEntries(new URLSearchParams(Buffer.concat(chunks).toString('utf8')));
      requests.push({ method: request.method, url: request.url, headers: request.headers, form });
      const fault = waiting.shift();
      if (fault === 'hang') return;
      if (fault === 'close') {
        request.socket.destroy();
        return;
      }
      response.setHeader('content-type', 'application/json');
      if (typeof fault === 'number') {
        response.statusCode = fault;
        response.end(JSON.stringify({ error: { type: 'api_error', message: 'Told to fail' } }));
        return;
      }
      const key = String(request.headers['idempotency-key']);
      const id = known.get(key) ?? `cs_test_${known.size + 1}`;
      known.set(key, id);
      const url = fault === 'no url' ? null : `https://checkout.stripe.com/c/pay/${id}`;
      const expiresAt = Math.floor(Date.now() / 1_000) + 86_400;
      response.end(JSON.stringify({ id, object: 'checkout.session', url, expires_at: expiresAt }));
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  return {
    origin: `http://127.0.0.1:${port}`,
    requests,
    async [Symbol.asyncDispose]() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}
