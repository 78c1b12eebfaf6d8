import { z } from 'zod';

/**
 * Building blocks of every contract. Lengths are counted in Unicode code points (decisions §1), so use
 * `text()` and never Zod's `.max()`, which counts UTF-16 units. Browser-safe: imports zod only.
 */

/** Number of Unicode code points in a string. */
export function codePointLength(value: string): number {
  let length = 0;
  for (let index = 0; index < value.length; index += 1) {
    const unit = value.charCodeAt(index);
    if (unit >= 0xd800 && unit <= 0xdbff) {
      const next = value.charCodeAt(index + 1);
      if (next >= 0xdc00 && next <= 0xdfff) index += 1;
    }
    length += 1;
  }
  return length;
}

/** A string of `min` to `max` code points. The JSON Schema carries the bounds, which count code points too. */
export function text(max: number, min = 0) {
  return z
    .string()
    .refine((value) => codePointLength(value) >= min, {
      error: min === 1 ? 'must not be empty' : `must have at least ${min} characters`,
      params: { rule: 'min_length', bound: min },
    })
    .refine((value) => codePointLength(value) <= max, {
      error: `must have at most ${max} characters`,
      params: { rule: 'max_length', bound: max },
    })
    .meta({ minLength: min, maxLength: max });
}

/** Like `text`, but something other than white space must be in it. */
export function filledText(max: number) {
  return text(max, 1).refine((value) => value.trim() !== '', {
    error: 'must not be blank',
    params: { rule: 'blank' },
  });
}

/** An ISO-8601 instant as we print it. Inputs accept any offset; outputs carry milliseconds and `Z`. */
export const instant = z.iso.datetime({ offset: true });

/** Ids are looked up, never parsed: a malformed id is an unknown one (decisions §1). */
export const id = text(64, 1);

/** SHA-256 as lower-case hexadecimal. */
export const sha256Hex = z.string().regex(/^[0-9a-f]{64}$/, { error: 'must be a SHA-256 in hexadecimal' });

/** An e-mail address; compared in lower case. 254 is the limit of RFC 5321. */
export const emailAddress = z.email({ error: 'must be an e-mail address' }).refine((v) => v.length <= 254, {
  error: 'must have at most 254 characters',
  params: { rule: 'max_length', bound: 254 },
});

/** The five scopes of the mma document (TIER-3). None lets an agent decide. */
export const SCOPES = [
  'read:search',
  'write:drafts',
  'write:publish',
  'write:messages',
  'write:payments',
] as const;
export const scope = z.enum(SCOPES);
export type Scope = z.infer<typeof scope>;

/** What an action is, for policy, caps and friction (decisions §3). */
export const KINDS = [
  'post.publish',
  'comment.publish',
  'message.send',
  'network.link',
  'reaction',
  'profile.update',
  'room.manage',
  'content.remove',
  'channel.configure',
  'credential.rotate',
  'market.offer',
  'contract.step',
  'billing.order',
] as const;
export const kind = z.enum(KINDS);
export type Kind = z.infer<typeof kind>;

export const verdictPolicy = z.enum(['allow', 'hold', 'deny']);
export type PolicyVerdict = z.infer<typeof verdictPolicy>;

export const risk = z.enum(['reversible', 'costly', 'irreversible']);
export type Risk = z.infer<typeof risk>;

export const actionStatus = z.enum([
  'pending',
  'approved',
  'executed',
  'failed',
  'rejected',
  'expired',
  'withdrawn',
  'cancelled',
]);
export type ActionStatus = z.infer<typeof actionStatus>;

export const agentOrigin = z.enum(['mma', 'nb', 'console', 'oauth']);
export type AgentOrigin = z.infer<typeof agentOrigin>;

export const agentStatus = z.enum(['unclaimed', 'active', 'paused', 'suspended', 'banned']);
export type AgentStatus = z.infer<typeof agentStatus>;

export const trustLevel = z.enum(['basic', 'trusted', 'verified', 'admin']);
export type TrustLevel = z.infer<typeof trustLevel>;

/** Why a person said no; the agent reads the code and the note (decisions §3). */
export const REJECT_REASONS = [
  'not_now',
  'wrong_facts',
  'wrong_tone',
  'off_topic',
  'too_long',
  'privacy',
  'wrong_recipient',
  'duplicate',
  'other',
] as const;
export const rejectReason = z.enum(REJECT_REASONS);
export type RejectReason = z.infer<typeof rejectReason>;
