import type { Tx, Writer } from '../../db/open';
import type { JobDefinition } from '../../jobs/runner';
import type { MailService } from '../mail/mail.service';
import type { OneTimeCodesService } from './one-time-codes.service';
import type { SessionsService } from './sessions.service';

/** Rows to a transaction, so that the writer is never held for long. */
const BATCH = 500;

/** Nightly: forgets sessions, codes and mails whose time is over. */
export function createIdentityPruneJob({
  writer,
  sessions,
  codes,
  mail,
}: {
  readonly writer: Writer;
  readonly sessions: Pick<SessionsService, 'prune'>;
  readonly codes: Pick<OneTimeCodesService, 'prune'>;
  readonly mail: Pick<MailService, 'prune'>;
}): JobDefinition {
  const drain = (prune: (tx: Tx, limit: number) => number): void => {
    while (writer.transaction((tx) => prune(tx, BATCH)) === BATCH);
  };
  return {
    type: 'identity.prune',
    maxAttempts: 3,
    cron: '17 3 * * *',
    handle() {
      drain((tx, limit) => sessions.prune(tx, limit));
      drain((tx, limit) => codes.prune(tx, limit));
      writer.transaction((tx) => mail.prune(tx));
    },
  };
}
