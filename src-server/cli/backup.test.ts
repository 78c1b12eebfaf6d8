import { existsSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { acquireFolderLock } from '../lib/folder-lock';
import { createCliWorld, type CliWorld } from './cli.fixture';

let world: CliWorld;
beforeEach(() => {
  world = createCliWorld();
});
afterEach(() => world[Symbol.dispose]());

describe('backup and restore', () => {
  const file = () => join(world.base, 'backup.csb');

  async function confirmRecoveryCode(): Promise<string> {
    const server = await world.serve();
    const code = server.context.keyring.createRecoveryCode();
    server.context.keyring.confirmRecoveryCode(code.split('-').at(-1) ?? '');
    await server.stop();
    return code;
  }

  it('bring back what was there, beside what was put in its place', async () => {
    await world.addUser();
    await world.json(['demo']);
    const made = await world.json(['backup', file()]);
    expect(made).toMatchObject({ code: 0, body: { isEncrypted: true, isRecoverable: false } });
    if (process.platform !== 'win32') expect(statSync(file()).mode & 0o777).toBe(0o600);
    const bytes = readFileSync(file());
    expect(bytes.includes('SQLite format 3')).toBe(false);
    expect(bytes.includes('atlas-demo')).toBe(false);
    expect(await world.json(['backup', file()])).toMatchObject({
      code: 1,
      body: { error: { code: 'exists' } },
    });

    await world.json(['demo', '--remove']);
    const restored = await world.json(['restore', file()]);
    expect(restored).toMatchObject({
      code: 0,
      body: { restored: true, mode: 'server', usedRecoveryCode: false },
    });
    expect(world.sql('SELECT count(*) FROM agents')).toBe(4);
    expect(existsSync(String(restored.body['replaced']))).toBe(true);
    expect(await world.json(['audit', 'verify'])).toMatchObject({ code: 0 });
    expect(await world.json(['doctor'])).toMatchObject({ code: 0 });
    expect(world.sql("SELECT count(*) FROM audit WHERE type IN ('backup.made', 'backup.restored')")).toBe(2);
    expect(readdirSync(world.base).sort()).toEqual(['backup.csb', 'data']);
    expect(readdirSync(join(world.folder, 'run')).filter((name) => name.startsWith('restore'))).toEqual([]);
  });

  it('work while the server writes, and are refused while it holds the folder', async () => {
    await world.addUser();
    const lock = acquireFolderLock(world.folder);
    expect(await world.json(['backup', file()])).toMatchObject({ code: 0 });
    const refused = await world.json(['restore', file()]);
    expect(refused).toMatchObject({ code: 1, body: { error: { code: 'data_locked' } } });
    expect(refused.err).toContain(`pid ${process.pid}`);
    lock[Symbol.dispose]();
    expect(await world.json(['restore', file()])).toMatchObject({ code: 0 });
  });

  it('ask for the recovery code elsewhere, and open with it', async () => {
    await world.addUser();
    const code = await confirmRecoveryCode();
    expect(await world.json(['backup', file()])).toMatchObject({ body: { isRecoverable: true } });
    const home = world.folder;
    world.folder = join(world.base, 'elsewhere');
    const refused = await world.json(['restore', file()]);
    expect(refused).toMatchObject({ code: 1, body: { error: { code: 'recovery_code_needed' } } });
    expect(readdirSync(world.folder)).toEqual(['run']);
    expect(
      await world.json(['restore', file(), '--recovery-code', 'AAAA-AAAA-AAAA-AAAA-AAAA-AAAA']),
    ).toMatchObject({
      code: 1,
      body: { error: { code: 'wrong_key' } },
    });
    expect(readdirSync(world.folder)).toEqual(['run']);
    const restored = await world.json(['restore', file(), '--recovery-code', code.toLowerCase()]);
    expect(restored).toMatchObject({ code: 0, body: { usedRecoveryCode: true, replaced: null } });
    expect(readFileSync(join(world.folder, 'master.key'))).not.toEqual(
      readFileSync(join(home, 'master.key')),
    );
    expect(await world.json(['session', '--email', 'anna@example.org'])).toMatchObject({ code: 0 });
    expect(await world.json(['audit', 'verify'])).toMatchObject({ code: 0, body: { publicKey: 'sealed' } });
  });

  it('do the same with a plain file', async () => {
    await world.addUser();
    const code = await confirmRecoveryCode();
    expect(await world.json(['backup', file(), '--plain'])).toMatchObject({
      code: 0,
      body: { isEncrypted: false },
    });
    expect(readFileSync(file()).subarray(0, 15).toString()).toBe('SQLite format 3');
    expect(await world.json(['restore', file()])).toMatchObject({
      code: 0,
      body: { usedRecoveryCode: false },
    });
    world.folder = join(world.base, 'elsewhere');
    expect(await world.json(['restore', file()])).toMatchObject({
      code: 1,
      body: { error: { code: 'recovery_code_needed' } },
    });
    const env = { COUNTERSIGN_RECOVERY_CODE: code };
    expect(await world.json(['restore', file()], env)).toMatchObject({
      code: 0,
      body: { usedRecoveryCode: true },
    });
    expect(await world.json(['outbox'])).toMatchObject({ code: 0 });
  });

  it('refuse what is damaged, cut off, changed or no backup, and leave everything as it is', async () => {
    await world.addUser();
    await world.json(['demo']);
    await world.json(['backup', file()]);
    const whole = readFileSync(file());
    const before = readFileSync(join(world.folder, 'countersign.db'));
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
      const { code, body } = await world.json(['restore', file()]);
      expect({ name, code, body }).toMatchObject({ code: 1, body: { error: { code: 'damaged' } } });
    }
    expect(readFileSync(join(world.folder, 'countersign.db')).equals(before)).toBe(true);
    expect(await world.json(['restore', join(world.base, 'none')])).toMatchObject({
      code: 1,
      body: { error: { code: 'not_found' } },
    });
  });

  it('help when the data itself is damaged', async () => {
    await world.addUser();
    await world.json(['backup', file()]);
    writeFileSync(join(world.folder, 'countersign.db'), Buffer.alloc(20_000, 1));
    expect(await world.json(['doctor'])).toMatchObject({ code: 1, body: { error: { code: 'damaged' } } });
    expect(await world.json(['restore', file()])).toMatchObject({ code: 0 });
    expect(await world.json(['doctor'])).toMatchObject({ code: 0 });
  });

  it('do not put a server’s data where a desktop’s is', async () => {
    await world.addUser();
    await world.json(['backup', file()]);
    const key = readFileSync(join(world.folder, 'master.key'), 'utf8').trim();
    world.folder = join(world.base, 'desktop');
    await world.makeDesktop();
    expect(await world.json(['restore', file()], { COUNTERSIGN_MASTER_KEY: key })).toMatchObject({
      code: 1,
      body: { error: { code: 'damaged' } },
    });
    expect(await world.json(['audit', 'verify'])).toMatchObject({ code: 0 });
  });
});
