import { createHmac } from 'node:crypto';
import { SignJWT, UnsecuredJWT } from 'jose';
import { afterEach, describe, expect, it } from 'vitest';
import type { Caller } from '../../gate/caller';
import { DAY, MINUTE, SECOND } from '../../lib/clock';
import { createAccessTokens } from './access-tokens';
import { hashRefreshToken, mintRefreshToken } from './refresh-tokens';
import { cliCaller, createIdentityWorld, type IdentityWorld, type WorldOptions } from './identity.fixture';
import type { TokenPair } from './sessions.service';
import type { UserRow } from './users.service';

const worlds: IdentityWorld[] = [];
async function makeWorld(options?: WorldOptions): Promise<IdentityWorld & { readonly alice: UserRow }> {
  const world = await createIdentityWorld(options);
  worlds.push(world);
  const { identity, database } = world;
  const alice = database.writer.transaction((tx) =>
    identity.users.createUser(tx, { email: 'alice@example.com', displayName: 'Alice' }, cliCaller),
  );
  return { ...world, alice };
}
afterEach(async () => {
  for (const world of worlds.splice(0)) await world[Symbol.asyncDispose]();
});

const browser: Caller = {
  actor: { type: 'anonymous' },
  face: 'nb',
  transport: 'rest',
  traceId: 'tr_browser',
  ip: '203.0.113.7',
  userAgent: 'Browser/1',
  client: null,
};
const thief: Caller = { ...browser, userAgent: 'curl/8', ip: '198.51.100.4' };
const OVER = 'The session is over. Sign in again.';

describe('an access token', () => {
  it('stands for its person for 15 minutes', async () => {
    const { identity, alice, clock } = await makeWorld();
    const { accessToken, sessionId } = await identity.sessions.start(alice, {
      caller: browser,
      mayDecide: true,
    });
    expect(await identity.sessions.authenticate(accessToken)).toEqual({
      type: 'user',
      userId: alice.id,
      role: 'owner',
      mayDecide: true,
      sessionId,
    });
    clock.advance(15 * MINUTE - SECOND);
    expect(await identity.sessions.authenticate(accessToken)).toBeDefined();
    clock.advance(SECOND);
    expect(await identity.sessions.authenticate(accessToken)).toBeUndefined();
  });

  it('carries what decisions §2 names and nothing else', async () => {
    const { identity, alice, keyring, clock } = await makeWorld();
    const { accessToken, sessionId } = await identity.sessions.start(alice, {
      caller: browser,
      mayDecide: true,
    });
    const [head = '', body = ''] = accessToken.split('.');
    const iat = clock.now() / SECOND;
    expect(JSON.parse(Buffer.from(head, 'base64url').toString())).toEqual({ alg: 'HS256', typ: 'JWT' });
    expect(JSON.parse(Buffer.from(body, 'base64url').toString())).toEqual({
      sub: alice.id,
      sid: sessionId,
      role: 'owner',
      mayDecide: true,
      aud: 'countersign',
      iss: keyring.instanceId,
      iat,
      exp: iat + 900,
    });
  });

  it('ends with its session and with its person, and follows the role of now', async () => {
    const { identity, alice, database } = await makeWorld();
    const first = await identity.sessions.start(alice, { caller: browser, mayDecide: true });
    const second = await identity.sessions.start(alice, { caller: browser, mayDecide: true });
    expect(identity.sessions.revoke(first.sessionId, browser)).toBe(true);
    expect(await identity.sessions.authenticate(first.accessToken)).toBeUndefined();
    database.writer.transaction((tx) => identity.users.setRole(tx, alice.id, 'admin', cliCaller));
    expect(await identity.sessions.authenticate(second.accessToken)).toMatchObject({ role: 'admin' });
    database.raw.write.prepare('DELETE FROM users WHERE id = ?').run(alice.id);
    expect(await identity.sessions.authenticate(second.accessToken)).toBeUndefined();
  });

  it('is refused when anything about it was forged', async () => {
    const { identity, alice, keyring, clock } = await makeWorld();
    const { accessToken, sessionId } = await identity.sessions.start(alice, {
      caller: browser,
      mayDecide: false,
    });
    const key = keyring.vault.key('tokens');
    const iat = clock.now() / SECOND;
    const claims = { sid: sessionId, role: 'owner', mayDecide: true };
    const forge = (
      change: Partial<Record<'alg' | 'aud' | 'iss' | 'sub' | 'typ', string>> & {
        readonly exp?: number;
        readonly iat?: number;
        readonly key?: Uint8Array;
        readonly claims?: Record<string, unknown>;
      } = {},
    ) =>
      new SignJWT(change.claims ?? claims)
        .setProtectedHeader({ alg: change.alg ?? 'HS256', typ: change.typ ?? 'JWT' })
        .setSubject(change.sub ?? alice.id)
        .setAudience(change.aud ?? 'countersign')
        .setIssuer(change.iss ?? keyring.instanceId)
        .setIssuedAt(change.iat ?? iat)
        .setExpirationTime(change.exp ?? iat + 900)
        .sign(change.key ?? key);
    // The forger's tools work: with the right key and claims the token is good.
    expect(await identity.sessions.authenticate(await forge())).toBeDefined();

    const [head = '', body = '', signature = ''] = accessToken.split('.');
    const richer = Buffer.from(
      Buffer.from(body, 'base64url').toString().replace('"mayDecide":false', '"mayDecide":true'),
    ).toString('base64url');
    expect(richer).not.toBe(body);
    const noneHead = Buffer.from('{"alg":"none","typ":"JWT"}').toString('base64url');
    const forged: Record<string, string> = {
      'a changed claim': `${head}.${richer}.${signature}`,
      'alg none, unsigned': `${noneHead}.${richer}.`,
      'alg none, by a library': new UnsecuredJWT(claims)
        .setSubject(alice.id)
        .setAudience('countersign')
        .encode(),
      'alg none with our signature': `${noneHead}.${body}.${signature}`,
      'another key': await forge({ key: new Uint8Array(32).fill(1) }),
      'another algorithm': await forge({ alg: 'HS512', key: Buffer.concat([key, key]) }),
      'another audience': await forge({ aud: 'elsewhere' }),
      'another installation': await forge({ iss: 'other' }),
      'another type': await forge({ typ: 'at+jwt' }),
      'another person with this session': await forge({ sub: '00000000-0000-7000-8000-000000000000' }),
      'another session': await forge({ claims: { ...claims, sid: 'ses_0000000000000000000000' } }),
      'a long life': await forge({ iat: iat - 3_600, exp: iat + 3_600 }),
      'an expired one': await forge({ exp: iat - 1 }),
      'claims of another shape': await forge({ claims: { ...claims, role: 'root' } }),
      'no signature': `${head}.${body}.`,
      'no token': 'eyJ',
      'a very long one': `eyJ${'a'.repeat(100_000)}`,
      'a signed refresh token': signedLike(key, 'refresh'),
    };
    const accepted: string[] = [];
    for (const [name, token] of Object.entries(forged)) {
      if (await identity.sessions.authenticate(token)) accepted.push(name);
    }
    expect(accepted).toEqual([]);
  });
});

/** A JWT signed with the key under another use's prefix. */
function signedLike(key: Buffer, use: string): string {
  const input = 'eyJhbGciOiJIUzI1NiJ9.e30';
  const mac = createHmac('sha256', key).update(`${use}/v1\n${input}`).digest('base64url');
  return `${input}.${mac}`;
}

describe('mayDecide', () => {
  it('is never granted on a desktop, whatever is asked, signed or presented', async () => {
    const { identity, alice, keyring, database, clock } = await makeWorld({ mode: 'desktop' });
    const asked = await identity.sessions.start(alice, { caller: browser, mayDecide: true });
    expect(asked.mayDecide).toBe(false);
    expect(await identity.sessions.authenticate(asked.accessToken)).toMatchObject({ mayDecide: false });
    const { sessionId } = asked;
    // Even a token that says so, signed with the very key.
    const signed = await createAccessTokens({
      vault: keyring.vault,
      clock,
      instanceId: keyring.instanceId,
    }).sign({
      userId: alice.id,
      sessionId,
      role: 'admin',
      mayDecide: true,
    });
    expect(await identity.sessions.authenticate(signed)).toMatchObject({ mayDecide: false });
    const token = mintRefreshToken(keyring.vault, { sessionId, rotation: 0, mayDecide: true });
    database.raw.write.prepare('UPDATE sessions SET refresh_hash = ?').run(hashRefreshToken(token));
    const refreshed = await identity.sessions.refresh(token, browser);
    expect(refreshed.mayDecide).toBe(false);
    expect(await identity.sessions.authenticate(refreshed.accessToken)).toMatchObject({ mayDecide: false });
  });

  it('is not gained by refreshing, nor lost', async () => {
    const { identity, alice } = await makeWorld();
    for (const mayDecide of [true, false]) {
      const first = await identity.sessions.start(alice, { caller: browser, mayDecide });
      const second = await identity.sessions.refresh(first.refreshToken, browser);
      expect(await identity.sessions.authenticate(second.accessToken)).toMatchObject({ mayDecide });
      const tampered = first.refreshToken.replace(/\.[do]\./, mayDecide ? '.o.' : '.d.');
      await expect(identity.sessions.refresh(tampered, browser)).rejects.toThrow(OVER);
    }
  });
});

describe('a refresh token', () => {
  it('is replaced on every use', async () => {
    const { identity, alice, clock } = await makeWorld();
    let pair = await identity.sessions.start(alice, { caller: browser, mayDecide: true });
    const seen = new Set([pair.refreshToken]);
    for (let use = 0; use < 30; use += 1) {
      clock.advance(15 * MINUTE);
      const next: TokenPair = await identity.sessions.refresh(pair.refreshToken, browser);
      expect(next.sessionId).toBe(pair.sessionId);
      expect(seen.has(next.refreshToken)).toBe(false);
      seen.add(next.refreshToken);
      pair = next;
    }
    expect(await identity.sessions.authenticate(pair.accessToken)).toBeDefined();
  });

  it('ends the session for everybody when it comes back, and says so in the audit', async () => {
    const { identity, alice, clock, auditTypes, audit, database } = await makeWorld();
    const first = await identity.sessions.start(alice, { caller: browser, mayDecide: true });
    const second = await identity.sessions.refresh(first.refreshToken, thief);
    clock.advance(MINUTE);
    await expect(identity.sessions.refresh(first.refreshToken, browser)).rejects.toThrow(OVER);
    await expect(identity.sessions.refresh(second.refreshToken, thief)).rejects.toThrow(OVER);
    expect(await identity.sessions.authenticate(second.accessToken)).toBeUndefined();
    expect(auditTypes()).toEqual(['user.created', 'session.started', 'session.revoked']);
    const last = database.raw.read.prepare('SELECT data FROM audit WHERE seq = 3').pluck().get();
    expect(JSON.parse(String(last))).toMatchObject({ reason: 'reuse' });
    expect(database.writer.transaction((tx) => audit.openPrivate(tx, 3))).toMatchObject({
      ip: '203.0.113.7',
    });
  });

  it('is found to be an old one however many came after it', async () => {
    const { identity, alice, clock } = await makeWorld();
    const first = await identity.sessions.start(alice, { caller: browser, mayDecide: true });
    let pair = first;
    for (let use = 0; use < 60; use += 1) pair = await identity.sessions.refresh(pair.refreshToken, browser);
    clock.advance(MINUTE);
    await expect(identity.sessions.refresh(first.refreshToken, browser)).rejects.toThrow(OVER);
    await expect(identity.sessions.refresh(pair.refreshToken, browser)).rejects.toThrow(OVER);
  });

  it('may be used twice at once by the same client, and both get the same answer', async () => {
    const { identity, alice, clock } = await makeWorld();
    const first = await identity.sessions.start(alice, { caller: browser, mayDecide: true });
    const [left, right] = await Promise.all([
      identity.sessions.refresh(first.refreshToken, browser),
      identity.sessions.refresh(first.refreshToken, browser),
    ]);
    expect(left.refreshToken).toBe(right.refreshToken);
    clock.advance(10 * SECOND);
    const late = await identity.sessions.refresh(first.refreshToken, browser);
    expect(late.refreshToken).toBe(left.refreshToken);
    const next = await identity.sessions.refresh(left.refreshToken, browser);
    expect(await identity.sessions.authenticate(next.accessToken)).toBeDefined();
  });

  it('is reuse within the same seconds once the newer one was used', async () => {
    const { identity, alice } = await makeWorld();
    const first = await identity.sessions.start(alice, { caller: browser, mayDecide: true });
    const second = await identity.sessions.refresh(first.refreshToken, browser);
    const third = await identity.sessions.refresh(second.refreshToken, browser);
    await expect(identity.sessions.refresh(first.refreshToken, browser)).rejects.toThrow(OVER);
    expect(await identity.sessions.authenticate(third.accessToken)).toBeUndefined();
  });

  it.each([
    ['by another program', { ...browser, userAgent: 'curl/8' }, 0],
    ['from another address', { ...browser, ip: '198.51.100.4' }, 0],
    ['after ten seconds', browser, 10 * SECOND + 1],
  ])('is reuse when it comes a second time %s', async (_how, caller, waitMs) => {
    const { identity, alice, clock } = await makeWorld();
    const first = await identity.sessions.start(alice, { caller: browser, mayDecide: true });
    const second = await identity.sessions.refresh(first.refreshToken, browser);
    clock.advance(waitMs);
    await expect(identity.sessions.refresh(first.refreshToken, caller)).rejects.toThrow(OVER);
    await expect(identity.sessions.refresh(second.refreshToken, browser)).rejects.toThrow(OVER);
  });

  it('lives 30 days from its last use and 90 from sign-in', async () => {
    const { identity, alice, clock } = await makeWorld();
    const unused = await identity.sessions.start(alice, { caller: browser, mayDecide: true });
    let used = await identity.sessions.start(alice, { caller: browser, mayDecide: true });
    expect(used.refreshExpiresInSeconds).toBe(30 * 86_400);
    for (const days of [29, 29, 29]) {
      clock.advance(days * DAY);
      used = await identity.sessions.refresh(used.refreshToken, browser);
    }
    expect(used.refreshExpiresInSeconds).toBe(3 * 86_400);
    await expect(identity.sessions.refresh(unused.refreshToken, browser)).rejects.toThrow(OVER);
    clock.advance(3 * DAY);
    await expect(identity.sessions.refresh(used.refreshToken, browser)).rejects.toThrow(OVER);
  });

  it('can’t be made by somebody who writes the database and has no key', async () => {
    const { identity, alice, database } = await makeWorld();
    const { sessionId } = await identity.sessions.start(alice, { caller: browser, mayDecide: true });
    const forged = `csr_${sessionId}.0.d.${'A'.repeat(43)}`;
    database.raw.write.prepare('UPDATE sessions SET refresh_hash = ?').run(hashRefreshToken(forged));
    await expect(identity.sessions.refresh(forged, browser)).rejects.toThrow(OVER);
  });

  it('is refused without ending anything when it is from after a restored backup', async () => {
    const { identity, alice, keyring } = await makeWorld();
    const pair = await identity.sessions.start(alice, { caller: browser, mayDecide: true });
    const { sessionId } = pair;
    const later = mintRefreshToken(keyring.vault, { sessionId, rotation: 5, mayDecide: true });
    await expect(identity.sessions.refresh(later, browser)).rejects.toThrow(OVER);
    await identity.sessions.refresh(pair.refreshToken, browser);
  });

  it('is on disk as a hash alone, and the access token not at all', async () => {
    const { identity, alice, bytesOnDisk } = await makeWorld();
    const first = await identity.sessions.start(alice, { caller: browser, mayDecide: true });
    const second = await identity.sessions.refresh(first.refreshToken, browser);
    const bytes = bytesOnDisk();
    expect(bytes.includes(hashRefreshToken(second.refreshToken))).toBe(true);
    for (const { accessToken, refreshToken } of [first, second]) {
      expect(bytes.includes(refreshToken.slice(-43))).toBe(false);
      expect(bytes.includes(accessToken.split('.')[2] ?? '')).toBe(false);
      expect(bytes.includes(accessToken.split('.')[1] ?? '')).toBe(false);
    }
  });
});

describe('sessions', () => {
  it('are listed while they hold, each person’s own', async () => {
    const { identity, alice, database, clock } = await makeWorld();
    const bob = database.writer.transaction((tx) =>
      identity.users.createUser(tx, { email: 'bob@example.com', displayName: 'Bob' }, cliCaller),
    );
    const one = await identity.sessions.start(alice, { caller: browser, mayDecide: true });
    clock.advance(SECOND);
    const two = await identity.sessions.start(alice, { caller: thief, mayDecide: true });
    await identity.sessions.start(bob, { caller: browser, mayDecide: true });
    expect(identity.sessions.listSessions(alice.id)).toMatchObject([
      { id: two.sessionId, userAgent: 'curl/8', address: '198.51.100.4' },
      { id: one.sessionId, userAgent: 'Browser/1', address: '203.0.113.7' },
    ]);
    expect(identity.sessions.revoke(one.sessionId, browser, bob.id)).toBe(false);
    expect(identity.sessions.revoke(one.sessionId, browser, alice.id)).toBe(true);
    expect(identity.sessions.revoke(one.sessionId, browser, alice.id)).toBe(false);
    expect(identity.sessions.listSessions(alice.id)).toHaveLength(1);
    database.writer.transaction((tx) => identity.sessions.revokeAll(tx, alice.id, cliCaller));
    expect(identity.sessions.listSessions(alice.id)).toHaveLength(0);
    expect(identity.sessions.listSessions(bob.id)).toHaveLength(1);
  });

  it('are at most fifty to a person; the one unused longest makes room', async () => {
    const { identity, alice, clock } = await makeWorld();
    const first = await identity.sessions.start(alice, { caller: browser, mayDecide: true });
    for (let index = 0; index < 50; index += 1) {
      clock.advance(SECOND);
      await identity.sessions.start(alice, { caller: browser, mayDecide: true });
    }
    expect(identity.sessions.listSessions(alice.id)).toHaveLength(50);
    expect(await identity.sessions.authenticate(first.accessToken)).toBeUndefined();
  });

  it('are forgotten by the nightly job when their time is over, with codes and mails', async () => {
    const { identity, alice, clock, database, jobs } = await makeWorld();
    const pair = await identity.sessions.start(alice, { caller: browser, mayDecide: true });
    await identity.sessions.refresh(pair.refreshToken, browser);
    await identity.codes.request({ purpose: 'sign-in', address: 'alice@example.com', ip: null });
    jobs.start();
    const count = (table: string) => database.raw.read.prepare(`SELECT count(*) FROM ${table}`).pluck().get();
    const rows = () => ['sessions', 'used_refresh_tokens', 'one_time_codes', 'mails'].map(count);
    clock.advance(DAY);
    await jobs.processAll();
    expect(rows()).toEqual([1, 1, 1, 1]);
    clock.advance(31 * DAY);
    await jobs.processAll();
    expect(rows()).toEqual([0, 0, 0, 0]);
  });
});
