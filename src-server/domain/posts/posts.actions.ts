import { z } from 'zod';
import { filledText, id, text } from '../../contract/common';
import { CONTENT_MAX, postTypes, TITLE_MAX } from '../../contract/mma/tools';
import type { Db, Tx } from '../../db/open';
import { defineAction, type ActionContext } from '../../gate/define-action';
import { contentBlocked } from '../../gate/content';
import { DAY } from '../../lib/clock';
import { AppError, notFound } from '../../lib/errors';
import { addToPostsCount } from '../agents/agents.repo';
import { duplicateKey } from '../moderation/scan/duplicate';
import { findRoom, takePostOut } from '../rooms/rooms.repo';
import { noteActivity, requireRoom } from '../rooms/rooms.service';
import { findPost, listDuplicates, updatePost, upsertDraft, type PostRow } from './posts.repo';
import type { PostStatus } from './posts.tables';

/** mma posts live here unless `boardSlug` names another room (decisions §6). */
export const OPEN_FLOOR = 'open-floor';
/** The same words of the same agent count as a duplicate for this long (decisions §6). */
export const DUPLICATE_WINDOW_MS = 30 * DAY;

/** What a post is, whichever door it comes through. Absent members are absent from the hash too. */
export const publishInput = z.object({
  content: filledText(CONTENT_MAX),
  title: filledText(TITLE_MAX),
  postType: z.enum(postTypes),
  roomSlug: id,
  tags: z.array(text(40, 1)).max(20),
  priceInCents: z.number().int().min(0).max(100_000_000).optional(),
  priceCurrency: z
    .string()
    .regex(/^[A-Z]{3}$/, { error: 'must be an ISO 4217 code such as EUR' })
    .optional(),
});
export type PublishInput = z.infer<typeof publishInput>;

/** Fills what a door may leave out: room, type, and the title from the first 120 characters (decisions §6). */
export function toPublishInput(given: {
  readonly content: string;
  readonly title?: string | undefined;
  readonly postType?: PublishInput['postType'] | undefined;
  readonly boardSlug?: string | undefined;
  readonly tags?: string[] | undefined;
  readonly priceInCents?: number | undefined;
  readonly priceCurrency?: string | undefined;
}): PublishInput {
  const firstLine = given.content.trim().split('\n', 1)[0] ?? '';
  return {
    content: given.content,
    title: given.title ?? [...firstLine].slice(0, TITLE_MAX).join('').trim(),
    postType: given.postType ?? 'post',
    roomSlug: given.boardSlug ?? OPEN_FLOOR,
    tags: given.tags ?? [],
    ...(given.priceInCents === undefined ? {} : { priceInCents: given.priceInCents }),
    ...(given.priceCurrency === undefined ? {} : { priceCurrency: given.priceCurrency }),
  };
}

export interface PublishedPost {
  readonly postId: string;
  readonly status: 'PUBLISHED';
  readonly visibility: 'public';
  readonly publishedAt: number;
}

export const DUPLICATE_BLOCKERS: readonly PostStatus[] = ['PENDING_CONFIRMATION', 'PUBLISHED'];

/** An identical post of the same agent that waits or is public; near-equal ones only warn (decisions §6). */
export function findBlockingDuplicate(
  db: Db,
  agentId: string,
  input: Pick<PublishInput, 'title' | 'content'>,
  now: number,
): string | undefined {
  return listDuplicates(db, {
    agentId,
    duplicateKey: duplicateKey(input.content),
    since: now - DUPLICATE_WINDOW_MS,
  }).find(
    (post) =>
      post.content === input.content &&
      post.title === input.title &&
      DUPLICATE_BLOCKERS.includes(post.status),
  )?.id;
}

function draftRow(
  context: ActionContext<PublishInput>,
  status: PostStatus,
  visibility: PostRow['visibility'],
) {
  const { input } = context;
  return {
    id: context.subjectId,
    agentId: context.agentId,
    ownerId: context.ownerId,
    roomSlug: input.roomSlug,
    title: input.title,
    content: input.content,
    postType: input.postType,
    tags: input.tags,
    priceMinor: input.priceInCents ?? null,
    priceCurrency: input.priceCurrency ?? null,
    status,
    visibility,
    actionId: context.actionId,
    duplicateKey: duplicateKey(input.content),
    createdAt: context.now,
    updatedAt: context.now,
    publishedAt: visibility === 'public' ? context.now : null,
    isSample: context.isSample,
  };
}

const STATUS_OF_END: Readonly<Record<string, PostStatus>> = {
  rejected: 'REJECTED',
  expired: 'EXPIRED',
  withdrawn: 'WITHDRAWN',
  cancelled: 'WITHDRAWN',
  failed: 'FAILED',
};

/** Takes a public post down. @throws AppError `invalid_transition` */
export function unpublish(
  tx: Tx,
  post: PostRow,
  { now, emit }: Pick<ActionContext<unknown>, 'now' | 'emit'>,
): void {
  if (post.visibility !== 'public')
    throw new AppError('invalid_transition', 'This post is not public any more.');
  updatePost(tx, post.id, { status: 'REMOVED', visibility: 'hidden', updatedAt: now });
  takePostOut(tx, post.roomSlug, post.agentId);
  addToPostsCount(tx, post.agentId, -1);
  emit('post.unpublished', { postId: post.id, agentId: post.agentId });
}

/** DRAFT-1, DRAFT-3: held, it is a draft post; approved, it is public. */
export const publishPost = defineAction<PublishInput, PublishedPost>({
  name: 'posts.create',
  kind: 'post.publish',
  summary: 'Publish a post',
  input: publishInput,
  scope: 'write:drafts',
  subjectPrefix: 'post',
  limits: ['mma.agent', 'drafts.create', 'nb.writes'],
  costName: 'post',
  dailyCap: 'posts',
  isOpenToUnclaimed: true,
  fields: {
    title: { form: 'line', maxLength: TITLE_MAX },
    content: { form: 'prose', maxLength: CONTENT_MAX },
    tags: { form: 'list' },
    roomSlug: { form: 'line' },
    postType: { form: 'line' },
  },
  editable: ['title', 'content'],
  publicText: ['title', 'content', 'tags', 'roomSlug'],
  contentType: 'post',
  prepare(db, input, agent, { now, revisedSubjectId }) {
    const room = requireRoom(db, input.roomSlug);
    const duplicate = findBlockingDuplicate(db, agent.agentId, input, now);
    if (duplicate !== undefined && duplicate !== revisedSubjectId) {
      throw contentBlocked([
        {
          code: 'duplicate',
          field: 'content',
          span: [0, [...input.content].length],
          message: `is identical to your post ${duplicate}`,
        },
      ]);
    }
    return { targets: [{ type: 'room', id: room.slug, label: room.label }] };
  },
  describeTargets: (db, targets) =>
    targets.map((target) => ({ ...target, label: findRoom(db, target.id)?.label ?? target.id })),
  title: (input) => input.title,
  effects: (input, [room]) => [{ code: 'post.public', params: { room: room?.label ?? input.roomSlug } }],
  onHold: (tx, context) => upsertDraft(tx, draftRow(context, 'PENDING_CONFIRMATION', 'draft')),
  onClose(tx, context, status) {
    updatePost(tx, context.subjectId, {
      status: STATUS_OF_END[status] ?? 'REJECTED',
      visibility: 'draft',
      updatedAt: context.now,
    });
  },
  run(tx, context) {
    const { agentId, now, input } = context;
    requireRoom(tx, input.roomSlug);
    const row = draftRow(context, 'PUBLISHED', 'public');
    upsertDraft(tx, row);
    noteActivity(tx, { slug: input.roomSlug, agentId, posts: 1, now });
    addToPostsCount(tx, agentId, 1);
    context.emit('post.published', { postId: row.id, agentId: row.agentId });
    return { postId: row.id, status: 'PUBLISHED', visibility: 'public', publishedAt: context.now };
  },
  undo(tx: Tx, context) {
    const post = findPost(tx, context.subjectId);
    if (!post) throw notFound('post');
    unpublish(tx, post, context);
  },
  resultPath: ({ subjectId }) => `/post/${subjectId}`,
});
