import type { RegisterBody } from '../../contract/nb/agents';
import type { Reader, Tx, Writer } from '../../db/open';
import type { AuditLog } from '../../gate/audit';
import type { Caller } from '../../gate/caller';
import { contentBlocked, scanPublic } from '../../gate/content';
import type { GateDeps } from '../../gate/deps';
import { appendEvent } from '../../gate/events';
import type { Limiter } from '../../gate/limits';
import { DAY, toIso, type Clock } from '../../lib/clock';
import { isAppError } from '../../lib/errors';
import type { Ids } from '../../lib/ids';
import { randomSecret, sha256Hex, type Vault } from '../../lib/vault';
import type { CreditsService } from '../credits/credits.service';
import { assertTarget } from '../webhooks/webhooks.actions';
import { openRoomsFor } from '../rooms/promotion';
import { setUpWebhook } from '../webhooks/webhooks.service';
import { CLAIMED_SCOPES, issueKey } from './agent-keys.service';
import {
  findAgent,
  insertAgent,
  insertClaimCode,
  listAgentsByContact,
  useClaimCodes,
  type AgentRow,
} from './agents.repo';

/** REG-16. */
export const CLAIM_TOKEN_TTL_MS = DAY;
const PUBLIC_TEXT = ['name', 'description', 'capabilities'];
const MAX_PER_ADDRESS = 20;
/** Nobody owns it yet, so nobody made an exception for it. */
const TARGET = { field: 'webhook_url', ownerId: null } as const;

export interface NbRegistration {
  readonly agent: AgentRow;
  /** What is shown once; absent for an agent that was here already. */
  readonly secrets?: {
    readonly apiKey: string;
    readonly claimToken: string;
    readonly webhookSecret: string | null;
  };
}

export interface NbRegistrationService {
  /**
   * Registers an agent that acts without an owner, or gives the one its address has (REG-10, REG-11). Then nothing
   * secret is told to the caller, who need not be its owner: a fresh claim token goes to the address (C-15).
   * @throws AppError `content_blocked`, `rate_limited`
   */
  register(
    input: RegisterBody,
    caller: Caller,
    inTransaction?: (tx: Tx, made: NbRegistration, now: number) => void,
  ): Promise<NbRegistration>;
}

export function createNbRegistrationService({
  reader,
  writer,
  clock,
  ids,
  vault,
  audit,
  limiter,
  credits,
  scanPublicText,
  macOfClaimCode,
  disownToken,
  sendMail,
  publicUrl,
  allowsLocalTargets,
  afterCommit,
}: {
  readonly reader: Reader;
  readonly writer: Writer;
  readonly clock: Clock;
  readonly ids: Ids;
  readonly vault: Vault;
  readonly audit: AuditLog;
  readonly limiter: Limiter;
  readonly scanPublicText: GateDeps['scanPublicText'];
  readonly credits: Pick<CreditsService, 'open'>;
  readonly macOfClaimCode: (code: string) => string;
  readonly disownToken: (agentId: string) => string;
  readonly sendMail: (tx: Tx, mail: { to: string; subject: string; text: string }) => void;
  readonly publicUrl: () => string;
  readonly allowsLocalTargets: boolean;
  readonly afterCommit: () => void;
}): NbRegistrationService {
  const issueToken = (tx: Tx, agentId: string, now: number): string => {
    const token = `ct_${randomSecret()}`;
    useClaimCodes(tx, agentId, now);
    insertClaimCode(tx, {
      id: ids.prefixed('clm'),
      agentId,
      type: 'nb_token',
      codeMac: macOfClaimCode(token),
      createdAt: now,
      expiresAt: now + CLAIM_TOKEN_TTL_MS,
    });
    return token;
  };

  const mailToken = (tx: Tx, agent: AgentRow, token: string, now: number): void => {
    if (agent.contactEmail === null) return;
    const disown = `${publicUrl()}/claim/not-mine?agent=${agent.id}&token=${disownToken(agent.id)}`;
    sendMail(tx, {
      to: agent.contactEmail,
      subject: `${agent.name} registered with your address`,
      text: [
        `Hello ${agent.contactName ?? ''},`,
        '',
        `an AI agent called "${agent.name}" registered with this address on ${toIso(agent.createdAt)}.`,
        `Yours? ${publicUrl()}/claim-agent?agent_id=${agent.id} sends you a code and claims it, without an account.`,
        `Its claim token is ${token} (valid until ${toIso(now + CLAIM_TOKEN_TTL_MS)}).`,
        `Not yours? ${disown} takes its keys away and frees your address.`,
      ].join('\n'),
    });
  };

  const make = (tx: Tx, input: RegisterBody, caller: Caller, now: number): NbRegistration => {
    const id = ids.uuid();
    const contactId = ids.uuid();
    const email = input.owner_email.toLowerCase();
    insertAgent(tx, {
      id,
      origin: 'nb',
      name: input.name,
      description: input.description ?? '',
      capabilities: [...new Set(input.capabilities)],
      status: 'unclaimed',
      contactId,
      contactName: input.owner_name,
      contactEmail: email,
      trustLevel: 'basic',
      tier: 'free',
      registeredFrom: caller.ip,
      registeredWith: registeredWith(input, caller),
      createdAt: now,
    });
    const agent = findAgent(tx, id);
    if (!agent) throw new Error('The agent just written is not there');
    openRoomsFor(tx, agent.capabilities, now);
    // Their document has no scopes; on mma doors the claim gate holds for them too (decisions §2).
    const key = issueKey(tx, ids, {
      agentId: id,
      brand: 'nb_',
      name: 'Registration',
      scopes: CLAIMED_SCOPES,
      now,
    });
    credits.open(tx, id);
    const url = input.webhook_url ?? null;
    const webhookSecret =
      url === null ? null : setUpWebhook(tx, vault, { agentId: id, url, traceId: caller.traceId, ids, now });
    const claimToken = issueToken(tx, id, now);
    mailToken(tx, agent, claimToken, now);
    audit.append(
      tx,
      {
        type: 'agent.registered',
        caller,
        agentId: id,
        subjectType: 'agent',
        subjectId: id,
        data: { origin: 'nb', key: key.id },
        person: { id: contactId, data: { name: input.owner_name, email, agentName: input.name } },
      },
      now,
    );
    appendEvent(tx, {
      topic: 'agent.registered',
      data: { agentId: id },
      traceId: caller.traceId,
      now,
    });
    return { agent, secrets: { apiKey: key.secret, claimToken, webhookSecret } };
  };

  /** Whoever registers the same address over and over fills nobody's mailbox. */
  const mayMail = async (email: string): Promise<boolean> => {
    try {
      await limiter.consume('otp.address', sha256Hex(email));
      return true;
    } catch (error) {
      if (isAppError(error)) return false;
      throw error;
    }
  };

  return {
    async register(input, caller, inTransaction) {
      if (caller.ip !== null) await limiter.consume('register', caller.ip);
      // Public at once, and nobody there to hold it for (C-66).
      const issues = scanPublic({ scanPublicText }, { publicText: PUBLIC_TEXT }, input);
      if (issues.length > 0) throw contentBlocked(issues);
      if (input.webhook_url) assertTarget(reader, input.webhook_url, { ...TARGET, allowsLocalTargets });
      const email = input.owner_email.toLowerCase();
      const canMail = await mayMail(email);
      const made = writer.transaction(
        (tx) => {
          const now = clock.now();
          const earlier = listAgentsByContact(tx, email, MAX_PER_ADDRESS).filter(
            ({ status }) => status !== 'banned',
          );
          const known = earlier.find(({ name }) => name === input.name) ?? earlier[0];
          if (known?.origin === 'nb' && known.status === 'unclaimed' && canMail) {
            mailToken(tx, known, issueToken(tx, known.id, now), now);
          }
          const registration = known ? { agent: known } : make(tx, input, caller, now);
          inTransaction?.(tx, registration, now);
          return registration;
        },
        { isDurable: true },
      );
      afterCommit();
      return made;
    },
  };
}

/** What the caller says it is, and what it was registered through where that is said too. */
function registeredWith({ registration_source: source }: RegisterBody, caller: Caller): string | null {
  const client = caller.client ?? caller.userAgent;
  const named = [client, source].filter((name) => name !== null && name !== undefined && name !== '');
  return named.length === 0 ? null : named.join(' · ').slice(0, 200);
}
