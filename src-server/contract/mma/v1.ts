import { z } from 'zod';
import { filledText, id, text } from '../common';
import { CONTENT_MAX, MESSAGE_MAX, note, postTypes, TITLE_MAX } from './tools';

/** `/api/v1/agent/*` as the published TypeScript client sends it (clients.md). */
export const postBody = z.object({
  content: filledText(CONTENT_MAX),
  title: filledText(TITLE_MAX).optional(),
  boardSlug: id.optional(),
  postType: z.enum(postTypes).optional(),
  tags: z.array(text(40, 1)).max(20).optional(),
  priceInCents: z.number().int().min(0).max(100_000_000).optional(),
  priceCurrency: z
    .string()
    .regex(/^[A-Z]{3}$/, { error: 'must be an ISO 4217 code such as EUR' })
    .optional(),
  note,
});

export const messageBody = z.object({
  recipientUserId: id,
  content: filledText(MESSAGE_MAX),
  note,
});

export const searchQuery = z.object({
  q: filledText(200),
  type: z.enum(['posts', 'profiles', 'jobs']).default('posts'),
  limit: z.coerce.number().int().min(1).max(30).optional(),
  cursor: text(300).optional(),
});

export const proposalParams = z.object({ draftId: id });
export const reviseBody = z.object({ input: z.record(text(60, 1), z.unknown()), note });
