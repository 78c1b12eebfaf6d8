import { describe, expect, it } from 'vitest';
import type { AgentDetail, JoiningAgent } from '../../contract/console/agents';
import type { Problem } from '../../contract/console/problem';
import { DAY, MINUTE } from '../../lib/clock';
import {
  BAD_KEY,
  expectChallenge,
  expectMmaError,
  mailedCode,
  MMA_KEY,
  openDesk,
  signIn,
  type HeldData,
  type MmaOk,
  type Person,
} from '../../testing/mma-fixture';
import { createTestServer, registerAgent, type TestServer } from '../../testing/test-server';

const ANNA = 'anna@example.org';
const OPERATOR = 'operator@example.org';

async function office(options: { hasLimits?: boolean } = {}): Promise<{ server: TestServer; anna: Person }> {
  const server = await createTestServer({ mode: 'server', ...options });
  return { server, anna: await signIn(server, ANNA, 'Anna Schmidt') };
}

const claim = (server: TestServer, token: string, body: object) =>
  server.call<{ success: true; agentId: string; status: string; apiKey?: string }>('POST', '/api/v1/claim', {
    key: token,
    body,
  });

describe('POST /api/v1/claim', () => {
  it('takes the code alone for one’s own address, and the agent is active with full scopes', async () => {
    const { server, anna } = await office();
    const agent = await registerAgent(server, ANNA);
    const draft = await server.tool<MmaOk<HeldData>>(agent.key, 'drafts.create', { content: 'Waiting' });
    expect(draft.body.data).toMatchObject({
      expiresAt: null,
      message: expect.stringContaining('until a person claims'),
    });
    const answer = await claim(server, anna.token, { claimCode: agent.claimCode });
    expect([answer.status, answer.body]).toEqual([
      200,
      { success: true, agentId: agent.agentId, status: 'active' },
    ]);
    const status = await server.call('GET', '/api/v1/agent/status', { key: agent.key });
    expect(status.body).toMatchObject({ account: { status: 'active', claimed: true } });
    const waiting = await server.call<{ items: { title: string }[] }>('GET', '/api/console/inbox', {
      key: anna.token,
    });
    expect(waiting.body.items.map(({ title }) => title)).toEqual(['Waiting']);
    const detail = await server.call<AgentDetail>('GET', `/api/console/agents/${agent.agentId}`, {
      key: anna.token,
    });
    expect(detail.body.keys[0]?.scopes).toEqual([
      'read:search',
      'write:drafts',
      'write:publish',
      'write:messages',
    ]);
  });

  it('takes a code however it was typed', async () => {
    const { server, anna } = await office();
    const agent = await registerAgent(server, ANNA);
    const typed = ` ${agent.claimCode.toLowerCase().replaceAll('-', ' ')} `;
    expect((await claim(server, anna.token, { claimCode: typed })).status).toBe(200);
  });

  it('wants code and one-time code for another person’s address', async () => {
    const { server, anna } = await office();
    const agent = await registerAgent(server, OPERATOR);
    const asked = await claim(server, anna.token, { claimCode: agent.claimCode });
    const error = expectMmaError(asked, 403, 'FORBIDDEN');
    expect(error.fields?.[0]?.path).toBe('otp');
    expect(error.error).toContain('was sent');
    const otp = mailedCode(server, OPERATOR);
    expect(JSON.stringify(asked.body)).not.toContain(otp);
    const wrong = otp === '000000' ? '000001' : '000000';
    const guessed = await claim(server, anna.token, { claimCode: agent.claimCode, otp: wrong });
    expect(expectMmaError(guessed, 403, 'FORBIDDEN').fields?.[0]?.path).toBe('otp');
    const done = await claim(server, anna.token, { claimCode: agent.claimCode, otp });
    expect(done.status).toBe(200);
    expectMmaError(await claim(server, anna.token, { claimCode: agent.claimCode, otp }), 404, 'NOT_FOUND');
  });

  it('is not satisfied by a one-time code that was made for something or somebody else', async () => {
    const { server, anna } = await office();
    const agent = await registerAgent(server, OPERATOR);
    const other = await registerAgent(server, 'other@example.org');
    await claim(server, anna.token, { claimCode: agent.claimCode });
    await claim(server, anna.token, { claimCode: other.claimCode });
    const ofOther = mailedCode(server, 'other@example.org');
    await server.call('POST', '/api/auth/otp/request', { body: { email: ANNA } });
    const ofSignIn = mailedCode(server, ANNA);
    for (const otp of [ofOther, ofSignIn]) {
      if (otp === mailedCode(server, OPERATOR)) continue;
      expectMmaError(await claim(server, anna.token, { claimCode: agent.claimCode, otp }), 403, 'FORBIDDEN');
    }
    expect(
      server.context.database.raw.read
        .prepare('select count(*) from agents where owner_id is not null')
        .pluck()
        .get(),
    ).toBe(0);
  });

  it('lets five tries at a one-time code and no more', async () => {
    const { server, anna } = await office();
    const agent = await registerAgent(server, OPERATOR);
    await claim(server, anna.token, { claimCode: agent.claimCode });
    const otp = mailedCode(server, OPERATOR);
    for (let n = 0; n < 5; n += 1) {
      const wrong = String((Number(otp) + n + 1) % 1_000_000).padStart(6, '0');
      expectMmaError(
        await claim(server, anna.token, { claimCode: agent.claimCode, otp: wrong }),
        403,
        'FORBIDDEN',
      );
    }
    expectMmaError(await claim(server, anna.token, { claimCode: agent.claimCode, otp }), 403, 'FORBIDDEN');
  });

  it('replaces every key on request, and shows the new one once', async () => {
    const { server, anna } = await office();
    const agent = await registerAgent(server, ANNA);
    const answer = await claim(server, anna.token, { claimCode: agent.claimCode, replaceKeys: true });
    expect(answer.body.apiKey).toMatch(MMA_KEY);
    expectChallenge(await server.tool(agent.key, 'drafts.list'));
    expect((await server.tool(answer.body.apiKey ?? '', 'drafts.list')).status).toBe(200);
  });

  it('is for signed-in people: 401 without or with a bad credential, ACTOR_DENIED for agents and desktops', async () => {
    const { server } = await office();
    const agent = await registerAgent(server, ANNA);
    expectChallenge(await server.call('POST', '/api/v1/claim', { body: { claimCode: agent.claimCode } }));
    expectChallenge(await claim(server, BAD_KEY, { claimCode: agent.claimCode }));
    expectMmaError(await claim(server, agent.key, { claimCode: agent.claimCode }), 403, 'ACTOR_DENIED');
    const desk = await openDesk();
    const owner = await signIn(desk.server, ANNA);
    const fresh = await registerAgent(desk.server, OPERATOR);
    const denied = await claim(desk.server, owner.token, { claimCode: fresh.claimCode });
    expect(expectMmaError(denied, 403, 'ACTOR_DENIED').error).toContain('Countersign window');
  });

  it.each([
    [{}, 'claimCode', 'expected string'],
    [{ claimCode: '' }, 'claimCode', 'must not be empty'],
    [{ claimCode: 'x'.repeat(101) }, 'claimCode', 'at most 100'],
    [{ claimCode: 'MMA-AAAA-AAAA', otp: 123456 }, 'otp', 'expected string'],
    [{ claimCode: 'MMA-AAAA-AAAA', otp: '1234567890123' }, 'otp', 'at most 12'],
    [{ claimCode: 'MMA-AAAA-AAAA', replaceKeys: 'yes' }, 'replaceKeys', 'expected boolean'],
  ])('refuses %j, naming field and bound', async (body, path, words) => {
    const { server, anna } = await office();
    const error = expectMmaError(await claim(server, anna.token, body), 400, 'PAYLOAD_INVALID');
    expect(error.fields?.map((field) => field.path)).toContain(path);
    expect(error.error).toContain(words);
  });

  it('knows unknown and used codes as not found, and late ones as over', async () => {
    const { server, anna } = await office();
    expectMmaError(await claim(server, anna.token, { claimCode: 'MMA-AAAA-AAAA' }), 404, 'NOT_FOUND');
    const agent = await registerAgent(server, ANNA);
    server.clock.advance(7 * DAY + MINUTE);
    const { token } = await signIn(server, ANNA);
    const late = await claim(server, token, { claimCode: agent.claimCode });
    expect(expectMmaError(late, 409, 'INVALID_TRANSITION').error).toContain('expired');
  });

  it('lets ten tries in a quarter of an hour', async () => {
    const { server, anna } = await office({ hasLimits: true });
    for (let n = 0; n < 10; n += 1) {
      expectMmaError(
        await claim(server, anna.token, { claimCode: `MMA-AAAA-AAA${'3479ACDEFG'[n]}` }),
        404,
        'NOT_FOUND',
      );
    }
    const agent = await registerAgent(server, ANNA);
    const stopped = await claim(server, anna.token, { claimCode: agent.claimCode });
    expectMmaError(stopped, 429, 'RATE_LIMITED');
    expect(stopped.headers['retry-after']).toBeDefined();
  });

  it('stops at what the plan has room for, by claim and in the console alike', async () => {
    const { server, anna } = await office();
    for (let n = 0; n < 3; n += 1) {
      const made = await server.call('POST', '/api/console/agents', {
        key: anna.token,
        body: { name: `Mine ${n}`, handle: `mine-${n}` },
      });
      expect(made.status).toBe(200);
    }
    const fourth = await server.call<Problem>('POST', '/api/console/agents', {
      key: anna.token,
      body: { name: 'Mine 4', handle: 'mine-4' },
    });
    expect([fourth.status, fourth.body.code, fourth.body.details]).toEqual([
      400,
      'cap_reached',
      { limit: 3 },
    ]);
    const agent = await registerAgent(server, ANNA);
    expectMmaError(await claim(server, anna.token, { claimCode: agent.claimCode }), 429, 'RATE_LIMITED');
  });
});

describe('the console’s joining cards in server mode', () => {
  const ask = <Body = Record<string, unknown>>(
    server: TestServer,
    token: string,
    method: 'GET' | 'POST',
    path: string,
    body?: object,
  ) => server.call<Body>(method, `/api/console/joining${path}`, { key: token, body });

  it('show one’s own address’ agents, claimed with neither code nor one-time code', async () => {
    const { server, anna } = await office();
    const own = await registerAgent(server, ANNA);
    const others = await registerAgent(server, OPERATOR);
    const list = await ask<{ items: JoiningAgent[] }>(server, anna.token, 'GET', '');
    expect(list.body.items.map(({ id, isAddressYours }) => [id, isAddressYours])).toEqual([
      [own.agentId, true],
    ]);
    const foreign = await ask<Problem>(server, anna.token, 'POST', '/claim', { agentId: others.agentId });
    expect([foreign.status, foreign.body.code]).toEqual([404, 'not_found']);
    const done = await ask<{ agent: AgentDetail; key: null }>(server, anna.token, 'POST', '/claim', {
      agentId: own.agentId,
    });
    expect([done.status, done.body.agent.status, done.body.key]).toEqual([200, 'active', null]);
  });

  it('show who stands behind a code, with the address masked, and ask for the one-time code', async () => {
    const { server, anna } = await office();
    const agent = await registerAgent(server, OPERATOR);
    const preview = await ask<JoiningAgent>(server, anna.token, 'POST', '/preview', {
      claimCode: agent.claimCode,
    });
    expect(preview.body).toMatchObject({
      id: agent.agentId,
      contactEmail: 'o…@example.org',
      isAddressYours: false,
      registeredFrom: '127.0.0.1',
    });
    const asked = await ask<Problem>(server, anna.token, 'POST', '/claim', { claimCode: agent.claimCode });
    expect([asked.status, asked.body.code]).toEqual([403, 'otp_required']);
    const otp = mailedCode(server, OPERATOR);
    const done = await ask(server, anna.token, 'POST', '/claim', { claimCode: agent.claimCode, otp });
    expect(done.status).toBe(200);
  });

  it('disown what is registered with one’s own address, and nothing else', async () => {
    const { server, anna } = await office();
    const own = await registerAgent(server, ANNA);
    const others = await registerAgent(server, OPERATOR);
    expect((await ask(server, anna.token, 'POST', `/${others.agentId}/disown`)).status).toBe(404);
    expect((await ask(server, anna.token, 'POST', `/${own.agentId}/disown`)).status).toBe(200);
    expectChallenge(await server.tool(own.key, 'drafts.list'));
    expect((await ask(server, anna.token, 'POST', `/${own.agentId}/disown`)).status).toBe(404);
    expect((await server.tool(others.key, 'drafts.list')).status).toBe(200);
  });
});
