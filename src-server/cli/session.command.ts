import { z } from 'zod';
import { emailAddress, filledText } from '../contract/common';
import type { Context } from '../context';
import { toIso, toIsoOrNull } from '../lib/clock';
import { findFolderHolder } from '../lib/folder-lock';
import { CliError, parseGiven, type CliAnswer, type CliCommand } from './command';
import { cliCaller, withServer } from './data-folder';

const sessionOptions = z.object({
  data: filledText(4_000),
  email: emailAddress.optional(),
  link: z.boolean().default(false),
});

export const session: CliCommand = {
  path: ['session'],
  summary: 'Sign a person in to a server: tokens, or a link for the browser',
  options: [
    {
      flags: '--email <address>',
      summary: 'whose session; may be left out with --link while nobody is admin',
    },
    { flags: '--link', summary: 'print a sign-in link instead of tokens: 15 minutes, once' },
  ],
  run(given, io) {
    const { data, email, link } = parseGiven(sessionOptions, given);
    const desktopReason =
      'This is a desktop’s data folder, where no command can sign anybody in: decide in the Countersign window.';
    return withServer({ dataFolder: data, io, desktopReason }, async (context) =>
      link ? createLink(context, data, email) : await createTokens(context, email),
    );
  },
};

function personOf({ identity, reader }: Context, email: string) {
  const person = identity.users.findUserByEmail(reader, email);
  if (person && !person.isSample) return person;
  throw new CliError('not_found', `Nobody here has the address ${email}. Add them: cli user create`);
}

async function createTokens(context: Context, email: string | undefined): Promise<CliAnswer> {
  if (email === undefined) throw new CliError('usage', 'Give --email, the address of the person to sign in.');
  const person = personOf(context, email);
  const pair = await context.identity.sessions.start(person, { caller: cliCaller(), mayDecide: true });
  return {
    document: {
      accessToken: pair.accessToken,
      refreshToken: pair.refreshToken,
      accessExpiresInSeconds: pair.accessExpiresInSeconds,
      refreshExpiresInSeconds: pair.refreshExpiresInSeconds,
      sessionId: pair.sessionId,
      mayDecide: pair.mayDecide,
      user: { id: person.id, email: person.email, displayName: person.displayName, role: person.role },
    },
    text: [
      `Signed in as ${person.displayName} <${person.email}>.`,
      `Access token (${pair.accessExpiresInSeconds / 60} minutes): ${pair.accessToken}`,
      `Refresh token: ${pair.refreshToken}`,
    ].join('\n'),
  };
}

function createLink(context: Context, dataFolder: string, email: string | undefined): CliAnswer {
  const { identity, reader, config } = context;
  if (email === undefined && identity.users.hasAdmin(reader)) {
    throw new CliError(
      'usage',
      'Give --email, the address of the person to sign in: this server has an admin.',
    );
  }
  const target = email === undefined ? 'first-admin' : { userId: personOf(context, email).id };
  const { token, expiresInSeconds } = identity.links.createLink(target, cliCaller());
  const base = config.publicUrl ?? findFolderHolder(dataFolder)?.url ?? context.publicUrl();
  // In the fragment, so that it reaches no log of any server on the way.
  const link = `${base}/console/#link=${token}`;
  return {
    document: { link, expiresInSeconds, email: email ?? null },
    text: `Open this within ${expiresInSeconds / 60} minutes; it works once:\n${link}`,
  };
}

const outboxOptions = z.object({
  data: filledText(4_000),
  to: emailAddress.optional(),
  limit: z.coerce.number().int().min(1).max(200).default(50),
});

export const outbox: CliCommand = {
  path: ['outbox'],
  summary: 'Print the mails of a server, the newest first, with the codes in them',
  options: [
    { flags: '--to <address>', summary: 'only mails to this address' },
    { flags: '--limit <n>', summary: 'at most so many, 1 to 200; 50 unless given' },
  ],
  run(given, io) {
    const { data, to, limit } = parseGiven(outboxOptions, given);
    const desktopReason =
      'This is a desktop’s data folder: its mails are encrypted with a key that this command does not have. Read them in the Countersign window.';
    return withServer({ dataFolder: data, io, desktopReason }, ({ identity, audit, database, clock }) => {
      const mails = identity.mail.listMails({ to, limit });
      // Codes are secrets, and reads of secrets are written down (decisions §3).
      database.writer.transaction((tx) => {
        const entry = { type: 'outbox.read', caller: cliCaller(), data: { mails: mails.length } };
        audit.append(tx, entry, clock.now());
      });
      return {
        document: {
          mails: mails.map((mail) => ({
            id: mail.id,
            to: mail.to,
            subject: mail.subject,
            text: mail.text,
            status: mail.status,
            lastError: mail.lastError,
            createdAt: toIso(mail.createdAt),
            sentAt: toIsoOrNull(mail.sentAt),
          })),
        },
        text:
          mails.length === 0
            ? 'No mails.'
            : mails
                .map(
                  (mail) =>
                    `${toIso(mail.createdAt)} ${mail.status} to ${mail.to}: ${mail.subject}\n\n${mail.text.trim()}`,
                )
                .join('\n\n----\n\n'),
      };
    });
  },
};
