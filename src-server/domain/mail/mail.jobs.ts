import { z } from 'zod';
import type { Reader, Writer } from '../../db/open';
import type { JobDefinition } from '../../jobs/runner';
import { SECOND, type Clock } from '../../lib/clock';
import type { Vault } from '../../lib/vault';
import { findMail, setMailStatus } from './mail.repo';
import { MAIL_SEND, openMail, type StoredMail } from './mail.service';

export interface SmtpConfig {
  /** `smtps://user:password@host:465` or `smtp://host:587`; STARTTLS is used where it is offered. */
  readonly url: string;
  /** The sender, `Countersign <noreply@example.org>`. */
  readonly from: string;
}

const MAX_ATTEMPTS = 5;
const CONNECT_MS = 10 * SECOND;
const SILENCE_MS = 20 * SECOND;

const payloadSchema = z.object({ mailId: z.string() });

/** Delivers one mail over SMTP. A mail that was sent, or was forgotten meanwhile, is left alone. */
export function createMailSendJob({
  reader,
  writer,
  vault,
  clock,
  smtp,
}: {
  readonly reader: Reader;
  readonly writer: Writer;
  readonly vault: Pick<Vault, 'open'>;
  readonly clock: Clock;
  readonly smtp: SmtpConfig;
}): JobDefinition {
  return {
    type: MAIL_SEND,
    maxAttempts: MAX_ATTEMPTS,
    async handle(payload, job) {
      const { mailId } = payloadSchema.parse(payload);
      const row = findMail(reader, mailId);
      if (row?.status !== 'queued') return;
      try {
        await deliver(smtp, openMail(vault, row));
      } catch (error) {
        const lastError = describeSmtpError(error);
        if (job.attempts >= MAX_ATTEMPTS) {
          writer.transaction((tx) => setMailStatus(tx, mailId, { status: 'failed', lastError }));
        }
        // oxlint-disable-next-line eslint/preserve-caught-error -- the runner logs causes; see describeSmtpError
        throw new Error(lastError);
      }
      writer.transaction((tx) => setMailStatus(tx, mailId, { status: 'sent', sentAt: clock.now() }));
    },
  };
}

async function deliver(smtp: SmtpConfig, mail: StoredMail): Promise<void> {
  // Most installations never send: the library is loaded by the first mail, not by the start.
  const { createTransport } = await import('nodemailer');
  const transport = createTransport({
    url: smtp.url,
    connectionTimeout: CONNECT_MS,
    greetingTimeout: CONNECT_MS,
    socketTimeout: SILENCE_MS,
    disableFileAccess: true,
    disableUrlAccess: true,
  });
  try {
    await transport.sendMail({
      from: smtp.from,
      to: { name: '', address: mail.to },
      subject: mail.subject,
      text: mail.text,
      headers: { 'Auto-Submitted': 'auto-generated' },
    });
  } finally {
    transport.close();
  }
}

/** Codes alone: the texts of SMTP servers repeat the recipient's address, which is not for logs and tables. */
function describeSmtpError(error: unknown): string {
  if (!(error instanceof Error)) return 'SMTP';
  const code = 'code' in error && typeof error.code === 'string' ? error.code : error.name;
  const status = 'responseCode' in error && typeof error.responseCode === 'number' ? error.responseCode : '';
  return `SMTP ${code} ${status}`.trim();
}
