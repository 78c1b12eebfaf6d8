import { z } from 'zod';
import type { Reader, Tx } from '../../db/open';
import { enqueue } from '../../jobs/job';
import { DAY, type Clock } from '../../lib/clock';
import { AppError } from '../../lib/errors';
import type { Ids } from '../../lib/ids';
import { truncateCodePoints } from '../../lib/text/code-points';
import type { Vault } from '../../lib/vault';
import { addressMac, normaliseAddress, toOneLine } from './address';
import { countMails, insertMail, listMailRows, pruneMailRows, type MailRow } from './mail.repo';

/**
 * Mail is written to the local outbox with its effect, sealed. Without SMTP it stays there, to be read in the window
 * (server mode: by the CLI); with SMTP a job delivers it after the commit (decisions §5).
 */
export interface MailService {
  /**
   * Writes a plain-text mail in the caller's transaction and gives its id.
   * @throws AppError `unavailable` when more wait than the outbox holds
   */
  send(tx: Tx, mail: OutgoingMail): string;
  /** @throws AppError `unavailable` when the outbox takes no more; asked before an answer may differ by it. */
  assertRoom(tx: Tx): void;
  /** The newest first, opened. At most 200. */
  listMails(filter: { readonly to?: string | undefined; readonly limit?: number | undefined }): StoredMail[];
  /** Drops what is older than 30 days or beyond the newest 1,000. */
  prune(tx: Tx): void;
}

export interface OutgoingMail {
  readonly to: string;
  readonly subject: string;
  readonly text: string;
}

export interface StoredMail extends OutgoingMail {
  readonly id: string;
  readonly status: MailRow['status'];
  readonly lastError: string | null;
  readonly createdAt: number;
  readonly sentAt: number | null;
}

/** Job that delivers one mail of the outbox; see `mail.jobs.ts`. */
export const MAIL_SEND = 'mail.send';

const KEEP_NEWEST = 1_000;
const KEEP_MS = 30 * DAY;
/** Sent, failed and waiting ones together; only an unreachable SMTP server under a flood comes near it. */
const MAX_ROWS = 5_000;
const MAX_SUBJECT = 200;
const MAX_TEXT = 20_000;
const LIST_DEFAULT = 50;
const LIST_MAX = 200;

const sealedMail = z.object({ to: z.string(), subject: z.string(), text: z.string() });

export function createMailService({
  reader,
  vault,
  ids,
  clock,
  hasSmtp,
}: {
  readonly reader: Reader;
  readonly vault: Pick<Vault, 'hmac' | 'seal' | 'open'>;
  readonly ids: Ids;
  readonly clock: Clock;
  /** Whether mail leaves this machine; then `mail.send` must be among the runner's jobs. */
  readonly hasSmtp: boolean;
}): MailService {
  const prune = (tx: Tx): void => pruneMailRows(tx, clock.now() - KEEP_MS, KEEP_NEWEST);
  const assertRoom = (tx: Tx): void => {
    if (countMails(tx) < MAX_ROWS) return;
    prune(tx);
    if (countMails(tx) >= MAX_ROWS) {
      throw new AppError(
        'unavailable',
        `The mail queue is full: ${MAX_ROWS} mails wait. Try again in a minute.`,
        { reason: 'mail_queue_full', retryAfterSeconds: 60 },
      );
    }
  };
  return {
    prune,
    assertRoom,

    send(tx, mail) {
      const now = clock.now();
      const id = ids.prefixed('mail');
      const content = {
        to: normaliseAddress(mail.to),
        subject: toOneLine(mail.subject, MAX_SUBJECT),
        text: truncateCodePoints(mail.text, MAX_TEXT),
      };
      assertRoom(tx);
      insertMail(tx, {
        id,
        recipientMac: addressMac(vault, content.to),
        sealed: sealMail(vault, id, content),
        status: hasSmtp ? 'queued' : 'local',
        createdAt: now,
      });
      if (hasSmtp) enqueue(tx, ids, { type: MAIL_SEND, key: id, payload: { mailId: id }, runAt: now }, now);
      // With SMTP the nightly job does, and whoever finds the outbox full.
      if (!hasSmtp) prune(tx);
      return id;
    },

    listMails({ to, limit = LIST_DEFAULT }) {
      const count = Math.min(LIST_MAX, Math.max(1, Math.trunc(limit)));
      const mac = to === undefined ? undefined : addressMac(vault, to);
      return listMailRows(reader, mac, count).map((row) => openMail(vault, row));
    },
  };
}

function sealMail(vault: Pick<Vault, 'seal'>, id: string, content: OutgoingMail): Buffer {
  return vault.seal('mail', JSON.stringify(content), `mail/${id}`);
}

/** @throws when the row was sealed under another data key or changed since. */
export function openMail(vault: Pick<Vault, 'open'>, row: MailRow): StoredMail {
  const content = sealedMail.parse(
    JSON.parse(vault.open('mail', row.sealed, `mail/${row.id}`).toString('utf8')),
  );
  return {
    ...content,
    id: row.id,
    status: row.status,
    lastError: row.lastError,
    createdAt: row.createdAt,
    sentAt: row.sentAt,
  };
}
