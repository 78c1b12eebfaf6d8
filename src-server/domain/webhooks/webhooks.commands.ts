import { isIP } from 'node:net';
import { z } from 'zod';
import { id } from '../../contract/common';
import {
  addExceptionBody,
  EXCEPTIONS_MAX,
  recoverDeliveriesBody,
  removeExceptionParams,
  replaceSecretBody,
  testWebhookBody,
  updateWebhookBody,
} from '../../contract/console/webhooks';
import type { Config } from '../../config';
import type { Tx } from '../../db/open';
import { defineCommand, type CommandContext } from '../../gate/define-action';
import { enqueue } from '../../jobs/job';
import { HOUR } from '../../lib/clock';
import { AppError, notFound } from '../../lib/errors';
import type { Vault } from '../../lib/vault';
import { getOwnAgent } from '../agents/agents.queries';
import type { AgentRow } from '../agents/agents.repo';
import { catcherUrlOf } from './catcher';
import {
  findDelivery,
  findLastRecovery,
  insertRecovery,
  lastDeliverySeq,
  updateDelivery,
  type DeliveryRow,
} from './deliveries.repo';
import { queueTest } from './queue';
import { classOf } from './targets';
import { assertTarget } from './webhooks.actions';
import { changeWebhook, replaceSecret } from './webhooks.service';
import {
  countExceptions,
  deleteException,
  findWebhook,
  insertException,
  updateWebhook,
  type WebhookRow,
} from './webhooks.repo';
import { RECOVER_JOB } from './webhooks';

const agentInput = z.object({ id });
const deliveryInput = z.object({ id, deliveryId: id });

type Telling = Pick<CommandContext<{ readonly id: string }>, 'emit' | 'user' | 'input'>;

/** Who shows it reads it again, and what waits may go. */
function tell({ emit, user, input }: Telling): void {
  emit('webhook.changed', { agentId: input.id, ownerId: user.userId });
}

/** Has it sent once the transaction is over. */
function askFor({ emit, user, input }: Telling, deliveryId: string): void {
  emit('webhook.asked', { agentId: input.id, ownerId: user.userId, deliveryId });
}

const auditOf = (agentId: string, data: Readonly<Record<string, unknown>> = {}) => ({
  agentId,
  subjectType: 'webhook',
  subjectId: agentId,
  data,
});

/** @throws AppError `invalid_transition` for an endpoint without a URL, or an agent that sends nothing now */
function getSending(tx: Tx, agent: AgentRow): WebhookRow {
  if (agent.frozenAt !== null) {
    throw new AppError('invalid_transition', 'All your agents are frozen. Thaw them first.', {
      reason: 'agents_frozen',
    });
  }
  if (agent.status !== 'active') {
    throw new AppError('invalid_transition', `The agent is ${agent.status}.`, { reason: 'agent_not_active' });
  }
  const row = findWebhook(tx, agent.id);
  if (row && row.url !== null) return row;
  throw new AppError('invalid_transition', 'This agent has no webhook URL. Set one first.', {
    reason: 'webhook_off',
  });
}

/** What a person does with the webhooks of their agents. Made once in `context.ts`. */
export function createWebhookCommands({
  vault,
  mode,
  allowsLocalTargets,
}: {
  readonly vault: Pick<Vault, 'seal'>;
  readonly mode: Config['mode'];
  readonly allowsLocalTargets: boolean;
}) {
  const updateInput = agentInput.extend(updateWebhookBody.shape);

  const update = defineCommand<z.infer<typeof updateInput>, { readonly secret: string | null }>({
    name: 'webhook.changed',
    summary: 'Say where events of an agent go and which, pause it, or enable it again',
    input: updateInput,
    access: 'owner',
    needsDecide: true,
    isDurable: true,
    run(tx, context) {
      const { input, user, caller, now, ids } = context;
      const { events, isPaused, enable, useCatcher } = input;
      getOwnAgent(tx, user.userId, input.id);
      const url = useCatcher ? catcherUrlOf(input.id) : input.url;
      if (typeof url === 'string') {
        assertTarget(tx, url, { field: 'url', ownerId: user.userId, allowsLocalTargets });
      }
      const change = { agentId: input.id, traceId: caller.traceId, ids, now };
      const isChange = url !== undefined || events !== undefined || enable === true;
      const changed = isChange ? changeWebhook(tx, vault, { url, events }, change) : undefined;
      if (isPaused !== undefined) updateWebhook(tx, input.id, { pausedAt: isPaused ? now : null });
      tell(context);
      return {
        result: { secret: changed?.secret ?? null },
        audit: {
          ...auditOf(input.id, {
            hasUrl: url === undefined ? undefined : url !== null,
            events,
            isPaused,
            enable,
          }),
          ...(changed ? { private: { before: changed.before.url, after: changed.after.url } } : {}),
        },
      };
    },
  });

  const secretInput = agentInput.extend(replaceSecretBody.shape);

  const rotate = defineCommand<z.infer<typeof secretInput>, string>({
    name: 'webhook.secret-replaced',
    summary: 'Replace the secret that signs',
    input: secretInput,
    access: 'owner',
    needsDecide: true,
    isDurable: true,
    run(tx, context) {
      const { input, user, now } = context;
      getOwnAgent(tx, user.userId, input.id);
      const overlapMs = input.overlapHours * HOUR;
      const secret = replaceSecret(tx, vault, { agentId: input.id, overlapMs, now });
      tell(context);
      return { result: secret, audit: auditOf(input.id, { overlapHours: input.overlapHours }) };
    },
  });

  const testInput = agentInput.extend(testWebhookBody.shape);

  const test = defineCommand<z.infer<typeof testInput>, DeliveryRow>({
    name: 'webhook.tested',
    summary: 'Send an example of an event',
    input: testInput,
    access: 'owner',
    needsDecide: false,
    isDurable: false,
    run(tx, context) {
      const { input, user, caller, now, ids } = context;
      getSending(tx, getOwnAgent(tx, user.userId, input.id));
      const wanted = { agentId: input.id, traceId: caller.traceId, event: input.event };
      const deliveryId = queueTest(tx, ids, wanted, now);
      askFor(context, deliveryId);
      return {
        result: getOwnDelivery(tx, input.id, deliveryId),
        audit: auditOf(input.id, { event: input.event, delivery: deliveryId }),
      };
    },
  });

  const resend = defineCommand<z.infer<typeof deliveryInput>, DeliveryRow>({
    name: 'webhook.resent',
    summary: 'Send one delivery again now',
    input: deliveryInput,
    access: 'owner',
    needsDecide: false,
    isDurable: false,
    run(tx, context) {
      const { input, user, now } = context;
      getSending(tx, getOwnAgent(tx, user.userId, input.id));
      const delivery = getOwnDelivery(tx, input.id, input.deliveryId);
      const { triesLeft, status } = delivery;
      updateDelivery(tx, delivery.id, {
        status: 'pending',
        triesLeft: status === 'pending' ? triesLeft : 1,
        nextAt: now,
        finishedAt: null,
      });
      askFor(context, delivery.id);
      return {
        result: getOwnDelivery(tx, input.id, input.deliveryId),
        audit: auditOf(input.id, { delivery: delivery.id, event: delivery.event }),
      };
    },
  });

  const recoverInput = agentInput.extend(recoverDeliveriesBody.shape);

  const recover = defineCommand<z.infer<typeof recoverInput>, void>({
    name: 'webhook.recovered',
    summary: 'Send everything that failed since a time again',
    input: recoverInput,
    access: 'owner',
    needsDecide: false,
    isDurable: false,
    run(tx, context) {
      const { input, user, now, ids } = context;
      const row = getSending(tx, getOwnAgent(tx, user.userId, input.id));
      if (row.disabledAt !== null) {
        throw new AppError('invalid_transition', 'The webhook is disabled. Enable it first.', {
          reason: 'webhook_disabled',
        });
      }
      if (findLastRecovery(tx, input.id)?.finishedAt === null) {
        throw new AppError('invalid_transition', 'Failed events are being sent again already.', {
          reason: 'recovery_running',
        });
      }
      const recoveryId = ids.prefixed('rec');
      insertRecovery(tx, {
        id: recoveryId,
        agentId: input.id,
        since: Date.parse(input.since),
        cursorSeq: 0,
        lastSeq: lastDeliverySeq(tx),
        createdAt: now,
      });
      enqueue(tx, ids, { type: RECOVER_JOB, key: recoveryId, payload: { recoveryId }, runAt: now }, now);
      tell(context);
      return { result: undefined, audit: auditOf(input.id, { recovery: recoveryId, since: input.since }) };
    },
  });

  const exceptionAudit = (user: { readonly userId: string }, { port }: { readonly port: number }) => ({
    subjectType: 'user',
    subjectId: user.userId,
    data: { port },
  });

  const except = defineCommand<z.infer<typeof addExceptionBody>, void>({
    name: 'webhook.exception-added',
    summary: 'Let webhooks go to one local host and port',
    input: addExceptionBody,
    access: 'owner',
    needsDecide: true,
    isDurable: true,
    run(tx, { input, user, now }) {
      if (mode !== 'desktop') {
        throw new AppError('forbidden', 'Only on a desktop: a server’s network is its operator’s.', {
          reason: 'desktop_only',
        });
      }
      const target = { host: input.host.toLowerCase(), port: input.port };
      if (isIP(target.host) !== 0 && classOf(target.host) === 'never') {
        throw new AppError('validation', 'host: is an address that webhooks never go to.', {
          fields: [
            { path: 'host', message: 'is an address that webhooks never go to', rule: 'local_target' },
          ],
        });
      }
      if (countExceptions(tx, user.userId) >= EXCEPTIONS_MAX) {
        throw new AppError(
          'invalid_transition',
          `There are ${EXCEPTIONS_MAX} exceptions. Remove one first.`,
          {
            reason: 'exceptions_full',
          },
        );
      }
      insertException(tx, user.userId, target, now);
      return {
        result: undefined,
        audit: { ...exceptionAudit(user, target), private: { host: target.host } },
      };
    },
  });

  const unexcept = defineCommand<z.infer<typeof removeExceptionParams>, void>({
    name: 'webhook.exception-removed',
    summary: 'No longer let webhooks go to a local host and port',
    input: removeExceptionParams,
    access: 'owner',
    needsDecide: false,
    isDurable: true,
    run(tx, { input, user }) {
      if (deleteException(tx, user.userId, input) === 0) throw notFound('exception');
      return { result: undefined, audit: { ...exceptionAudit(user, input), private: { host: input.host } } };
    },
  });

  return { update, rotate, test, resend, recover, except, unexcept };
}

export type WebhookCommands = ReturnType<typeof createWebhookCommands>;

/** @throws AppError `not_found` for a delivery of another agent */
export function getOwnDelivery(
  db: Parameters<typeof findDelivery>[0],
  agentId: string,
  deliveryId: string,
): DeliveryRow {
  const delivery = findDelivery(db, deliveryId);
  if (delivery?.agentId !== agentId) throw notFound('delivery');
  return delivery;
}
