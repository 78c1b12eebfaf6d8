import {
  chmodSync,
  existsSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import Database from 'better-sqlite3';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { PROPOSALS } from '../domain/demo/demo.scenario';
import { acquireFolderLock } from '../lib/folder-lock';
import { createOwner, createTestServer } from '../testing/test-server';
import { runCli } from './run-cli';

let base: string;
let folder: string;
beforeEach(() => {
  base = mkdtempSync(join(tmpdir(), 'countersign-cli-'));
  folder = join(base, 'data');
});
afterEach(() => rmSync(base, { recursive: true, force: true }));

interface Run {
  readonly code: number;
  readonly out: string;
  readonly err: string;
}

async function run(argv: readonly string[], env: NodeJS.ProcessEnv = {}): Promise<Run> {
  let out = '';
  let err = '';
  const code = await runCli(argv, {
    stdout: (text) => {
      out += text;
    },
    stderr: (text) => {
      err += text;
    },
    env: { COUNTERSIGN_LOG_LEVEL: 'silent', ...env },
  });
  return { code, out, err };
}

type Json = Record<string, unknown>;

/** Runs with `--json`; anything else on stdout than one document fails here. */
async function json(
  argv: readonly string[],
  env: NodeJS.ProcessEnv = {},
): Promise<{ code: number; body: Json; err: string }> {
  const { code, out, err } = await run([...argv, '--data', folder, '--json'], env);
  expect(out.endsWith('\n')).toBe(true);
  return { code, body: JSON.parse(out) as Json, err };
}

async function addUser(email = 'anna@example.org', role = 'admin'): Promise<Json> {
  const { code, body } = await json(['user', 'create', '--email', email, '--name', 'Anna', '--role', role]);
  expect(code).toBe(0);
  return body['user'] as Json;
}

/** A data folder as the desktop app leaves it, with its person. */
async function makeDesktop(): Promise<void> {
  const server = await createTestServer({ mode: 'desktop', dataFolder: folder });
  await createOwner(server);
  await server.stop();
}

function sql(statement: string): unknown {
  const sqlite = new Database(join(folder, 'countersign.db'));
  try {
    return sqlite.prepare(statement).reader
      ? sqlite.prepare(statement).pluck().get()
      : sqlite.exec(statement);
  } finally {
    sqlite.close();
  }
}

describe('a command', () => {
  it('prints one JSON document with --json, and text without', async () => {
    const user = await addUser();
    expect(user).toMatchObject({ email: 'anna@example.org', displayName: 'Anna', role: 'admin' });
    const { code, out, err } = await run(['doctor', '--data', folder]);
    expect({ code, err }).toEqual({ code: 0, err: '' });
    expect(out).toContain('ok      integrity');
  });

  it('says what is wrong on stderr, as JSON on stdout too, with exit code 1', async () => {
    const missing = await json(['outbox']);
    expect(missing).toMatchObject({ code: 1, body: { error: { code: 'no_data' } } });
    expect(missing.err).toContain('holds no Countersign data');
    expect(existsSync(folder)).toBe(false);
    expect(await json(['user', 'create', '--email', 'x', '--name', 'X'])).toMatchObject({
      code: 1,
      body: { error: { code: 'usage', message: 'email: must be an e-mail address' } },
    });
    expect(await json(['user', 'create', '--email', 'x@example.org'])).toMatchObject({
      code: 1,
      body: { error: { code: 'usage' } },
    });
    expect(await json(['fly'])).toMatchObject({ code: 1, body: { error: { code: 'usage' } } });
    const help = await run(['--help']);
    expect(help.code).toBe(0);
    expect(help.out).toContain('restore');
    const plain = await run(['outbox', '--data', folder]);
    expect(plain).toMatchObject({ code: 1, out: '' });
  });

  it('refuses a person who is here already, and a wrong master key', async () => {
    await addUser();
    const again = await json(['user', 'create', '--email', 'Anna@Example.org', '--name', 'Other']);
    expect(again).toMatchObject({ code: 1, body: { error: { code: 'taken' } } });
    const wrong = await json(['outbox'], { COUNTERSIGN_MASTER_KEY: 'ab'.repeat(32) });
    expect(wrong).toMatchObject({ code: 1, body: { error: { code: 'wrong_key' } } });
  });
});

describe('a session from the terminal', () => {
  it('is one that decides, and a link signs in once', async () => {
    const user = await addUser();
    const tokens = await json(['session', '--email', 'anna@example.org']);
    expect(tokens).toMatchObject({ code: 0, body: { mayDecide: true, user: { id: user['id'] } } });
    const link = await json(['session', '--email', 'anna@example.org', '--link']);
    expect(link.body['link']).toMatch(/^http:\/\/127\.0\.0\.1:7423\/console\/#link=csl_otc_/);
    const token = String(link.body['link']).split('#link=')[1];

    const key = Buffer.from(readFileSync(join(folder, 'master.key'), 'utf8'), 'base64');
    const server = await createTestServer({ mode: 'server', dataFolder: folder, masterKey: key });
    const me = await server.call<Json>('GET', '/api/auth/session', {
      key: String(tokens.body['accessToken']),
    });
    expect(me).toMatchObject({ status: 200, body: { may_decide: true } });
    const first = await server.call('POST', '/api/auth/link/verify', { body: { token } });
    expect(first.status).toBe(200);
    const second = await server.call('POST', '/api/auth/link/verify', { body: { token } });
    expect(second.status).toBe(401);
  });

  it('points the link to where the server listens', async () => {
    await addUser();
    const lock = acquireFolderLock(folder);
    lock.announce('http://127.0.0.1:4711');
    const { body } = await json(['session', '--email', 'anna@example.org', '--link']);
    expect(body['link']).toMatch(/^http:\/\/127\.0\.0\.1:4711\/console\//);
    lock[Symbol.dispose]();
  });

  it('needs an address, but for the first admin', async () => {
    await addUser('owner@example.org', 'owner');
    expect(await json(['session'])).toMatchObject({ code: 1, body: { error: { code: 'usage' } } });
    expect(await json(['session', '--email', 'nobody@example.org'])).toMatchObject({
      code: 1,
      body: { error: { code: 'not_found' } },
    });
    expect(await json(['session', '--link'])).toMatchObject({ code: 0, body: { email: null } });
    await addUser();
    expect(await json(['session', '--link'])).toMatchObject({ code: 1, body: { error: { code: 'usage' } } });
  });

  it('is not needed to read the mails of a server, and reading them is written down', async () => {
    await addUser();
    const key = Buffer.from(readFileSync(join(folder, 'master.key'), 'utf8'), 'base64');
    const server = await createTestServer({ mode: 'server', dataFolder: folder, masterKey: key });
    await server.call('POST', '/api/auth/otp/request', { body: { email: 'anna@example.org' } });
    await server.call('POST', '/api/auth/otp/request', { body: { email: 'berta@example.org' } });
    const all = await json(['outbox']);
    expect(all.body['mails']).toHaveLength(2);
    const { body } = await json(['outbox', '--to', 'ANNA@example.org']);
    expect(body['mails']).toMatchObject([
      { to: 'anna@example.org', text: expect.stringMatching(/\d{6}/) as string },
    ]);
    expect(sql("SELECT count(*) FROM audit WHERE type = 'outbox.read'")).toBe(2);
  });
});

describe('on a desktop’s data folder', () => {
  it('no command signs in, reads mails, adds people, sets agents, decides or makes a backup', async () => {
    await makeDesktop();
    const before = readFileSync(join(folder, 'countersign.db'));
    const refusals: readonly (readonly [readonly string[], RegExp])[] = [
      [['session', '--email', 'anna@example.org'], /decide in the Countersign window/],
      [['session', '--email', 'anna@example.org', '--link'], /decide in the Countersign window/],
      [['outbox'], /encrypted with a key that this command does not have/],
      [['user', 'create', '--email', 'b@example.org', '--name', 'B'], /made in the Countersign window/],
      [['agent', 'set', '--id', 'x', '--trust', 'admin'], /decided in the Countersign window/],
      [['demo'], /in the Countersign window/],
      [['demo', '--remove'], /in the Countersign window/],
      [['backup', join(base, 'b')], /its key lies in the keychain/],
    ];
    // A master key of one's own opens nothing either.
    for (const env of [{}, { COUNTERSIGN_MASTER_KEY: 'ab'.repeat(32) }]) {
      for (const [argv, reason] of refusals) {
        const { code, body, err } = await json(argv, env);
        expect({ argv, code, body }).toMatchObject({ code: 1, body: { error: { code: 'actor_denied' } } });
        expect(err).toMatch(reason);
      }
    }
    expect(readFileSync(join(folder, 'countersign.db')).equals(before)).toBe(true);
    expect(readdirSync(folder)).not.toContain('master.key');
    expect(readdirSync(base)).toEqual(['data']);
  });

  it('the log is verified and the folder examined all the same', async () => {
    await makeDesktop();
    expect(await json(['audit', 'verify'])).toMatchObject({
      code: 0,
      body: { ok: true, publicKey: 'plain', keptCheckpoint: null },
    });
    expect(await json(['doctor'])).toMatchObject({ code: 0, body: { ok: true, mode: 'desktop' } });
  });
});

describe('agent set', () => {
  it('sets trust and tier, and writes down what was before', async () => {
    await addUser();
    await json(['demo']);
    const id = String(sql("SELECT id FROM agents WHERE handle = 'juno-demo'"));
    expect(await json(['agent', 'set', '--id', id, '--trust', 'verified', '--tier', 'pro'])).toMatchObject({
      code: 0,
      body: { agent: { id, trustLevel: 'verified', tier: 'pro' } },
    });
    expect(await json(['agent', 'set', '--id', id, '--tier', 'elite'])).toMatchObject({
      body: { agent: { trustLevel: 'verified', tier: 'elite' } },
    });
    expect(await json(['agent', 'set', '--id', id])).toMatchObject({
      code: 1,
      body: { error: { code: 'usage' } },
    });
    expect(await json(['agent', 'set', '--id', 'x', '--tier', 'pro'])).toMatchObject({
      code: 1,
      body: { error: { code: 'not_found' } },
    });
    expect(
      String(sql("SELECT data FROM audit WHERE type = 'agent.standing-set' ORDER BY seq LIMIT 1")),
    ).toContain('"before":{"tier":"free","trustLevel":"basic"}');
  });
});

describe('demo', () => {
  it('loads the sample world for the first admin once, and takes it out', async () => {
    expect(await json(['demo'])).toMatchObject({ code: 1, body: { error: { code: 'no_data' } } });
    await addUser('first@example.org', 'owner');
    await addUser();
    const loaded = await json(['demo']);
    expect(loaded).toMatchObject({ code: 0, body: { agents: 4, owner: { email: 'anna@example.org' } } });
    expect(await json(['demo'])).toMatchObject({ code: 0, body: { agents: 4, proposals: PROPOSALS.length } });
    expect(sql('SELECT count(*) FROM agents')).toBe(4);
    const other = await json(['demo', '--email', 'first@example.org']);
    expect(other).toMatchObject({ code: 0, body: { agents: 4 } });
    const removed = await json(['demo', '--remove']);
    expect(removed.body['removed']).toBeGreaterThan(PROPOSALS.length);
    expect(sql('SELECT count(*) FROM agents')).toBe(4);
    expect(await json(['audit', 'verify'])).toMatchObject({ code: 0, body: { publicKey: 'sealed' } });
    expect(await json(['doctor'])).toMatchObject({ code: 0 });
  });
});

describe('routes', () => {
  interface Listed {
    readonly method: 'GET' | 'POST';
    readonly path: string;
    readonly listener: string;
    readonly face: string;
    readonly auth: string;
  }
  const list = async (): Promise<Listed[]> => {
    const { code, body } = await json(['routes']);
    expect(code).toBe(0);
    return body['routes'] as Listed[];
  };

  it('lists every address with its face and what may call it, and leaves no folder behind', async () => {
    const routes = await list();
    const find = (method: string, path: string, listener = 'tcp') =>
      routes.find((route) => route.method === method && route.path === path && route.listener === listener);
    expect(find('POST', '/api/v1/agents/register')).toMatchObject({ face: 'mma', auth: 'none' });
    expect(find('POST', '/api/mcp/stream')).toMatchObject({ face: 'mma', auth: 'optional' });
    expect(find('GET', '/api/auth/session')).toMatchObject({ face: 'nb', auth: 'session' });
    expect(find('POST', '/api/console/inbox/:id/decide')).toMatchObject({ face: 'console', auth: 'session' });
    expect(find('POST', '/api/console/inbox/:id/decide', 'socket')).toMatchObject({ auth: 'window' });
    expect(routes.filter(({ auth }) => auth === 'unknown')).toEqual([]);
    expect(existsSync(folder)).toBe(false);
  });

  it('says of each what is so: a stranger gets nothing where a credential is asked for, and is heard elsewhere', async () => {
    const routes = await list();
    const server = await createTestServer({ mode: 'server', hasConsole: true });
    for (const { method, path, listener, auth } of routes) {
      if (listener !== 'tcp' || auth === 'optional') continue;
      const url = path.replaceAll(/:[A-Za-z]+/g, 'x').replaceAll('*', 'x');
      const { status } = await server.call(method, url);
      if (auth !== 'none')
        expect({ method, path, isRefused: status >= 400 && status < 500 }).toMatchObject({ isRefused: true });
      // Without a refresh token there is nothing to refresh.
      else if (path !== '/api/auth/refresh')
        expect({ method, path, status }).not.toMatchObject({ status: 401 });
    }
  });
});

describe('doctor and audit verify', () => {
  it('name what is broken, with exit code 1', async () => {
    await addUser();
    await json(['demo']);
    sql("INSERT INTO posts_fts(posts_fts) VALUES ('delete-all')");
    sql("UPDATE audit SET type = 'x' WHERE seq = 3");
    sql("INSERT INTO jobs VALUES ('job_1', 'mail.send', 'k', '{}', 'failed', 0, NULL, 5, 'SMTP', 0, 0)");
    chmodSync(folder, 0o755);
    chmodSync(join(folder, 'master.key'), 0o644);
    const { code, body } = await json(['doctor']);
    expect(code).toBe(1);
    const findings = body['findings'] as { check: string; verdict: string; message: string }[];
    const verdicts = Object.fromEntries(findings.map(({ check, verdict }) => [check, verdict]));
    expect(verdicts).toMatchObject({
      integrity: 'ok',
      'foreign keys': 'ok',
      audit: 'problem',
      'full text of posts': 'problem',
      'full text of profiles': 'ok',
      jobs: 'warning',
      permissions: 'problem',
    });
    expect(await json(['audit', 'verify'])).toMatchObject({
      code: 1,
      body: { ok: false, problems: [{ seq: 3, problem: 'changed' }] },
    });
    expect((await run(['audit', 'verify', '--data', folder])).out).toContain('changed: Row 3');
  });

  it('change nothing, whatever they find', async () => {
    await addUser();
    const before = readFileSync(join(folder, 'countersign.db'));
    await json(['doctor']);
    await json(['audit', 'verify']);
    expect(readFileSync(join(folder, 'countersign.db')).equals(before)).toBe(true);
  });

  it('see a log that was signed anew by somebody else, and a tail cut off behind a kept checkpoint', async () => {
    await addUser();
    await addUser('berta@example.org', 'owner');
    const kept = new Database(join(folder, 'countersign.db'), { readonly: true });
    const checkpoint = kept.prepare('SELECT * FROM audit_checkpoints ORDER BY seq DESC').get() as Json & {
      at: number;
    };
    kept.close();
    const file = join(base, 'checkpoint.json');
    writeFileSync(file, JSON.stringify({ ...checkpoint, at: new Date(checkpoint.at).toISOString() }));
    expect(await json(['audit', 'verify', '--checkpoint', file])).toMatchObject({
      code: 0,
      body: { keptCheckpoint: checkpoint['seq'] },
    });
    sql('DELETE FROM audit WHERE seq = 2');
    sql('DELETE FROM audit_head');
    sql('DELETE FROM audit_checkpoints');
    expect(await json(['audit', 'verify', '--checkpoint', file])).toMatchObject({
      code: 1,
      body: { problems: [{ problem: 'cut-off', seq: 2 }] },
    });
    expect(await json(['audit', 'verify', '--checkpoint', join(base, 'none.json')])).toMatchObject({
      code: 1,
      body: { error: { code: 'usage' } },
    });
  });
});

describe('backup and restore', () => {
  const file = () => join(base, 'backup.csb');

  async function confirmRecoveryCode(): Promise<string> {
    const key = Buffer.from(readFileSync(join(folder, 'master.key'), 'utf8'), 'base64');
    const server = await createTestServer({ mode: 'server', dataFolder: folder, masterKey: key });
    const code = server.context.keyring.createRecoveryCode();
    server.context.keyring.confirmRecoveryCode(code.split('-').at(-1) ?? '');
    await server.stop();
    return code;
  }

  it('bring back what was there, beside what was put in its place', async () => {
    await addUser();
    await json(['demo']);
    const made = await json(['backup', file()]);
    expect(made).toMatchObject({ code: 0, body: { isEncrypted: true, isRecoverable: false } });
    if (process.platform !== 'win32') expect(statSync(file()).mode & 0o777).toBe(0o600);
    const bytes = readFileSync(file());
    expect(bytes.includes('SQLite format 3')).toBe(false);
    expect(bytes.includes('atlas-demo')).toBe(false);
    expect(await json(['backup', file()])).toMatchObject({ code: 1, body: { error: { code: 'exists' } } });

    await json(['demo', '--remove']);
    const restored = await json(['restore', file()]);
    expect(restored).toMatchObject({
      code: 0,
      body: { restored: true, mode: 'server', usedRecoveryCode: false },
    });
    expect(sql('SELECT count(*) FROM agents')).toBe(4);
    expect(existsSync(String(restored.body['replaced']))).toBe(true);
    expect(await json(['audit', 'verify'])).toMatchObject({ code: 0 });
    expect(await json(['doctor'])).toMatchObject({ code: 0 });
    expect(sql("SELECT count(*) FROM audit WHERE type IN ('backup.made', 'backup.restored')")).toBe(2);
    expect(readdirSync(base).sort()).toEqual(['backup.csb', 'data']);
    expect(readdirSync(join(folder, 'run')).filter((name) => name.startsWith('restore'))).toEqual([]);
  });

  it('work while the server writes, and are refused while it holds the folder', async () => {
    await addUser();
    const lock = acquireFolderLock(folder);
    expect(await json(['backup', file()])).toMatchObject({ code: 0 });
    const refused = await json(['restore', file()]);
    expect(refused).toMatchObject({ code: 1, body: { error: { code: 'data_locked' } } });
    expect(refused.err).toContain(`pid ${process.pid}`);
    lock[Symbol.dispose]();
    expect(await json(['restore', file()])).toMatchObject({ code: 0 });
  });

  it('ask for the recovery code elsewhere, and open with it', async () => {
    await addUser();
    const code = await confirmRecoveryCode();
    expect(await json(['backup', file()])).toMatchObject({ body: { isRecoverable: true } });
    const home = folder;
    folder = join(base, 'elsewhere');
    const refused = await json(['restore', file()]);
    expect(refused).toMatchObject({ code: 1, body: { error: { code: 'recovery_code_needed' } } });
    expect(readdirSync(folder)).toEqual(['run']);
    expect(await json(['restore', file(), '--recovery-code', 'AAAA-AAAA-AAAA-AAAA-AAAA-AAAA'])).toMatchObject(
      {
        code: 1,
        body: { error: { code: 'wrong_key' } },
      },
    );
    expect(readdirSync(folder)).toEqual(['run']);
    const restored = await json(['restore', file(), '--recovery-code', code.toLowerCase()]);
    expect(restored).toMatchObject({ code: 0, body: { usedRecoveryCode: true, replaced: null } });
    expect(readFileSync(join(folder, 'master.key'))).not.toEqual(readFileSync(join(home, 'master.key')));
    expect(await json(['session', '--email', 'anna@example.org'])).toMatchObject({ code: 0 });
    expect(await json(['audit', 'verify'])).toMatchObject({ code: 0, body: { publicKey: 'sealed' } });
  });

  it('do the same with a plain file', async () => {
    await addUser();
    const code = await confirmRecoveryCode();
    expect(await json(['backup', file(), '--plain'])).toMatchObject({
      code: 0,
      body: { isEncrypted: false },
    });
    expect(readFileSync(file()).subarray(0, 15).toString()).toBe('SQLite format 3');
    expect(await json(['restore', file()])).toMatchObject({ code: 0, body: { usedRecoveryCode: false } });
    folder = join(base, 'elsewhere');
    expect(await json(['restore', file()])).toMatchObject({
      code: 1,
      body: { error: { code: 'recovery_code_needed' } },
    });
    const env = { COUNTERSIGN_RECOVERY_CODE: code };
    expect(await json(['restore', file()], env)).toMatchObject({ code: 0, body: { usedRecoveryCode: true } });
    expect(await json(['outbox'])).toMatchObject({ code: 0 });
  });

  it('refuse what is damaged, cut off, changed or no backup, and leave everything as it is', async () => {
    await addUser();
    await json(['demo']);
    await json(['backup', file()]);
    const whole = readFileSync(file());
    const before = readFileSync(join(folder, 'countersign.db'));
    const flipped = Buffer.from(whole);
    flipped.writeUInt8(flipped.readUInt8(whole.length - 5_000) ^ 1, whole.length - 5_000);
    const header = Buffer.from(whole);
    header.writeUInt8(header.readUInt8(60) ^ 1, 60);
    const versions = {
      flipped,
      cut: whole.subarray(0, -100),
      header,
      empty: Buffer.alloc(0),
      other: Buffer.alloc(9_000, 7),
    };
    for (const [name, bytes] of Object.entries(versions)) {
      writeFileSync(file(), bytes);
      const { code, body } = await json(['restore', file()]);
      expect({ name, code, body }).toMatchObject({ code: 1, body: { error: { code: 'damaged' } } });
    }
    expect(readFileSync(join(folder, 'countersign.db')).equals(before)).toBe(true);
    expect(await json(['restore', join(base, 'none')])).toMatchObject({
      code: 1,
      body: { error: { code: 'not_found' } },
    });
  });

  it('help when the data itself is damaged', async () => {
    await addUser();
    await json(['backup', file()]);
    writeFileSync(join(folder, 'countersign.db'), Buffer.alloc(20_000, 1));
    expect(await json(['doctor'])).toMatchObject({ code: 1, body: { error: { code: 'damaged' } } });
    expect(await json(['restore', file()])).toMatchObject({ code: 0 });
    expect(await json(['doctor'])).toMatchObject({ code: 0 });
  });

  it('do not put a server’s data where a desktop’s is', async () => {
    await addUser();
    await json(['backup', file()]);
    const key = readFileSync(join(folder, 'master.key'), 'utf8').trim();
    folder = join(base, 'desktop');
    await makeDesktop();
    expect(await json(['restore', file()], { COUNTERSIGN_MASTER_KEY: key })).toMatchObject({
      code: 1,
      body: { error: { code: 'damaged' } },
    });
    expect(await json(['audit', 'verify'])).toMatchObject({ code: 0 });
  });
});
