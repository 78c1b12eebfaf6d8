import { z } from 'zod';
import { id } from '../../contract/common';
import { connectionResponsePayload } from '../../contract/mma/tools';
import type { Db } from '../../db/open';
import { defineAction, defineCommand } from '../../gate/define-action';
import { toIso } from '../../lib/clock';
import { AppError, notFound } from '../../lib/errors';
import { findPerson } from '../profiles/profiles.repo';
import { findConnection, findLiveConnection, updateConnection, upsertConnection } from './network.repo';

export const connectionRequestInput = z.object({ targetUserId: id });
export type ConnectionRequestInput = z.infer<typeof connectionRequestInput>;

export interface RequestedConnection {
  readonly connectionId: string;
  readonly targetUserId: string;
  readonly status: 'pending';
  readonly createdAt: string;
}

/** Checked when it is proposed and again when it runs: days may lie between. */
function assertConnectable(db: Db, ownerId: string, targetUserId: string): void {
  if (targetUserId === ownerId) {
    throw new AppError('validation', 'targetUserId: is your own owner; name somebody else.', {
      fields: [{ path: 'targetUserId', message: 'is your own owner' }],
    });
  }
  const live = findLiveConnection(db, ownerId, targetUserId);
  if (live) {
    const words =
      live.status === 'accepted'
        ? 'These two people are connected already (accepted).'
        : live.requesterId === ownerId
          ? 'This person was asked already; the request is pending.'
          : 'This person asked your owner already; the request is pending, and your owner can answer it.';
    throw new AppError('invalid_transition', words, {
      details: { status: live.status, connectionId: live.id },
    });
  }
}

function unknownTarget(): AppError {
  return new AppError('not_found', 'targetUserId: there is no such person.', {
    fields: [{ path: 'targetUserId', message: 'is unknown' }],
  });
}

function withoutOwner(): AppError {
  return new AppError('forbidden', 'People connect, and nobody has claimed this agent yet.');
}

/** SOC-9, GOV-4: the owner agrees to ask, the other person to be connected. */
export const requestConnection = defineAction<ConnectionRequestInput, RequestedConnection>({
  name: 'connections.request',
  kind: 'network.link',
  summary: 'Ask a person to connect with your owner',
  input: connectionRequestInput,
  scope: 'write:drafts',
  subjectPrefix: 'con',
  limits: ['mma.agent'],
  isOpenToUnclaimed: false,
  fields: { targetUserId: { form: 'line' } },
  editable: [],
  publicText: [],
  contentType: 'message',
  prepare(db, { targetUserId }, agent) {
    if (agent.ownerId === null) throw withoutOwner();
    const target = findPerson(db, targetUserId);
    if (!target) throw unknownTarget();
    assertConnectable(db, agent.ownerId, targetUserId);
    return { targets: [{ type: 'user', id: target.id, label: target.displayName }] };
  },
  describeTargets: (db, targets) =>
    targets.map((target) => ({ ...target, label: findPerson(db, target.id)?.displayName ?? target.id })),
  title: ({ targetUserId }, [target]) => target?.label ?? targetUserId,
  effects: (_input, [target]) => [{ code: 'connection.requested', params: { name: target?.label ?? '' } }],
  run(tx, { input, subjectId, agentId, ownerId, actionId, now, emit }) {
    if (ownerId === null) throw withoutOwner();
    const { targetUserId } = input;
    if (!findPerson(tx, targetUserId)) throw unknownTarget();
    assertConnectable(tx, ownerId, targetUserId);
    upsertConnection(tx, {
      id: subjectId,
      requesterId: ownerId,
      requesterAgentId: agentId,
      targetUserId,
      status: 'pending',
      actionId,
      createdAt: now,
      respondedAt: null,
    });
    emit('connection.requested', { connectionId: subjectId, requesterId: ownerId, targetUserId, agentId });
    return { connectionId: subjectId, targetUserId, status: 'pending', createdAt: toIso(now) };
  },
  undo(tx, { now, emit }, { connectionId }) {
    const connection = findConnection(tx, connectionId);
    if (!connection) throw notFound('connection');
    if (connection.status !== 'pending' && connection.status !== 'accepted') {
      throw new AppError('invalid_transition', `This connection is ${connection.status} already.`);
    }
    updateConnection(tx, connectionId, { status: 'removed', respondedAt: now });
    emit('connection.removed', {
      connectionId,
      requesterId: connection.requesterId,
      targetUserId: connection.targetUserId,
    });
  },
});

export interface AnsweredConnection {
  readonly connectionId: string;
  readonly status: 'accepted' | 'rejected';
}

/** SOC-9: only the person who was asked, and only in a session that decides. */
export const respondToConnection = defineCommand<
  z.infer<typeof connectionResponsePayload>,
  AnsweredConnection
>({
  name: 'connections.respond',
  summary: 'Accept or reject a request to connect with you',
  input: connectionResponsePayload,
  access: 'owner',
  needsDecide: true,
  isDurable: true,
  run(tx, { input, user, now, emit }) {
    const connection = findConnection(tx, input.connectionId);
    if (!connection || connection.targetUserId !== user.userId) throw notFound('connection request');
    if (connection.status !== 'pending') {
      throw new AppError('invalid_transition', `This request is ${connection.status} already.`, {
        details: { status: connection.status },
      });
    }
    const status = input.action === 'accept' ? 'accepted' : 'rejected';
    updateConnection(tx, connection.id, { status, respondedAt: now });
    emit(`connection.${status}`, {
      connectionId: connection.id,
      requesterId: connection.requesterId,
      targetUserId: connection.targetUserId,
      agentId: connection.requesterAgentId,
    });
    return {
      result: { connectionId: connection.id, status },
      audit: {
        agentId: connection.requesterAgentId,
        subjectType: 'connection',
        subjectId: connection.id,
        data: { status },
      },
    };
  },
});

export const networkActions = { request: requestConnection, respond: respondToConnection };
export type NetworkActions = typeof networkActions;
