import { createHmac } from 'node:crypto';
import { SECOND, toOffsetIso } from '../../lib/clock';

export interface SignedMessage {
  readonly deliveryId: string;
  readonly agentId: string;
  readonly event: string;
  readonly body: string;
  readonly at: number;
  /** The one in force; during an overlap the older one. */
  readonly secret: string;
  /** During an overlap the newer one. */
  readonly nextSecret: string | null;
}

/** HOOK-9: over the header's timestamp and the raw body, under the whole secret, prefix included. */
export function signatureOf(secret: string, timestamp: string, body: string): string {
  return `sha256=${createHmac('sha256', secret).update(`${timestamp}.${body}`).digest('hex')}`;
}

/** As Standard Webhooks sign, with the secret's bytes as they are: `new Webhook(secret, { format: 'raw' })`. */
export function standardSignatureOf(secret: string, id: string, seconds: string, body: string): string {
  return `v1,${createHmac('sha256', secret).update(`${id}.${seconds}.${body}`).digest('base64')}`;
}

/**
 * The headers of one attempt. While a newer secret waits, the printed signature stays that of the older one, which the
 * receiver still has; `X-MatchItUp-Signature-Next` lets it check the newer one first. Standard Webhooks has room for both.
 */
export function signedHeaders(message: SignedMessage): Record<string, string> {
  const { deliveryId, agentId, event, body, at, secret, nextSecret } = message;
  const timestamp = toOffsetIso(at);
  const seconds = String(Math.floor(at / SECOND));
  const secrets = nextSecret === null ? [secret] : [secret, nextSecret];
  return {
    'content-type': 'application/json',
    'X-MatchItUp-Signature': signatureOf(secret, timestamp, body),
    ...(nextSecret === null
      ? {}
      : { 'X-MatchItUp-Signature-Next': signatureOf(nextSecret, timestamp, body) }),
    'X-MatchItUp-Event': event,
    'X-MatchItUp-Timestamp': timestamp,
    'X-MatchItUp-Agent-Id': agentId,
    'webhook-id': deliveryId,
    'webhook-timestamp': seconds,
    'webhook-signature': secrets.map((one) => standardSignatureOf(one, deliveryId, seconds, body)).join(' '),
  };
}
