import { copyFileSync, existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { pino } from 'pino';
import { describe, expect, it } from 'vitest';
import type { BackupContents, DataOverview } from '../../contract/console/data';
import { SOCKET_SECRET_HEADER } from '../../contract/process';
import { createContext } from '../../context';
import { carryOutAtStart } from '../../domain/backups/at-start';
import { verifyAuditLog } from '../../domain/audit/audit.source';
import type { Problem } from '../../contract/console/problem';
import { DAY, HOUR, MINUTE } from '../../lib/clock';
import { openOffice } from '../../testing/mma-fixture';
import { createOwner, createTestServer, type TestServer } from '../../testing/test-server';

const silent = pino({ level: 'silent' });

async function overview(server: TestServer): Promise<DataOverview> {
  return (await server.console<DataOverview>('GET', '/data/backups')).body;
}

/** A desktop with a person and one backup made by hand. */
async function openBackedUp(): Promise<{ server: TestServer; name: string }> {
  const server = await createTestServer();
  await createOwner(server);
  expect((await server.console('POST', '/data/backups')).body).toEqual({ isStarted: true });
  await server.processAll();
  const [made] = (await overview(server)).items;
  return { server, name: made?.name ?? '' };
}

/** Stops the server and starts it anew on the same folder, as the shell does. */
async function restart(server: TestServer, masterKey = server.masterKey): Promise<TestServer> {
  await server.stop();
  const outcome = carryOutAtStart({ dataFolder: server.dataFolder, now: new Date(), log: silent });
  const again = await createTestServer({ dataFolder: server.dataFolder, masterKey });
  again.context.backups.recordStart(outcome);
  return again;
}

const nameOf = (server: TestServer): unknown =>
  server.context.database.raw.read.prepare('SELECT display_name FROM users').pluck().get();

function rename(server: TestServer, name: string): void {
  server.context.database.raw.write.prepare('UPDATE users SET display_name = ?').run(name);
}

const auditTypes = (server: TestServer): string[] =>
  server.context.database.raw.read.prepare('SELECT type FROM audit ORDER BY seq').pluck().all().map(String);

describe('backups', () => {
  it('are made on request, encrypted, verified and listed', async () => {
    const { server, name } = await openBackedUp();
    const { items, last, running, isOverdue, settings, bytes } = await overview(server);
    expect(items).toEqual([
      expect.objectContaining({ kind: 'hand', isEncrypted: true, appVersion: expect.any(String) }),
    ]);
    expect(last).toMatchObject({ kind: 'hand', problem: null });
    expect({ running, isOverdue }).toEqual({ running: null, isOverdue: false });
    expect(settings).toEqual({ isAutomatic: true, isEncrypted: true, keepDaily: 7, keepWeekly: 4 });
    expect(bytes).toBe(items[0]?.bytes);
    const file = readFileSync(join(server.dataFolder, 'backups', name));
    expect(file.includes('Anna Schmidt')).toBe(false);
    expect(readdirSync(join(server.dataFolder, 'backups'))).toEqual([name]);
    expect(auditTypes(server)).toContain('backup.made');
  });

  it('are plain once their owner turned encryption off, which is written down', async () => {
    const { server } = await openBackedUp();
    const { body } = await server.console('PATCH', '/data/backups/settings', { isEncrypted: false });
    expect(body).toMatchObject({ isEncrypted: false, isAutomatic: true });
    await server.console('POST', '/data/backups');
    await server.processAll();
    const [plain] = (await overview(server)).items;
    expect(plain).toMatchObject({ isEncrypted: false, kind: 'hand' });
    expect(auditTypes(server)).toContain('backup.settings-set');
    const { status } = await server.console('POST', '/data/restore/preview', {
      source: { type: 'listed', name: plain?.name },
    });
    expect(status).toBe(200);
  });

  it(
    'are made by themselves once a day, also after the machine was off; the newest of days and weeks stay',
    { timeout: 90_000 },
    async () => {
      const server = await createTestServer();
      server.context.jobs.start();
      server.clock.advance(2 * HOUR);
      await server.processAll();
      expect((await overviewOf(server)).items).toEqual([]);
      await createOwner(server);
      await server.console('PATCH', '/data/backups/settings', { keepDaily: 3, keepWeekly: 2 });
      for (let day = 0; day < 12; day += 1) {
        server.clock.advance(DAY);
        await server.processAll();
      }
      const { items } = await overview(server);
      expect(items.every(({ kind }) => kind === 'auto')).toBe(true);
      const ages = items.map(({ createdAt }) =>
        Math.round((server.clock.now() - Date.parse(createdAt)) / DAY),
      );
      // The newest of three days, and that of the week before, unless it is one of them.
      expect(ages.slice(0, 3)).toEqual([0, 1, 2]);
      expect([3, 4]).toContain(ages.length);
      expect(ages.at(-1)).toBeLessThan(10);

      await server.console('PATCH', '/data/backups/settings', { isAutomatic: false });
      server.clock.advance(3 * DAY);
      await server.processAll();
      expect((await overview(server)).items).toHaveLength(items.length);
      expect((await overview(server)).isOverdue).toBe(false);
    },
  );

  it('that fail leave nothing behind and say why; two days without one are noticed', async () => {
    const server = await createTestServer();
    await createOwner(server);
    writeFileSync(join(server.dataFolder, 'backups'), 'in the way');
    await server.console('POST', '/data/backups');
    await server.processAll();
    server.clock.advance(2 * DAY + MINUTE);
    const { last, isOverdue, items } = await overview(server);
    expect(last?.problem).toEqual(expect.stringMatching(/EEXIST|ENOTDIR/));
    expect({ isOverdue, items }).toEqual({ isOverdue: true, items: [] });
    expect(auditTypes(server)).toContain('backup.failed');
  });

  it('are handed out as they lie there, and removed', async () => {
    const { server, name } = await openBackedUp();
    const answer = await server.consoleApp.inject({
      url: `/api/console/data/backups/${name}/file`,
      headers: { [SOCKET_SECRET_HEADER]: server.socketSecret },
    });
    expect(answer.statusCode).toBe(200);
    expect(answer.headers['content-disposition']).toBe(`attachment; filename="${name}"`);
    expect(answer.rawPayload).toEqual(readFileSync(join(server.dataFolder, 'backups', name)));
    for (const other of ['..%2Fcountersign.db', 'plan.json', `${'a'.repeat(300)}.csb`]) {
      expect((await server.console('GET', `/data/backups/${other}/file`)).status).toBe(404);
      expect((await server.console('DELETE', `/data/backups/${other}`)).status).toBe(404);
    }
    expect((await server.console('DELETE', `/data/backups/${name}`)).body).toEqual({ removed: name });
    expect((await overview(server)).items).toEqual([]);
    expect(auditTypes(server)).toEqual(expect.arrayContaining(['backup.copied', 'backup.removed']));
  });

  it('are an admin’s, and made one at a time', async () => {
    const { server, person } = await openOffice();
    const ask = (
      method: 'GET' | 'POST' | 'PATCH' | 'DELETE',
      path: string,
      body?: unknown,
      key = person.token,
    ) => server.call<Problem>(method, `/api/console/data/${path}`, { key, body });
    const calls = [
      ['GET', 'backups'],
      ['POST', 'backups'],
      ['PATCH', 'backups/settings', { isAutomatic: true }],
      ['DELETE', 'backups/a.csb'],
      ['POST', 'restore/preview', { source: { type: 'listed', name: 'a.csb' } }],
      ['POST', 'restore', { source: { type: 'listed', name: 'a.csb' } }],
      ['DELETE', 'restore'],
      ['GET', 'backups/a.csb/file'],
    ] as const;
    for (const [method, path, body] of calls) {
      const anonymous = await server.call(method, `/api/console/data/${path}`, { body });
      expect([path, anonymous.status]).toEqual([path, 401]);
      expect([path, (await ask(method, path, body)).status]).toEqual([path, 403]);
    }
    server.context.database.raw.write.prepare("UPDATE users SET role = 'admin'").run();
    expect((await ask('POST', 'backups')).status).toBe(200);
    expect((await ask('POST', 'backups')).status).toBe(409);
    await server.processAll();
    const wrong = await ask('PATCH', 'backups/settings', { keepDaily: 0 });
    expect([wrong.status, wrong.body.errors?.[0]?.path]).toEqual([400, 'keepDaily']);
    const file = await ask('POST', 'restore', { source: { type: 'file', path: '/etc/passwd' } });
    expect([file.status, file.body.errors?.[0]?.path]).toEqual([400, 'source.path']);
  });
});

async function overviewOf(server: TestServer): Promise<DataOverview> {
  return server.context.backups.overview();
}

describe('going back to a backup', () => {
  it('shows what is in it, and is done by the next start; the newer data stays and comes back', async () => {
    const { server, name } = await openBackedUp();
    rename(server, 'Newer');
    const source = { type: 'listed', name };
    const seen = await server.console<{ contents: BackupContents; now: BackupContents['counts'] }>(
      'POST',
      '/data/restore/preview',
      { source },
    );
    expect(seen.body.contents).toMatchObject({ sourceName: name, isForeign: false, usesRecoveryCode: false });
    expect(seen.body.contents.counts.people).toBe(1);
    expect(readdirSync(join(server.dataFolder, 'restore'))).toEqual([]);

    const staged = await server.console('POST', '/data/restore', { source });
    expect(staged.body).toMatchObject({ sourceName: name });
    expect((await overview(server)).staged).toMatchObject({ sourceName: name });
    expect(nameOf(server)).toBe('Newer');

    const after = await restart(server);
    expect(nameOf(after)).toBe('Anna Schmidt');
    const { items, lastRestore, staged: left } = await overview(after);
    const replaced = items.find(({ kind }) => kind === 'replaced');
    expect(lastRestore).toMatchObject({ sourceName: name, problem: null, replacedName: replaced?.name });
    expect(left).toBeNull();
    expect(auditTypes(after)).toContain('backup.restored');
    expect(verifyAuditLog(after.context.reader).ok).toBe(true);

    await after.console('POST', '/data/restore', { source: { type: 'listed', name: replaced?.name } });
    const back = await restart(after);
    expect(nameOf(back)).toBe('Newer');
    expect((await overview(back)).items.filter(({ kind }) => kind === 'replaced')).toHaveLength(2);
  });

  it('can be let go of', async () => {
    const { server, name } = await openBackedUp();
    expect((await server.console('DELETE', '/data/restore')).status).toBe(409);
    await server.console('POST', '/data/restore', { source: { type: 'listed', name } });
    expect((await server.console('DELETE', '/data/restore')).body).toEqual({ isCancelled: true });
    rename(server, 'Newer');
    const after = await restart(server);
    expect(nameOf(after)).toBe('Newer');
    expect((await overview(after)).lastRestore).toBeNull();
  });

  it('asks for the recovery code where the key is another one', async () => {
    const { server: first } = await openBackedUp();
    const made = await first.console<{ recoveryCode: string }>('POST', '/setup/recovery-code');
    const code = made.body.recoveryCode;
    await first.console('POST', '/setup/recovery-code/confirm', { lastGroup: code.split('-').at(-1) });
    await first.console('POST', '/data/backups');
    await first.processAll();
    const name = (await overview(first)).items[0]?.name ?? '';

    const other = await createTestServer();
    await createOwner(other, 'other@example.org');
    const path = join(other.dataFolder, 'from-elsewhere.csb');
    copyFileSync(join(first.dataFolder, 'backups', name), path);
    const ask = (recoveryCode?: string) =>
      other.console<Problem & { contents: BackupContents }>('POST', '/data/restore/preview', {
        source: { type: 'file', path },
        ...(recoveryCode === undefined ? {} : { recoveryCode }),
      });
    const without = await ask();
    expect([without.status, without.body.errors?.[0]?.path]).toEqual([400, 'recoveryCode']);
    expect(without.body.details).toEqual({ needs: 'recoveryCode' });
    const wrong = await ask('AAAA-BBBB-CCCC-DDDD-EEEE-FFFF');
    expect([wrong.status, wrong.body.errors?.[0]?.path]).toEqual([400, 'recoveryCode']);
    const right = await ask(code);
    expect(right.body.contents).toMatchObject({ isForeign: true, usesRecoveryCode: true });

    await other.console('POST', '/data/restore', { source: { type: 'file', path }, recoveryCode: code });
    const after = await restart(other);
    expect(nameOf(after)).toBe('Anna Schmidt');
    expect(existsSync(path)).toBe(true);
  });

  it('refuses what is damaged, cut off, no backup, or of another mode, and leaves everything as it was', async () => {
    const { server, name } = await openBackedUp();
    const folder = join(server.dataFolder, 'backups');
    const bytes = readFileSync(join(folder, name));
    writeFileSync(join(folder, 'cut.csb'), bytes.subarray(0, bytes.length - 20));
    const changed = Buffer.from(bytes);
    changed.writeUInt8(changed.readUInt8(bytes.length - 100) ^ 1, bytes.length - 100);
    writeFileSync(join(folder, 'changed.csb'), changed);
    writeFileSync(
      join(folder, 'half.db'),
      Buffer.concat([Buffer.from('SQLite format 3\0'), bytes.subarray(0, 4_000)]),
    );
    for (const wrong of ['cut.csb', 'changed.csb', 'half.db']) {
      const answer = await server.console<Problem>('POST', '/data/restore', {
        source: { type: 'listed', name: wrong },
      });
      expect([wrong, answer.status, answer.body.errors?.[0]?.path]).toEqual([wrong, 400, 'source']);
    }
    writeFileSync(join(folder, 'notes.csb'), 'shopping');
    for (const path of [join(folder, 'notes.csb'), join(folder, 'missing.csb'), folder, '/dev/zero']) {
      const answer = await server.console<Problem>('POST', '/data/restore', {
        source: { type: 'file', path },
      });
      expect([path, answer.status, answer.body.errors?.[0]?.path]).toEqual([path, 400, 'source']);
    }
    const unlisted = await server.console('POST', '/data/restore', {
      source: { type: 'listed', name: 'notes.csb' },
    });
    expect(unlisted.status).toBe(404);
    expect((await overview(server)).staged).toBeNull();
    expect(readdirSync(join(server.dataFolder, 'restore'))).toEqual([]);
  });

  it('that fails at the start is written down, and the data is as it was', async () => {
    const { server, name } = await openBackedUp();
    await server.console('POST', '/data/restore', { source: { type: 'listed', name } });
    writeFileSync(join(server.dataFolder, 'restore', 'staged.db'), 'spoilt');
    rename(server, 'Newer');
    const after = await restart(server);
    expect(nameOf(after)).toBe('Newer');
    const { lastRestore, staged } = await overview(after);
    expect(lastRestore).toMatchObject({ sourceName: name, replacedName: null, problem: expect.any(String) });
    expect(staged).toBeNull();
    expect(auditTypes(after)).toContain('backup.restore-failed');
  });

  it('is written down once, though the start was ended before', async () => {
    const { server, name } = await openBackedUp();
    await server.console('POST', '/data/restore', { source: { type: 'listed', name } });
    await server.stop();
    carryOutAtStart({ dataFolder: server.dataFolder, now: new Date(), log: silent });
    // Killed here: the next start finds it done, and says so.
    const { config } = server.context;
    const outcome = carryOutAtStart({ dataFolder: server.dataFolder, now: new Date(), log: silent });
    expect(outcome.type).toBe('restored');
    const context = createContext({ config, masterKey: server.masterKey });
    context.backups.recordStart(outcome);
    context.backups.recordStart(outcome);
    const rows = context.database.raw.read
      .prepare("SELECT count(*) FROM audit WHERE type = 'backup.restored'")
      .pluck()
      .get();
    expect(rows).toBe(1);
    await context[Symbol.asyncDispose]();
    mkdirSync(server.dataFolder, { recursive: true });
  });
});
