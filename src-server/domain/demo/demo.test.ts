import { describe, expect, it } from 'vitest';
import type { InboxDetail } from '../../contract/console/inbox';
import { systemCaller } from '../../gate/caller';
import { createOwner, createTestServer, decideOn, type TestServer } from '../../testing/test-server';
import { verifyAuditLog } from '../audit/audit.source';
import { PENDING } from './demo.pending';
import { PROPOSALS } from './demo.scenario';

const load = (server: TestServer) => server.console('POST', '/sample-world');
const remove = (server: TestServer) => server.console('DELETE', '/sample-world');

async function listInbox(
  server: TestServer,
  tab: 'pending' | 'decided',
): Promise<{ id: string; expiresAt: string }[]> {
  const { body } = await server.console<{ items: { id: string; expiresAt: string }[] }>(
    'GET',
    `/inbox?tab=${tab}&limit=100`,
  );
  return body.items;
}

async function pendingDetails(server: TestServer): Promise<InboxDetail[]> {
  const items = await listInbox(server, 'pending');
  return Promise.all(
    items.map(async ({ id }) => (await server.console<InboxDetail>('GET', `/inbox/${id}`)).body),
  );
}

/** Everything a person reads of the file, table by table; what keeps ids on purpose is left out. */
function rowsByTable(server: TestServer): Map<string, string[]> {
  const { read } = server.context.database.raw;
  const tables = read
    .prepare("SELECT name FROM sqlite_schema WHERE type = 'table' AND name NOT LIKE 'sqlite_%'")
    .pluck()
    .all()
    .map(String)
    .filter((name) => !/^(audit|outbox|person_keys|posts_fts|profiles_fts_)/.test(name));
  return new Map(
    tables.map((name) => [
      name,
      read
        .prepare(`SELECT * FROM "${name}"`)
        .all()
        .map((row) => JSON.stringify(row)),
    ]),
  );
}

describe('the sample world', () => {
  it('brings agents, people and proposals that were made and decided for real, within the rate limits', async () => {
    const server = await createTestServer({ hasLimits: true });
    const owner = await createOwner(server);
    const made = await load(server);
    expect(made).toMatchObject({ status: 200, body: { agents: 4, proposals: PROPOSALS.length } });
    expect(await listInbox(server, 'pending')).toHaveLength(PENDING.length);
    expect(await listInbox(server, 'decided')).toHaveLength(PROPOSALS.length - PENDING.length);

    const { read } = server.context.database.raw;
    const statuses = read
      .prepare('SELECT status, count(*) AS n FROM actions GROUP BY status ORDER BY status')
      .all();
    expect(statuses).toEqual([
      { status: 'executed', n: 5 },
      { status: 'expired', n: 1 },
      { status: 'pending', n: PENDING.length },
      { status: 'rejected', n: 2 },
    ]);
    const agents = read.prepare('SELECT owner_id AS ownerId, is_sample AS isSample FROM agents').all();
    expect(agents).toEqual(Array.from({ length: 4 }, () => ({ ownerId: owner.id, isSample: 1 })));
    const audit = verifyAuditLog(server.context.reader);
    expect(audit.problems).toEqual([]);
    expect(audit.rows).toBeGreaterThan(PROPOSALS.length);
  });

  it('is made and removed by nobody whose session does not decide', async () => {
    const server = await createTestServer();
    const { id: userId } = await createOwner(server);
    const actor = { type: 'user', userId, role: 'admin', mayDecide: false, sessionId: null } as const;
    const caller = { ...systemCaller('test', 'cli', 'tr_test'), actor };
    await expect(server.context.demo.load(caller)).rejects.toThrow('Decide in the Countersign window.');
    expect(() => server.context.demo.remove(caller)).toThrow('Decide in the Countersign window.');
    expect(server.context.database.raw.read.prepare('SELECT count(*) FROM agents').pluck().get()).toBe(0);
  });

  it('is lively: several kinds, notes, a second version, a long text, different deadlines', async () => {
    const server = await createTestServer();
    await createOwner(server);
    await load(server);
    const details = await pendingDetails(server);
    expect(new Set(details.map(({ kind }) => kind))).toEqual(
      new Set(['post.publish', 'message.send', 'network.link', 'profile.update']),
    );
    expect(new Set(details.map(({ agent }) => agent.name)).size).toBe(4);
    expect(new Set(details.map(({ expiresAt }) => expiresAt)).size).toBe(details.length);
    const revised = details.filter(({ version }) => version === 2);
    expect(revised).toHaveLength(1);
    expect(revised[0]?.versions).toHaveLength(2);
    const newest = details.flatMap(({ versions }) => versions.slice(-1));
    expect(newest.some(({ canonical }) => [...canonical].length > 1_800)).toBe(true);
    expect(newest.filter(({ note }) => note !== null).length).toBeGreaterThan(5);
  });

  it('has posts that search finds, in any script', async () => {
    const server = await createTestServer();
    await createOwner(server);
    await load(server);
    await server.processAll();
    const titles = server.context.database.raw.read.prepare(
      'SELECT p.title FROM posts_fts f JOIN posts p ON p.seq = f.rowid WHERE posts_fts MATCH ?',
    );
    expect(titles.pluck().all('balcony')).toEqual(['Three balcony panels, one winter']);
    expect(titles.pluck().all('"積ん読"')).toEqual(['Drei Wörter, die es auf Deutsch nicht gibt']);
    expect(titles.pluck().all('radiators')).toEqual(['A heat pump in an unrenovated house']);
    expect(titles.pluck().all('battery')).toEqual([]);
  });

  it('is not doubled by loading it twice, even at once', async () => {
    const server = await createTestServer();
    await createOwner(server);
    const [one, other] = await Promise.all([load(server), load(server)]);
    const third = await load(server);
    expect(other.body).toEqual(one.body);
    expect(third.body).toEqual(one.body);
    expect(server.context.database.raw.read.prepare('SELECT count(*) FROM agents').pluck().get()).toBe(4);
  });

  it('can be decided on like anything else', async () => {
    const server = await createTestServer();
    await createOwner(server);
    await load(server);
    for (const detail of await pendingDetails(server)) {
      const answer = await decideOn(server, detail, 'approve');
      expect(answer).toMatchObject({ status: 200, body: { status: 'executed' } });
    }
    expect(verifyAuditLog(server.context.reader).ok).toBe(true);
  });

  it('leaves nothing behind when it is removed, and takes its changes to the profile back', async () => {
    const server = await createTestServer();
    await createOwner(server);
    const before = rowsByTable(server);
    await load(server);
    for (const detail of await pendingDetails(server)) await decideOn(server, detail, 'approve');
    const changed = server.context.database.raw.read
      .prepare('SELECT headline FROM users WHERE is_sample = 0')
      .pluck();
    expect(changed.get()).toBe('Builds things that neighbours can share');

    const removed = await remove(server);
    expect(removed.status).toBe(200);
    expect(removed.body['removed']).toBeGreaterThan(PROPOSALS.length);
    expect(rowsByTable(server)).toEqual(before);
    expect(
      server.context.database.raw.read.prepare('SELECT count(*) FROM posts_fts_docsize').pluck().get(),
    ).toBe(0);
    const audit = verifyAuditLog(server.context.reader);
    expect(audit).toMatchObject({ ok: true });
    expect(server.context.database.raw.read.pragma('foreign_key_check')).toEqual([]);
    expect((await remove(server)).body).toEqual({ removed: 0 });
    expect((await load(server)).body).toMatchObject({ agents: 4 });
  });

  it('leaves what is not its own: another agent, and a headline that was changed again', async () => {
    const server = await createTestServer();
    await createOwner(server);
    await load(server);
    const profile = (await pendingDetails(server)).find(({ kind }) => kind === 'profile.update');
    if (!profile) throw new Error('There is no profile update');
    await decideOn(server, profile, 'approve');
    const created = await server.console('POST', '/agents', { name: 'Real', handle: 'real-one' });
    expect(created.status).toBe(200);
    server.context.database.raw.write.exec("UPDATE users SET headline = 'My own words' WHERE is_sample = 0");
    await remove(server);
    const { read } = server.context.database.raw;
    expect(read.prepare('SELECT handle FROM agents').pluck().all()).toEqual(['real-one']);
    expect(read.prepare('SELECT headline FROM users').pluck().all()).toEqual(['My own words']);
  });

  it('starts over when a load was cut short', async () => {
    const server = await createTestServer();
    await createOwner(server);
    await load(server);
    const { write, read } = server.context.database.raw;
    write.exec(
      "UPDATE settings SET value = json_set(value, '$.isComplete', json('false')) WHERE name LIKE '%sample-world'",
    );
    write.exec("DELETE FROM actions WHERE status = 'pending'");
    expect((await load(server)).body).toMatchObject({ agents: 4, proposals: PROPOSALS.length });
    expect(read.prepare('SELECT count(*) FROM agents').pluck().get()).toBe(4);
    expect(read.prepare('SELECT count(*) FROM users WHERE is_sample = 1').pluck().get()).toBe(3);
  });

  it('finds other handles where its own are taken', async () => {
    const server = await createTestServer();
    await createOwner(server);
    await server.console('POST', '/agents', { name: 'Mine', handle: 'atlas-demo' });
    expect((await load(server)).status).toBe(200);
    const handles = server.context.database.raw.read
      .prepare('SELECT handle FROM agents ORDER BY handle')
      .pluck()
      .all();
    expect(handles).toHaveLength(5);
    expect(handles[1]).toMatch(/^atlas-demo-/);
  });
});
