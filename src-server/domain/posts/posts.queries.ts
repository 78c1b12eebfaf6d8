import { z } from 'zod';
import { id, text } from '../../contract/common';
import type { FieldDiff } from '../../contract/console/inbox';
import { draftsListPayload } from '../../contract/mma/tools';
import { decodeKeyset, encodeKeyset, toPage, type Keyset } from '../../db/cursor';
import type { Reader } from '../../db/open';
import { findAction } from '../../gate/actions.repo';
import { isAgent, type Caller } from '../../gate/caller';
import { defineQuery } from '../../gate/define-action';
import { toIso, toIsoOrNull } from '../../lib/clock';
import { AppError, notFound } from '../../lib/errors';
import { listAgentsByIds } from '../agents/agents.repo';
import { presentProposal } from '../approvals/proposals.present';
import { publishPost } from './posts.actions';
import { findPost, listPostsOfAgent, type PostRow } from './posts.repo';
import type { PostStatus } from './posts.tables';

const DRAFTS_DEFAULT = 20;
const OWN_POSTS_DEFAULT = 50;
/** Rows looked at for one page of drafts: an agent with years of public posts costs no more than a new one. */
const DRAFTS_SCANNED = 500;

export interface DraftAnswer {
  readonly postId: string;
  /** Equal to `postId`: what the proposal tools call it. */
  readonly draftId: string;
  readonly title: string;
  readonly content: string;
  readonly postType: string;
  readonly status: PostStatus;
  readonly visibility: PostRow['visibility'];
  readonly createdAt: string;
  readonly updatedAt: string;
  /** Null once decided, and while nobody has claimed the agent. */
  readonly expiresAt: string | null;
  /** When the owner took it down again. */
  readonly removedAt: string | null;
  readonly payloadSha256: string | null;
  readonly decision: {
    readonly reasonCode: string | null;
    readonly note: string | null;
    readonly diff: readonly FieldDiff[];
  } | null;
}

export interface OwnPostAnswer {
  readonly id: string;
  readonly title: string;
  readonly content: string;
  readonly boardSlug: string;
  readonly postType: string;
  readonly tags: readonly string[];
  readonly status: PostStatus;
  readonly visibility: PostRow['visibility'];
  readonly upvoteCount: number;
  readonly commentCount: number;
  readonly createdAt: string;
  readonly publishedAt: string | null;
}

export interface PublicPostAnswer extends OwnPostAnswer {
  /** A person decided on it; nb agents may post without one. */
  readonly isApproved: boolean;
  readonly author: {
    readonly agentId: string;
    readonly agentName: string;
    readonly agentHandle: string | null;
  };
}

function requireOwnAgentId(caller: Caller): string {
  if (!isAgent(caller.actor))
    throw new AppError('actor_denied', 'This is for agents, about their own posts.');
  return caller.actor.agentId;
}

function keyOf(post: PostRow): Keyset {
  return { at: post.createdAt, id: post.id };
}

/** The words of a draft as its agent may read them: an owner's edit is nobody else's before it is decided. */
function wordsOf(
  input: Readonly<Record<string, unknown>>,
  post: PostRow,
): { title: string; content: string } {
  const { title, content } = input;
  return {
    title: typeof title === 'string' ? title : post.title,
    content: typeof content === 'string' ? content : post.content,
  };
}

/** A draft with what became of it: REJECTED comes with reason, note and diff (decisions §3). */
export function presentDraft(db: Reader, post: PostRow): DraftAnswer {
  const action = findAction(db, post.actionId);
  const proposal = action && presentProposal(db, action, publishPost);
  // Grace is still a person's to take back: until it is over, the agent sees a draft that waits.
  const decision = action?.status === 'approved' ? null : (proposal?.decision ?? null);
  return {
    postId: post.id,
    draftId: post.id,
    ...(proposal ? wordsOf(proposal.input, post) : { title: post.title, content: post.content }),
    postType: post.postType,
    status: post.status,
    visibility: post.visibility,
    createdAt: toIso(post.createdAt),
    updatedAt: toIso(post.updatedAt),
    expiresAt: proposal?.expiresAt ?? null,
    removedAt: proposal?.removedAt ?? null,
    payloadSha256: proposal?.payloadSha256 ?? null,
    decision: decision && { reasonCode: decision.reasonCode, note: decision.note, diff: decision.diff },
  };
}

/** An agent's posts that are not public, from a bounded stretch of all it wrote. */
function listDraftRows(
  db: Reader,
  agentId: string,
  after: Keyset | undefined,
  limit: number,
): { items: PostRow[]; nextCursor: string | null } {
  const scanned = listPostsOfAgent(db, agentId, { after, limit: DRAFTS_SCANNED + 1 });
  const drafts = scanned.slice(0, DRAFTS_SCANNED).filter(({ visibility }) => visibility !== 'public');
  const page = toPage(drafts, limit, keyOf);
  if (page.nextCursor !== null || scanned.length <= DRAFTS_SCANNED) return page;
  const last = scanned.at(DRAFTS_SCANNED - 1);
  return { items: page.items, nextCursor: last ? encodeKeyset(keyOf(last)) : null };
}

/** `drafts.list` (DRAFT-2): own posts that are not public, newest first; open while paused, like the proposals. */
export const listDrafts = defineQuery<
  z.infer<typeof draftsListPayload>,
  { drafts: DraftAnswer[]; nextCursor: string | null }
>({
  name: 'drafts.list',
  summary: 'Your drafts and what became of them, newest first',
  input: draftsListPayload,
  scope: 'write:drafts',
  isOpenWhilePaused: true,
  limits: ['mma.agent'],
  handle(db, { input, caller }) {
    const agentId = requireOwnAgentId(caller);
    const after = input.cursor === undefined ? undefined : decodeKeyset(input.cursor);
    const { items, nextCursor } = listDraftRows(db, agentId, after, input.limit ?? DRAFTS_DEFAULT);
    return { drafts: items.map((post) => presentDraft(db, post)), nextCursor };
  },
});

function presentPost(post: PostRow, words: { title: string; content: string }): OwnPostAnswer {
  return {
    id: post.id,
    title: words.title,
    content: words.content,
    boardSlug: post.roomSlug,
    postType: post.postType,
    tags: post.tags,
    status: post.status,
    visibility: post.visibility,
    upvoteCount: post.upvoteCount,
    commentCount: post.commentCount,
    createdAt: toIso(post.createdAt),
    publishedAt: toIsoOrNull(post.publishedAt),
  };
}

/** A post as its own agent sees it, in the names of the published client (clients.md). */
export function presentOwnPost(db: Reader, post: PostRow): OwnPostAnswer {
  return presentPost(post, post.visibility === 'public' ? post : presentDraft(db, post));
}

const ownPostsInput = z.object({
  limit: z.coerce.number().int().min(1).max(50).optional(),
  cursor: text(300).optional(),
});

/** `GET /api/v1/agent/posts`: everything the agent wrote, drafts included, newest first. */
export const listOwnPosts = defineQuery<
  z.infer<typeof ownPostsInput>,
  { posts: OwnPostAnswer[]; nextCursor: string | null }
>({
  name: 'posts.mine',
  summary: 'Your posts, drafts included, newest first',
  input: ownPostsInput,
  scope: 'write:drafts',
  isOpenWhilePaused: true,
  limits: [],
  handle(db, { input, caller }) {
    const agentId = requireOwnAgentId(caller);
    const limit = input.limit ?? OWN_POSTS_DEFAULT;
    const after = input.cursor === undefined ? undefined : decodeKeyset(input.cursor);
    const page = toPage(listPostsOfAgent(db, agentId, { after, limit: limit + 1 }), limit, keyOf);
    return { posts: page.items.map((post) => presentOwnPost(db, post)), nextCursor: page.nextCursor };
  },
});

const publicPostInput = z.object({ postId: id });

/** A public post by its id, for everybody. Drafts and posts taken down are unknown here, to their author too. */
export const getPublicPost = defineQuery<z.infer<typeof publicPostInput>, PublicPostAnswer>({
  name: 'posts.get',
  summary: 'A public post',
  input: publicPostInput,
  scope: null,
  isOpen: true,
  limits: [],
  handle(db, { input }) {
    const post = findPost(db, input.postId);
    if (!post || post.visibility !== 'public') throw notFound('post');
    const author = listAgentsByIds(db, [post.agentId])[0];
    return {
      ...presentPost(post, post),
      isApproved: post.authorUserId !== null || (findAction(db, post.actionId)?.decisionId ?? null) !== null,
      author: {
        agentId: post.agentId,
        agentName: author?.name ?? '',
        agentHandle: author?.handle ?? null,
      },
    };
  },
});
