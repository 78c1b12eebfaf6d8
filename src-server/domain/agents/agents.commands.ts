import { z } from 'zod';
import * as contract from '../../contract/console/agents';
import { id, kind, verdictPolicy } from '../../contract/common';
import type { Tx } from '../../db/open';
import { upsertPolicy } from '../../gate/actions.repo';
import { defineCommand } from '../../gate/define-action';
import type { Gate } from '../../gate/gate';
import { policyChoices } from '../../gate/kinds';
import { AppError } from '../../lib/errors';
import { sha256Hex } from '../../lib/vault';
import { assertAgentScopes, CLAIMED_SCOPES, issueKey, type IssuedKey } from './agent-keys.service';
import { getOwnAgent } from './agents.queries';
import { findAgentByHandle, insertAgent, updateAgent } from './agents.repo';
import { findPerson } from '../profiles/profiles.repo';
import { assertPlanHasRoom } from './plan';

const agentInput = z.object({ id });

export interface AgentCommandDeps {
  readonly proposals: Gate['proposals'];
  readonly onProfileChanged: (tx: Tx, userId: string) => void;
}

/** What an owner does with an agent. Every one is audited by the gate; none is reachable with an agent's key. */
export function createAgentCommands({ proposals, onProfileChanged }: AgentCommandDeps) {
  const create = defineCommand<z.infer<typeof contract.createAgentBody>, { agentId: string; key: IssuedKey }>(
    {
      name: 'agent.created',
      summary: 'Add an agent of one’s own',
      input: contract.createAgentBody,
      access: 'owner',
      needsDecide: true,
      isDurable: true,
      run(tx, { input, user, now, ids, emit }) {
        if (findAgentByHandle(tx, input.handle)) {
          throw new AppError('taken', `handle: "${input.handle}" is taken; choose another.`, {
            reason: 'handle_taken',
            fields: [{ path: 'handle', message: 'is taken' }],
          });
        }
        const person = findPerson(tx, user.userId);
        assertPlanHasRoom(tx, { id: user.userId, plan: person?.plan ?? 'free' });
        const agentId = ids.uuid();
        insertAgent(tx, {
          id: agentId,
          origin: 'console',
          name: input.name,
          handle: input.handle,
          description: input.description ?? '',
          provider: input.provider ?? null,
          modelType: input.modelType ?? null,
          capabilities: [],
          status: 'active',
          ownerId: user.userId,
          contactId: user.userId,
          trustLevel: 'basic',
          tier: 'free',
          claimedAt: now,
          frozenAt: person?.frozenAt ?? null,
          createdAt: now,
        });
        const scopes = input.scopes ?? CLAIMED_SCOPES;
        assertAgentScopes(scopes);
        const key = issueKey(tx, ids, { agentId, brand: 'mma_', name: 'First key', scopes, now });
        onProfileChanged(tx, user.userId);
        emit('agent.claimed', { agentId, ownerId: user.userId });
        return {
          result: { agentId, key },
          audit: {
            agentId,
            subjectType: 'agent',
            subjectId: agentId,
            data: { key: key.id, scopes },
            private: { name: input.name, handle: input.handle },
          },
        };
      },
    },
  );

  const update = defineCommand({
    name: 'agent.updated',
    summary: 'Rename, describe',
    input: agentInput.extend({
      name: contract.updateAgentBody.shape.name,
      description: contract.updateAgentBody.shape.description,
    }),
    access: 'owner',
    needsDecide: true,
    isDurable: false,
    run(tx, { input, user, emit }) {
      const before = getOwnAgent(tx, user.userId, input.id);
      const { name = before.name, description = before.description } = input;
      updateAgent(tx, input.id, { name, description });
      onProfileChanged(tx, user.userId);
      emit('agent.changed', { agentId: input.id, ownerId: user.userId });
      return {
        result: undefined,
        audit: {
          agentId: input.id,
          subjectType: 'agent',
          subjectId: input.id,
          data: { before: sha256Hex(before.name + before.description), after: sha256Hex(name + description) },
          private: {
            before: { name: before.name, description: before.description },
            after: { name, description },
          },
        },
      };
    },
  });

  const pause = defineCommand({
    name: 'agent.paused',
    summary: 'Refuse every call of the agent',
    input: agentInput,
    access: 'owner',
    needsDecide: false,
    isDurable: true,
    run(tx, { input, user, caller, now, emit }) {
      const agent = getOwnAgent(tx, user.userId, input.id);
      let stopped = 0;
      if (agent.status === 'active') {
        updateAgent(tx, input.id, { status: 'paused', pausedAt: now });
        stopped = proposals.stopGrace(tx, input.id, caller, now, 'paused');
      } else if (agent.status !== 'paused') {
        throw new AppError('invalid_transition', `An agent that is ${agent.status} can't be paused.`, {
          reason: 'agent_under_sanction',
        });
      }
      emit('agent.paused', { agentId: input.id, ownerId: user.userId });
      return {
        result: undefined,
        audit: { agentId: input.id, subjectType: 'agent', subjectId: input.id, data: { stopped } },
      };
    },
  });

  const resume = defineCommand({
    name: 'agent.resumed',
    summary: 'Let the agent call again',
    input: agentInput,
    access: 'owner',
    needsDecide: true,
    isDurable: true,
    run(tx, { input, user, emit }) {
      const agent = getOwnAgent(tx, user.userId, input.id);
      if (agent.status === 'paused') updateAgent(tx, input.id, { status: 'active', pausedAt: null });
      else if (agent.status !== 'active') {
        throw new AppError(
          'invalid_transition',
          `An agent that is ${agent.status} can't be resumed by its owner.`,
          { reason: 'agent_under_sanction' },
        );
      }
      emit('agent.resumed', { agentId: input.id, ownerId: user.userId });
      return { result: undefined, audit: { agentId: input.id, subjectType: 'agent', subjectId: input.id } };
    },
  });

  const setPolicy = defineCommand({
    name: 'policy.set',
    summary: 'Ask, allow or deny one kind of action',
    input: agentInput.extend({ kind, verdict: verdictPolicy }),
    access: 'owner',
    needsDecide: true,
    isDurable: true,
    run(tx, { input, user, now, emit }) {
      const agent = getOwnAgent(tx, user.userId, input.id);
      if (!policyChoices(input.kind, agent.origin).includes(input.verdict)) {
        throw new AppError(
          'validation',
          `verdict: "${input.verdict}" can't be chosen here: an agent of this origin is always asked for ${input.kind}.`,
          {
            reason: 'always_asked',
            fields: [{ path: 'verdict', message: 'is below what this agent’s origin requires' }],
          },
        );
      }
      upsertPolicy(tx, {
        agentId: input.id,
        kind: input.kind,
        verdict: input.verdict,
        setBy: user.userId,
        setAt: now,
      });
      emit('agent.changed', { agentId: input.id, ownerId: user.userId });
      emit('policy.set', { agentId: input.id, ownerId: user.userId, kind: input.kind });
      return {
        result: undefined,
        audit: {
          agentId: input.id,
          subjectType: 'policy',
          subjectId: input.id,
          data: { kind: input.kind, verdict: input.verdict },
        },
      };
    },
  });

  return { create, update, pause, resume, setPolicy };
}

export type AgentCommands = ReturnType<typeof createAgentCommands>;
