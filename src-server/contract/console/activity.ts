import { z } from 'zod';
import { actionStatus, id, instant, kind, sha256Hex, text } from '../common';
import { endpoint } from './endpoint';
import { inboxDetail, wordChange } from './inbox';

/** What a line of the timeline is about; the filter's own words. */
export const ACTIVITY_GROUPS = [
  'proposals',
  'decisions',
  'effects',
  'agents',
  'keys',
  'account',
  'reads',
] as const;
export const activityGroup = z.enum(ACTIVITY_GROUPS);
export type ActivityGroup = z.infer<typeof activityGroup>;

export const activityAgent = z.object({
  id: z.string(),
  /** Its id where it is gone. */
  name: z.string(),
  handle: z.string().nullable(),
  isSample: z.boolean(),
});
export type ActivityAgent = z.infer<typeof activityAgent>;

export const activityActor = z.object({
  type: z.enum(['agent', 'user', 'system', 'anonymous']),
  id: z.string().nullable(),
  /** The agent's name, or what part of us acted; null for people. */
  name: z.string().nullable(),
  isYou: z.boolean(),
});
export type ActivityActor = z.infer<typeof activityActor>;

const scalar = z.union([z.string(), z.number(), z.boolean(), z.null()]);

/** Something that was written down: one row of the audit log, in the terms of the window. */
export const activityEvent = z.object({
  form: z.literal('event'),
  id: z.string(),
  seq: z.number().int(),
  at: z.string(),
  /** As in the audit log, e.g. `action.approved`; the window words it. */
  type: z.string(),
  group: activityGroup,
  actor: activityActor,
  agent: activityAgent.nullable(),
  subjectType: z.string().nullable(),
  subjectId: z.string().nullable(),
  /** The proposal it is about, as it stands now. */
  action: z
    .object({
      id: z.string(),
      title: z.string(),
      kind,
      status: actionStatus,
      version: z.number().int(),
    })
    .nullable(),
  traceId: z.string(),
  /** The plain values of the row: version, channel, reason code, verdict, … */
  facts: z.record(z.string(), scalar),
});
export type ActivityEvent = z.infer<typeof activityEvent>;

/** Reads of one agent that nothing else came between, within one hour. */
export const activityReads = z.object({
  form: z.literal('reads'),
  id: z.string(),
  /** The newest of them. */
  at: z.string(),
  since: z.string(),
  agent: activityAgent,
  count: z.number().int(),
  calls: z.array(z.object({ name: z.string(), outcome: z.string(), count: z.number().int() })),
  /** Programs that called, as they name themselves. */
  clients: z.array(z.string()),
});
export type ActivityReads = z.infer<typeof activityReads>;

export const activityItem = z.discriminatedUnion('form', [activityEvent, activityReads]);
export type ActivityItem = z.infer<typeof activityItem>;

export const listActivity = endpoint({
  method: 'GET',
  path: '/activity',
  summary: 'What you and your agents did, newest first; agents’ reads in groups',
  query: z.strictObject({
    agentId: id.optional(),
    group: activityGroup.optional(),
    q: text(200).optional(),
    from: instant.optional(),
    to: instant.optional(),
    cursor: text(200).optional(),
    limit: z.coerce.number().int().min(1).max(100).optional(),
  }),
  answer: z.object({
    items: z.array(activityItem),
    nextCursor: z.string().nullable(),
    /** With a filter: how far back this page looked, where it stopped before it found a full page. */
    searchedBackTo: z.string().nullable(),
    /** Row number to ask what is newer with. */
    newestSeq: z.number().int(),
  }),
});

export const listNewActivity = endpoint({
  method: 'GET',
  path: '/activity/newer',
  summary: 'What was written after a row, newest first, with the same filters; up to 100',
  query: z.strictObject({
    after: z.coerce.number().int().min(0).max(Number.MAX_SAFE_INTEGER),
    agentId: id.optional(),
    group: activityGroup.optional(),
    q: text(200).optional(),
  }),
  answer: z.object({
    items: z.array(activityEvent),
    /** More came than are listed: read the list anew. */
    hasMore: z.boolean(),
    newestSeq: z.number().int(),
  }),
});

const caseActor = activityActor;

/** One line of a case file. New kinds of line become new forms. */
export const caseEntry = z.discriminatedUnion('form', [
  z.object({
    form: z.literal('audit'),
    id: z.string(),
    seq: z.number().int(),
    at: z.string(),
    type: z.string(),
    actor: caseActor,
    version: z.number().int().nullable(),
    payloadHash: sha256Hex.nullable(),
    rowHash: sha256Hex,
    facts: z.record(z.string(), scalar),
    /** What the owner changed, where the row is an edit and its personal data can be read. */
    diff: z.array(z.object({ field: z.string(), changes: z.array(wordChange) })),
    decisionId: z.string().nullable(),
  }),
  z.object({
    form: z.literal('event'),
    id: z.string(),
    seq: z.number().int(),
    at: z.string(),
    topic: z.string(),
    facts: z.record(z.string(), scalar),
  }),
  /** What went out to the webhook of an agent of yours. */
  z.object({
    form: z.literal('delivery'),
    id: z.string(),
    seq: z.number().int(),
    at: z.string(),
    event: z.string(),
    agent: activityAgent,
    status: z.enum(['pending', 'delivered', 'failed']),
    attempts: z.number().int(),
    statusCode: z.number().int().nullable(),
  }),
]);
export type CaseEntry = z.infer<typeof caseEntry>;

export const caseFile = z.object({
  traceId: z.string(),
  agent: activityAgent.nullable(),
  /** The proposal with its versions, decisions and outcome; null where the trace has none. */
  proposal: inboxDetail.nullable(),
  /** Oldest first. */
  entries: z.array(caseEntry),
  /** There is more on this trace than is listed. */
  hasMore: z.boolean(),
});
export type CaseFile = z.infer<typeof caseFile>;

export const getCaseFile = endpoint({
  method: 'GET',
  path: '/activity/cases/:id',
  summary: 'Everything on one trace; the id is that of the trace or of a proposal',
  params: z.strictObject({ id }),
  answer: caseFile,
});
