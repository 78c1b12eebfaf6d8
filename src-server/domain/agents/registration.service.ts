import type { RegisterBody } from '../../contract/mma/register';
import type { Reader, Tx, Writer } from '../../db/open';
import type { AuditLog } from '../../gate/audit';
import type { Caller } from '../../gate/caller';
import { appendEvent } from '../../gate/events';
import type { Gate } from '../../gate/gate';
import type { Limiter } from '../../gate/limits';
import { DAY, toIso, type Clock } from '../../lib/clock';
import { AppError } from '../../lib/errors';
import { normaliseCode, type Ids } from '../../lib/ids';
import type { Vault } from '../../lib/vault';
import { issueKey, UNCLAIMED_MMA_SCOPES, type IssuedKey } from './agent-keys.service';
import {
  findAgentByHandle,
  findLiveClaimCode,
  insertAgent,
  insertClaimCode,
  listAgentsByContact,
  updateAgent,
  type AgentRow,
} from './agents.repo';
import { revokeKeys } from './keys.repo';

/** REG-4. */
export const CLAIM_CODE_TTL_MS = 7 * DAY;
const MAX_PER_ADDRESS = 20;

export interface Registration {
  readonly agent: AgentRow;
  readonly key: IssuedKey;
  readonly claimCode: string;
  readonly claimExpiresAt: number;
}

export interface RegistrationService {
  /**
   * Registers an agent that nobody owns yet (REG-1). `inTransaction` lets a door store its answer's marker.
   * @throws AppError `taken` for an address or handle an agent has (U-16), `rate_limited`
   */
  register(
    input: RegisterBody,
    caller: Caller,
    inTransaction?: (tx: Tx, registration: Registration, now: number) => void,
  ): Promise<Registration>;
  /** HMAC under which a claim code is stored. */
  macOfClaimCode(code: string): string;
  /** Proof that a "not mine" link came from our mail. */
  disownToken(agentId: string): string;
}

export function createRegistrationService({
  writer,
  reader,
  clock,
  ids,
  vault,
  audit,
  limiter,
  gate,
  sendMail,
  publicUrl,
  afterCommit,
}: {
  readonly writer: Writer;
  readonly reader: Reader;
  readonly clock: Clock;
  readonly ids: Ids;
  readonly vault: Vault;
  readonly audit: AuditLog;
  readonly limiter: Limiter;
  readonly gate: Pick<Gate, 'proposals'>;
  readonly sendMail: (tx: Tx, mail: { to: string; subject: string; text: string }) => void;
  readonly publicUrl: () => string;
  readonly afterCommit: () => void;
}): RegistrationService {
  const macOfClaimCode = (code: string): string =>
    vault.hmac('codes', `claim/${normaliseCode(code)}`).toString('base64url');
  const disownToken = (agentId: string): string =>
    vault.hmac('codes', `disown/${agentId}`).toString('base64url');

  /** An account nobody claimed in time makes room for a new one (decisions §2); an nb agent lives without an owner. */
  const isDead = (agent: AgentRow, now: number): boolean =>
    agent.origin === 'mma' &&
    agent.status === 'unclaimed' &&
    findLiveClaimCode(reader, agent.id, now) === undefined;

  const retire = (tx: Tx, agent: AgentRow, caller: Caller, now: number): void => {
    gate.proposals.cancelPending(tx, agent.id, caller, now);
    revokeKeys(tx, agent.id, now);
    updateAgent(tx, agent.id, { status: 'banned', handle: null, contactEmail: null, contactName: null });
  };

  return {
    macOfClaimCode,
    disownToken,
    async register(input, caller, inTransaction) {
      // With or without a key: one that registers would otherwise be a way round the limit.
      if (caller.ip !== null) await limiter.consume('register', caller.ip);
      const email = input.email.toLowerCase();
      const registration = writer.transaction(
        (tx) => {
          const now = clock.now();
          const sameAddress = listAgentsByContact(tx, email, MAX_PER_ADDRESS);
          const sameHandle = findAgentByHandle(tx, input.agentHandle);
          const inTheWay = [...sameAddress, ...(sameHandle ? [sameHandle] : [])];
          for (const agent of inTheWay) {
            if (isDead(agent, now)) {
              retire(tx, agent, caller, now);
              continue;
            }
            const field = agent.handle === input.agentHandle ? 'agentHandle' : 'email';
            throw new AppError(
              'taken',
              field === 'agentHandle'
                ? `agentHandle: "${input.agentHandle}" is taken; choose another.`
                : 'email: an agent is registered with this address already; its owner adds further ones in Countersign.',
              { fields: [{ path: field, message: 'is taken' }] },
            );
          }
          const agentId = ids.uuid();
          const contactId = ids.uuid();
          insertAgent(tx, {
            id: agentId,
            origin: 'mma',
            name: input.agentName,
            handle: input.agentHandle,
            provider: input.provider ?? null,
            modelType: input.modelType ?? null,
            capabilities: input.capabilities ?? [],
            status: 'unclaimed',
            contactId,
            contactName: input.name,
            contactEmail: email,
            trustLevel: 'basic',
            tier: 'free',
            registeredFrom: caller.ip,
            registeredWith: (caller.client ?? caller.userAgent)?.slice(0, 200) ?? null,
            createdAt: now,
          });
          const key = issueKey(tx, ids, {
            agentId,
            brand: 'mma_',
            name: 'Registration',
            scopes: UNCLAIMED_MMA_SCOPES,
            now,
          });
          const claimCode = ids.claimCode();
          const claimExpiresAt = now + CLAIM_CODE_TTL_MS;
          insertClaimCode(tx, {
            id: ids.prefixed('clm'),
            agentId,
            type: 'mma_code',
            codeMac: macOfClaimCode(claimCode),
            createdAt: now,
            expiresAt: claimExpiresAt,
          });
          sendMail(tx, registrationMail(input, email, agentId));
          audit.append(
            tx,
            {
              type: 'agent.registered',
              caller,
              agentId,
              subjectType: 'agent',
              subjectId: agentId,
              data: { origin: 'mma', key: key.id },
              person: { id: contactId, data: { name: input.name, email, agentName: input.agentName } },
            },
            now,
          );
          appendEvent(tx, { topic: 'agent.registered', data: { agentId }, traceId: caller.traceId, now });
          const made = {
            agent: findOrThrow(tx, input.agentHandle),
            key,
            claimCode,
            claimExpiresAt,
          };
          inTransaction?.(tx, made, now);
          return made;
        },
        { isDurable: true },
      );
      afterCommit();
      return registration;
    },
  };

  function registrationMail(
    input: RegisterBody,
    email: string,
    agentId: string,
  ): { to: string; subject: string; text: string } {
    const base = publicUrl();
    return {
      to: email,
      subject: `${input.agentName} registered with your address`,
      text: [
        `Hello ${input.name},`,
        '',
        `an AI agent called "${input.agentName}" (@${input.agentHandle}) registered with this address on ${toIso(clock.now())}.`,
        'Until you claim it, it can search and write drafts that nobody sees.',
        '',
        `Claim it: ${base}/claim and enter the code that your agent shows you (valid for 7 days).`,
        `Not yours? ${base}/claim/not-mine?agent=${agentId}&token=${disownToken(agentId)} takes its keys away and frees your address.`,
      ].join('\n'),
    };
  }
}

function findOrThrow(tx: Tx, handle: string): AgentRow {
  const agent = findAgentByHandle(tx, handle);
  if (!agent) throw new Error('The agent just written is not there');
  return agent;
}
