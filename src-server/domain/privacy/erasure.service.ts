import type { ErasureReport, ErasureTarget } from '../../contract/console/data';
import type { Consequences } from '../../contract/console/leaving';
import type { Context } from '../../context';
import type { Db, Tx } from '../../db/open';
import type { Caller, UserActor } from '../../gate/caller';
import { requireUser } from '../../gate/commands';
import { appendEvent } from '../../gate/events';
import type { InTransaction } from '../../gate/idempotency';
import { enqueue } from '../../jobs/job';
import type { JobDefinition } from '../../jobs/runner';
import { AppError, notFound } from '../../lib/errors';
import { findAgent, updateAgent, type AgentRow } from '../agents/agents.repo';
import { OWNERLESS, release, WITHOUT_CONTACT } from '../agents/leaving';
import { forgetOffersTo } from '../agents/transfers.repo';
import { countWorld } from '../backups/backups.repo';
import { writePlan } from '../backups/restore-plan';
import { addressMac, normaliseAddress } from '../mail/address';
import type { UserRow } from '../identity/users.service';
import { memberIdOf } from '../messages/members';
import { indexProfile } from '../profiles/profiles.service';
import { blankCheckoutsOf } from '../billing/billing.repo';
import { deleteBlocksBy } from '../social/blocks.repo';
import {
  blankContacts,
  blankUser,
  countSealedRows,
  deleteAnswersOf,
  deleteCodes,
  deleteConnectionsOf,
  deleteGuidanceOf,
  deleteMails,
  deleteMessagesOf,
  deletePersonSettings,
  deleteWebhookExceptions,
  deleteSessions,
  forgetUseOf,
  hasOtherAdmin,
  listAgentsOf,
} from './erasure.repo';

/**
 * Erasing a person: their key is destroyed, so that what is sealed for them beside the audit log can't be read again
 * and the chain still verifies; names and addresses are blanked, sessions ended, agents let go. It can't be taken
 * back. On a desktop its owner is everything there is, and the next start begins anew.
 */
export interface ErasureService {
  /** Runs it in a savepoint that is rolled back, so that what is shown is what would happen. */
  preview(target: ErasureTarget, caller: Caller): ErasureReport;
  /** @throws AppError `validation` naming `confirmation`; `not_found`, `forbidden`, `invalid_transition` */
  erase(
    request: { readonly target: ErasureTarget; readonly confirmation: string },
    caller: Caller,
    inTransaction: InTransaction<Omit<ErasureReport, 'confirmation'> & { readonly needsRestart: boolean }>,
  ): void;
  readonly jobs: readonly JobDefinition[];
}

/** What was erased is still in the log that the database writes ahead. */
const EMPTY_LOG_JOB = 'privacy.empty-log';

type Deps = Pick<
  Context,
  | 'clock'
  | 'ids'
  | 'database'
  | 'audit'
  | 'reader'
  | 'vault'
  | 'config'
  | 'gate'
  | 'identity'
  | 'backups'
  | 'exports'
> & { readonly afterCommit: () => void };

type Counts = Record<string, number>;

/** What is to be erased, found and allowed. */
type Subject =
  | { readonly type: 'everything'; readonly user: UserRow }
  | { readonly type: 'person'; readonly user: UserRow }
  | {
      readonly type: 'contact';
      readonly contactId: string;
      readonly email: string | null;
      readonly word: string;
      readonly agentId: string;
      readonly isUser: boolean;
      /** Mails to an address of somebody who is here are theirs. */
      readonly hasUserAddress: boolean;
    };

class Rehearsed extends Error {}

export function createErasureService(deps: Deps): ErasureService {
  const { clock, ids, database, audit, reader, vault, config, gate, identity, backups, exports } = deps;
  const { writer } = database;

  const subjectOf = (db: Db, target: ErasureTarget, user: UserActor): Subject => {
    if (target.type === 'contact') return contactOf(db, target.agentId, user);
    if (target.type === 'user' && user.role !== 'admin') {
      throw new AppError('forbidden', 'Only an admin can erase somebody else.', { reason: 'admin_only' });
    }
    const found =
      target.type === 'me'
        ? identity.users.findUserById(db, user.userId)
        : identity.users.findUserByEmail(db, normaliseAddress(target.email));
    const isSelf = found?.id === user.userId;
    if (!found || found.erasedAt !== null) throw notFound('person');
    if (config.mode === 'desktop' && isSelf) return { type: 'everything', user: found };
    if (found.role === 'admin' && !hasOtherAdmin(db, found.id)) {
      throw new AppError('invalid_transition', 'This is the only admin. Make somebody else one first.', {
        reason: 'only_admin',
      });
    }
    return { type: 'person', user: found };
  };

  const contactOf = (db: Db, agentId: string, user: UserActor): Subject => {
    const agent = findAgent(db, agentId);
    const isTheirs = agent?.ownerId === user.userId || (agent?.ownerId === null && user.role === 'admin');
    if (!agent || !isTheirs) throw notFound('agent');
    const { contactId, contactEmail, contactName } = agent;
    const word = contactEmail ?? contactName;
    if (word === null)
      throw new AppError('invalid_transition', 'Nothing is kept of who registered this agent.', {
        reason: 'no_contact_kept',
      });
    return {
      type: 'contact',
      contactId,
      email: contactEmail,
      word,
      agentId,
      isUser: identity.users.findUserById(db, contactId) !== undefined,
      hasUserAddress:
        contactEmail !== null &&
        identity.users.findUserByEmail(db, normaliseAddress(contactEmail)) !== undefined,
    };
  };

  /** What it published stays under its own name; a sanction stays with it. */
  const letGo = (tx: Tx, agent: AgentRow, caller: Caller, now: number): Consequences => {
    const consequences = release(tx, agent, { proposals: gate.proposals, caller, now });
    forgetUseOf(tx, agent.id);
    const isSanctioned = agent.status === 'suspended' || agent.status === 'banned';
    updateAgent(tx, agent.id, {
      ...OWNERLESS,
      ...WITHOUT_CONTACT,
      ...(isSanctioned ? {} : { status: 'unclaimed', trustLevel: 'basic' }),
    });
    const data = { agentId: agent.id, ownerId: agent.ownerId };
    appendEvent(tx, { topic: 'agent.unbound', data, traceId: caller.traceId, now });
    return consequences;
  };

  const eraseUser = (tx: Tx, user: UserRow, caller: Caller, now: number): Counts => {
    const counts: Counts = { profile: 1, auditDetails: countSealedRows(tx, user.id) };
    const agents = listAgentsOf(tx, user.id);
    const left = agents.map((agent) => letGo(tx, agent, caller, now));
    const sumOf = (part: 'pendingCancelled' | 'keysRevoked' | 'offersEnded'): number =>
      left.reduce((sum, one) => sum + one[part], 0);
    const mac = addressMac(vault, user.email);
    Object.assign(counts, {
      agents: agents.length,
      proposals: sumOf('pendingCancelled'),
      keys: sumOf('keysRevoked'),
      offers: sumOf('offersEnded') + forgetOffersTo(tx, user, now),
      contacts: blankContacts(tx, { id: user.id, email: user.email }),
      guidance: deleteGuidanceOf(tx, user.id),
      connections: deleteConnectionsOf(tx, user.id),
      messages: deleteMessagesOf(tx, user.id),
      blocks: deleteBlocksBy(tx, [memberIdOf('user', user.id)]),
      mails: deleteMails(tx, mac),
      codes: deleteCodes(tx, mac),
      sessions: deleteSessions(tx, user.id),
      settings: deletePersonSettings(tx, user.id) + deleteWebhookExceptions(tx, user.id),
    });
    blankCheckoutsOf(tx, user.id);
    deleteAnswersOf(tx, user.id);
    blankUser(tx, user.id, now);
    indexProfile(tx, user.id);
    audit.erasePerson(tx, user.id, now);
    return counts;
  };

  const eraseContact = (tx: Tx, subject: Extract<Subject, { type: 'contact' }>, now: number): Counts => {
    const { contactId, email, isUser, hasUserAddress } = subject;
    const mac = email === null || hasUserAddress ? null : addressMac(vault, email);
    const counts: Counts = {
      contacts: blankContacts(tx, { id: contactId, email: hasUserAddress ? null : email }),
      mails: mac === null ? 0 : deleteMails(tx, mac),
      codes: mac === null ? 0 : deleteCodes(tx, mac),
      auditDetails: isUser ? 0 : countSealedRows(tx, contactId),
    };
    if (!isUser) audit.erasePerson(tx, contactId, now);
    return counts;
  };

  /** The same for the rehearsal and for good. */
  const run = (tx: Tx, subject: Subject, caller: Caller, now: number): Counts => {
    if (subject.type === 'person') return eraseUser(tx, subject.user, caller, now);
    if (subject.type === 'contact') return eraseContact(tx, subject, now);
    return { ...countWorld(tx), backups: backups.count() };
  };

  const reportOf = (subject: Subject, counts: Counts): ErasureReport => ({
    scope: subject.type,
    confirmation: subject.type === 'contact' ? subject.word : subject.user.email,
    items: Object.entries(counts)
      .filter(([, count]) => count > 0)
      .map(([what, count]) => ({ what, count })),
    backups: subject.type === 'everything' ? 0 : backups.count(),
  });

  return {
    preview(target, caller) {
      const user = requireUser(caller, 'owner', true);
      const subject = subjectOf(reader, target, user);
      let counts: Counts = {};
      try {
        writer.transaction((tx) =>
          writer.savepoint(tx, () => {
            counts = run(tx, subject, caller, clock.now());
            throw new Rehearsed();
          }),
        );
      } catch (error) {
        if (!(error instanceof Rehearsed)) throw error;
      }
      return reportOf(subject, counts);
    },

    erase({ target, confirmation }, caller, inTransaction) {
      const user = requireUser(caller, 'owner', true);
      const planId = ids.prefixed('ers');
      const subject = writer.transaction(
        (tx) => {
          const now = clock.now();
          const found = subjectOf(tx, target, user);
          assertConfirmed(found, confirmation);
          const counts = run(tx, found, caller, now);
          const erasedId = found.type === 'contact' ? found.contactId : found.user.id;
          // After the key is gone: whoever erased themselves leaves no address behind with this row.
          audit.append(
            tx,
            {
              type: 'person.erased',
              caller,
              ownerId: user.userId,
              subjectType: found.type === 'contact' ? 'contact' : 'user',
              subjectId: erasedId,
              data: { scope: found.type, counts },
              person: { id: user.userId },
            },
            now,
          );
          const { confirmation: _, ...report } = reportOf(found, counts);
          inTransaction(tx, { ...report, needsRestart: found.type === 'everything' }, now);
          enqueue(tx, ids, { type: EMPTY_LOG_JOB, key: planId, payload: {}, runAt: now }, now);
          if (found.type === 'everything') {
            writePlan(config.dataFolder, { type: 'erase-everything', v: 1, id: planId });
          }
          return found;
        },
        { isDurable: true },
      );
      if (subject.type === 'person') exports.removeAllOf(subject.user.id);
      deps.afterCommit();
    },

    jobs: [{ type: EMPTY_LOG_JOB, maxAttempts: 20, handle: () => database.emptyLog() }],
  };

  function assertConfirmed(subject: Subject, confirmation: string): void {
    const { confirmation: expected } = reportOf(subject, {});
    if (normaliseAddress(confirmation) === normaliseAddress(expected)) return;
    const message = `must be ${expected}`;
    throw new AppError('validation', `confirmation: ${message}.`, {
      reason: 'confirmation_differs',
      fields: [{ path: 'confirmation', message }],
    });
  }
}
