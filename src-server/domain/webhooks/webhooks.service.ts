import type { Tx } from '../../db/open';
import type { Ids } from '../../lib/ids';
import { randomSecret, type Vault } from '../../lib/vault';
import { deleteDeliveries, failPending } from './deliveries.repo';
import { queuePing } from './queue';
import { deleteWebhook, findWebhook, insertWebhook, updateWebhook, type WebhookRow } from './webhooks.repo';

/** What may be changed of an endpoint; what is left out stays (C-43). */
export interface WebhookChange {
  /** Null turns it off. */
  readonly url?: string | null | undefined;
  /** Null takes every event, `[]` none. */
  readonly events?: readonly string[] | null | undefined;
}

export interface WebhookSettings {
  readonly url: string | null;
  readonly events: readonly string[] | null;
}

export interface ChangedWebhook {
  readonly before: WebhookSettings;
  readonly after: WebhookSettings;
  readonly hasSecret: boolean;
  /** Only with the first URL: shown once. */
  readonly secret: string | null;
}

interface ChangeContext {
  readonly agentId: string;
  readonly traceId: string;
  readonly ids: Ids;
  readonly now: number;
}

const settingsOf = (row: WebhookRow | undefined): WebhookSettings => ({
  url: row?.url ?? null,
  events: row?.events ?? null,
});

function makeSecret(vault: Pick<Vault, 'seal'>, agentId: string): { plain: string; sealed: Buffer } {
  const plain = `miu_whsec_${randomSecret()}`;
  return { plain, sealed: vault.seal('webhooks', plain, agentId) };
}

/** Enables what was disabled; a new URL is greeted with a ping, and what waits for one that goes is given up. */
export function changeWebhook(
  tx: Tx,
  vault: Pick<Vault, 'seal'>,
  change: WebhookChange,
  { agentId, traceId, ids, now }: ChangeContext,
): ChangedWebhook {
  const row = findWebhook(tx, agentId);
  const before = settingsOf(row);
  const after: WebhookSettings = {
    url: change.url === undefined ? before.url : change.url,
    events: change.events === undefined ? before.events : change.events && [...new Set(change.events)],
  };
  const made = after.url !== null && !row?.secret ? makeSecret(vault, agentId) : undefined;
  const columns = {
    url: after.url,
    events: after.events && [...after.events],
    disabledAt: null,
    disabledReason: null,
    failuresInRow: 0,
    ...(made ? { secret: made.sealed } : {}),
  };
  if (row) updateWebhook(tx, agentId, columns);
  else insertWebhook(tx, { agentId, createdAt: now, ...columns });
  if (after.url === null) failPending(tx, agentId, 'webhook_off', now);
  else if (after.url !== before.url) queuePing(tx, ids, { agentId, traceId }, now);
  return {
    before,
    after,
    hasSecret: made !== undefined || Boolean(row?.secret),
    secret: made?.plain ?? null,
  };
}

/** Keeps where events go. Gives the secret that will sign them: shown once, sealed in the file. */
export function setUpWebhook(
  tx: Tx,
  vault: Pick<Vault, 'seal'>,
  { url, ...context }: ChangeContext & { readonly url: string },
): string {
  const { secret } = changeWebhook(tx, vault, { url }, context);
  if (secret === null) throw new Error('A new endpoint got no secret');
  return secret;
}

/**
 * Replaces the secret, which is shown once. With an overlap the older one goes on signing until then, and both sign
 * where the headers have room for two.
 */
export function replaceSecret(
  tx: Tx,
  vault: Pick<Vault, 'seal'>,
  { agentId, overlapMs, now }: { readonly agentId: string; readonly overlapMs: number; readonly now: number },
): string {
  const row = findWebhook(tx, agentId);
  const { plain, sealed } = makeSecret(vault, agentId);
  const overlap =
    overlapMs > 0 && row?.secret
      ? { previousSecret: row.secret, previousSecretUntil: now + overlapMs }
      : { previousSecret: null, previousSecretUntil: null };
  if (row) updateWebhook(tx, agentId, { secret: sealed, ...overlap });
  else insertWebhook(tx, { agentId, secret: sealed, createdAt: now });
  return plain;
}

/** An agent leaves its owner: nothing of its goes where they wanted it, and nobody after them reads what was sent. */
export function forgetWebhook(tx: Tx, agentId: string): number {
  deleteDeliveries(tx, agentId);
  return deleteWebhook(tx, agentId);
}

export interface SigningSecrets {
  readonly secret: string;
  readonly nextSecret: string | null;
}

/** What signs now. @throws when the endpoint has no secret, which one with a URL always has */
export function openSecrets(
  vault: Pick<Vault, 'open'>,
  row: Pick<WebhookRow, 'agentId' | 'secret' | 'previousSecret' | 'previousSecretUntil'>,
  now: number,
): SigningSecrets {
  const { agentId, secret, previousSecret, previousSecretUntil } = row;
  if (!secret) throw new Error(`The webhook of agent ${agentId} has no secret`);
  const open = (sealed: Buffer): string => vault.open('webhooks', sealed, agentId).toString('utf8');
  const isOverlap = previousSecret !== null && previousSecretUntil !== null && previousSecretUntil > now;
  return isOverlap
    ? { secret: open(previousSecret), nextSecret: open(secret) }
    : { secret: open(secret), nextSecret: null };
}
