import { z } from 'zod';
import { emailAddress, id, instant, text } from '../common';
import { endpoint } from './endpoint';

/**
 * - `local`: stays here to be read, no SMTP is configured;
 * - `queued`: waits for its delivery, also between two attempts;
 * - `sent`, `failed`: it left, or was given up.
 */
export const mailState = z.enum(['local', 'queued', 'sent', 'failed']);
export type MailState = z.infer<typeof mailState>;

export const mailRow = z.object({
  id: z.string(),
  to: z.string(),
  subject: z.string(),
  state: mailState,
  /** Why it was given up: codes of SMTP, never a text that repeats the address. */
  error: z.string().nullable(),
  createdAt: instant,
  sentAt: instant.nullable(),
  canResend: z.boolean(),
});
export type MailRow = z.infer<typeof mailRow>;

export const mailDetail = mailRow.extend({ text: z.string() });
export type MailDetail = z.infer<typeof mailDetail>;

const mailParams = z.object({ id });

export const listMails = endpoint({
  method: 'GET',
  path: '/outbox',
  summary: 'Mails the platform wrote, newest first, without their text',
  access: 'admin',
  query: z.strictObject({
    state: mailState.optional(),
    /** The whole address: recipients are kept so that only a whole one can be compared. */
    to: emailAddress.optional(),
    cursor: text(200).optional(),
    limit: z.coerce.number().int().min(1).max(100).optional(),
  }),
  answer: z.object({
    items: z.array(mailRow),
    nextCursor: z.string().nullable(),
    /** Whether mail leaves this machine. */
    delivery: z.enum(['smtp', 'local']),
  }),
});

export const openMail = endpoint({
  method: 'POST',
  path: '/outbox/:id/open',
  summary: 'Read one mail with its text; written to the audit log, for there may be a code in it',
  access: 'admin',
  params: mailParams,
  answer: mailDetail,
});

export const resendMail = endpoint({
  method: 'POST',
  path: '/outbox/:id/resend',
  summary: 'Try a failed mail again; one that waits already is left alone',
  access: 'admin',
  params: mailParams,
  answer: mailRow,
});
