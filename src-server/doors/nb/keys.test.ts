import { describe, expect, it } from 'vitest';
import { MINUTE } from '../../lib/clock';
import { mailedCode, signIn } from '../../testing/mma-fixture';
import {
  claimLite,
  expectDetail,
  NB_KEY,
  openNbOffice,
  registerNbAgent,
  UNKNOWN_AGENT,
  withKey,
} from '../../testing/nb-fixture';
import { createOwner, createTestServer, type TestServer } from '../../testing/test-server';

const ask = (server: TestServer, id: string, key?: string) =>
  server.call('POST', `/api/protocol/agents/${id}/regenerate-key/request-otp`, key ? { key } : {});
const regenerate = (
  server: TestServer,
  id: string,
  key: string | undefined,
  body: unknown = {},
  headers: Record<string, string> = {},
) =>
  server.call('POST', `/api/protocol/agents/${id}/regenerate-key`, {
    ...(key ? { key } : {}),
    body,
    headers,
  });
const me = async (server: TestServer, key: string): Promise<number> =>
  (await server.call('GET', '/api/protocol/me', withKey(key))).status;

describe('regenerate-key (N031, N032)', () => {
  it('takes the two steps as printed; the old key is dead at once, and the agent is the same', async () => {
    const { server, agent, person } = await openNbOffice();
    const { id, key } = agent;
    const asked = await ask(server, id, person.token);
    expect([asked.status, asked.body]).toEqual([200, { message: expect.any(String), expires_in: 600 }]);
    const otp = mailedCode(server, 'anika@example.com');
    const { status, body } = await regenerate(server, id, person.token, { otp });
    expect([status, body]).toEqual([
      200,
      { api_key: expect.stringMatching(NB_KEY), message: 'API key regenerated. Old key is now invalid.' },
    ]);
    expect([await me(server, key), await me(server, String(body['api_key']))]).toEqual([401, 200]);
    const own = await server.call('GET', '/api/protocol/me', withKey(String(body['api_key'])));
    expect(own.body).toMatchObject({ agent_id: id, name: 'MyBot v1', is_claimed: true });
    const { read } = server.context.database.raw;
    expect(read.prepare("select count(*) from audit where type = 'key.regenerated'").pluck().get()).toBe(1);
    expect(JSON.stringify(read.prepare('select * from agent_keys').all())).not.toContain(
      String(body['api_key']),
    );
  });

  it('ends every key the agent has, those in an overlap too', async () => {
    const { server, agent, person } = await openNbOffice();
    const { id, key } = agent;
    const console = (method: 'POST', path: string, body: unknown) =>
      server.call<{ key: { secret: string } }>(method, `/api/console${path}`, { key: person.token, body });
    const second = await console('POST', `/agents/${id}/keys`, { name: 'Second' });
    await ask(server, id, person.token);
    const otp = mailedCode(server, 'anika@example.com');
    expect((await regenerate(server, id, person.token, { otp })).status).toBe(200);
    expect([await me(server, key), await me(server, second.body.key.secret)]).toEqual([401, 401]);
  });

  it('takes a code once, and none of another purpose, person or agent', async () => {
    const { server, agent, person } = await openNbOffice();
    const { id } = agent;
    const url = `/api/protocol/agents/${id}`;
    expectDetail(await regenerate(server, id, person.token), 400, /otp: is needed/);
    expectDetail(await regenerate(server, id, person.token, { otp: '' }), 400, /otp/);
    expectDetail(await regenerate(server, id, person.token, { otp: '1'.repeat(21) }), 400, /otp/);
    expectDetail(await regenerate(server, id, person.token, { otp: '000000' }), 400, /otp: is wrong/);
    // A sign-in code of the same address.
    await server.call('POST', '/api/auth/otp/request', { body: { email: 'anika@example.com' } });
    const foreign = mailedCode(server, 'anika@example.com');
    expectDetail(await regenerate(server, id, person.token, { otp: foreign }), 400, /otp: is wrong/);
    await ask(server, id, person.token);
    const otp = mailedCode(server, 'anika@example.com');
    expect((await regenerate(server, id, person.token, { otp })).status).toBe(200);
    expectDetail(await regenerate(server, id, person.token, { otp }), 400, /otp: is wrong/);
    expect((await server.call('GET', url)).status).toBe(200);
  });

  it('is refused to nobody, to the agent itself, to a stranger, and for an agent there is not', async () => {
    const { server, agent } = await openNbOffice();
    const { id, key } = agent;
    const other = await signIn(server, 'bob@example.com');
    for (const step of [ask, regenerate]) {
      expect((await step(server, id, undefined)).status).toBe(401);
      expectDetail(await step(server, id, key), 403, /Only a person/);
      expectDetail(await step(server, id, other.token), 403, /Only the owner/);
      expectDetail(await step(server, UNKNOWN_AGENT, other.token), 404, /no such agent/);
    }
    expect(await me(server, key)).toBe(200);
  });

  it('tells a repeat with the same Idempotency-Key that the key was delivered, and makes no second one', async () => {
    const { server, agent, person } = await openNbOffice();
    const { id } = agent;
    await ask(server, id, person.token);
    const otp = mailedCode(server, 'anika@example.com');
    const once = { 'idempotency-key': 'one' };
    const first = await regenerate(server, id, person.token, { otp }, once);
    expect(first.status).toBe(200);
    expectDetail(await regenerate(server, id, person.token, { otp }, once), 409, /already delivered/);
    expect(await me(server, String(first.body['api_key']))).toBe(200);
  });

  it('is left to the window on a desktop, whoever is signed in over TCP', async () => {
    const server = await createTestServer();
    await createOwner(server, 'anika@example.com');
    const agent = await registerNbAgent(server, { owner_email: 'anika@example.com' });
    expect(await claimLite(server, agent.id)).toEqual({ claimed: true, badge: 'email_verified' });
    const person = await signIn(server, 'anika@example.com');
    for (const step of [ask, regenerate]) {
      expectDetail(await step(server, agent.id, person.token), 403, /Decide in the Countersign window/);
    }
    const made = await server.console<{ key: { secret: string }; ended: number }>(
      'POST',
      `/agents/${agent.id}/regenerate-key`,
    );
    expect([made.status, made.body.ended]).toEqual([200, 1]);
    expect([await me(server, agent.key), await me(server, made.body.key.secret)]).toEqual([401, 200]);
  });
});

describe('the session that Lite Claim gives (C-48)', () => {
  it('replaces the key without an account and without another code, once', async () => {
    const { server, agent, rotation } = await openNbOffice();
    const { id, key } = agent;
    const { status, body } = await regenerate(server, id, rotation);
    expect([status, body['api_key']]).toEqual([200, expect.stringMatching(NB_KEY)]);
    expect([await me(server, key), await me(server, String(body['api_key']))]).toEqual([401, 200]);
    expectDetail(await regenerate(server, id, rotation), 401, /used already/);
    const { read } = server.context.database.raw;
    expect(
      read.prepare("select actor_type, owner_id from audit where type = 'key.regenerated'").get(),
    ).toEqual({
      actor_type: 'user',
      owner_id: server.context.identity.users.findUserByEmail(server.context.reader, 'anika@example.com')?.id,
    });
  });

  it('also asks for a code, where its holder wants to do it in two steps', async () => {
    const { server, agent, rotation } = await openNbOffice();
    const { id } = agent;
    expect((await ask(server, id, rotation)).status).toBe(200);
    expectDetail(await regenerate(server, id, rotation, { otp: '000000' }), 400, /otp: is wrong/);
    const otp = mailedCode(server, 'anika@example.com');
    expect((await regenerate(server, id, rotation, { otp })).status).toBe(200);
  });

  it('ends after ten minutes, and is good for no other agent and in no other form', async () => {
    const { server, agent, rotation } = await openNbOffice();
    const { id } = agent;
    const other = await registerNbAgent(server, { owner_email: 'bob@example.com' });
    expectDetail(await regenerate(server, other.id, rotation), 403, /Only the owner/);
    const [body = '', mac = ''] = rotation.split('.');
    for (const forged of [
      `${body}.`,
      `${body}x.${mac}`,
      `rot_.${mac}`,
      'rot_',
      `${rotation}${'x'.repeat(600)}`,
    ]) {
      expectDetail(await regenerate(server, id, forged), 401, /session is over/);
    }
    server.clock.advance(10 * MINUTE);
    expectDetail(await regenerate(server, id, rotation), 401, /session is over/);
  });

  it('opens nothing else', async () => {
    const { server, agent, rotation } = await openNbOffice();
    const { id } = agent;
    for (const [method, path] of [
      ['GET', '/api/protocol/me'],
      ['GET', `/api/protocol/agents/${id}/credits`],
      ['PATCH', '/api/protocol/me'],
      ['GET', '/api/console/agents'],
      ['POST', `/api/console/agents/${id}/regenerate-key`],
      ['POST', `/api/protocol/agents/${id}/claim`],
      ['POST', '/api/mcp'],
    ] as const) {
      const answer = await server.call(method, path, {
        key: rotation,
        ...(method === 'GET' ? {} : { body: { name: 'x', claim_token: 'x', tool: 'drafts.list' } }),
      });
      expect([path, answer.status]).toEqual([path, 401]);
    }
  });

  it('ends where the agent changes hands', async () => {
    const { server, agent, rotation, person } = await openNbOffice();
    const { id } = agent;
    const unbound = await server.call('POST', `/api/console/agents/${id}/unbind`, { key: person.token });
    expect(unbound.status).toBe(200);
    expectDetail(await regenerate(server, id, rotation), 403, /Only the owner/);
  });
});
