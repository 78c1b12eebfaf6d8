import type { Reader, Tx, Writer } from '../../db/open';
import type { AuditLog } from '../../gate/audit';
import type { Caller } from '../../gate/caller';
import { requireUser } from '../../gate/commands';
import { appendEvent } from '../../gate/events';
import type { InTransaction } from '../../gate/idempotency';
import type { Clock } from '../../lib/clock';
import { AppError, isAppError, notFound } from '../../lib/errors';
import type { Ids } from '../../lib/ids';
import type { OneTimeCodesService } from '../identity/one-time-codes.service';
import { findAgent, type AgentRow } from './agents.repo';
import { newestKeyId, regenerateKey, type RegeneratedKey } from './regenerate-key';
import type { RotationGrant, RotationTokens } from './rotation-tokens';

/** Who asks for a new key: a signed-in person, or whoever just proved the address of the agent. */
export interface KeyRequest {
  readonly agentId: string;
  /** Of Lite Claim, instead of a session. */
  readonly rotationToken?: string | undefined;
}

export interface RegenerateKeyService {
  /**
   * Mails a one-time code to the owner (KEY-1).
   * @throws AppError `unauthenticated`; `actor_denied` where no session decides; `not_found`, `forbidden` for another's
   */
  requestCode(request: KeyRequest, caller: Caller): Promise<{ readonly expiresInSeconds: number }>;
  /**
   * Ends every key of the agent and makes a new one. A session needs the code; for a rotation token the code of the
   * claim was it.
   * @throws AppError as `requestCode`; `validation` for a missing or wrong code
   */
  regenerate(
    request: KeyRequest & { readonly otp?: string | undefined },
    caller: Caller,
    inTransaction?: InTransaction<RegeneratedKey>,
  ): Promise<RegeneratedKey>;
}

export function createRegenerateKeyService({
  writer,
  reader,
  clock,
  ids,
  audit,
  codes,
  tokens,
  findOwner,
  afterCommit,
}: {
  readonly writer: Writer;
  readonly reader: Reader;
  readonly clock: Clock;
  readonly ids: Ids;
  readonly audit: Pick<AuditLog, 'append'>;
  readonly codes: Pick<OneTimeCodesService, 'request' | 'verify'>;
  readonly tokens: RotationTokens;
  readonly findOwner: (userId: string) => { readonly email: string } | undefined;
  readonly afterCommit: () => void;
}): RegenerateKeyService {
  const grantOf = ({ agentId, rotationToken }: KeyRequest): RotationGrant | undefined => {
    if (rotationToken === undefined) return undefined;
    const grant = tokens.read(rotationToken);
    if (!grant) throw new AppError('unauthenticated', 'This session is over. Claim, or sign in, again.');
    if (grant.agentId !== agentId) throw notYours();
    return grant;
  };

  /** The agent, and the person it is proven to belong to. */
  const findOwned = (
    request: KeyRequest,
    caller: Caller,
  ): { readonly agent: AgentRow; readonly ownerId: string; readonly grant: RotationGrant | undefined } => {
    const grant = grantOf(request);
    const ownerId = grant?.ownerId ?? requireUser(caller, 'owner', true).userId;
    const agent = findAgent(reader, request.agentId);
    if (!agent || agent.deletedAt !== null) throw notFound('agent');
    if (agent.ownerId !== ownerId) throw notYours();
    return { agent, ownerId, grant };
  };

  const proofOf = (agent: AgentRow, ownerId: string, caller: Caller) => {
    const address = findOwner(ownerId)?.email;
    if (address === undefined) throw notFound('agent');
    return { purpose: 'regenerate-key', address, subjectId: agent.id, ip: caller.ip } as const;
  };

  const replace = (tx: Tx, agentId: string, ownerId: string, caller: Caller, by: 'otp' | 'claim') => {
    const now = clock.now();
    const agent = findAgent(tx, agentId);
    if (!agent || agent.ownerId !== ownerId) throw notYours();
    const made = regenerateKey(tx, ids, agent, now);
    audit.append(
      tx,
      {
        type: 'key.regenerated',
        caller: {
          ...caller,
          actor: { type: 'user', userId: ownerId, role: 'owner', mayDecide: false, sessionId: null },
        },
        agentId,
        ownerId,
        subjectType: 'key',
        subjectId: made.key.id,
        data: { by, ended: made.ended },
        person: { id: ownerId },
      },
      now,
    );
    appendEvent(tx, {
      topic: 'key.regenerated',
      data: { agentId, ownerId, keyId: made.key.id },
      traceId: caller.traceId,
      now,
    });
    return made;
  };

  return {
    async requestCode(request, caller) {
      const { agent, ownerId } = findOwned(request, caller);
      return codes.request(proofOf(agent, ownerId, caller));
    },

    async regenerate({ otp, ...request }, caller, inTransaction) {
      const { agent, ownerId, grant } = findOwned(request, caller);
      const work = (tx: Tx): RegeneratedKey => {
        if (grant && newestKeyId(tx, agent.id) !== grant.newestKeyId) {
          throw new AppError('unauthenticated', 'This session was used already.');
        }
        const made = replace(tx, agent.id, ownerId, caller, otp === undefined ? 'claim' : 'otp');
        inTransaction?.(tx, made, clock.now());
        return made;
      };
      if (otp === undefined) {
        if (!grant) throw badOtp('is needed: ask for one at request-otp');
        const made = writer.transaction(work, { isDurable: true });
        afterCommit();
        return made;
      }
      try {
        return await codes.verify({ ...proofOf(agent, ownerId, caller), otp }, work);
      } catch (error) {
        if (isAppError(error) && error.reason?.startsWith('code_') === true)
          throw badOtp('is wrong or expired');
        throw error;
      }
    },
  };
}

function notYours(): AppError {
  return new AppError('forbidden', 'Only the owner who claimed this agent can replace its key.');
}

function badOtp(message: string): AppError {
  return new AppError('validation', `otp: ${message}.`, { fields: [{ path: 'otp', message }] });
}
