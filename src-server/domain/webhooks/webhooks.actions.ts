import { z } from 'zod';
import type { Effect } from '../../contract/console/inbox';
import { updateWebhookBody, WEBHOOK_URL_MAX, type UpdateWebhookBody } from '../../contract/nb/webhooks';
import type { Db } from '../../db/open';
import { defineAction } from '../../gate/define-action';
import { AppError } from '../../lib/errors';
import { queueTest } from './queue';
import { findTargetProblem } from './targets';
import { changeWebhook, replaceSecret, type ChangedWebhook } from './webhooks.service';
import { findWebhook, isExcepted } from './webhooks.repo';

/** @throws AppError `validation` naming `field` for a URL that no webhook may go to */
export function assertTarget(
  db: Db,
  url: string,
  {
    field,
    ownerId,
    allowsLocalTargets,
  }: { readonly field: string; readonly ownerId: string | null; readonly allowsLocalTargets: boolean },
): void {
  const problem = findTargetProblem(url, (target) => allowsLocalTargets || isExcepted(db, ownerId, target));
  if (problem === undefined) return;
  throw new AppError('validation', `${field}: ${problem.message}`, { fields: [{ path: field, ...problem }] });
}

/** An effect for a field that is changed at all. */
function effectOf(code: Effect['code'], given: unknown, params: Effect['params']): Effect[] {
  return given === undefined ? [] : [{ code, params }];
}

/** HOOK-2. */
export const configureWebhook = defineAction<UpdateWebhookBody, ChangedWebhook>({
  name: 'webhook.configure',
  kind: 'channel.configure',
  summary: 'Say where events go, and which',
  input: updateWebhookBody,
  scope: null,
  subjectPrefix: 'whc',
  limits: ['nb.writes'],
  isOpenToUnclaimed: false,
  fields: {
    webhook_url: { form: 'line', maxLength: WEBHOOK_URL_MAX },
    events: { form: 'list' },
  },
  editable: [],
  publicText: [],
  contentType: 'message',
  withoutSecret: (result) => (result.secret === null ? result : { ...result, secret: null }),
  prepare(db, { webhook_url: url }, { ownerId }, { allowsLocalTargets }) {
    if (typeof url === 'string') assertTarget(db, url, { field: 'webhook_url', ownerId, allowsLocalTargets });
    return { targets: [] };
  },
  title: ({ webhook_url: url, events }) =>
    [
      ...(url === undefined ? [] : [url ?? 'null']),
      ...(events === undefined ? [] : [`[${events?.join(', ') ?? '*'}]`]),
    ].join(' · '),
  effects: ({ webhook_url: url, events }) => [
    ...effectOf('webhook.url', url, { url: url ?? '' }),
    ...effectOf('webhook.events', events, { events: events?.join(', ') ?? '*' }),
  ],
  run(tx, { input, agentId, ownerId, traceId, now, ids, vault, emit }) {
    const { webhook_url: url, events } = input;
    const changed = changeWebhook(tx, vault, { url, events }, { agentId, traceId, ids, now });
    emit('webhook.changed', { agentId, ownerId });
    return changed;
  },
  undo(tx, { agentId, ownerId, traceId, now, ids, vault, emit }, { before, after }) {
    const row = findWebhook(tx, agentId);
    if (row?.url !== after.url || JSON.stringify(row.events) !== JSON.stringify(after.events)) {
      throw new AppError('invalid_transition', 'The webhook changed again since; undo that first.');
    }
    changeWebhook(tx, vault, before, { agentId, traceId, ids, now });
    emit('webhook.changed', { agentId, ownerId });
  },
});

const nothing = z.object({});

export interface NewWebhookSecret {
  /** Shown once. */
  readonly secret: string;
}

/** HOOK-3: the old one ends at once; an overlap is its owner's to choose. */
export const regenerateWebhookSecret = defineAction<z.infer<typeof nothing>, NewWebhookSecret>({
  name: 'webhook.regenerateSecret',
  kind: 'credential.rotate',
  summary: 'Replace the secret that signs webhooks',
  input: nothing,
  scope: null,
  subjectPrefix: 'whs',
  limits: ['nb.writes'],
  isOpenToUnclaimed: false,
  fields: {},
  editable: [],
  publicText: [],
  contentType: 'message',
  hasSecretAnswer: true,
  title: () => 'Webhook secret',
  effects: () => [{ code: 'webhook.secret', params: {} }],
  onHold() {
    // The secret is told to whoever asks, in the answer to that call; later there is nobody to tell.
    throw new AppError(
      'denied_by_policy',
      'Your owner wants to be asked about secrets. Ask them to make one in Countersign: one made later could not be handed to you.',
      { details: { kind: 'credential.rotate' } },
    );
  },
  run(tx, { agentId, ownerId, now, vault, emit }) {
    const secret = replaceSecret(tx, vault, { agentId, overlapMs: 0, now });
    emit('webhook.changed', { agentId, ownerId });
    return { secret };
  },
});

export interface TestQueued {
  readonly deliveryId: string;
}

/** HOOK-13: the row is made here, and sent by whoever waits for the outcome. */
export const testFireWebhook = defineAction<z.infer<typeof nothing>, TestQueued>({
  name: 'webhook.testFire',
  kind: 'channel.configure',
  summary: 'Send a test to the webhook',
  input: nothing,
  scope: null,
  subjectPrefix: 'whd',
  limits: ['nb.writes'],
  isOpenToUnclaimed: false,
  fields: {},
  editable: [],
  publicText: [],
  contentType: 'message',
  prepare(db, _input, { agentId }) {
    if (findWebhook(db, agentId)?.url) return { targets: [] };
    throw new AppError(
      'validation',
      `webhook_url: is not set. Set it with PATCH /api/protocol/agents/${agentId}/webhook first.`,
      { fields: [{ path: 'webhook_url', message: 'is not set' }] },
    );
  },
  title: () => 'test_fire',
  effects: () => [{ code: 'webhook.test', params: {} }],
  onHold() {
    // How it went is the answer to the call; later there is nobody to tell.
    throw new AppError(
      'denied_by_policy',
      'Your owner wants to be asked about webhooks. Ask them to send a test in Countersign.',
      { details: { kind: 'channel.configure' } },
    );
  },
  run: (tx, { agentId, traceId, now, ids }) => ({
    deliveryId: queueTest(tx, ids, { agentId, traceId }, now),
  }),
});

export const webhookActions = {
  configure: configureWebhook,
  regenerateSecret: regenerateWebhookSecret,
  testFire: testFireWebhook,
};
