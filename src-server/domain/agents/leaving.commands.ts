import { z } from 'zod';
import { id } from '../../contract/common';
import {
  deleteAgentBody,
  OFFER_DAYS,
  offerAgentBody,
  type Consequences,
} from '../../contract/console/leaving';
import type { Tx } from '../../db/open';
import { defineCommand } from '../../gate/define-action';
import type { Gate } from '../../gate/gate';
import { DAY } from '../../lib/clock';
import { AppError, notFound } from '../../lib/errors';
import { memberIdOf } from '../messages/members';
import { findPerson } from '../profiles/profiles.repo';
import { deleteBlocksBy, deleteBlocksOf } from '../social/blocks.repo';
import { deleteFollowsOf } from '../social/follows.repo';
import { CLAIMED_SCOPES, issueKey, type IssuedKey } from './agent-keys.service';
import { getOwnAgent } from './agents.queries';
import { findAgent, insertClaimCode, updateAgent, type AgentRow } from './agents.repo';
import { deleteKeys } from './keys.repo';
import { assertMayLeave, countsOf, OWNERLESS, release, WITHOUT_CONTACT } from './leaving';
import { assertPlanHasRoom } from './plan';
import { CLAIM_CODE_TTL_MS } from './registration.service';
import {
  endTransfer,
  endTransfersOf,
  findOpenTransfer,
  findTransfer,
  insertTransfer,
  isOpen,
  type TransferRow,
} from './transfers.repo';

const agentInput = z.object({ id });
const offerInput = z.object({ offerId: id });

export interface LeavingDeps {
  readonly proposals: Gate['proposals'];
  readonly mode: 'desktop' | 'server';
  readonly macOfClaimCode: (code: string) => string;
  readonly onProfileChanged: (tx: Tx, userId: string) => void;
  readonly findUserIdByEmail: (tx: Tx, email: string) => string | undefined;
  readonly sendMail: (tx: Tx, mail: { to: string; subject: string; text: string }) => void;
  readonly publicUrl: () => string;
}

export interface Unbound {
  readonly consequences: Consequences;
  /** Shown once; only its HMAC is kept. */
  readonly claimCode: string;
  readonly claimExpiresAt: number;
}

/** How an agent leaves its owner: let go, handed to another person, or ended for good (console.md A2). */
export function createLeavingCommands(deps: LeavingDeps) {
  const { proposals } = deps;

  /** @throws AppError `not_found`, `invalid_transition` */
  const getLeaving = (tx: Tx, userId: string, agentId: string): AgentRow => {
    const agent = getOwnAgent(tx, userId, agentId);
    assertMayLeave(agent);
    return agent;
  };

  const unbind = defineCommand<z.infer<typeof agentInput>, Unbound>({
    name: 'agent.unbound',
    summary: 'Let go of an agent',
    input: agentInput,
    access: 'owner',
    needsDecide: true,
    isDurable: true,
    run(tx, { input, user, caller, now, ids, emit }) {
      const agent = getLeaving(tx, user.userId, input.id);
      const consequences = release(tx, agent, { proposals, caller, now });
      // Trust was earned under this owner; the next one gives it anew.
      updateAgent(tx, agent.id, { ...OWNERLESS, status: 'unclaimed', trustLevel: 'basic' });
      const claimCode = ids.claimCode();
      const claimExpiresAt = now + CLAIM_CODE_TTL_MS;
      insertClaimCode(tx, {
        id: ids.prefixed('clm'),
        agentId: agent.id,
        type: 'mma_code',
        codeMac: deps.macOfClaimCode(claimCode),
        createdAt: now,
        expiresAt: claimExpiresAt,
      });
      deps.onProfileChanged(tx, user.userId);
      emit('agent.unbound', { agentId: agent.id, ownerId: user.userId });
      return {
        result: { consequences, claimCode, claimExpiresAt },
        audit: {
          agentId: agent.id,
          subjectType: 'agent',
          subjectId: agent.id,
          data: countsOf(consequences),
          private: { name: agent.name, handle: agent.handle },
        },
      };
    },
  });

  const deleteInput = agentInput.extend(deleteAgentBody.shape);
  const remove = defineCommand<z.infer<typeof deleteInput>, Consequences>({
    name: 'agent.deleted',
    summary: 'End an agent for good',
    input: deleteInput,
    access: 'owner',
    needsDecide: true,
    isDurable: true,
    run(tx, { input, user, caller, now, emit }) {
      const agent = getLeaving(tx, user.userId, input.id);
      if (input.confirm.replace(/^@/, '') !== (agent.handle ?? agent.name)) {
        throw new AppError('validation', 'confirm: is not the handle of this agent.', {
          reason: 'confirmation_differs',
          fields: [{ path: 'confirm', message: 'is not the handle of this agent' }],
        });
      }
      const consequences = release(tx, agent, { proposals, caller, now });
      deleteKeys(tx, agent.id);
      deleteFollowsOf(tx, agent.id);
      deleteBlocksOf(tx, agent.id);
      deleteBlocksBy(tx, [memberIdOf('agent', agent.id)]);
      // The row stays as a tombstone: a byline for what it published, and its handle for nobody else.
      updateAgent(tx, agent.id, {
        ...OWNERLESS,
        status: 'banned',
        deletedAt: now,
        description: '',
        provider: null,
        modelType: null,
        capabilities: [],
        ...WITHOUT_CONTACT,
      });
      deps.onProfileChanged(tx, user.userId);
      emit('agent.deleted', { agentId: agent.id, ownerId: user.userId });
      return {
        result: consequences,
        audit: {
          agentId: agent.id,
          subjectType: 'agent',
          subjectId: agent.id,
          data: countsOf(consequences),
          private: { name: agent.name, handle: agent.handle },
        },
      };
    },
  });

  const handOver = (
    tx: Tx,
    agent: AgentRow,
    to: { readonly id: string; readonly frozenAt: number | null },
    context: Parameters<typeof release>[2],
  ): Consequences => {
    const consequences = release(tx, agent, context);
    updateAgent(tx, agent.id, {
      ownerId: to.id,
      status: 'active',
      claimedAt: context.now,
      pausedAt: null,
      frozenAt: to.frozenAt,
      ...WITHOUT_CONTACT,
    });
    return consequences;
  };

  /** Never committed: what accepting an offer of this agent would do. */
  const rehearseTransfer = defineCommand<z.infer<typeof agentInput>, Consequences>({
    name: 'agent.transferred',
    summary: 'Hand an agent over',
    input: agentInput,
    access: 'owner',
    needsDecide: true,
    isDurable: true,
    run(tx, { input, user, caller, now }) {
      const agent = getLeaving(tx, user.userId, input.id);
      const result = handOver(tx, agent, { id: user.userId, frozenAt: null }, { proposals, caller, now });
      return { result, audit: { agentId: agent.id, subjectType: 'agent', subjectId: agent.id } };
    },
  });

  const offerAgentInput = agentInput.extend(offerAgentBody.shape);
  const offer = defineCommand<z.infer<typeof offerAgentInput>, string>({
    name: 'agent.offered',
    summary: 'Offer an agent to another person of this server',
    input: offerAgentInput,
    access: 'owner',
    needsDecide: true,
    isDurable: true,
    run(tx, { input, user, now, ids, emit }) {
      const agent = getLeaving(tx, user.userId, input.id);
      if (deps.mode === 'desktop') {
        throw new AppError(
          'invalid_transition',
          'On a desktop there is only one person. Unbind the agent and give its claim code to whoever takes it.',
          { reason: 'one_person_here' },
        );
      }
      const email = input.email.toLowerCase();
      const from = findPerson(tx, user.userId);
      if (email === from?.email) {
        throw new AppError('validation', 'email: is your own address.', {
          reason: 'own_address',
          fields: [{ path: 'email', message: 'is your own address' }],
        });
      }
      if (findOpenTransfer(tx, agent.id, now)) {
        throw new AppError(
          'invalid_transition',
          'It is offered to somebody already; take that offer back first.',
          { reason: 'offered_already' },
        );
      }
      endTransfersOf(tx, agent.id, now);
      const offerId = ids.prefixed('ofr');
      const toUserId = deps.findUserIdByEmail(tx, email);
      insertTransfer(tx, {
        id: offerId,
        agentId: agent.id,
        fromUserId: user.userId,
        toUserId: toUserId ?? '',
        toEmail: email,
        createdAt: now,
        expiresAt: now + OFFER_DAYS * DAY,
      });
      deps.sendMail(tx, {
        to: email,
        subject: `${from?.displayName ?? 'Somebody'} offers you an agent`,
        text: [
          `${from?.displayName ?? 'Somebody'} offers you the agent "${agent.name}" on Countersign.`,
          '',
          `Sign in at ${deps.publicUrl()}/console/ with this address and look under "Wants to join you".`,
          `The offer ends in ${OFFER_DAYS} days. Saying nothing is no.`,
        ].join('\n'),
      });
      emit('agent.offered', {
        agentId: agent.id,
        ownerId: user.userId,
        ...(toUserId === undefined ? {} : { otherPersonId: toUserId }),
      });
      return {
        result: offerId,
        audit: {
          agentId: agent.id,
          subjectType: 'agent',
          subjectId: agent.id,
          data: { offer: offerId },
          private: { email },
        },
      };
    },
  });

  const cancelOffer = defineCommand<z.infer<typeof agentInput>, void>({
    name: 'agent.offer-cancelled',
    summary: 'Take an offer back',
    input: agentInput,
    access: 'owner',
    needsDecide: true,
    isDurable: true,
    run(tx, { input, user, now, emit }) {
      const agent = getOwnAgent(tx, user.userId, input.id);
      const open = findOpenTransfer(tx, agent.id, now);
      if (!open) throw notFound('open offer');
      endTransfer(tx, open.id, { outcome: 'cancelled', now });
      emit('agent.offer-cancelled', { agentId: agent.id, ownerId: user.userId, ...otherPerson(open) });
      return {
        result: undefined,
        audit: { agentId: agent.id, subjectType: 'agent', subjectId: agent.id, data: { offer: open.id } },
      };
    },
  });

  /** @throws AppError `not_found` for an offer to somebody else, `gone` for one that ended */
  const getReceived = (tx: Tx, offerId: string, userId: string, now: number): TransferRow => {
    const transfer = findTransfer(tx, offerId);
    if (!transfer || transfer.toEmail !== findPerson(tx, userId)?.email) throw notFound('offer to you');
    if (!isOpen(transfer, now))
      throw new AppError('gone', 'This offer has ended.', { reason: 'offer_ended' });
    return transfer;
  };

  const acceptOffer = defineCommand<z.infer<typeof offerInput>, { agentId: string; key: IssuedKey }>({
    name: 'agent.transferred',
    summary: 'Take an offered agent over',
    input: offerInput,
    access: 'owner',
    needsDecide: true,
    isDurable: true,
    run(tx, { input, user, caller, now, ids, emit }) {
      const transfer = getReceived(tx, input.offerId, user.userId, now);
      const agent = findAgent(tx, transfer.agentId);
      if (!agent || agent.ownerId !== transfer.fromUserId)
        throw new AppError('gone', 'This offer has ended.', { reason: 'offer_ended' });
      assertMayLeave(agent);
      const person = findPerson(tx, user.userId);
      assertPlanHasRoom(tx, { id: user.userId, plan: person?.plan ?? 'free' });
      endTransfer(tx, transfer.id, { outcome: 'accepted', toUserId: user.userId, now });
      const consequences = handOver(
        tx,
        agent,
        { id: user.userId, frozenAt: person?.frozenAt ?? null },
        { proposals, caller, now },
      );
      const brand = agent.origin === 'nb' ? 'nb_' : 'mma_';
      const key = issueKey(tx, ids, {
        agentId: agent.id,
        brand,
        name: 'Transfer',
        scopes: CLAIMED_SCOPES,
        now,
      });
      deps.onProfileChanged(tx, transfer.fromUserId);
      deps.onProfileChanged(tx, user.userId);
      emit('agent.transferred', {
        agentId: agent.id,
        ownerId: user.userId,
        otherPersonId: transfer.fromUserId,
      });
      return {
        result: { agentId: agent.id, key },
        audit: {
          agentId: agent.id,
          subjectType: 'agent',
          subjectId: agent.id,
          data: { offer: transfer.id, from: transfer.fromUserId, ...countsOf(consequences) },
        },
      };
    },
  });

  const declineOffer = defineCommand<z.infer<typeof offerInput>, void>({
    name: 'agent.offer-declined',
    summary: 'Say no to an offered agent',
    input: offerInput,
    access: 'owner',
    needsDecide: true,
    isDurable: true,
    run(tx, { input, user, now, emit }) {
      const transfer = getReceived(tx, input.offerId, user.userId, now);
      endTransfer(tx, transfer.id, { outcome: 'declined', toUserId: user.userId, now });
      emit('agent.offer-declined', {
        agentId: transfer.agentId,
        ownerId: transfer.fromUserId,
        otherPersonId: user.userId,
      });
      return {
        result: undefined,
        audit: {
          agentId: transfer.agentId,
          subjectType: 'agent',
          subjectId: transfer.agentId,
          data: { offer: transfer.id },
        },
      };
    },
  });

  return { unbind, remove, rehearseTransfer, offer, cancelOffer, acceptOffer, declineOffer };
}

function otherPerson({ toUserId }: TransferRow): { otherPersonId?: string } {
  return toUserId === '' ? {} : { otherPersonId: toUserId };
}

export type LeavingCommands = ReturnType<typeof createLeavingCommands>;
