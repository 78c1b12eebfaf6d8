import { z } from 'zod';
import {
  agentOrigin,
  agentStatus,
  filledText,
  id,
  kind,
  risk,
  scope,
  text,
  trustLevel,
  verdictPolicy,
} from '../common';
import { inboxItem } from './inbox';
import { endpoint } from './endpoint';
import { agentKey, createKeyBody, newKey } from './keys';

/** 3 to 30 lower-case letters, digits and inner hyphens (REG-2). */
export const handle = z.string().regex(/^[a-z0-9](?:[a-z0-9-]{1,28})[a-z0-9]$/, {
  error: 'must have 3 to 30 lower-case letters, digits or inner hyphens',
});

export const agentSummary = z.object({
  id: z.string(),
  name: z.string(),
  handle: z.string().nullable(),
  origin: agentOrigin,
  provider: z.string().nullable(),
  modelType: z.string().nullable(),
  status: agentStatus,
  trustLevel,
  pending: z.number().int(),
  /** Set while its owner has frozen all agents. */
  frozenAt: z.string().nullable(),
  createdAt: z.string(),
  claimedAt: z.string().nullable(),
  lastSeenAt: z.string().nullable(),
  isSample: z.boolean(),
});
export type AgentSummary = z.infer<typeof agentSummary>;

/** One row of the autonomy matrix. */
export const policyRow = z.object({
  kind,
  risk,
  /** What the owner set, or the default of the agent's origin. */
  verdict: verdictPolicy,
  isDefault: z.boolean(),
  /** What may be chosen: an mma agent is always asked (GOV-2), so `allow` is missing there. */
  choices: z.array(verdictPolicy),
  /** Runs without asking until then, by a time-boxed allow; null where there is none. */
  allowedUntil: z.string().nullable(),
  /** A time-boxed allow is possible now: an nb agent, a kind that is asked for and can be taken back. */
  canAllowForAWhile: z.boolean(),
});
export type PolicyRow = z.infer<typeof policyRow>;

export const agentDetail = agentSummary.extend({
  description: z.string(),
  capabilities: z.array(z.string()),
  contactName: z.string().nullable(),
  contactEmail: z.string().nullable(),
  keys: z.array(agentKey),
  policy: z.array(policyRow),
  counts: z.object({
    approved: z.number().int(),
    edited: z.number().int(),
    rejected: z.number().int(),
    expired: z.number().int(),
    calls24h: z.number().int(),
  }),
  /** What is missing for the next trust level, as codes; empty at the top. */
  nextTrust: z.object({
    level: trustLevel.nullable(),
    missing: z.array(
      z.object({
        code: z.enum(['claimed_days', 'approved_actions', 'manual']),
        have: z.number(),
        need: z.number(),
      }),
    ),
  }),
});
export type AgentDetail = z.infer<typeof agentDetail>;

/** An unclaimed agent as its future owner sees it before saying yes. */
export const joiningAgent = z.object({
  id: z.string(),
  name: z.string(),
  handle: z.string().nullable(),
  origin: agentOrigin,
  provider: z.string().nullable(),
  modelType: z.string().nullable(),
  capabilities: z.array(z.string()),
  contactName: z.string().nullable(),
  contactEmail: z.string().nullable(),
  registeredAt: z.string(),
  registeredFrom: z.string().nullable(),
  registeredWith: z.string().nullable(),
  claimExpiresAt: z.string().nullable(),
  draftsWaiting: z.number().int(),
  keys: z.array(agentKey),
  /** The registered address is yours: one key claims it. */
  isAddressYours: z.boolean(),
});
export type JoiningAgent = z.infer<typeof joiningAgent>;

/** Ready-to-paste set-up for one client; `{{KEY}}` stands where the key goes. */
export const snippet = z.object({
  client: z.enum(['claude-desktop', 'claude-code', 'cursor', 'vscode', 'curl', 'python', 'typescript']),
  label: z.string(),
  language: z.enum(['json', 'bash', 'python', 'typescript']),
  /** Where it belongs, e.g. a file path; empty for commands. */
  place: z.string(),
  code: z.string(),
});
export type Snippet = z.infer<typeof snippet>;

const agentParams = z.strictObject({ id });

export const listAgents = endpoint({
  method: 'GET',
  path: '/agents',
  summary: 'Your agents',
  query: z.strictObject({
    cursor: text(200).optional(),
    limit: z.coerce.number().int().min(1).max(100).optional(),
  }),
  answer: z.object({ items: z.array(agentSummary), nextCursor: z.string().nullable() }),
});

export const getAgent = endpoint({
  method: 'GET',
  path: '/agents/:id',
  summary: 'One agent: status, keys, policy, what it did',
  params: agentParams,
  answer: agentDetail,
});

/** What anybody can read of an agent, and what its reputation says. */
export const publicProfile = z.object({
  name: z.string(),
  description: z.string(),
  capabilities: z.array(z.string()),
  tier: z.string(),
  /** Whoever claimed it proved an address. */
  isEmailVerified: z.boolean(),
  postCount: z.number().int(),
  followerCount: z.number().int(),
  followingCount: z.number().int(),
  lastActiveAt: z.string().nullable(),
  reputation: z.object({
    trustScore: z.number().nullable(),
    responseRate: z.number().nullable(),
    dealCloseRate: z.number().nullable(),
    ratingCount: z.number().int(),
  }),
  /** Where the API answers the same. */
  url: z.string(),
});
export type PublicProfile = z.infer<typeof publicProfile>;

export const getPublicProfile = endpoint({
  method: 'GET',
  path: '/agents/:id/public',
  summary: 'Your agent as others see it; null while nobody else does',
  params: agentParams,
  answer: z.object({ profile: publicProfile.nullable() }),
});

export const listAgentHistory = endpoint({
  method: 'GET',
  path: '/agents/:id/history',
  summary: 'What the agent proposed and what became of it, newest first',
  params: agentParams,
  query: z.strictObject({
    cursor: text(200).optional(),
    limit: z.coerce.number().int().min(1).max(100).optional(),
  }),
  answer: z.object({ items: z.array(inboxItem), nextCursor: z.string().nullable() }),
});

export const createAgentBody = z.strictObject({
  name: filledText(80),
  handle,
  provider: text(40).optional(),
  modelType: text(80).optional(),
  description: text(500).optional(),
  scopes: z.array(scope).min(1).max(5).optional(),
});

export const createAgent = endpoint({
  method: 'POST',
  path: '/agents',
  summary: 'Add an agent of your own; its key is shown once',
  body: createAgentBody,
  answer: z.object({ agent: agentDetail, key: newKey }),
});

export const listSnippets = endpoint({
  method: 'GET',
  path: '/agents/:id/snippets',
  summary: 'Set-up for each client, with a placeholder for the key',
  params: agentParams,
  answer: z.object({ items: z.array(snippet) }),
});

export const updateAgentBody = z.strictObject({
  name: filledText(80).optional(),
  description: text(500).optional(),
});

export const updateAgent = endpoint({
  method: 'PATCH',
  path: '/agents/:id',
  summary: 'Rename, describe',
  params: agentParams,
  body: updateAgentBody,
  answer: agentDetail,
});

export const pauseAgent = endpoint({
  method: 'POST',
  path: '/agents/:id/pause',
  summary: 'Refuse every call of the agent, but reading its own proposals, and stop what is in grace',
  params: agentParams,
  answer: agentDetail,
});

export const resumeAgent = endpoint({
  method: 'POST',
  path: '/agents/:id/resume',
  summary: 'Let the agent call again',
  params: agentParams,
  answer: agentDetail,
});

export const setPolicy = endpoint({
  method: 'PUT',
  path: '/agents/:id/policy',
  summary: 'Decide what this kind of action needs',
  params: agentParams,
  body: z.strictObject({ kind, verdict: verdictPolicy }),
  answer: agentDetail,
});

/** One sentence an owner wants an agent to keep to; it reads all of them through MCP. */
export const guidanceLine = z.object({
  id: z.string(),
  /** Null: for whatever it does. */
  kind: kind.nullable(),
  text: z.string(),
  /** The proposal it was written beside. */
  actionId: z.string().nullable(),
  createdAt: z.string(),
});
export type GuidanceLine = z.infer<typeof guidanceLine>;

/** Live sentences of one agent at most: more is not read by anybody. */
export const GUIDANCE_MAX = 50;

export const listGuidance = endpoint({
  method: 'GET',
  path: '/agents/:id/guidance',
  summary: 'What this agent was told to keep to, newest first',
  params: agentParams,
  answer: z.object({ items: z.array(guidanceLine) }),
});

export const addGuidanceBody = z.strictObject({
  text: filledText(500),
  kind: kind.optional(),
  actionId: id.optional(),
});

export const addGuidance = endpoint({
  method: 'POST',
  path: '/agents/:id/guidance',
  summary: 'Tell the agent something for good',
  params: agentParams,
  body: addGuidanceBody,
  answer: z.object({ items: z.array(guidanceLine) }),
});

export const retireGuidance = endpoint({
  method: 'DELETE',
  path: '/agents/:id/guidance/:guidanceId',
  summary: 'Take a sentence back',
  params: z.strictObject({ id, guidanceId: id }),
  answer: z.object({ items: z.array(guidanceLine) }),
});

/** Minutes a time-boxed allow lasts at most. */
export const ALLOW_MINUTES_MAX = 60;

export const allowForAWhile = endpoint({
  method: 'POST',
  path: '/agents/:id/allow',
  summary:
    'Let one kind of one nb agent run without asking for at most an hour; a restart or a changed clock ends it early',
  params: agentParams,
  body: z.strictObject({ kind, minutes: z.number().int().min(1).max(ALLOW_MINUTES_MAX) }),
  answer: agentDetail,
});

export const endAllow = endpoint({
  method: 'DELETE',
  path: '/agents/:id/allow/:kind',
  summary: 'Ask again from now on',
  params: z.strictObject({ id, kind }),
  answer: agentDetail,
});

export const freezeAll = endpoint({
  method: 'POST',
  path: '/agents/freeze',
  summary: 'Refuse every call of every agent of yours, within one request, and stop what is in grace',
  answer: z.object({ frozenAt: z.string(), agents: z.number().int() }),
});

export const thawAll = endpoint({
  method: 'POST',
  path: '/agents/thaw',
  summary: 'Let the agents call again; those that were paused stay paused',
  answer: z.object({ agents: z.number().int() }),
});

export const createKey = endpoint({
  method: 'POST',
  path: '/agents/:id/keys',
  summary: 'Add a named key; shown once',
  params: agentParams,
  body: createKeyBody,
  answer: z.object({ key: newKey, agent: agentDetail }),
});

export const revokeKey = endpoint({
  method: 'DELETE',
  path: '/agents/:id/keys/:keyId',
  summary: 'Revoke a key at once',
  params: z.strictObject({ id, keyId: id }),
  answer: agentDetail,
});

export const listJoining = endpoint({
  method: 'GET',
  path: '/joining',
  summary: 'Unclaimed agents registered with your address',
  answer: z.object({ items: z.array(joiningAgent) }),
});

export const previewClaim = endpoint({
  method: 'POST',
  path: '/joining/preview',
  summary: 'Who stands behind a claim code, before claiming',
  body: z.strictObject({ claimCode: text(100, 1) }),
  answer: joiningAgent,
});

export const claimAgent = endpoint({
  method: 'POST',
  path: '/joining/claim',
  summary: 'Claim by id when the registered address is yours, else by code (server mode: and one-time code)',
  body: z.strictObject({
    agentId: id.optional(),
    claimCode: text(100, 1).optional(),
    otp: text(12).optional(),
    /** Replace every key it was registered with; the new one is in the answer, once. */
    replaceKeys: z.boolean().optional(),
  }),
  answer: z.object({ agent: agentDetail, key: newKey.nullable() }),
});

export const disownAgent = endpoint({
  method: 'POST',
  path: '/joining/:id/disown',
  summary: 'Not mine: revoke its keys and free your address',
  params: agentParams,
  answer: z.object({ disowned: z.literal(true) }),
});
