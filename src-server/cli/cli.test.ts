import { chmodSync, existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import Database from 'better-sqlite3';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { PROPOSALS } from '../domain/demo/demo.scenario';
import { acquireFolderLock } from '../lib/folder-lock';
import { createTestServer } from '../testing/test-server';
import { createCliWorld, type CliWorld, type Json } from './cli.fixture';

let world: CliWorld;
beforeEach(() => {
  world = createCliWorld();
});
afterEach(() => world[Symbol.dispose]());

describe('a command', () => {
  it('prints one JSON document with --json, and text without', async () => {
    const user = await world.addUser();
    expect(user).toMatchObject({ email: 'anna@example.org', displayName: 'Anna', role: 'admin' });
    const { code, out, err } = await world.run(['doctor', '--data', world.folder]);
    expect({ code, err }).toEqual({ code: 0, err: '' });
    expect(out).toContain('ok      integrity');
  });

  it('says what is wrong on stderr, as JSON on stdout too, with exit code 1', async () => {
    const missing = await world.json(['outbox']);
    expect(missing).toMatchObject({ code: 1, body: { error: { code: 'no_data' } } });
    expect(missing.err).toContain('holds no Countersign data');
    expect(existsSync(world.folder)).toBe(false);
    expect(await world.json(['user', 'create', '--email', 'x', '--name', 'X'])).toMatchObject({
      code: 1,
      body: { error: { code: 'usage', message: 'email: must be an e-mail address' } },
    });
    expect(await world.json(['user', 'create', '--email', 'x@example.org'])).toMatchObject({
      code: 1,
      body: { error: { code: 'usage' } },
    });
    expect(await world.json(['fly'])).toMatchObject({ code: 1, body: { error: { code: 'usage' } } });
    const help = await world.run(['--help']);
    expect(help.code).toBe(0);
    expect(help.out).toContain('restore');
    const plain = await world.run(['outbox', '--data', world.folder]);
    expect(plain).toMatchObject({ code: 1, out: '' });
  });

  it('refuses a person who is here already, and a wrong master key', async () => {
    await world.addUser();
    const again = await world.json(['user', 'create', '--email', 'Anna@Example.org', '--name', 'Other']);
    expect(again).toMatchObject({ code: 1, body: { error: { code: 'taken' } } });
    const wrong = await world.json(['outbox'], { COUNTERSIGN_MASTER_KEY: 'ab'.repeat(32) });
    expect(wrong).toMatchObject({ code: 1, body: { error: { code: 'wrong_key' } } });
  });
});

describe('a session from the terminal', () => {
  it('is one that decides, and a link signs in once', async () => {
    const user = await world.addUser();
    const tokens = await world.json(['session', '--email', 'anna@example.org']);
    expect(tokens).toMatchObject({ code: 0, body: { mayDecide: true, user: { id: user['id'] } } });
    const link = await world.json(['session', '--email', 'anna@example.org', '--link']);
    expect(link.body['link']).toMatch(/^http:\/\/127\.0\.0\.1:7423\/console\/#link=csl_otc_/);
    const token = String(link.body['link']).split('#link=')[1];

    const server = await world.serve();
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
    await world.addUser();
    const lock = acquireFolderLock(world.folder);
    lock.announce('http://127.0.0.1:4711');
    const { body } = await world.json(['session', '--email', 'anna@example.org', '--link']);
    expect(body['link']).toMatch(/^http:\/\/127\.0\.0\.1:4711\/console\//);
    lock[Symbol.dispose]();
  });

  it('needs an address, but for the first admin', async () => {
    await world.addUser('owner@example.org', 'owner');
    expect(await world.json(['session'])).toMatchObject({ code: 1, body: { error: { code: 'usage' } } });
    expect(await world.json(['session', '--email', 'nobody@example.org'])).toMatchObject({
      code: 1,
      body: { error: { code: 'not_found' } },
    });
    expect(await world.json(['session', '--link'])).toMatchObject({ code: 0, body: { email: null } });
    await world.addUser();
    expect(await world.json(['session', '--link'])).toMatchObject({
      code: 1,
      body: { error: { code: 'usage' } },
    });
  });

  it('is not needed to read the mails of a server, and reading them is written down', async () => {
    await world.addUser();
    const server = await world.serve();
    await server.call('POST', '/api/auth/otp/request', { body: { email: 'anna@example.org' } });
    await server.call('POST', '/api/auth/otp/request', { body: { email: 'berta@example.org' } });
    const all = await world.json(['outbox']);
    expect(all.body['mails']).toHaveLength(2);
    const { body } = await world.json(['outbox', '--to', 'ANNA@example.org']);
    expect(body['mails']).toMatchObject([
      { to: 'anna@example.org', text: expect.stringMatching(/\d{6}/) as string },
    ]);
    expect(world.sql("SELECT count(*) FROM audit WHERE type = 'outbox.read'")).toBe(2);
  });
});

describe('on a desktop’s data folder', () => {
  it('no command signs in, reads mails, adds people, sets agents, decides or makes a backup', async () => {
    await world.makeDesktop();
    const before = readFileSync(join(world.folder, 'countersign.db'));
    const refusals: readonly (readonly [readonly string[], RegExp])[] = [
      [['session', '--email', 'anna@example.org'], /decide in the Countersign window/],
      [['session', '--email', 'anna@example.org', '--link'], /decide in the Countersign window/],
      [['outbox'], /encrypted with a key that this command does not have/],
      [['user', 'create', '--email', 'b@example.org', '--name', 'B'], /made in the Countersign window/],
      [['agent', 'set', '--id', 'x', '--trust', 'admin'], /decided in the Countersign window/],
      [['demo'], /in the Countersign window/],
      [['demo', '--remove'], /in the Countersign window/],
      [['backup', join(world.base, 'b')], /its key lies in the keychain/],
    ];
    // A master key of one's own opens nothing either.
    for (const env of [{}, { COUNTERSIGN_MASTER_KEY: 'ab'.repeat(32) }]) {
      for (const [argv, reason] of refusals) {
        const { code, body, err } = await world.json(argv, env);
        expect({ argv, code, body }).toMatchObject({ code: 1, body: { error: { code: 'actor_denied' } } });
        expect(err).toMatch(reason);
      }
    }
    expect(readFileSync(join(world.folder, 'countersign.db')).equals(before)).toBe(true);
    expect(readdirSync(world.folder)).not.toContain('master.key');
    expect(readdirSync(world.base)).toEqual(['data']);
  });

  it('nothing opens by calling it a server’s', async () => {
    await world.makeDesktop();
    world.sql("UPDATE instance SET value = x'736572766572' WHERE name = 'mode'");
    for (const argv of [['session', '--email', 'anna@example.org'], ['outbox'], ['demo']]) {
      expect(await world.json(argv)).toMatchObject({ code: 1, body: { error: { code: 'wrong_key' } } });
      const env = { COUNTERSIGN_MASTER_KEY: 'ab'.repeat(32) };
      expect(await world.json(argv, env)).toMatchObject({ code: 1, body: { error: { code: 'wrong_key' } } });
    }
    expect(readdirSync(world.folder)).not.toContain('master.key');
  });

  it('the checkpoint that the app keeps beside it is looked at', async () => {
    await world.makeDesktop();
    const sqlite = new Database(join(world.folder, 'countersign.db'), { readonly: true });
    const row = sqlite.prepare('SELECT * FROM audit_checkpoints ORDER BY seq DESC').get() as Json & {
      at: number;
    };
    sqlite.close();
    const file = join(world.base, 'audit-checkpoint.json');
    writeFileSync(file, JSON.stringify({ ...row, at: new Date(row.at).toISOString() }));
    expect(await world.json(['audit', 'verify'])).toMatchObject({
      code: 0,
      body: { keptCheckpoint: row['seq'] },
    });
    writeFileSync(file, JSON.stringify({ ...row, head: 'f'.repeat(64), at: new Date(row.at).toISOString() }));
    expect(await world.json(['audit', 'verify'])).toMatchObject({
      code: 1,
      body: { problems: [{ problem: 'bad-signature', seq: row['seq'] }] },
    });
  });

  it('the log is verified and the folder examined all the same', async () => {
    await world.makeDesktop();
    expect(await world.json(['audit', 'verify'])).toMatchObject({
      code: 0,
      body: { ok: true, publicKey: 'plain', keptCheckpoint: null },
    });
    expect(await world.json(['doctor'])).toMatchObject({ code: 0, body: { ok: true, mode: 'desktop' } });
  });
});

describe('agent set', () => {
  it('sets trust and tier, and writes down what was before', async () => {
    await world.addUser();
    await world.json(['demo']);
    const id = String(world.sql("SELECT id FROM agents WHERE handle = 'juno-demo'"));
    expect(
      await world.json(['agent', 'set', '--id', id, '--trust', 'verified', '--tier', 'pro']),
    ).toMatchObject({
      code: 0,
      body: { agent: { id, trustLevel: 'verified', tier: 'pro' } },
    });
    expect(await world.json(['agent', 'set', '--id', id, '--tier', 'elite'])).toMatchObject({
      body: { agent: { trustLevel: 'verified', tier: 'elite' } },
    });
    expect(await world.json(['agent', 'set', '--id', id])).toMatchObject({
      code: 1,
      body: { error: { code: 'usage' } },
    });
    expect(await world.json(['agent', 'set', '--id', 'x', '--tier', 'pro'])).toMatchObject({
      code: 1,
      body: { error: { code: 'not_found' } },
    });
    expect(
      String(world.sql("SELECT data FROM audit WHERE type = 'agent.standing-set' ORDER BY seq LIMIT 1")),
    ).toContain('"before":{"tier":"free","trustLevel":"basic"}');
  });
});

describe('demo', () => {
  it('loads the sample world for the first admin once, and takes it out', async () => {
    expect(await world.json(['demo'])).toMatchObject({ code: 1, body: { error: { code: 'no_data' } } });
    await world.addUser('first@example.org', 'owner');
    await world.addUser();
    const loaded = await world.json(['demo']);
    expect(loaded).toMatchObject({ code: 0, body: { agents: 4, owner: { email: 'anna@example.org' } } });
    expect(await world.json(['demo'])).toMatchObject({
      code: 0,
      body: { agents: 4, proposals: PROPOSALS.length },
    });
    expect(world.sql('SELECT count(*) FROM agents')).toBe(4);
    const other = await world.json(['demo', '--email', 'first@example.org']);
    expect(other).toMatchObject({ code: 0, body: { agents: 4 } });
    const removed = await world.json(['demo', '--remove']);
    expect(removed.body['removed']).toBeGreaterThan(PROPOSALS.length);
    expect(world.sql('SELECT count(*) FROM agents')).toBe(4);
    expect(await world.json(['audit', 'verify'])).toMatchObject({ code: 0, body: { publicKey: 'sealed' } });
    expect(await world.json(['doctor'])).toMatchObject({ code: 0 });
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
    const { code, body } = await world.json(['routes']);
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
    expect(existsSync(world.folder)).toBe(false);
  });

  it('says of each what is so: a stranger gets nothing where a credential is asked for, and is heard elsewhere', async () => {
    const routes = await list();
    const server = await createTestServer({ mode: 'server', hasConsole: true });
    const wrong: string[] = [];
    for (const { method, path, listener, auth } of routes) {
      if (listener !== 'tcp' || auth === 'optional') continue;
      const url = path.replaceAll(/:[A-Za-z]+/g, 'x').replaceAll('*', 'x');
      const { status } = await server.call(method, url);
      const isRefused = status >= 400 && status < 500;
      // Without a refresh token there is nothing to refresh.
      const isHeard = status !== 401 || path === '/api/auth/refresh';
      if (auth === 'none' ? !isHeard : !isRefused) wrong.push(`${method} ${path} ${auth}: ${status}`);
    }
    expect(wrong).toEqual([]);
  });
});

describe('doctor and audit verify', () => {
  it('name what is broken, with exit code 1', async () => {
    await world.addUser();
    await world.json(['demo']);
    world.sql("INSERT INTO posts_fts(posts_fts) VALUES ('delete-all')");
    world.sql("UPDATE audit SET type = 'x' WHERE seq = 3");
    world.sql(
      "INSERT INTO jobs VALUES ('job_1', 'mail.send', 'k', '{}', 'failed', 0, NULL, 5, 'SMTP', 0, 0)",
    );
    chmodSync(world.folder, 0o755);
    chmodSync(join(world.folder, 'master.key'), 0o644);
    const { code, body } = await world.json(['doctor']);
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
    expect(await world.json(['audit', 'verify'])).toMatchObject({
      code: 1,
      body: { ok: false, problems: [{ seq: 3, problem: 'changed' }] },
    });
    expect((await world.run(['audit', 'verify', '--data', world.folder])).out).toContain('changed: Row 3');
  });

  it('change nothing, whatever they find', async () => {
    await world.addUser();
    const before = readFileSync(join(world.folder, 'countersign.db'));
    await world.json(['doctor']);
    await world.json(['audit', 'verify']);
    expect(readFileSync(join(world.folder, 'countersign.db')).equals(before)).toBe(true);
  });

  it('see a log that was signed anew by somebody else, and a tail cut off behind a kept checkpoint', async () => {
    await world.addUser();
    await world.addUser('berta@example.org', 'owner');
    const kept = new Database(join(world.folder, 'countersign.db'), { readonly: true });
    const checkpoint = kept.prepare('SELECT * FROM audit_checkpoints ORDER BY seq DESC').get() as Json & {
      at: number;
    };
    kept.close();
    const file = join(world.base, 'checkpoint.json');
    writeFileSync(file, JSON.stringify({ ...checkpoint, at: new Date(checkpoint.at).toISOString() }));
    expect(await world.json(['audit', 'verify', '--checkpoint', file])).toMatchObject({
      code: 0,
      body: { keptCheckpoint: checkpoint['seq'] },
    });
    world.sql('DELETE FROM audit WHERE seq = 2');
    world.sql('DELETE FROM audit_head');
    world.sql('DELETE FROM audit_checkpoints');
    expect(await world.json(['audit', 'verify', '--checkpoint', file])).toMatchObject({
      code: 1,
      body: { problems: [{ problem: 'cut-off', seq: 2 }] },
    });
    expect(
      await world.json(['audit', 'verify', '--checkpoint', join(world.base, 'none.json')]),
    ).toMatchObject({
      code: 1,
      body: { error: { code: 'usage' } },
    });
  });
});
