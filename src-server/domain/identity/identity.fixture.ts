import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { FastifyInstance } from 'fastify';
import { openDatabase, type OpenDatabase } from '../../db/open';
import { migrate } from '../../db/migrate';
import { authRoutes } from '../../doors/http/auth.routes';
import { createBaseApp } from '../../doors/http/base-app';
import { createAuditLog, type AuditLog } from '../../gate/audit';
import { systemCaller, type Caller } from '../../gate/caller';
import { createLimiter } from '../../gate/limits';
import { createJobRunner, type JobRunner } from '../../jobs/runner';
import type { Clock } from '../../lib/clock';
import { randomIds } from '../../lib/ids';
import { createLogger } from '../../lib/logger';
import type { SmtpConfig } from '../mail/mail.jobs';
import { createIdentity, type Identity } from './identity';
import { openKeyring, type InstanceMode, type Keyring } from './keyring';

/** A clock that stands still until a test moves it. */
export interface TestClock extends Clock {
  advance(ms: number): void;
}

export function createTestClock(start = Date.parse('2026-11-21T10:00:00.000Z')): TestClock {
  let now = start;
  return {
    now: () => now,
    advance(ms) {
      now += ms;
    },
  };
}

export interface IdentityWorld extends AsyncDisposable {
  readonly folder: string;
  readonly database: OpenDatabase;
  readonly clock: TestClock;
  readonly keyring: Keyring;
  readonly audit: AuditLog;
  readonly identity: Identity;
  readonly jobs: JobRunner;
  readonly app: FastifyInstance;
  /** The newest code mailed to an address, read from the outbox as a person would. */
  readonly codeFor: (address: string) => string;
  /** Types of audit rows, oldest first. */
  readonly auditTypes: () => string[];
  /** Every byte of the data folder's files, the write-ahead log included. */
  readonly bytesOnDisk: () => Buffer;
}

export interface WorldOptions {
  readonly mode?: InstanceMode;
  readonly isSignUpOpen?: boolean | (() => boolean);
  readonly hasLimits?: boolean;
  readonly publicUrl?: string;
  readonly smtp?: SmtpConfig | null;
  readonly clock?: TestClock;
}

export const cliCaller: Caller = systemCaller('cli', 'cli', 'tr_test');

/** A data folder of its own with everything of this domain on it, and the routes on the real base app. */
export async function createIdentityWorld({
  mode = 'server',
  isSignUpOpen = true,
  hasLimits = true,
  publicUrl = 'http://127.0.0.1:7423',
  smtp = null,
  clock = createTestClock(),
}: WorldOptions = {}): Promise<IdentityWorld> {
  const folder = mkdtempSync(join(tmpdir(), 'countersign-identity-'));
  const database = openDatabase(folder, migrate);
  const { writer, reader } = database;
  const ids = randomIds;
  const log = createLogger('silent');
  const keyring = openKeyring({ writer, reader, ids, masterKey: Buffer.alloc(32, 7), mode });
  const audit = createAuditLog({ vault: keyring.vault, signingKey: keyring.auditSigningKey });
  const limiter = createLimiter({ isEnabled: hasLimits });
  const identity = createIdentity({
    writer,
    reader,
    clock,
    ids,
    audit,
    limiter,
    keyring,
    smtp,
    isSignUpOpen: typeof isSignUpOpen === 'function' ? isSignUpOpen : () => isSignUpOpen,
    afterCommit: () => undefined,
  });
  const jobs = createJobRunner({ writer, reader, clock, ids, log, definitions: identity.jobs });
  const app = createBaseApp({ log, ids, dialect: () => 'nb' });
  await app.register(authRoutes({ ...identity, reader, limiter, mode, publicUrl }));

  return {
    folder,
    database,
    clock,
    keyring,
    audit,
    identity,
    jobs,
    app,

    codeFor(address) {
      const text = identity.mail.listMails({ to: address, limit: 1 })[0]?.text ?? '';
      const code = /\b\d{6}\b/.exec(text)?.[0];
      if (code === undefined) throw new Error(`No code was mailed to ${address}`);
      return code;
    },

    auditTypes: () =>
      database.raw.read.prepare('SELECT type FROM audit ORDER BY seq').pluck().all().map(String),

    bytesOnDisk: () => Buffer.concat(readdirSync(folder).map((name) => readFileSync(join(folder, name)))),

    async [Symbol.asyncDispose]() {
      await app.close();
      await jobs[Symbol.asyncDispose]();
      database[Symbol.dispose]();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}
