import { DEFAULT_PREFERENCES } from '../../contract/console/session';
import { z } from 'zod';
import { afterEach, describe, expect, it } from 'vitest';
import { cliCaller, createIdentityWorld, type IdentityWorld, type WorldOptions } from './identity.fixture';
import { getSetting, setSetting } from './settings.repo';
import type { NewUser, UserRow } from './users.service';

const worlds: IdentityWorld[] = [];
async function makeWorld(options?: WorldOptions) {
  const world = await createIdentityWorld(options);
  worlds.push(world);
  const { writer, reader } = world.database;
  const { users } = world.identity;
  const create = (user: NewUser): UserRow =>
    writer.transaction((tx) => users.createUser(tx, user, cliCaller));
  return { ...world, writer, reader, users, create };
}
afterEach(async () => {
  for (const world of worlds.splice(0)) await world[Symbol.asyncDispose]();
});

describe('people', () => {
  it('are found by id and by any spelling of their address', async () => {
    const { users, create, reader } = await makeWorld();
    const zoe = create({ email: 'Zoe\u0301@Example.com', displayName: 'Zoé' });
    expect(zoe).toMatchObject({ email: 'zo\u00e9@example.com', role: 'owner', plan: 'free' });
    expect(users.findUserById(reader, zoe.id)).toEqual(zoe);
    expect(users.findUserByEmail(reader, 'ZO\u00c9@example.com')).toEqual(zoe);
    expect(users.findUserByEmail(reader, 'nobody@example.com')).toBeUndefined();
  });

  it('have one address each', async () => {
    const { create, users, reader } = await makeWorld();
    create({ email: 'a@example.com', displayName: 'A' });
    expect(() => create({ email: 'A@example.com', displayName: 'B' })).toThrow('is here already');
    expect(users.countUsers(reader)).toBe(1);
  });

  it('are one on a desktop, its admin without limits; the sample world’s don’t count', async () => {
    const { create, users, reader } = await makeWorld({ mode: 'desktop' });
    create({ email: 'sample@example.com', displayName: 'Sample', isSample: true });
    expect(users.hasAdmin(reader)).toBe(false);
    expect(create({ email: 'a@example.com', displayName: 'A' })).toMatchObject({
      role: 'admin',
      plan: 'enterprise',
    });
    expect(() => create({ email: 'b@example.com', displayName: 'B' })).toThrow('has its person already');
    expect(users.countUsers(reader)).toBe(1);
    expect(users.canSignIn(reader, 'sample@example.com')).toBe(false);
    expect(users.canSignIn(reader, 'a@example.com')).toBe(true);
  });

  it('are listed page by page in order of joining', async () => {
    const { create, users, reader } = await makeWorld();
    for (const name of ['a', 'b', 'c']) create({ email: `${name}@example.com`, displayName: name });
    const first = users.listUsers(reader, { limit: 2 });
    const second = users.listUsers(reader, { after: first.at(-1)?.seq, limit: 2 });
    expect([...first, ...second].map(({ displayName }) => displayName)).toEqual(['a', 'b', 'c']);
  });

  it('change their profile field by field, and the audit keeps names beside the chain', async () => {
    const { create, users, writer, database, audit } = await makeWorld();
    const { id } = create({ email: 'a@example.com', displayName: 'Old' });
    const patch = { displayName: 'Brand New', city: undefined };
    const row = writer.transaction((tx) => users.updateProfile(tx, id, patch, cliCaller));
    expect(row).toMatchObject({ displayName: 'Brand New', city: '' });
    expect(() =>
      writer.transaction((tx) => users.updateProfile(tx, 'unknown', { city: 'X' }, cliCaller)),
    ).toThrow('There is no such person.');
    const chained = database.raw.read.prepare('SELECT group_concat(data) FROM audit').pluck().get();
    expect(String(chained)).not.toMatch(/Brand New|a@example/);
    expect(writer.transaction((tx) => audit.openPrivate(tx, 2))).toMatchObject({ displayName: 'Brand New' });
  });

  it('have preferences with defaults, changed one by one', async () => {
    const { create, users, reader, writer } = await makeWorld();
    const { id } = create({ email: 'a@example.com', displayName: 'A' });
    const { id: german } = create({ email: 'g@example.com', displayName: 'G', locale: 'de' });
    expect(users.preferencesOf(reader, id)).toEqual(DEFAULT_PREFERENCES);
    writer.transaction((tx) => users.updatePreferences(tx, id, { colorScheme: 'dark' }));
    writer.transaction((tx) => users.updatePreferences(tx, id, { expiryDays: 3, locale: undefined }));
    expect(users.preferencesOf(reader, id)).toEqual({
      ...DEFAULT_PREFERENCES,
      colorScheme: 'dark',
      expiryDays: 3,
    });
    expect(() => writer.transaction((tx) => users.updatePreferences(tx, id, { expiryDays: 31 }))).toThrow(
      'expiryDays',
    );
    expect(users.preferencesOf(reader, german).locale).toBe('de');
    expect(users.localeOf(reader, 'G@example.com')).toBe('de');
    expect(users.localeOf(reader, 'stranger@example.com')).toBe('en');
  });
});

describe('settings', () => {
  it('fall back where they are unset, broken or of another shape', async () => {
    const { reader, writer, database } = await makeWorld();
    const schema = z.object({ port: z.number() });
    const fallback = { port: 1 };
    expect(getSetting(reader, 'x', schema, fallback)).toBe(fallback);
    writer.transaction((tx) => setSetting(tx, 'x', schema, { port: 2 }));
    writer.transaction((tx) => setSetting(tx, 'x', schema, { port: 3 }));
    expect(getSetting(reader, 'x', schema, fallback)).toEqual({ port: 3 });
    for (const broken of ['{', '{"port":"3"}', 'null']) {
      database.raw.write.prepare('UPDATE settings SET value = ?').run(broken);
      expect(getSetting(reader, 'x', schema, fallback)).toBe(fallback);
    }
  });
});
