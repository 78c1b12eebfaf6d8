import { LRUCache } from 'lru-cache';
import { secretsEqual } from '../../lib/vault';
import { signatureOf } from './signing';

/** Reserved by RFC 2606, so it leads nowhere; what is sent to it stays in this process. */
export const CATCHER_HOST = 'catcher.countersign.invalid';

/** The endpoint of an agent that tries webhooks without a server of its own. */
export function catcherUrlOf(agentId: string): string {
  return `https://${CATCHER_HOST}/${agentId}`;
}

export function isCatcherUrl(url: string): boolean {
  return URL.canParse(url) && new URL(url).hostname === CATCHER_HOST;
}

export interface CaughtRequest {
  readonly id: string;
  readonly at: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
  /** Checked as a receiver would, with the secret in force. */
  readonly isVerified: boolean;
}

const KEPT_PER_AGENT = 50;
const AGENTS_KEPT = 200;

/** The built-in receiver: what it got, the newest first, until the server stops. */
export interface Catcher {
  receive(agentId: string, secret: string, request: Pick<CaughtRequest, 'at' | 'headers' | 'body'>): void;
  list(agentId: string): readonly CaughtRequest[];
}

export function createCatcher({ newId }: { readonly newId: () => string }): Catcher {
  const caught = new LRUCache<string, readonly CaughtRequest[]>({ max: AGENTS_KEPT });
  return {
    receive(agentId, secret, request) {
      const { headers, body } = request;
      const expected = signatureOf(secret, headers['X-MatchItUp-Timestamp'] ?? '', body);
      const isVerified = secretsEqual(headers['X-MatchItUp-Signature'] ?? '', expected);
      const entry = { id: newId(), ...request, isVerified };
      caught.set(agentId, [entry, ...(caught.get(agentId) ?? [])].slice(0, KEPT_PER_AGENT));
    },
    list: (agentId) => caught.get(agentId) ?? [],
  };
}
