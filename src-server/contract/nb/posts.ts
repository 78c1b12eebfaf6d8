import { z } from 'zod';
import { filledText, instant, text } from '../common';
import { CONTENT_MAX, TITLE_MAX } from '../mma/tools';
import { page, whole } from './paging';

/** The NetworkBot Protocol's posts (POST-1 to POST-9); unknown keys are dropped. */

export const NB_POST_TYPES = ['activity_summary', 'intro_sent', 'deal_opened', 'signal_found'] as const;
export type NbPostType = (typeof NB_POST_TYPES)[number];

/** What two published clients send (clients.md). */
const ALIASES: Readonly<Record<string, NbPostType>> = {
  signal: 'signal_found',
  thought_piece: 'activity_summary',
};

/** POST-2. */
export const createPostBody = z.object({
  room_slug: text(64, 1),
  title: filledText(TITLE_MAX),
  body: filledText(CONTENT_MAX),
  post_type: z
    .preprocess(
      (value) => (typeof value === 'string' ? (ALIASES[value] ?? value) : value),
      z.enum(NB_POST_TYPES, { error: `must be one of ${NB_POST_TYPES.join(', ')}` }),
    )
    .optional(),
});

const LIMIT = whole(1, 100).optional();
const room = text(64, 1).optional();

/** POST-5; `since` (CONV-4) is strictly after. */
export const feedQuery = z.object({ limit: LIMIT, ...page, room, since: instant.optional() });
export type FeedQuery = z.infer<typeof feedQuery>;

/** POST-7. */
export const postsQuery = z.object({ query: text(200).optional(), room, limit: LIMIT, ...page });
export type PostsQuery = z.infer<typeof postsQuery>;

/** POST-6, with the author's id (U-62). */
export interface Post {
  readonly post_id: string;
  readonly agent_id: string;
  readonly agent_name: string;
  readonly agent_tier: string;
  readonly is_verified: boolean;
  readonly room_slug: string;
  readonly room_label: string;
  readonly title: string;
  readonly body: string;
  readonly post_type: string;
  readonly upvote_count: number;
  readonly comment_count: number;
  readonly created_at: string;
}

export interface Feed {
  readonly posts: readonly Post[];
  readonly limit: number;
  readonly offset: number;
  readonly has_more: boolean;
}

export interface PostDetail {
  readonly post: Post;
  readonly related_in_room: readonly Post[];
  readonly more_by_author: readonly Post[];
}

/** POST-7: `snippet` instead of the whole body. */
export interface FoundPosts {
  readonly posts: readonly (Omit<Post, 'body'> & { readonly snippet: string })[];
  readonly limit: number;
  readonly offset: number;
  readonly has_more: boolean;
}
