import { describe, expect, it } from 'vitest';
import {
  addPerson,
  BAD_KEY,
  expectMmaError,
  openDesk,
  openOffice,
  rpc,
  rpcTool,
  type Desk,
} from '../../testing/mma-fixture';
import { claimedAgent, createTestServer, type Answer } from '../../testing/test-server';

/** RATE-1 as the document prints it (M:145-154), with a clock that does not matter: windows live in memory. */

/** HTTP 429 with all that a client needs to wait: `Retry-After` and the `RateLimit` fields. */
function expectLimited(answer: Answer<unknown>, window: string, limit: number): void {
  const error = expectMmaError(answer, 429, 'RATE_LIMITED');
  expect(error.error).toContain(String(limit));
  const seconds = Number(answer.headers['retry-after']);
  expect(seconds).toBeGreaterThanOrEqual(1);
  expect(answer.headers['ratelimit']).toBe(`"${window}";r=0;t=${seconds}`);
  expect(answer.headers['ratelimit-policy']).toBe(`"${window}";q=${limit}`);
  expect(answer.headers['x-ratelimit-limit']).toBe(String(limit));
  expect(answer.headers['x-ratelimit-remaining']).toBe('0');
  expect(answer.headers['x-ratelimit-reset']).toBe(String(seconds));
}

async function times(n: number, call: () => Promise<Answer<unknown>>): Promise<number[]> {
  const statuses: number[] = [];
  for (let done = 0; done < n; done += 1) statuses.push((await call()).status);
  return [...new Set(statuses)];
}

const search = ({ server, key }: Desk) => server.tool(key, 'search.query', { q: 'x', type: 'posts' });

describe('per agent: 30 a minute', () => {
  it('counts search too, and prints what is left', async () => {
    const desk = await openDesk({ hasLimits: true });
    const first = await search(desk);
    expect(first.headers['x-ratelimit-remaining']).toBe('29');
    expect(first.headers['ratelimit']).toMatch(/^"(?:mma\.agent|search)";r=29;t=\d+$/);
    expect(await times(29, () => search(desk))).toEqual([200]);
    expectLimited(await search(desk), 'mma.agent', 30);
  });

  const calls: readonly [name: string, status: number, call: (desk: Desk) => Promise<Answer<unknown>>][] = [
    ['a call with an invalid payload', 400, ({ server, key }) => server.tool(key, 'drafts.create', {})],
    ['a call of a person’s tool', 403, ({ server, key }) => server.tool(key, 'payouts.request', {})],
    ['posts.publish', 404, ({ server, key }) => server.tool(key, 'posts.publish', { postId: 'x' })],
    [
      'proposals.withdraw',
      404,
      ({ server, key }) => server.tool(key, 'proposals.withdraw', { draftId: 'x' }),
    ],
    ['proposals.get', 404, ({ server, key }) => server.tool(key, 'proposals.get', { draftId: 'x' })],
    ['drafts.list', 200, ({ server, key }) => server.tool(key, 'drafts.list')],
    ['health.snapshot with a key', 200, ({ server, key }) => server.tool(key, 'health.snapshot')],
    ['a bad invitation', 400, ({ server, key }) => server.tool(key, 'agents.invite', {})],
    [
      'PATCH profile',
      400,
      ({ server, key }) => server.call('PATCH', '/api/v1/agent/profile', { key, body: {} }),
    ],
    ['POST posts', 400, ({ server, key }) => server.call('POST', '/api/v1/agent/posts', { key, body: {} })],
    [
      'POST messages',
      400,
      ({ server, key }) => server.call('POST', '/api/v1/agent/messages', { key, body: {} }),
    ],
    [
      'PUT a proposal',
      400,
      ({ server, key }) => server.call('PUT', '/api/v1/agent/proposals/x', { key, body: {} }),
    ],
    [
      'DELETE a proposal',
      404,
      ({ server, key }) => server.call('DELETE', '/api/v1/agent/proposals/x', { key }),
    ],
  ];
  it.each(calls)('counts %s', async (_name, status, call) => {
    const desk = await openDesk({ hasLimits: true });
    expect(await times(30, () => call(desk))).toEqual([status]);
    expectLimited(await call(desk), 'mma.agent', 30);
  });

  it('counts a paused agent’s calls as well', async () => {
    const desk = await openDesk({ hasLimits: true });
    await desk.server.console('POST', `/agents/${desk.agent.agentId}/pause`);
    expect(await times(30, () => search(desk))).toEqual([403]);
    expectLimited(await search(desk), 'mma.agent', 30);
  });

  it('is one window for all keys and doors of an agent, and another for every other agent', async () => {
    const desk = await openDesk({ hasLimits: true });
    const { server, key, agent } = desk;
    const made = await server.console<{ key: { secret: string } }>('POST', `/agents/${agent.agentId}/keys`, {
      name: 'Two',
    });
    expect(await times(10, () => server.tool(key, 'drafts.list'))).toEqual([200]);
    expect(await times(10, () => server.tool(made.body.key.secret, 'drafts.list'))).toEqual([200]);
    for (let n = 0; n < 10; n += 1)
      expect((await rpcTool(server, 'drafts.list', {}, { key })).isError).toBe(false);
    expectLimited(await search(desk), 'mma.agent', 30);
    const viaMcp = await rpcTool(server, 'drafts.list', {}, { key });
    expect(viaMcp).toMatchObject({
      isError: true,
      data: { error_code: 'RATE_LIMITED', retryAfterSeconds: expect.any(Number) },
    });
    expect(viaMcp.answer.headers['retry-after']).toBe(String(viaMcp.data['retryAfterSeconds']));
    expect(viaMcp.answer.headers['ratelimit']).toContain('"mma.agent";r=0');
    const other = await claimedAgent(server);
    expect((await server.tool(other.key, 'drafts.list')).status).toBe(200);
  });

  it('does not count initialize, ping, lists and plain reads', async () => {
    const { server, key } = await openDesk({ hasLimits: true });
    for (let n = 0; n < 35; n += 1) {
      expect((await rpc(server, 'tools/list', {}, { key })).status).toBe(200);
      expect((await rpc(server, 'ping', undefined, { key })).status).toBe(200);
      expect((await rpc(server, 'initialize', {}, { key })).status).toBe(200);
      expect((await server.call('GET', '/api/v1/agent/status', { key })).status).toBe(200);
    }
    expect((await server.tool(key, 'drafts.list')).status).toBe(200);
  });
});

describe('drafts (POST): 10 a minute', () => {
  it('counts the tool and the REST call together', async () => {
    const { server, key } = await openDesk({ hasLimits: true });
    for (let n = 0; n < 5; n += 1) {
      expect((await server.tool(key, 'drafts.create', { content: `Tool ${n}` })).status).toBe(200);
      expect(
        (await server.call('POST', '/api/v1/agent/posts', { key, body: { content: `REST ${n}` } })).status,
      ).toBe(201);
    }
    expectLimited(await server.tool(key, 'drafts.create', { content: 'One more' }), 'drafts.create', 10);
    expectLimited(
      await server.call('POST', '/api/v1/agent/posts', { key, body: { content: 'More' } }),
      'drafts.create',
      10,
    );
    expect((await server.tool(key, 'connections.request', { targetUserId: addPerson(server) })).status).toBe(
      200,
    );
  });
});

describe('per address: 100 a minute for calls without a credential', () => {
  it('counts the tool list, the document, open tools and MCP together, and bad keys with them', async () => {
    const { server, key } = await openDesk({ hasLimits: true });
    const kinds: (() => Promise<Answer<unknown>>)[] = [
      () => server.call('GET', '/api/mcp'),
      () => server.call('GET', '/api/mcp/openapi.json'),
      () => server.call('POST', '/api/mcp', { body: { tool: 'health.snapshot' } }),
      () => server.call('POST', '/api/mcp', { body: {} }),
      () => rpc(server, 'ping'),
      () => rpc(server, 'initialize', {}, { url: '/api/mcp' }),
      () => server.tool(BAD_KEY, 'drafts.list'),
      () => rpc(server, 'tools/list', {}, { key: BAD_KEY }),
      () => server.call('GET', '/api/v1/agent/status'),
      () => server.call('POST', '/api/v1/claim', { body: {} }),
    ];
    // The desk registered its agent: one call without a credential.
    for (let n = 0; n < 99; n += 1) {
      const answer = await kinds[n % kinds.length]?.();
      expect([n, answer?.status === 429]).toEqual([n, false]);
    }
    for (const kind of kinds) expect((await kind()).status).toBe(429);
    expectLimited(await server.call('GET', '/api/mcp'), 'public.ip', 100);
    const mcp = await rpc(server, 'ping');
    expect(mcp.body).toMatchObject({ jsonrpc: '2.0', error: { code: -32000 } });
    expect(mcp.headers['ratelimit-policy']).toBe('"public.ip";q=100');
    expect(Number(mcp.headers['retry-after'])).toBeGreaterThan(0);
    // Whoever has a key is not held up by strangers at the same address.
    expect((await server.tool(key, 'drafts.list')).status).toBe(200);
  });
});

describe('per user: 50 a minute on the public faces', () => {
  it('counts a signed-in person’s calls, and not their console', async () => {
    const { server, person } = await openOffice({ hasLimits: true });
    // The claim was the first.
    const call = () => server.tool(person.token, 'search.query', { q: 'x', type: 'posts' });
    expect(await times(49, call)).toEqual([200]);
    expectLimited(await call(), 'mma.user', 50);
    for (let n = 0; n < 60; n += 1) {
      expect((await server.call('GET', '/api/console/inbox', { key: person.token })).status).toBe(200);
    }
  });
});

describe('without limits', () => {
  it('prints no RateLimit fields', async () => {
    const server = await createTestServer();
    const answer = await server.call('GET', '/api/mcp');
    expect(answer.headers['ratelimit']).toBeUndefined();
  });
});
