import type { Reader, Tx, Writer } from '../../db/open';
import type { AuditLog } from '../../gate/audit';
import type { Caller, UserActor } from '../../gate/caller';
import { requireUser } from '../../gate/commands';
import { appendEvent } from '../../gate/events';
import type { Gate } from '../../gate/gate';
import type { InTransaction } from '../../gate/idempotency';
import type { Limiter } from '../../gate/limits';
import type { Clock } from '../../lib/clock';
import { AppError, isAppError, notFound } from '../../lib/errors';
import type { Ids } from '../../lib/ids';
import type { OneTimeCodesService } from '../identity/one-time-codes.service';
import { secretsEqual } from '../../lib/vault';
import { CLAIMED_SCOPES, issueKey, type IssuedKey } from './agent-keys.service';
import { findPerson } from '../profiles/profiles.repo';
import { assertPlanHasRoom } from './plan';
import {
  findAgent,
  findClaimCode,
  findLiveClaimCode,
  updateAgent,
  useClaimCodes,
  type AgentRow,
} from './agents.repo';
import { listUnrevokedKeys, revokeKeys, updateKey } from './keys.repo';
import { newestKeyId } from './regenerate-key';
import type { RotationTokens } from './rotation-tokens';

export interface ClaimRequest {
  readonly agentId?: string | undefined;
  readonly claimCode?: string | undefined;
  readonly otp?: string | undefined;
  readonly replaceKeys?: boolean | undefined;
}

export interface Claimed {
  readonly agentId: string;
  /** The one that took the place of all before it; null where they were kept. */
  readonly key: IssuedKey | null;
}

export interface LiteClaimed {
  /** Good for replacing the agent's keys, for some minutes (C-48); null on a desktop, where the window does that. */
  readonly rotationToken: string | null;
}

export interface ClaimsService {
  /** The agent behind a code, for a look before claiming. Guessing is limited. */
  preview(claimCode: string, caller: Caller): Promise<AgentRow>;
  /**
   * Binds an unclaimed agent to the person. On the desktop that is the local owner, whatever the address (decisions §2).
   * `inTransaction` lets a door store its answer.
   * @throws AppError `not_found`, `gone`, `otp_required`, `rate_limited`, `taken`
   */
  claim(request: ClaimRequest, caller: Caller, inTransaction?: InTransaction<Claimed>): Promise<Claimed>;
  /**
   * Mails a one-time code to the address an nb agent was registered with (REG-13). Needs no account.
   * @throws AppError `not_found`, `invalid_transition` for a claimed one, `rate_limited`
   */
  requestLite(agentId: string, caller: Caller): Promise<{ readonly expiresInSeconds: number }>;
  /**
   * Binds the agent to whoever has the registered address, who joins by it where sign-up is open; on the desktop to
   * its person, who alone can read the mail there.
   * @throws AppError `validation` for a wrong code; `not_found`, `invalid_transition`, `forbidden`, `rate_limited`
   */
  claimLite(
    agentId: string,
    otp: string,
    caller: Caller,
    inTransaction?: InTransaction<LiteClaimed>,
  ): Promise<LiteClaimed>;
  /** "Not mine": by the person the address belongs to, or by the link in the mail. */
  disown(agentId: string, caller: Caller, inTransaction?: InTransaction<void>): void;
  disownByToken(agentId: string, token: string, caller: Caller): Promise<void>;
}

export function createClaimsService({
  writer,
  reader,
  clock,
  ids,
  audit,
  limiter,
  gate,
  mode,
  macOfClaimCode,
  disownToken,
  findOwner,
  ownerFor,
  codes,
  rotationTokens,
  onProfileChanged,
  afterCommit,
}: {
  readonly writer: Writer;
  readonly reader: Reader;
  readonly clock: Clock;
  readonly ids: Ids;
  readonly audit: AuditLog;
  readonly limiter: Limiter;
  readonly gate: Pick<Gate, 'proposals'>;
  readonly mode: 'desktop' | 'server';
  readonly macOfClaimCode: (code: string) => string;
  readonly disownToken: (agentId: string) => string;
  readonly findOwner: (userId: string) => { readonly email: string; readonly plan: string } | undefined;
  /** The person an address stands for, joining where they are new. @throws AppError `forbidden` */
  readonly ownerFor: (
    tx: Tx,
    contact: { readonly email: string; readonly name: string | null },
    caller: Caller,
  ) => { readonly id: string; readonly plan: string };
  readonly codes: Pick<OneTimeCodesService, 'request' | 'verify'>;
  readonly rotationTokens: Pick<RotationTokens, 'sign'>;
  /** A person gained or lost an agent: their public profile appears in search, or leaves it. */
  readonly onProfileChanged: (tx: Tx, userId: string) => void;
  readonly afterCommit: () => void;
}): ClaimsService {
  const guard = async (caller: Caller): Promise<void> => {
    const who = caller.actor.type === 'user' ? caller.actor.userId : (caller.ip ?? 'unknown');
    await limiter.consume('claim.guess', who);
  };

  const findByCode = (claimCode: string): AgentRow => {
    const row = findClaimCode(reader, macOfClaimCode(claimCode));
    const agent = row && findAgent(reader, row.agentId);
    if (!row || !agent || row.usedAt !== null || agent.status !== 'unclaimed') {
      throw new AppError(
        'not_found',
        'There is no agent waiting under this code. Check it letter by letter.',
        { reason: 'claim_code_unknown' },
      );
    }
    if (row.expiresAt <= clock.now()) {
      throw new AppError('gone', 'This code expired; ask the agent to register again.', {
        reason: 'claim_over',
      });
    }
    return agent;
  };

  const isOwnAddress = (agent: AgentRow, user: UserActor): boolean => {
    const email = findOwner(user.userId)?.email;
    return email !== undefined && agent.contactEmail === email;
  };

  /**
   * The address a one-time code must come from before `user` may claim by code; null where the code alone is enough:
   * it is their own address, or this is the desktop and whoever sits here is the owner (decisions §2).
   */
  const addressToProve = (agent: AgentRow, user: UserActor): string | null => {
    if (mode === 'desktop' || isOwnAddress(agent, user)) return null;
    // Without a registered address the code is the proof: only whom its owner gave it to can have it.
    return agent.contactEmail;
  };

  const takeProven = async (
    agent: AgentRow,
    address: string,
    request: ClaimRequest,
    caller: Caller,
    work: (tx: Tx) => IssuedKey | null,
  ): Promise<IssuedKey | null> => {
    const proof = { purpose: 'claim', address, subjectId: agent.id, ip: caller.ip } as const;
    if (request.otp === undefined) {
      await codes.request(proof);
      throw otpRequired(
        'a one-time code was sent to the address this agent was registered with; send it along',
      );
    }
    try {
      return await codes.verify({ ...proof, otp: request.otp }, work);
    } catch (error) {
      if (isAppError(error) && error.code === 'unauthenticated') throw otpRequired('is wrong or expired');
      throw error;
    }
  };

  const take = (
    tx: Tx,
    agentId: string,
    user: Pick<UserActor, 'userId'>,
    request: ClaimRequest,
    caller: Caller,
  ): IssuedKey | null => {
    const now = clock.now();
    const agent = findAgent(tx, agentId);
    if (!agent || agent.status !== 'unclaimed') throw notFound('agent waiting for you');
    const frozenAt = findPerson(tx, user.userId)?.frozenAt ?? null;
    updateAgent(tx, agentId, { status: 'active', ownerId: user.userId, claimedAt: now, frozenAt });
    useClaimCodes(tx, agentId, now);
    let key: IssuedKey | null = null;
    const kept = listUnrevokedKeys(tx, agentId, 100);
    // One that was unbound has no key left; without a new one its owner would have nothing to hand over.
    if (request.replaceKeys === true || kept.length === 0) {
      revokeKeys(tx, agentId, now);
      const brand = agent.origin === 'nb' ? 'nb_' : 'mma_';
      key = issueKey(tx, ids, { agentId, brand, name: 'Claim', scopes: CLAIMED_SCOPES, now });
    } else {
      for (const row of kept) {
        updateKey(tx, row.id, { scopes: [...new Set([...row.scopes, ...CLAIMED_SCOPES])] });
      }
    }
    const adopted = gate.proposals.adopt(tx, agentId, user.userId, now);
    onProfileChanged(tx, user.userId);
    audit.append(
      tx,
      {
        type: 'agent.claimed',
        caller,
        agentId,
        ownerId: user.userId,
        subjectType: 'agent',
        subjectId: agentId,
        data: {
          by: request.claimCode === undefined ? (request.otp === undefined ? 'address' : 'otp') : 'code',
          keysReplaced: key !== null,
          adopted,
        },
        person: { id: user.userId },
      },
      now,
    );
    appendEvent(tx, {
      topic: 'agent.claimed',
      data: { agentId, ownerId: user.userId },
      traceId: caller.traceId,
      now,
    });
    return key;
  };

  /** Who the code goes to. Only nb agents: an mma one is claimed by its code (decisions §2). */
  const findLite = (agentId: string): { readonly agent: AgentRow; readonly email: string } => {
    const agent = findAgent(reader, agentId);
    const isKnown = agent?.origin === 'nb' && agent.status !== 'banned';
    if (!agent || !isKnown || agent.contactEmail === null) throw notFound('agent');
    if (agent.status !== 'unclaimed') {
      throw new AppError('invalid_transition', 'This agent was claimed already.');
    }
    return { agent, email: agent.contactEmail };
  };

  const rotationTokenFor = (tx: Tx, agentId: string, ownerId: string): string | null =>
    mode === 'desktop'
      ? null
      : rotationTokens.sign({ agentId, ownerId, newestKeyId: newestKeyId(tx, agentId) });

  const retire = (agentId: string, caller: Caller, inTransaction?: InTransaction<void>): void => {
    writer.transaction(
      (tx) => {
        const now = clock.now();
        const agent = findAgent(tx, agentId);
        if (!agent || agent.status !== 'unclaimed') throw notFound('agent waiting for you');
        gate.proposals.cancelPending(tx, agentId, caller, now);
        revokeKeys(tx, agentId, now);
        useClaimCodes(tx, agentId, now);
        updateAgent(tx, agentId, { status: 'banned', handle: null, contactEmail: null, contactName: null });
        audit.append(
          tx,
          {
            type: 'agent.disowned',
            caller,
            agentId,
            subjectType: 'agent',
            subjectId: agentId,
            person: { id: agent.contactId },
          },
          now,
        );
        appendEvent(tx, { topic: 'agent.disowned', data: { agentId }, traceId: caller.traceId, now });
        inTransaction?.(tx, undefined, now);
      },
      { isDurable: true },
    );
    afterCommit();
  };

  return {
    async preview(claimCode, caller) {
      requireUser(caller, 'owner', false);
      await guard(caller);
      return findByCode(claimCode);
    },

    async claim(request, caller, inTransaction) {
      const user = requireUser(caller, 'owner', true);
      let agent: AgentRow;
      if (request.claimCode !== undefined) {
        await guard(caller);
        agent = findByCode(request.claimCode);
        if (request.agentId !== undefined && request.agentId !== agent.id)
          throw notFound('agent waiting for you');
      } else {
        const found = request.agentId === undefined ? undefined : findAgent(reader, request.agentId);
        if (!found || found.status !== 'unclaimed' || !isOwnAddress(found, user))
          throw notFound('agent waiting for you');
        if (!findLiveClaimCode(reader, found.id, clock.now())) {
          throw new AppError('gone', 'Its time to be claimed is over; let it register again.', {
            reason: 'claim_over',
          });
        }
        agent = found;
      }
      assertPlanHasRoom(reader, { id: user.userId, plan: findOwner(user.userId)?.plan ?? 'free' });
      const address = addressToProve(agent, user);
      const work = (tx: Tx): IssuedKey | null => {
        const made = take(tx, agent.id, user, request, caller);
        inTransaction?.(tx, { agentId: agent.id, key: made }, clock.now());
        return made;
      };
      const key =
        address === null
          ? writer.transaction(work, { isDurable: true })
          : await takeProven(agent, address, request, caller, work);
      afterCommit();
      return { agentId: agent.id, key };
    },

    async requestLite(agentId, caller) {
      const { agent, email } = findLite(agentId);
      return codes.request({ purpose: 'lite-claim', address: email, subjectId: agent.id, ip: caller.ip });
    },

    async claimLite(agentId, otp, caller, inTransaction) {
      const { agent, email } = findLite(agentId);
      const proof = {
        purpose: 'lite-claim',
        address: email,
        subjectId: agent.id,
        ip: caller.ip,
        otp,
      } as const;
      try {
        const claimed = await codes.verify(proof, (tx) => {
          const owner = ownerFor(tx, { email, name: agent.contactName }, caller);
          assertPlanHasRoom(tx, owner);
          take(tx, agent.id, { userId: owner.id }, { otp }, caller);
          const made: LiteClaimed = { rotationToken: rotationTokenFor(tx, agent.id, owner.id) };
          inTransaction?.(tx, made, clock.now());
          return made;
        });
        afterCommit();
        return claimed;
      } catch (error) {
        if (isAppError(error) && error.code === 'unauthenticated') throw wrongOtp();
        throw error;
      }
    },

    disown(agentId, caller, inTransaction) {
      const user = requireUser(caller, 'owner', true);
      const agent = findAgent(reader, agentId);
      if (!agent || !isOwnAddress(agent, user)) throw notFound('agent waiting for you');
      retire(agentId, caller, inTransaction);
    },

    async disownByToken(agentId, token, caller) {
      await guard(caller);
      if (!secretsEqual(token, disownToken(agentId))) throw notFound('agent waiting for you');
      retire(agentId, caller);
    },
  };
}

function wrongOtp(): AppError {
  const message = 'is wrong or expired';
  return new AppError('validation', `otp: ${message}.`, { fields: [{ path: 'otp', message }] });
}

function otpRequired(message: string): AppError {
  return new AppError('otp_required', `otp: ${message}.`, { fields: [{ path: 'otp', message }] });
}
