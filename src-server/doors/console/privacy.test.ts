import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { inflateRawSync } from 'node:zlib';
import { pino } from 'pino';
import { describe, expect, it } from 'vitest';
import type { ErasureReport, ErasureTarget } from '../../contract/console/data';
import type { Problem } from '../../contract/console/problem';
import { SOCKET_SECRET_HEADER } from '../../contract/process';
import { verifyAuditLog } from '../../domain/audit/audit.source';
import { carryOutAtStart } from '../../domain/backups/at-start';
import { exportSections } from '../../domain/privacy/export';
import { DAY, HOUR } from '../../lib/clock';
import { createLogRing } from '../../lib/log-ring';
import { createLogger } from '../../lib/logger';
import { openDesk, openOffice, signIn, type HeldData, type MmaOk } from '../../testing/mma-fixture';
import { addNbAgent } from '../../testing/nb-pair';
import {
  createTestServer,
  decideOn,
  newestProposal,
  registerAgent,
  type TestServer,
} from '../../testing/test-server';

interface Exports {
  readonly items: { readonly id: string; readonly bytes: number }[];
  readonly running: unknown;
  readonly problem: string | null;
}

async function filesOf(server: TestServer, id: string): Promise<Record<string, string>> {
  const answer = await server.consoleApp.inject({
    url: `/api/console/data/exports/${id}/file`,
    headers: { [SOCKET_SECRET_HEADER]: server.socketSecret },
  });
  expect(answer.statusCode).toBe(200);
  expect(answer.headers['content-disposition']).toMatch(/filename="countersign-data-\d{4}-\d\d-\d\d\.zip"/);
  return unzip(answer.rawPayload);
}

/** By the central directory at its end, as every program reads it. */
function unzip(bytes: Buffer): Record<string, string> {
  const end = bytes.lastIndexOf(Buffer.from('PK\x05\x06', 'latin1'));
  const files: Record<string, string> = {};
  let at = bytes.readUInt32LE(end + 16);
  for (let left = bytes.readUInt16LE(end + 10); left > 0; left -= 1) {
    const [method, size, nameLength] = [10, 20, 28].map((offset) =>
      offset === 20 ? bytes.readUInt32LE(at + offset) : bytes.readUInt16LE(at + offset),
    ) as [number, number, number];
    const [extra, comment] = [bytes.readUInt16LE(at + 30), bytes.readUInt16LE(at + 32)];
    const name = bytes.subarray(at + 46, at + 46 + nameLength).toString('utf8');
    const local = bytes.readUInt32LE(at + 42);
    const start = local + 30 + bytes.readUInt16LE(local + 26) + bytes.readUInt16LE(local + 28);
    const packed = bytes.subarray(start, start + size);
    files[name] = (method === 0 ? packed : inflateRawSync(packed)).toString('utf8');
    at += 46 + nameLength + extra + comment;
  }
  return files;
}

const linesOf = (text: string | undefined): Record<string, unknown>[] =>
  (text ?? '')
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => JSON.parse(line) as Record<string, unknown>);

const secretsOf = (server: TestServer): string[] =>
  server.context.database.raw.read.prepare('SELECT secret_hash FROM agent_keys').pluck().all().map(String);

describe('a copy of a person’s data', () => {
  it('holds everything about them, with what the audit log keeps sealed, and no secret', async () => {
    const { server, key } = await openDesk();
    await server.tool<MmaOk<HeldData>>(key, 'drafts.create', { content: 'Fresh marmalade' });
    await decideOn(server, await newestProposal(server), 'approve', { note: 'Lovely' });
    await server.console('PATCH', '/preferences', { expiryDays: 3 });
    const { body } = await server.console<{ id: string }>('POST', '/data/exports');
    await server.processAll();
    const list = (await server.console<Exports>('GET', '/data/exports')).body;
    expect(list).toMatchObject({ running: null, problem: null, items: [{ id: body.id }] });

    const files = await filesOf(server, body.id);
    expect(Object.keys(files).toSorted()).toEqual(
      [
        ...[
          'README.txt',
          'agents.ndjson',
          'audit.ndjson',
          'comments.ndjson',
          'connections.ndjson',
          'credits.ndjson',
          'deliveries.ndjson',
          'guidance.ndjson',
          'keys.ndjson',
        ],
        'payments.ndjson',
        ...['messages.ndjson', 'posts.ndjson', 'profile.ndjson', 'proposals.ndjson', 'reactions.ndjson'],
        'sessions.ndjson',
        ...['settings.ndjson', 'events.ndjson', 'follows.ndjson', 'blocks.ndjson', 'webhooks.ndjson'],
      ].toSorted(),
    );
    expect(linesOf(files['profile.ndjson'])).toEqual([
      expect.objectContaining({ email: 'anna@example.org' }),
    ]);
    expect(linesOf(files['agents.ndjson'])).toHaveLength(1);
    const [proposal] = linesOf(files['proposals.ndjson']);
    expect(proposal).toMatchObject({
      status: 'executed',
      versions: [{ payload: { input: { content: 'Fresh marmalade' } } }],
      decisions: [{ verdict: 'approve' }],
      reads: [{ version: 1 }],
    });
    expect(linesOf(files['posts.ndjson'])).toEqual([expect.objectContaining({ content: 'Fresh marmalade' })]);
    expect(linesOf(files['settings.ndjson']).map(({ name }) => name)).toContain('preferences');
    const audit = linesOf(files['audit.ndjson']);
    expect(audit.map(({ type }) => type)).toContain('export.requested');
    expect(audit.some((row) => JSON.stringify(row['private'] ?? null).includes('Countersign window'))).toBe(
      true,
    );

    const whole = Object.values(files).join('\n');
    for (const secret of [
      key,
      server.socketSecret,
      server.masterKey.toString('base64'),
      ...secretsOf(server),
    ]) {
      expect(whole).not.toContain(secret);
    }
    expect(files['README.txt']).toContain('audit.ndjson');
  });

  it('is the person’s own, three at most, gone after a day, and removable', async () => {
    const { server, person } = await openOffice();
    const other = await signIn(server, 'eve@example.org');
    const ask = <Body = Problem>(method: 'GET' | 'POST' | 'DELETE', path: string, key?: string) =>
      server.call<Body>(method, `/api/console/data/exports${path}`, key === undefined ? {} : { key });
    for (const [method, path] of [
      ['GET', ''],
      ['POST', ''],
      ['DELETE', '/exp_a'],
      ['GET', '/exp_a/file'],
    ] as const) {
      expect([path, (await ask(method, path)).status]).toEqual([path, 401]);
    }
    const { id } = (await ask<{ id: string }>('POST', '', person.token)).body;
    expect((await ask('POST', '', person.token)).status).toBe(409);
    await server.processAll();
    expect((await ask('GET', `/${id}/file`, other.token)).status).toBe(404);
    expect((await ask('DELETE', `/${id}`, other.token)).status).toBe(404);
    expect((await ask<Exports>('GET', '', other.token)).body.items).toEqual([]);
    for (let count = 0; count < 4; count += 1) {
      await ask('POST', '', person.token);
      await server.processAll();
    }
    const { items } = (await ask<Exports>('GET', '', person.token)).body;
    expect(items).toHaveLength(3);
    expect((await ask('DELETE', `/${items[0]?.id}`, person.token)).status).toBe(200);
    server.context.jobs.start();
    server.clock.advance(2 * DAY);
    await server.processAll();
    expect(readdirSync(join(server.dataFolder, 'exports', person.userId))).toEqual([]);
  });
});

const preview = (server: TestServer, target: ErasureTarget, key?: string) =>
  key === undefined
    ? server.console<ErasureReport & Problem>('POST', '/data/erasure/preview', { target })
    : server.call<ErasureReport & Problem>('POST', '/api/console/data/erasure/preview', {
        key,
        body: { target },
      });

/** As the window sends it: with a key, under which the answer is kept. */
const erase = (server: TestServer, target: ErasureTarget, confirmation: string, key?: string) => {
  const body = { target, confirmation };
  const headers = { 'idempotency-key': 'erase-once' };
  return key === undefined
    ? server.console<Erased>('POST', '/data/erasure', body, headers)
    : server.call<Erased>('POST', '/api/console/data/erasure', { key, headers, body });
};

type Erased = Omit<ErasureReport, 'confirmation'> & Problem & { needsRestart: boolean };

/** The database and its log as a stolen disk has them, in use and not, once the jobs that erasing left are done. */
async function everyByte(server: TestServer): Promise<string> {
  await server.processAll();
  const { file } = server.context.database;
  return [file, `${file}-wal`].map((path) => readFileSync(path).toString('latin1')).join('\n');
}

describe('messages, follows and blocks', () => {
  async function correspondence() {
    const office = await openOffice();
    const { server, person } = office;
    const scout = await addNbAgent(server, 'Scout');
    server.clock.advance(HOUR);
    const session = await signIn(server, person.email);
    const { token } = session;
    await scout.call('POST', `/api/protocol/agents/${scout.id}/dm`, {
      to_user_id: person.userId,
      message: 'Apples for Anna',
    });
    const at = '/api/console/messages';
    const list = await server.call<{ items: { id: string }[] }>('GET', `${at}/conversations`, { key: token });
    const id = list.body.items[0]?.id ?? '';
    const body = { text: 'Pears for Scout' };
    await server.call('POST', `${at}/conversations/${id}/messages`, { key: token, body });
    await scout.call('POST', `/api/agent/follow/${office.agent.agentId}`);
    await server.call('PUT', `${at}/blocks/me/${scout.id}`, { key: token });
    return { ...office, scout, token };
  }

  it('are in the copy', async () => {
    const { server, person } = await correspondence();
    const sections = exportSections(server.context.reader, person.userId, server.context.audit);
    const rowsOf = (name: string): string =>
      JSON.stringify([...(sections.find((section) => section.name === name)?.rows() ?? [])]);
    expect(rowsOf('messages.ndjson')).toMatch(/Apples for Anna.*Pears for Scout/);
    expect(rowsOf('follows.ndjson')).toContain('followerId');
    expect(rowsOf('blocks.ndjson')).toContain(`user:${person.userId}`);
    expect(rowsOf('events.ndjson')).toBe('[]');
  });

  it('go with the person, also from what an agent was told', async () => {
    const { server, person, scout, token } = await correspondence();
    const inbox = () => scout.call<{ events: unknown[] }>('GET', `/api/protocol/agents/${scout.id}/inbox`);
    expect(JSON.stringify((await inbox()).body)).toContain('Pears for Scout');
    const foretold = await preview(server, { type: 'me' }, token);
    expect(foretold.body.items).toEqual(
      expect.arrayContaining([
        { what: 'messages', count: 2 },
        { what: 'blocks', count: 1 },
      ]),
    );
    expect((await erase(server, { type: 'me' }, person.email, token)).status).toBe(200);
    expect((await inbox()).body.events).toEqual([]);
    // What the other agent proposed stays in its own record; what the person wrote is nowhere.
    const { read } = server.context.database.raw;
    const tables = read.prepare("select name from sqlite_schema where type = 'table'").pluck().all();
    const rows = tables.map((name) => JSON.stringify(read.prepare(`select * from ${String(name)}`).all()));
    expect(tables.filter((_name, index) => rows[index]?.includes('Pears for Scout'))).toEqual([]);
    expect(await everyByte(server)).not.toContain('Pears for Scout');
  });
});

describe('erasing', () => {
  it('a person removes exactly what was foretold; the log still verifies, and nobody signs in as them', async () => {
    const { server, key, person } = await openOffice();
    await server.tool(key, 'drafts.create', { content: 'Fresh marmalade' });
    const before = server.context.database.raw.read.prepare('SELECT count(*) FROM audit').pluck().get();
    const foretold = await preview(server, { type: 'me' }, person.token);
    expect(foretold.status).toBe(200);
    expect(foretold.body.scope).toBe('person');
    const counts = Object.fromEntries(foretold.body.items.map(({ what, count }) => [what, count]));
    expect(counts).toMatchObject({ profile: 1, agents: 1, proposals: 1, keys: 1, sessions: 1 });
    expect(server.context.database.raw.read.prepare('SELECT count(*) FROM audit').pluck().get()).toBe(before);

    const email = foretold.body.confirmation;
    const wrong = await erase(server, { type: 'me' }, 'somebody@example.org', person.token);
    expect([wrong.status, wrong.body.errors?.[0]?.path]).toEqual([400, 'confirmation']);
    const done = await erase(server, { type: 'me' }, email.toUpperCase(), person.token);
    expect([done.status, done.body.items]).toEqual([200, foretold.body.items]);

    expect(verifyAuditLog(server.context.reader).ok).toBe(true);
    expect(await everyByte(server)).not.toContain(email);
    expect((await preview(server, { type: 'me' }, person.token)).status).toBe(401);
    expect((await server.tool(key, 'drafts.list')).status).toBe(401);
    const types = server.context.database.raw.read
      .prepare('SELECT type FROM audit ORDER BY seq')
      .pluck()
      .all();
    expect(types.at(-1)).toBe('person.erased');
  });

  it('somebody else is an admin’s to do; the only admin stays', async () => {
    const { server, person } = await openOffice();
    const other = await signIn(server, 'eve@example.org');
    const target = { type: 'user', email: other.email } as const;
    expect(
      (await server.call('POST', '/api/console/data/erasure/preview', { body: { target } })).status,
    ).toBe(401);
    expect(
      (await server.call('POST', '/api/console/data/erasure', { body: { target, confirmation: 'x' } }))
        .status,
    ).toBe(401);
    expect((await preview(server, target, person.token)).status).toBe(403);
    server.context.database.raw.write
      .prepare("UPDATE users SET role = 'admin' WHERE id = ?")
      .run(person.userId);
    expect((await preview(server, { type: 'me' }, person.token)).status).toBe(409);
    expect((await preview(server, { type: 'user', email: 'nobody@example.org' }, person.token)).status).toBe(
      404,
    );
    expect((await erase(server, target, 'eve@example.org', person.token)).status).toBe(200);
    expect((await preview(server, target, person.token)).status).toBe(404);
    expect(await everyByte(server)).not.toContain('eve@example.org');
  });

  it('lets go of agents as the Danger tab does: offers end on both sides, what is standing goes, a ban stays', async () => {
    const { server, key, person, agent } = await openOffice();
    const other = await signIn(server, 'eve@example.org');
    const as = <Body = Problem>(token: string, method: 'GET' | 'POST' | 'PUT', path: string, body?: object) =>
      server.call<Body>(method, `/api/console${path}`, { key: token, ...(body ? { body } : {}) });
    const path = `/agents/${agent.agentId}`;
    await as(person.token, 'PUT', `${path}/policy`, { kind: 'post.publish', verdict: 'deny' });
    expect((await as(person.token, 'POST', `${path}/offer`, { email: other.email })).status).toBe(200);
    const made = await as<{ agent: { id: string } }>(other.token, 'POST', '/agents', {
      name: 'Rook',
      handle: 'rook',
    });
    await as(other.token, 'POST', `/agents/${made.body.agent.id}/offer`, { email: person.email });
    const { write, read } = server.context.database.raw;
    write.prepare("UPDATE agents SET status = 'banned' WHERE handle = 'rook'").run();

    const foretold = await preview(server, { type: 'me' }, person.token);
    expect(foretold.body.items).toContainEqual({ what: 'offers', count: 2 });
    expect((await erase(server, { type: 'me' }, person.email, person.token)).status).toBe(200);
    expect((await as<{ items: unknown[] }>(other.token, 'GET', '/joining/offers')).body.items).toEqual([]);
    expect(read.prepare('SELECT count(*) FROM policies').pluck().get()).toBe(0);
    expect((await server.tool(key, 'drafts.list')).status).toBe(401);
    expect(
      read
        .prepare("SELECT count(*) FROM agent_transfers WHERE ended_at IS NULL OR to_email LIKE 'anna%'")
        .pluck()
        .get(),
    ).toBe(0);
    expect(read.prepare('SELECT status FROM agents WHERE id = ?').pluck().get(agent.agentId)).toBe(
      'unclaimed',
    );

    write.prepare("UPDATE users SET role = 'admin' WHERE id = ?").run(other.userId);
    const third = await signIn(server, 'ada@example.org');
    write.prepare("UPDATE users SET role = 'admin' WHERE id = ?").run(third.userId);
    expect((await erase(server, { type: 'me' }, other.email, other.token)).status).toBe(200);
    expect(read.prepare("SELECT status, owner_id FROM agents WHERE handle = 'rook'").get()).toEqual({
      status: 'banned',
      owner_id: null,
    });
  });

  it('who registered an agent leaves the agent, and its owner, as they were', async () => {
    const { server, agent } = await openDesk();
    const target = { type: 'contact', agentId: agent.agentId } as const;
    const foretold = await preview(server, target);
    expect(foretold.body.scope).toBe('contact');
    const email = foretold.body.confirmation;
    expect(email).toMatch(/^owner-\d+@example\.org$/);
    expect((await erase(server, target, email)).status).toBe(200);
    expect((await preview(server, target)).status).toBe(409);
    expect(await everyByte(server)).not.toContain(email);
    expect(verifyAuditLog(server.context.reader).ok).toBe(true);
    expect((await server.tool(agent.key, 'drafts.list')).status).toBe(200);
    expect((await preview(server, { type: 'contact', agentId: 'nothing' })).status).toBe(404);
  });

  it('the owner of a desktop removes everything at the next start, backups too', async () => {
    const { server } = await openDesk();
    await server.console('POST', '/data/backups');
    await server.processAll();
    const foretold = await preview(server, { type: 'me' });
    expect(foretold.body).toMatchObject({
      scope: 'everything',
      confirmation: 'anna@example.org',
      backups: 0,
    });
    const done = await erase(server, { type: 'me' }, 'anna@example.org');
    expect([done.status, done.body.needsRestart]).toEqual([200, true]);
    await server.stop();
    const outcome = carryOutAtStart({
      dataFolder: server.dataFolder,
      now: new Date(),
      log: pino({ level: 'silent' }),
    });
    expect(outcome).toEqual({ type: 'erased' });
    expect(existsSync(join(server.dataFolder, 'backups'))).toBe(false);
    const again = await createTestServer({ dataFolder: server.dataFolder, masterKey: server.masterKey });
    expect((await again.console<{ setup: object }>('GET', '/me')).body.setup).toMatchObject({
      hasOwner: false,
    });
  });
});

describe('the diagnostics bundle', () => {
  it('holds no secret, address or text of anybody, in any writing, and says how things are', async () => {
    const ring = createLogRing();
    const quiet = { write: () => undefined };
    const { server, agent, key } = await openDesk();
    const log = createLogger('trace', { ...ring, before: () => ring.before(quiet) });
    const made = await server.console<{ recoveryCode: string }>('POST', '/setup/recovery-code');
    await server.console('POST', '/setup/recovery-code/confirm', {
      lastGroup: made.body.recoveryCode.split('-').at(-1),
    });
    const words = 'Please wire nine hundred to the harbour office';
    await server.tool(key, 'drafts.create', { content: words });
    const joining = await registerAgent(server, 'zelda@example.org');
    await server.call('POST', '/api/auth/otp/request', { body: { email: 'anna@example.org' } });
    const { database, keyring, identity } = server.context;
    const mails = identity.mail.listMails({ limit: 50 });
    const codes = mails.flatMap(({ text }) => text.match(/\b\d{6}\b/g) ?? []);
    const secrets = [
      ...[key, agent.claimCode, joining.key, joining.claimCode, made.body.recoveryCode, words],
      ...[server.socketSecret, server.masterKey.toString('base64'), keyring.auditSigningKey],
      ...['anna@example.org', 'zelda@example.org', 'Anna Schmidt', '123456', ...codes],
      ...database.raw.read.prepare('SELECT secret_hash FROM agent_keys').pluck().all().map(String),
      ...database.raw.read.prepare('SELECT code_mac FROM claim_codes').pluck().all().map(String),
      ...database.raw.read.prepare('SELECT name FROM agents').pluck().all().map(String),
      ...mails.flatMap(({ text, subject }) => [text, subject]),
      ...['eyJhbGciOiJFZERTQSJ9.eyJzdWIiOiJhIn0.c2ln', 'Bearer abc.def-ghi'],
    ];
    // A careless log: each of them in every place that a line has, but for the constant message.
    for (const secret of secrets) {
      log.error(
        { err: new Error(`broke at ${secret}`), secret, body: { secret }, reqId: secret, type: secret },
        'job failed',
      );
      log.warn({ status: secret, code: secret, text: [secret] }, 'seen');
    }
    // And in the message, where what it is can be told by its form.
    for (const secret of secrets.filter((one) => !one.includes(' '))) {
      log.info(`told ${secret} today`);
    }
    await server.console('POST', '/data/backups');
    await server.processAll();

    const diagnostics = await bundleOf(server, ring);
    const bundle = JSON.parse(diagnostics) as {
      checks: { check: string; verdict: string }[];
      log: unknown[];
    };
    expect(bundle.log.length).toBeGreaterThan(20);
    expect(bundle.checks.filter(({ verdict }) => verdict === 'problem')).toEqual([]);
    for (const secret of secrets) {
      for (const form of ['utf8', 'base64', 'base64url', 'hex'] as const) {
        const written = Buffer.from(secret).toString(form).replaceAll('=', '');
        expect(diagnostics.toLowerCase(), `${form} of ${secret}`).not.toContain(written.toLowerCase());
      }
      if (/^[A-Za-z0-9+/]{43}=$/.test(secret)) {
        expect(diagnostics).not.toContain(Buffer.from(secret, 'base64').toString('hex'));
      }
    }
    expect(diagnostics).not.toContain(server.dataFolder);
  });

  it('is an admin’s, and the endpoint answers what is saved', async () => {
    const { server, person } = await openOffice();
    const path = '/api/console/data/diagnostics';
    expect((await server.call('GET', path)).status).toBe(401);
    expect((await server.call('GET', path, { key: person.token })).status).toBe(403);
    server.context.database.raw.write.prepare("UPDATE users SET role = 'admin'").run();
    const { body } = await server.call<{ fileName: string; text: string }>('GET', path, {
      key: person.token,
    });
    expect(body.fileName).toMatch(/^countersign-diagnostics-\d{4}-\d\d-\d\d\.json$/);
    expect(JSON.parse(body.text)).toMatchObject({
      app: { mode: 'server' },
      database: { rows: { users: 1 } },
    });
  });
});

/** The bundle of a server that logged to `ring`. */
async function bundleOf(server: TestServer, ring: ReturnType<typeof createLogRing>): Promise<string> {
  const { createDiagnosticsService } = await import('../../domain/diagnostics/diagnostics.service');
  const service = createDiagnosticsService({ ...server.context, ring, startedAt: server.clock.now() });
  return (await service.bundle()).text;
}
