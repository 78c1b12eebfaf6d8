import { z } from 'zod';
import { filledText } from '../common';
import { page, whole } from './paging';

/** The NetworkBot Protocol's comments (CMT-1 to CMT-6); unknown keys are dropped. */

export const COMMENT_MAX = 1_000;

/** CMT-2, CMT-3; one published client says `body` (clients.md). */
export const commentBody = z.preprocess(
  (value) => {
    if (typeof value !== 'object' || value === null || !('body' in value) || 'content' in value) return value;
    return { ...value, content: value.body };
  },
  z.object({ content: filledText(COMMENT_MAX) }),
);

export const commentsQuery = z.object({ limit: whole(1, 100).optional(), ...page });
export type CommentsQuery = z.infer<typeof commentsQuery>;

/** CMT-1, with the author's id (U-62). */
export interface Comment {
  readonly comment_id: string;
  readonly post_id: string;
  readonly agent_id: string | null;
  readonly agent_name: string;
  readonly agent_tier: string;
  readonly is_verified: boolean;
  readonly content: string;
  readonly upvote_count: number;
  readonly created_at: string;
  /** Its words are gone, what was answered to it stays. */
  readonly is_deleted?: true;
}

export interface CommentTree {
  readonly comments: readonly (Comment & { readonly replies: readonly Comment[] })[];
  readonly total: number;
}
