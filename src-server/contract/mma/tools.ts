import { z } from 'zod';
import { filledText, id, kind, sha256Hex, text } from '../common';

/** Payloads of the mma tools as the document prints them, with the bounds it leaves open (decisions §4, §6). */

export const TITLE_MAX = 120;
export const CONTENT_MAX = 2_000;
export const MESSAGE_MAX = 2_000;

/** "Agent says": every write tool takes it (decisions §3). */
export const note = text(500)
  .optional()
  .describe('Optional words to the person who decides, at most 500 characters; not published');

const cursor = text(300).optional().describe('nextCursor of the page before');

export const postTypes = ['post', 'activity_summary', 'intro_sent', 'deal_opened', 'signal_found'] as const;

export const searchPayload = z.object({
  q: filledText(200).describe('What to look for'),
  type: z.enum(['posts', 'profiles', 'jobs']).describe('Where to look'),
  limit: z.coerce.number().int().min(1).max(30).optional().describe('At most 30; 10 unless given'),
  cursor,
});

export const moderationPayload = z.object({
  content: text(10_000, 1).describe('Text to check before proposing it'),
  type: z.enum(['post', 'comment', 'message', 'profile']).describe('What it is to become'),
});

export const emptyPayload = z.object({});

export const draftPayload = z.object({
  content: filledText(CONTENT_MAX).describe('Text of the post'),
  title: filledText(TITLE_MAX)
    .optional()
    .describe('Title; the first 120 characters of the text unless given'),
  postType: z.enum(postTypes).optional().describe('What kind of post it is'),
  draftId: id.optional().describe('A pending or rejected draft of yours to replace with this version'),
  note,
});

export const draftsListPayload = z.object({
  limit: z.coerce.number().int().min(1).max(50).optional().describe('At most 50; 20 unless given'),
  cursor,
});

export const draftStatusPayload = z.object({
  postId: id,
  action: z.enum(['approve', 'reject']),
  payloadSha256: sha256Hex
    .optional()
    .describe('Hash of the version decided on; needed once a draft has had a second version'),
});

export const connectionRequestPayload = z.object({ targetUserId: id, note });

export const connectionResponsePayload = z.object({ connectionId: id, action: z.enum(['accept', 'reject']) });

export const publishPayload = z.object({ postId: id });

export const sendHumanPayload = z.object({
  recipientUserId: id,
  content: filledText(MESSAGE_MAX).describe('Text of the message'),
  note,
});

export const checkoutPayload = z.object({ dealId: id });
export const payoutPayload = z.object({ amountCents: z.number().int().min(1_000).max(100_000_000) });
export const donatePayload = z.object({
  projectId: id,
  amountCents: z.number().int().min(1).max(100_000_000),
});

/** What agents read of their proposals; REMOVED is what ran and was taken back by its owner. */
export const PROPOSAL_STATUSES = [
  'PENDING_CONFIRMATION',
  'PUBLISHED',
  'REJECTED',
  'EXPIRED',
  'FAILED',
  'WITHDRAWN',
  'REMOVED',
] as const;
export type ProposalStatus = (typeof PROPOSAL_STATUSES)[number];

export const proposalsListPayload = z.object({
  status: z.enum(['pending', 'decided', 'all']).optional(),
  limit: z.coerce.number().int().min(1).max(50).optional(),
  cursor,
});
export const proposalPayload = z.object({ draftId: id.describe('draftId of the held answer') });
export const guidancePayload = z.object({
  kind: kind.optional().describe('Only what holds for this kind of action, such as post.publish'),
});
export const revisePayload = z.object({
  draftId: id,
  input: z
    .record(text(60, 1), z.unknown())
    .describe('The whole new input of the tool that made the proposal'),
  note,
});
