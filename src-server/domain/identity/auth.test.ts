import type { LightMyRequestResponse } from 'fastify';
import { afterEach, describe, expect, it } from 'vitest';
import { cookieAnswer, sessionAnswer, tokenAnswer, type TokenAnswer } from '../../contract/auth';
import { authenticateUser } from '../../doors/http/auth.routes';
import { MINUTE } from '../../lib/clock';
import { cliCaller, createIdentityWorld, type IdentityWorld, type WorldOptions } from './identity.fixture';

const worlds: IdentityWorld[] = [];
afterEach(async () => {
  for (const world of worlds.splice(0)) await world[Symbol.asyncDispose]();
});

const ALICE = 'alice@example.com';
const AWAY = '203.0.113.7';

async function makeWorld(options?: WorldOptions) {
  const world = await createIdentityWorld(options);
  worlds.push(world);
  const { app, identity, codeFor } = world;
  const post = (
    path: string,
    payload: object,
    headers: Record<string, string> = {},
    remoteAddress = AWAY,
  ): Promise<LightMyRequestResponse> =>
    app.inject({ method: 'POST', url: `/api/auth/${path}`, payload, headers, remoteAddress });
  const whoAmI = (token: string) =>
    app.inject({ method: 'GET', url: '/api/auth/session', headers: { authorization: `Bearer ${token}` } });
  const addUser = (email: string, displayName = 'Alice') =>
    world.database.writer.transaction((tx) =>
      identity.users.createUser(tx, { email, displayName }, cliCaller),
    );
  const signIn = async (email = ALICE, more: object = {}): Promise<LightMyRequestResponse> => {
    await post('otp/request', { email });
    return post('otp/verify', { email, otp: codeFor(email), ...more });
  };
  const tokens = async (email = ALICE): Promise<TokenAnswer> =>
    tokenAnswer.parse((await signIn(email)).json());
  return { ...world, post, whoAmI, addUser, signIn, tokens };
}

/** `Set-Cookie` lines by name: the value and the attributes, sorted. */
function cookiesOf(
  response: LightMyRequestResponse,
): Record<string, { value: string; attributes: string[] }> {
  const lines = [response.headers['set-cookie'] ?? []].flat();
  return Object.fromEntries(
    lines.map((line) => {
      const [pair = '', ...attributes] = line.split('; ');
      const [name = '', value = ''] = pair.split('=');
      return [name, { value, attributes: attributes.sort() }];
    }),
  );
}

describe('signing in by one-time code', () => {
  it('joins somebody new as an owner and answers in the nb dialect', async () => {
    const { post, codeFor, whoAmI } = await makeWorld();
    const requested = await post('otp/request', { email: ALICE, surplus: true });
    expect([requested.statusCode, requested.json()]).toEqual([200, { sent: true, expires_in: 600 }]);
    const code = codeFor(ALICE);
    const verified = await post('otp/verify', {
      email: ALICE,
      otp: ` ${code.slice(0, 3)} ${code.slice(3)}`,
      display_name: 'Alice A.',
    });
    expect(verified.statusCode).toBe(200);
    const answer = tokenAnswer.parse(verified.json());
    expect(answer).toMatchObject({
      token_type: 'Bearer',
      expires_in: 900,
      user: {
        email: ALICE,
        display_name: 'Alice A.',
        role: 'owner',
        created_at: '2026-11-21T10:00:00.000+00:00',
      },
    });
    expect(verified.headers['set-cookie']).toBeUndefined();
    expect(verified.headers['cache-control']).toBe('no-store');
    const session = await whoAmI(answer.access_token);
    expect(session.statusCode).toBe(200);
    expect(sessionAnswer.parse(session.json())).toMatchObject({ may_decide: true, user: answer.user });
  });

  it('finds somebody who is here again, whatever name comes along', async () => {
    const { addUser, signIn } = await makeWorld();
    const alice = addUser(ALICE);
    const answer = tokenAnswer.parse((await signIn('Alice@Example.com', { display_name: 'Mallory' })).json());
    expect(answer.user).toMatchObject({ id: alice.id, display_name: 'Alice' });
  });

  it('never makes an admin of whoever comes first', async () => {
    const { tokens, identity, database } = await makeWorld();
    expect((await tokens()).user.role).toBe('owner');
    expect(identity.users.hasAdmin(database.reader)).toBe(false);
  });

  it('names nobody by their address', async () => {
    const { tokens } = await makeWorld();
    expect((await tokens()).user.display_name).toBe('New member');
  });

  it('answers 401 with a detail for wrong, used and expired codes', async () => {
    const { post, codeFor, clock } = await makeWorld();
    await post('otp/request', { email: ALICE });
    const otp = codeFor(ALICE);
    const wrong = await post('otp/verify', { email: ALICE, otp: otp === '000000' ? '000001' : '000000' });
    expect([wrong.statusCode, wrong.json()]).toEqual([
      401,
      { detail: 'That code is wrong. 4 tries are left.', attempts_left: 4 },
    ]);
    expect((await post('otp/verify', { email: ALICE, otp })).statusCode).toBe(200);
    const used = await post('otp/verify', { email: ALICE, otp });
    expect([used.statusCode, used.json()]).toEqual([
      401,
      { detail: 'That code is wrong or no longer good. Ask for a new one.' },
    ]);
    await post('otp/request', { email: ALICE });
    const late = codeFor(ALICE);
    clock.advance(10 * MINUTE);
    expect((await post('otp/verify', { email: ALICE, otp: late })).statusCode).toBe(401);
  });

  it('answers 429 with Retry-After when there were too many', async () => {
    const { post } = await makeWorld();
    for (let index = 0; index < 3; index += 1) await post('otp/request', { email: ALICE });
    const limited = await post('otp/request', { email: ALICE });
    expect(limited.statusCode).toBe(429);
    expect(Number(limited.headers['retry-after'])).toBeGreaterThan(800);
    expect(limited.json<{ detail: string }>().detail).toContain('3 per 15 minutes');
  });

  it.each([
    ['otp/request', {}, 'email'],
    ['otp/request', { email: 'not an address' }, 'email'],
    ['otp/request', { email: `${'a'.repeat(250)}@example.com` }, 'email'],
    ['otp/request', { email: ['alice@example.com'] }, 'email'],
    ['otp/verify', { email: ALICE, otp: '12345' }, 'otp'],
    ['otp/verify', { email: ALICE, otp: 123_456 }, 'otp'],
    ['otp/verify', { email: ALICE, otp: '123456', display_name: 'x'.repeat(81) }, 'display_name'],
    ['otp/verify', { email: ALICE, otp: '123456', console: 'yes' }, 'console'],
    ['link/verify', {}, 'token'],
    ['refresh', { refresh_token: 'x'.repeat(301) }, 'refresh_token'],
    ['logout', { refresh_token: 7 }, 'refresh_token'],
  ])('answers 400 naming the field: %s %j', async (path, body, field) => {
    const { post } = await makeWorld();
    const response = await post(path, body);
    expect(response.statusCode).toBe(400);
    expect(response.json<{ detail: string }>().detail).toContain(`${field}: `);
  });
});

describe('closed sign-up', () => {
  it('answers requests and guesses of strangers as it answers people’s, and lets nobody in', async () => {
    const { post, addUser, identity } = await makeWorld({ isSignUpOpen: false });
    addUser(ALICE);
    const story = async (email: string) => {
      const responses = [
        await post('otp/request', { email }),
        await post('otp/verify', { email, otp: '123456' }),
        await post('otp/verify', { email, otp: '654321' }),
        await post('otp/request', { email }),
        await post('otp/request', { email }),
        await post('otp/request', { email }),
      ];
      return responses.map(({ statusCode, body, headers }) => {
        // How much of the window is left says how often this address asked, not who is here.
        const { date: _date, ratelimit: _left, 'x-ratelimit-remaining': _also, ...others } = headers;
        return { statusCode, body, headers: others };
      });
    };
    expect(await story('stranger@example.com')).toEqual(await story(ALICE));
    expect(identity.mail.listMails({ to: 'stranger@example.com' })).toEqual([]);
  });

  it('lets nobody in whose code was on its way when it closed', async () => {
    let isOpen = true;
    const { post, codeFor, identity, database } = await makeWorld({ isSignUpOpen: () => isOpen });
    await post('otp/request', { email: ALICE });
    isOpen = false;
    const response = await post('otp/verify', { email: ALICE, otp: codeFor(ALICE) });
    expect([response.statusCode, response.json()]).toEqual([403, { detail: 'Sign-up is closed here.' }]);
    expect(identity.users.countUsers(database.reader)).toBe(0);
  });

  it('is how a desktop is: only its owner signs in over TCP, and decides nothing there', async () => {
    const { tokens, addUser, post, codeFor, whoAmI, signIn } = await makeWorld({ mode: 'desktop' });
    addUser(ALICE);
    const { access_token: token } = await tokens();
    expect((await whoAmI(token)).json()).toMatchObject({ may_decide: false });
    await post('otp/request', { email: 'stranger@example.com' });
    expect(() => codeFor('stranger@example.com')).toThrow('No code was mailed');
    const cookies = await signIn(ALICE, { console: true });
    expect(cookies.statusCode).toBe(400);
    expect(cookies.json<{ detail: string }>().detail).toContain('the Countersign window');
  });
});

describe('refreshing', () => {
  it('gives a new pair and ends the session when the old token comes back', async () => {
    const { tokens, post, whoAmI, clock } = await makeWorld();
    const first = await tokens();
    const refreshed = await post('refresh', { refresh_token: first.refresh_token });
    expect(refreshed.statusCode).toBe(200);
    const second = tokenAnswer.parse(refreshed.json());
    expect(second.refresh_token).not.toBe(first.refresh_token);
    clock.advance(MINUTE);
    const replay = await post('refresh', { refresh_token: first.refresh_token });
    expect([replay.statusCode, replay.json()]).toEqual([
      401,
      { detail: 'The session is over. Sign in again.' },
    ]);
    expect((await whoAmI(second.access_token)).statusCode).toBe(401);
    expect((await post('refresh', { refresh_token: second.refresh_token })).statusCode).toBe(401);
  });

  it('answers 401 without a token, and 429 to an address that guesses on', async () => {
    const { post, tokens } = await makeWorld();
    const good = await tokens();
    expect((await post('refresh', {})).statusCode).toBe(401);
    for (let guess = 0; guess < 29; guess += 1) {
      expect((await post('refresh', { refresh_token: `guess ${guess}` })).statusCode).toBe(401);
    }
    const limited = await post('refresh', { refresh_token: 'one more' });
    expect(limited.statusCode).toBe(429);
    expect(limited.headers['retry-after']).toBeDefined();
    expect((await post('refresh', { refresh_token: good.refresh_token })).statusCode).toBe(200);
  });

  it('is counted with all unauthenticated calls of an address (RATE-1)', async () => {
    const { app } = await makeWorld();
    const call = () => app.inject({ method: 'GET', url: '/api/auth/session', remoteAddress: AWAY });
    for (let index = 0; index < 100; index += 1) expect((await call()).statusCode).toBe(401);
    expect((await call()).statusCode).toBe(429);
  });
});

describe('a browser’s console', () => {
  it('gets its tokens as cookies that scripts and other sites can’t use, and none in the body', async () => {
    const { signIn } = await makeWorld({ publicUrl: 'https://countersign.example.org' });
    const response = await signIn(ALICE, { console: true });
    expect(response.statusCode).toBe(200);
    cookieAnswer.strict().parse(response.json());
    const { cs_access: access, cs_refresh: refresh } = cookiesOf(response);
    const guarded = ['HttpOnly', 'SameSite=Strict', 'Secure'];
    expect(access?.attributes).toEqual([...guarded, 'Path=/api/console', 'Max-Age=900'].sort());
    expect(refresh?.attributes).toEqual([...guarded, 'Path=/api/auth', `Max-Age=${30 * 86_400}`].sort());
    expect(response.body).not.toContain(access?.value);
    expect(response.body).not.toContain(refresh?.value);
  });

  it('gets cookies without Secure only where the public address is plain HTTP', async () => {
    const { signIn } = await makeWorld();
    const { cs_access: access } = cookiesOf(await signIn(ALICE, { console: true }));
    expect(access?.attributes).not.toContain('Secure');
    expect(access?.attributes).toContain('HttpOnly');
  });

  it('refreshes and signs out by cookie, from its own pages alone', async () => {
    const { signIn, post, identity } = await makeWorld();
    const { cs_refresh: first } = cookiesOf(await signIn(ALICE, { console: true }));
    const cookie = (value = '') => `theme=dark; cs_refresh=${value}`;
    for (const site of ['cross-site', 'same-site', 'none']) {
      const foreign = await post('refresh', {}, { cookie: cookie(first?.value), 'sec-fetch-site': site });
      expect(foreign.statusCode).toBe(401);
    }
    const own = { 'sec-fetch-site': 'same-origin' };
    const refreshed = await post('refresh', {}, { cookie: cookie(first?.value), ...own });
    expect(refreshed.statusCode).toBe(200);
    cookieAnswer.strict().parse(refreshed.json());
    const { cs_access: access, cs_refresh: second } = cookiesOf(refreshed);
    const actor = await identity.sessions.authenticate(access?.value ?? '');
    expect(actor?.mayDecide).toBe(true);

    const out = await post('logout', {}, { cookie: cookie(second?.value), ...own });
    expect([out.statusCode, out.json()]).toEqual([200, { signed_out: true }]);
    const cleared = cookiesOf(out);
    expect(cleared.cs_access).toMatchObject({ value: '' });
    expect(cleared.cs_refresh?.attributes).toContain('Max-Age=0');
    expect(await identity.sessions.authenticate(access?.value ?? '')).toBeUndefined();
  });
});

describe('authenticateUser', () => {
  async function withProbes(options?: WorldOptions) {
    const world = await makeWorld(options);
    const { app, identity, keyring } = world;
    for (const url of ['/api/console/me', '/api/consoles', '/api/agent/me']) {
      app.route({
        method: 'GET',
        url,
        handler: async (request) => ({
          actor: await authenticateUser(request, { sessions: identity.sessions, mode: keyring.mode }),
        }),
      });
    }
    const actorAt = async (url: string, headers: Record<string, string>): Promise<unknown> =>
      (await app.inject({ method: 'GET', url, headers })).json<{ actor: unknown }>().actor;
    return { ...world, actorAt };
  }

  it('takes the bearer token everywhere and the cookie on console routes alone', async () => {
    const { tokens, actorAt, addUser } = await withProbes();
    const alice = addUser(ALICE);
    const { access_token: token } = await tokens();
    const actor = { type: 'user', userId: alice.id, role: 'owner', mayDecide: true };
    const bearer = { authorization: `Bearer ${token}` };
    const cookie = { cookie: `cs_access=${token}` };
    expect(await actorAt('/api/agent/me', bearer)).toMatchObject(actor);
    expect(await actorAt('/api/console/me', bearer)).toMatchObject(actor);
    expect(await actorAt('/api/console/me', cookie)).toMatchObject(actor);
    expect(await actorAt('/api/agent/me', cookie)).toBeNull();
    expect(await actorAt('/api/consoles', cookie)).toBeNull();
    // A credential that was shown and is no good is not helped by a cookie.
    expect(await actorAt('/api/console/me', { ...cookie, authorization: 'Bearer mma_key' })).toBeNull();
  });

  it('takes no cookie on a desktop', async () => {
    const { tokens, actorAt, addUser } = await withProbes({ mode: 'desktop' });
    addUser(ALICE);
    const { access_token: token } = await tokens();
    expect(await actorAt('/api/console/me', { cookie: `cs_access=${token}` })).toBeNull();
    expect(await actorAt('/api/agent/me', { authorization: `Bearer ${token}` })).toMatchObject({
      mayDecide: false,
    });
  });

  it.each([
    [{}],
    [{ authorization: 'Bearer nb_0123456789' }],
    [{ authorization: 'Bearer mma_tok_0123456789' }],
    [{ authorization: 'Basic YTpi' }],
    [{ authorization: 'Bearer eyJhbGciOiJub25lIn0.e30.' }],
    [{ cookie: 'cs_access=' }],
    [{ cookie: `cs_access=${'x'.repeat(9_000)}` }],
  ])('knows nobody by %j', async (headers: Record<string, string>) => {
    const { actorAt } = await withProbes();
    expect(await actorAt('/api/console/me', headers)).toBeNull();
  });
});

describe('signing out', () => {
  it('ends the session of a bearer or a refresh token, and is calm about a second time', async () => {
    const { tokens, post, whoAmI } = await makeWorld();
    const first = await tokens();
    const authorization = `Bearer ${first.access_token}`;
    expect((await post('logout', {}, { authorization })).statusCode).toBe(200);
    expect((await whoAmI(first.access_token)).statusCode).toBe(401);
    expect((await post('logout', {}, { authorization })).statusCode).toBe(200);
    const second = await tokens();
    await post('logout', { refresh_token: second.refresh_token });
    expect((await whoAmI(second.access_token)).statusCode).toBe(401);
  });
});

describe('sign-in links', () => {
  it('sign in once, within 15 minutes', async () => {
    const { identity, addUser, post, clock } = await makeWorld();
    const alice = addUser(ALICE);
    const link = () => identity.links.createLink({ userId: alice.id }, cliCaller).token;
    const token = link();
    const response = await post('link/verify', { token });
    expect(tokenAnswer.parse(response.json()).user.id).toBe(alice.id);
    expect((await post('link/verify', { token })).statusCode).toBe(401);
    const late = link();
    clock.advance(15 * MINUTE);
    expect((await post('link/verify', { token: late })).statusCode).toBe(401);
    const older = link();
    const newer = link();
    expect((await post('link/verify', { token: older })).statusCode).toBe(401);
    expect((await post('link/verify', { token: newer, console: true })).headers['set-cookie']).toHaveLength(
      2,
    );
  });

  it('make the first admin, and only while there is none', async () => {
    const { identity, post, tokens } = await makeWorld();
    const racer = await tokens('racer@example.com');
    const { token } = identity.links.createLink('first-admin', cliCaller);
    const bare = await post('link/verify', { token });
    expect([bare.statusCode, bare.json()]).toEqual([
      400,
      { detail: 'email, display_name: needed to make the first admin' },
    ]);
    const admin = { email: 'admin@example.com', display_name: 'Ada' };
    const made = tokenAnswer.parse((await post('link/verify', { token, ...admin })).json());
    expect(made.user).toMatchObject({ ...admin, role: 'admin' });
    expect(racer.user.role).toBe('owner');
    expect((await post('link/verify', { token, ...admin })).statusCode).toBe(401);
    expect(() => identity.links.createLink('first-admin', cliCaller)).toThrow('has an admin already');
  });

  it('make an admin of a person who is here already', async () => {
    const { identity, post, addUser } = await makeWorld();
    const alice = addUser(ALICE);
    const { token } = identity.links.createLink('first-admin', cliCaller);
    const response = await post('link/verify', { token, email: ALICE, display_name: 'Other' });
    expect(tokenAnswer.parse(response.json()).user).toMatchObject({
      id: alice.id,
      role: 'admin',
      display_name: 'Alice',
    });
  });

  it('are for nobody on a desktop', async () => {
    const { identity, addUser } = await makeWorld({ mode: 'desktop' });
    const alice = addUser(ALICE);
    expect(() => identity.links.createLink({ userId: alice.id }, cliCaller)).toThrow(
      'Decide in the Countersign window.',
    );
  });

  it('can’t be guessed, made by writing the database, or read from it', async () => {
    const { identity, addUser, post, database, bytesOnDisk } = await makeWorld();
    const alice = addUser(ALICE);
    const { token } = identity.links.createLink({ userId: alice.id }, cliCaller);
    expect(bytesOnDisk().includes(token.split('.')[1] ?? '')).toBe(false);
    const forged = `${token.slice(0, -4)}AAAA`;
    expect((await post('link/verify', { token: forged })).statusCode).toBe(401);
    expect((await post('link/verify', { token: 'csl_' })).statusCode).toBe(401);
    const bob = addUser('bob@example.com');
    const other = identity.links.createLink({ userId: bob.id }, cliCaller).token;
    // Alice's proof under Bob's row is no proof for Bob.
    const [aliceId, bobId] = [token, other].map((text) => text.slice(4, text.indexOf('.')));
    database.raw.write
      .prepare(
        'UPDATE one_time_codes SET code_mac = (SELECT code_mac FROM one_time_codes WHERE id = ?) WHERE id = ?',
      )
      .run(aliceId, bobId);
    expect(
      (await post('link/verify', { token: token.replace(String(aliceId), String(bobId)) })).statusCode,
    ).toBe(401);
    const code = await post('otp/request', { email: ALICE });
    expect(code.statusCode).toBe(200);
    for (let guess = 0; guess < 30; guess += 1) await post('link/verify', { token: `csl_${guess}` });
    expect((await post('link/verify', { token: 'csl_' })).statusCode).toBe(429);
  });
});
