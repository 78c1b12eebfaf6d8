import type { MailDetail, MailRow as PresentedMail, MailState } from '../../contract/console/outbox';
import { decodeKeyset, toPage } from '../../db/cursor';
import type { Reader, Tx, Writer } from '../../db/open';
import type { AuditLog } from '../../gate/audit';
import type { Caller, UserActor } from '../../gate/caller';
import { requireUser } from '../../gate/commands';
import type { InTransaction } from '../../gate/idempotency';
import { enqueue } from '../../jobs/job';
import { toIso, toIsoOrNull, type Clock } from '../../lib/clock';
import { AppError } from '../../lib/errors';
import type { Ids } from '../../lib/ids';
import type { Vault } from '../../lib/vault';
import { addressMac } from './address';
import { findMail, listMailPage, setMailStatus, type MailRow } from './mail.repo';
import { MAIL_SEND, openMail } from './mail.service';

/**
 * The outbox as an admin sees it in the window. Mails are sealed and carry codes: who reads one is written down, and
 * nobody who may not decide reads any.
 */
export interface OutboxService {
  readonly delivery: 'smtp' | 'local';
  /** @throws AppError `validation` for a cursor of another list, `actor_denied` outside the window */
  list(
    filter: {
      readonly state?: MailState | undefined;
      readonly to?: string | undefined;
      readonly cursor?: string | undefined;
      readonly limit?: number | undefined;
    },
    caller: Caller,
  ): { items: PresentedMail[]; nextCursor: string | null };
  /** @throws AppError `not_found`, `actor_denied` */
  open(id: string, caller: Caller, inTransaction?: InTransaction<MailDetail>): void;
  /** @throws AppError `not_found`, `actor_denied`, `invalid_transition` for what did not fail or can't leave */
  resend(id: string, caller: Caller, inTransaction?: InTransaction<PresentedMail>): void;
}

const LIST_DEFAULT = 50;

export function createOutboxService({
  reader,
  writer,
  vault,
  ids,
  clock,
  audit,
  hasSmtp,
  afterCommit,
}: {
  readonly reader: Reader;
  readonly writer: Writer;
  readonly vault: Pick<Vault, 'hmac' | 'open'>;
  readonly ids: Ids;
  readonly clock: Clock;
  readonly audit: Pick<AuditLog, 'append'>;
  readonly hasSmtp: boolean;
  /** Wakes the job runner. */
  readonly afterCommit: () => void;
}): OutboxService {
  const requireKeeper = (caller: Caller): UserActor => requireUser(caller, 'admin', true);

  const present = (row: MailRow): MailDetail => {
    const { to, subject, text } = openMail(vault, row);
    return {
      id: row.id,
      to,
      subject,
      text,
      state: row.status,
      error: row.lastError,
      createdAt: toIso(row.createdAt),
      sentAt: toIsoOrNull(row.sentAt),
      canResend: hasSmtp && row.status === 'failed',
    };
  };

  const getMail = (tx: Tx, id: string): MailRow => {
    const row = findMail(tx, id);
    if (!row)
      throw new AppError('not_found', 'This mail is not here; after 30 days mails are forgotten.', {
        reason: 'mail_forgotten',
      });
    return row;
  };

  const record = (tx: Tx, type: string, row: MailRow, user: UserActor, caller: Caller): void =>
    audit.append(
      tx,
      {
        type,
        caller,
        ownerId: user.userId,
        subjectType: 'mail',
        subjectId: row.id,
        person: { id: user.userId },
      },
      clock.now(),
    );

  return {
    delivery: hasSmtp ? 'smtp' : 'local',

    list({ state, to, cursor, limit = LIST_DEFAULT }, caller) {
      requireKeeper(caller);
      const rows = listMailPage(reader, {
        status: state,
        recipientMac: to === undefined ? undefined : addressMac(vault, to),
        after: cursor === undefined ? undefined : decodeKeyset(cursor),
        limit: limit + 1,
      });
      const page = toPage(rows, limit, ({ createdAt: at, id }) => ({ at, id }));
      return { ...page, items: page.items.map(present) };
    },

    open(id, caller, inTransaction) {
      const user = requireKeeper(caller);
      writer.transaction((tx) => {
        const row = getMail(tx, id);
        record(tx, 'mail.read', row, user, caller);
        inTransaction?.(tx, present(row), clock.now());
      });
      afterCommit();
    },

    resend(id, caller, inTransaction) {
      const user = requireKeeper(caller);
      writer.transaction((tx) => {
        const row = getMail(tx, id);
        if (!hasSmtp) {
          throw new AppError('invalid_transition', 'No mail leaves this machine: no SMTP is configured.', {
            reason: 'no_smtp',
          });
        }
        if (row.status === 'sent')
          throw new AppError('invalid_transition', 'This mail was sent already.', { reason: 'mail_sent' });
        if (row.status !== 'queued') {
          const now = clock.now();
          setMailStatus(tx, id, { status: 'queued' });
          const job = { type: MAIL_SEND, key: `${id}/${ids.prefixed('again')}`, payload: { mailId: id } };
          enqueue(tx, ids, { ...job, runAt: now }, now);
          record(tx, 'mail.resent', row, user, caller);
        }
        inTransaction?.(tx, present(getMail(tx, id)), clock.now());
      });
      afterCommit();
    },
  };
}
