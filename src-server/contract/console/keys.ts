import { z } from 'zod';
import { filledText, id, instant, scope, text } from '../common';
import { endpoint } from './endpoint';

/** Live keys of ours that stood in what an agent wrote. */
export const keyLeak = z.object({
  times: z.number().int(),
  lastSeenAt: z.string(),
  /** Who wrote it last; another person's agent is named too, its proposal is not. */
  agent: z.object({ id: z.string(), name: z.string(), handle: z.string().nullable() }),
  /** The proposal, where it is one of yours; null where the text was refused before it became one. */
  actionId: z.string().nullable(),
});
export type KeyLeak = z.infer<typeof keyLeak>;

export const TOOL_NAMES = ['dotted', 'underscore'] as const;
export const toolNames = z.enum(TOOL_NAMES);

export const agentKey = z.object({
  id: z.string(),
  name: z.string(),
  /** First characters, enough to recognise it: `mma_a1b2c3d4`. */
  prefix: z.string(),
  scopes: z.array(scope),
  createdAt: z.string(),
  expiresAt: z.string().nullable(),
  revokedAt: z.string().nullable(),
  /** Refused until it is thawed. */
  frozenAt: z.string().nullable(),
  /** How tool names are printed to its client; null: by what the client calls itself. */
  toolNames: toolNames.nullable(),
  replacedAt: z.string().nullable(),
  replacedById: z.string().nullable(),
  callsCount: z.number().int(),
  /** Calls with it after it was replaced; null where it was not. */
  callsSinceReplacement: z.number().int().nullable(),
  lastUsedAt: z.string().nullable(),
  lastClient: z.string().nullable(),
  lastAddress: z.string().nullable(),
  /** The last call came from the computer that the server runs on. */
  isLastLocal: z.boolean(),
  /** Set while it is live and its owner has not answered yet. */
  leak: keyLeak.nullable(),
});
export type AgentKey = z.infer<typeof agentKey>;

export const KEY_STATES = ['live', 'expiring', 'overlap', 'frozen', 'revoked', 'expired'] as const;
export type KeyState = (typeof KEY_STATES)[number];

/** How long before its end a key is said to expire soon, in milliseconds. */
export const EXPIRING_SOON_MS = 7 * 24 * 3_600_000;

/** What a key is now, by its own times alone. */
export function keyStateOf(
  key: Pick<AgentKey, 'revokedAt' | 'expiresAt' | 'frozenAt' | 'replacedAt'>,
  now: number,
): KeyState {
  const end = key.expiresAt === null ? Infinity : Date.parse(key.expiresAt);
  if (key.revokedAt !== null) return 'revoked';
  if (end <= now) return 'expired';
  if (key.frozenAt !== null) return 'frozen';
  if (key.replacedAt !== null) return 'overlap';
  return end - now <= EXPIRING_SOON_MS ? 'expiring' : 'live';
}

/** A key in full. It is in this answer and nowhere else. */
export const newKey = z.object({
  id: z.string(),
  secret: z.string(),
  prefix: z.string(),
  scopes: z.array(scope),
});
export type NewKey = z.infer<typeof newKey>;

/** A key beside whose it is, for the table over all agents. */
export const ownedKey = agentKey.extend({
  agent: z.object({
    id: z.string(),
    name: z.string(),
    handle: z.string().nullable(),
    isSample: z.boolean(),
  }),
});
export type OwnedKey = z.infer<typeof ownedKey>;

export const listKeys = endpoint({
  method: 'GET',
  path: '/keys',
  summary: 'The keys of all your agents, agent by agent, newest first; at most 50 of each',
  query: z.strictObject({
    cursor: text(200).optional(),
    /** Agents a page. */
    limit: z.coerce.number().int().min(1).max(100).optional(),
  }),
  answer: z.object({ items: z.array(ownedKey), nextCursor: z.string().nullable() }),
});

const keyParams = z.strictObject({ id, keyId: id });

export const createKeyBody = z.strictObject({
  name: filledText(60),
  scopes: z.array(scope).min(1).max(5).optional(),
  expiresAt: instant.optional(),
});

export const updateKeyBody = z.strictObject({
  name: filledText(60).optional(),
  scopes: z.array(scope).min(1).max(5).optional(),
  /** Null: it never ends by itself. */
  expiresAt: instant.nullable().optional(),
  toolNames: toolNames.nullable().optional(),
});

export const updateKey = endpoint({
  method: 'PATCH',
  path: '/agents/:id/keys/:keyId',
  summary: 'Rename a live key, change its end, its scopes or how it is told the tools',
  params: keyParams,
  body: updateKeyBody,
  answer: agentKey,
});

/** Hours the old key may live on beside the new one. */
export const OVERLAP_HOURS_MAX = 168;

export const rotateKeyBody = z.strictObject({
  overlapHours: z.number().int().min(0).max(OVERLAP_HOURS_MAX),
  name: filledText(60).optional(),
});

export const rotateKey = endpoint({
  method: 'POST',
  path: '/agents/:id/keys/:keyId/rotate',
  summary: 'Replace a live key; the old one ends at once or after an overlap, the new one is shown once',
  params: keyParams,
  body: rotateKeyBody,
  answer: z.object({ key: newKey, old: agentKey }),
});

export const regenerateKey = endpoint({
  method: 'POST',
  path: '/agents/:id/regenerate-key',
  summary: 'End every key of an agent at once and make one new one, shown once',
  params: z.strictObject({ id }),
  answer: z.object({
    key: newKey,
    /** Keys that were live until now. */
    ended: z.number().int(),
  }),
});

export const keyClient = z.object({
  client: z.string(),
  address: z.string(),
  /** Called from the computer that the server runs on. */
  isLocal: z.boolean(),
  firstSeenAt: z.string(),
  lastSeenAt: z.string(),
  calls: z.number().int(),
  /** Another live key of the same agent that the same client used of late: it may not break. */
  otherKey: z.object({ id: z.string(), name: z.string(), prefix: z.string() }).nullable(),
});
export type KeyClient = z.infer<typeof keyClient>;

/** Who would lose access: callers older than this are no longer counted. */
export const IMPACT_DAYS = 30;

export const getKeyImpact = endpoint({
  method: 'GET',
  path: '/agents/:id/keys/:keyId/impact',
  summary: 'Which clients used the key in the last 30 days, and whether each has another live key',
  params: keyParams,
  answer: z.object({ clients: z.array(keyClient), isLive: z.boolean() }),
});

export const freezeKey = endpoint({
  method: 'POST',
  path: '/agents/:id/keys/:keyId/freeze',
  summary: 'Refuse every call with this key until it is thawed',
  params: keyParams,
  answer: agentKey,
});

export const thawKey = endpoint({
  method: 'POST',
  path: '/agents/:id/keys/:keyId/thaw',
  summary: 'Let a frozen key call again',
  params: keyParams,
  answer: agentKey,
});

export const settleLeak = endpoint({
  method: 'POST',
  path: '/agents/:id/keys/:keyId/leak/settle',
  summary: 'Leave a key that was written into a text as it is',
  params: keyParams,
  answer: agentKey,
});
