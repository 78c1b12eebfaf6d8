import { describe, expect, it } from 'vitest';
import { SCOPES, type Scope } from '../../contract/common';
import {
  BAD_KEY,
  expectChallenge,
  expectMmaError,
  keyWith,
  openDesk,
  openOffice,
  rpc,
  rpcTool,
  signIn,
  type MmaOk,
} from '../../testing/mma-fixture';
import { claimedAgent, createTestServer, registerAgent } from '../../testing/test-server';

interface ListedTool {
  readonly name: string;
  readonly description: string;
  readonly scope: Scope | null;
  readonly actors: readonly string[];
  readonly payload: { readonly type: string; readonly properties?: object; readonly required?: string[] };
}

/** MCP-4: the thirteen of the document, with scope and actors as it prints them. */
const PRINTED: readonly [name: string, scope: Scope | null, isForAgents: boolean, required: string[]][] = [
  ['search.query', 'read:search', true, ['q', 'type']],
  ['moderation.check', 'read:search', true, ['content', 'type']],
  ['health.snapshot', null, true, []],
  ['drafts.create', 'write:drafts', true, ['content']],
  ['drafts.list', 'write:drafts', true, []],
  ['drafts.updateStatus', 'write:drafts', false, ['postId', 'action']],
  ['connections.request', 'write:drafts', true, ['targetUserId']],
  ['connections.respond', 'write:drafts', false, ['connectionId', 'action']],
  ['posts.publish', 'write:publish', true, ['postId']],
  ['messages.sendHuman', 'write:messages', true, ['recipientUserId', 'content']],
  ['deals.createCheckout', 'write:payments', false, ['dealId']],
  ['payouts.request', 'write:payments', false, ['amountCents']],
  ['charity.donate', 'write:payments', false, ['projectId', 'amountCents']],
];
const OURS = [
  'proposals.list',
  'proposals.get',
  'proposals.guidance',
  'proposals.revise',
  'proposals.withdraw',
  'agents.invite',
];
const OPEN = ['health.snapshot', 'agents.invite'];
const ALL = [...PRINTED.map(([name]) => name), ...OURS];

describe('GET /api/mcp (M006)', () => {
  it('lists the thirteen printed tools and ours, with scope, actors and payload, without a key', async () => {
    const server = await createTestServer();
    const { status, body } = await server.call<MmaOk<{ tools: ListedTool[] }>>('GET', '/api/mcp');
    expect([status, body.ok]).toEqual([200, true]);
    expect(body.data.tools.map(({ name }) => name)).toEqual(ALL);
    for (const [name, scope, isForAgents, required] of PRINTED) {
      const tool = body.data.tools.find((listed) => listed.name === name);
      expect([name, tool?.scope, tool?.actors.includes('agent')]).toEqual([name, scope, isForAgents]);
      expect([name, tool?.payload.required ?? []]).toEqual([name, required]);
      expect(tool?.description.length).toBeGreaterThan(10);
    }
  });

  it('is a stream’s 405 to MCP clients, and so are DELETE, PUT and PATCH', async () => {
    const server = await createTestServer();
    const stream = await server.call('GET', '/api/mcp', { headers: { accept: 'text/event-stream' } });
    expect([stream.status, stream.headers['allow']]).toEqual([405, 'POST']);
    for (const method of ['DELETE', 'PUT', 'PATCH'] as const) {
      expect((await server.call(method, '/api/mcp', { body: {} })).status).toBe(405);
    }
  });

  it('refuses a bad key, and counts strangers by their address', async () => {
    const server = await createTestServer({ hasLimits: true });
    expectChallenge(await server.call('GET', '/api/mcp', { key: BAD_KEY }));
    const answer = await server.call('GET', '/api/mcp');
    expect(answer.headers['ratelimit']).toMatch(/^"public\.ip";r=98;t=\d+$/);
  });
});

describe('POST /api/mcp (M005)', () => {
  it('answers {ok, data} to the request as printed', async () => {
    const { server, key } = await openDesk();
    const answer = await server.call<MmaOk<{ results: unknown[] }>>('POST', '/api/mcp', {
      key,
      body: { tool: 'search.query', payload: { q: 'developer', type: 'profiles' } },
    });
    expect(answer.status).toBe(200);
    expect(Object.keys(answer.body).toSorted()).toEqual(['data', 'ok']);
    expect(answer.headers['content-type']).toBe('application/json; charset=utf-8');
  });

  it('takes either key prefix’s header: Authorization or X-API-Key', async () => {
    const { server, key } = await openDesk();
    for (const [name, value] of [
      ['authorization', `Bearer ${key}`],
      ['authorization', `bearer  ${key}`],
      ['x-api-key', key],
    ] as const) {
      const headers = { [name]: value };
      const { status } = await server.call('POST', '/api/mcp', { headers, body: { tool: 'drafts.list' } });
      expect(status).toBe(200);
    }
  });

  it.each([
    ['Basic', 'authorization', 'Basic bW1hOng='],
    ['an empty bearer', 'authorization', 'Bearer '],
    ['two words', 'authorization', 'Bearer a b'],
    ['a key alone', 'authorization', BAD_KEY],
    ['an nb key nobody has', 'x-api-key', `nb_${'A'.repeat(43)}`],
    ['an empty header', 'x-api-key', ''],
    ['a huge one', 'authorization', `Bearer mma_${'A'.repeat(8_000)}`],
  ])('refuses a credential that is none (%s) with 401 and the challenge', async (_name, header, value) => {
    const { server } = await openDesk();
    const headers = { [header]: value };
    expectChallenge(await server.call('POST', '/api/mcp', { headers, body: { tool: 'drafts.list' } }));
  });

  it('does not read a key from the address', async () => {
    const { server, key } = await openDesk();
    for (const name of ['key', 'api_key', 'access_token', 'authorization']) {
      expectChallenge(
        await server.call('POST', `/api/mcp?${name}=${key}`, { body: { tool: 'drafts.list' } }),
      );
    }
  });

  it('refuses revoked and expired keys', async () => {
    const { server, agent } = await openDesk();
    const made = await server.console<{ key: { id: string; secret: string } }>(
      'POST',
      `/agents/${agent.agentId}/keys`,
      {
        name: 'Short',
        expiresAt: new Date(server.clock.now() + 60_000).toISOString(),
      },
    );
    const { id, secret } = made.body.key;
    expect((await server.tool(secret, 'drafts.list')).status).toBe(200);
    server.clock.advance(61_000);
    expectChallenge(await server.tool(secret, 'drafts.list'));
    const other = await keyWith(server, agent.agentId, ['write:drafts']);
    const keys = await server.console<{ keys: { id: string; prefix: string }[] }>(
      'GET',
      `/agents/${agent.agentId}`,
    );
    const row = keys.body.keys.find(({ prefix }) => other.startsWith(prefix));
    await server.console('DELETE', `/agents/${agent.agentId}/keys/${row?.id}`);
    expectChallenge(await server.tool(other, 'drafts.list'));
    expect(id).not.toBe(row?.id);
  });

  it('answers TOOL_NOT_FOUND for an unknown tool, and takes names without a dot', async () => {
    const { server, key } = await openDesk();
    for (const tool of [
      'search',
      'search.nothing',
      'toString',
      '__proto__x',
      'search_query_',
      'Search.Query',
    ]) {
      expectMmaError(await server.tool(key, tool), 404, 'TOOL_NOT_FOUND');
    }
    expect((await server.tool(key, 'drafts_list')).status).toBe(200);
  });

  it.each([
    ['nothing', undefined, 'tool'],
    ['an empty object', {}, 'tool'],
    ['a list', [], 'tool'],
    ['a tool that is no string', { tool: 7 }, 'tool'],
    ['an empty tool', { tool: '' }, 'tool'],
    ['a tool name beyond 100', { tool: 'x'.repeat(101) }, 'tool'],
  ])('refuses %s as a body, naming the field', async (_name, body, path) => {
    const { server, key } = await openDesk();
    const answer = await server.call('POST', '/api/mcp', {
      key,
      body,
      headers: { 'content-type': 'application/json' },
    });
    expect(expectMmaError(answer, 400, 'PAYLOAD_INVALID').fields?.[0]?.path).toBe(path);
  });

  it('refuses broken JSON, other media types and bodies beyond 256 KB in its own envelope', async () => {
    const { server, key } = await openDesk();
    const send = (payload: string, type = 'application/json') =>
      server.call('POST', '/api/mcp', { key, body: payload, headers: { 'content-type': type } });
    expectMmaError(await send('{"tool": "drafts.list"'), 400, 'PAYLOAD_INVALID');
    expectMmaError(
      await send('tool=drafts.list', 'application/x-www-form-urlencoded'),
      415,
      'PAYLOAD_INVALID',
    );
    expectMmaError(await send('<tool/>', 'text/xml'), 415, 'PAYLOAD_INVALID');
    const huge = JSON.stringify({ tool: 'drafts.create', payload: { content: 'x'.repeat(262_144) } });
    expectMmaError(await send(huge), 413, 'PAYLOAD_INVALID');
  });

  it('refuses lone surrogates, NUL, lists beyond 100 and depth beyond 32, naming where', async () => {
    const { server, key } = await openDesk();
    const send = (payload: string) =>
      server.call('POST', '/api/mcp', {
        key,
        body: payload,
        headers: { 'content-type': 'application/json' },
      });
    const nested = `${'['.repeat(40)}${']'.repeat(40)}`;
    for (const [json, path, words] of [
      ['"a\\ud800b"', 'payload.content', 'surrogate'],
      ['"a\\u0000b"', 'payload.content', 'NUL'],
      [`[${Array.from({ length: 101 }, () => '1').join(',')}]`, 'payload.content', 'at most 100'],
      [nested, 'payload.content', '32 levels'],
    ] as const) {
      const answer = await send(`{"tool":"drafts.create","payload":{"content":${json}}}`);
      const { fields = [], error } = expectMmaError(answer, 400, 'PAYLOAD_INVALID');
      expect(fields[0]?.path.startsWith(path)).toBe(true);
      expect(error).toContain(words);
    }
  });
});

describe.each(ALL)('%s', (tool) => {
  it('is 401 with a bad key on every door, and without one unless it is open', async () => {
    const { server } = await openDesk();
    expectChallenge(await server.tool(BAD_KEY, tool, {}));
    const bad = await rpc(server, 'tools/call', { name: tool, arguments: {} }, { key: BAD_KEY });
    expect([bad.status, bad.body.error?.code]).toEqual([401, -32000]);
    expect(bad.headers['www-authenticate']).toContain('resource_metadata=');
    if (OPEN.includes(tool)) return;
    expectChallenge(await server.call('POST', '/api/mcp', { body: { tool, payload: {} } }));
    for (const url of ['/api/mcp', '/api/mcp/stream']) {
      const stranger = await rpc(server, 'tools/call', { name: tool, arguments: {} }, { url });
      expect([stranger.status, stranger.body.error?.code, stranger.body.id]).toEqual([401, -32000, 1]);
      expect(stranger.headers['www-authenticate']).toContain('resource_metadata=');
    }
  });

  it('refuses a paused agent, but in reading its own proposals', async () => {
    const { server, key, agent } = await openDesk();
    await server.console('POST', `/agents/${agent.agentId}/pause`);
    const answer = await server.tool(key, tool, { draftId: 'post_x', postId: 'post_x' });
    if (['proposals.list', 'proposals.guidance', 'drafts.list'].includes(tool))
      expect(answer.status).toBe(200);
    else if (tool === 'proposals.get') expectMmaError(answer, 404, 'NOT_FOUND');
    else expect(expectMmaError(answer, 403, 'FORBIDDEN').error).toContain('paused');
  });
});

describe('scopes', () => {
  const scoped = [
    ...PRINTED.filter(([, , isForAgents]) => isForAgents),
    ...OURS.slice(0, 4).map((name) => [name, 'write:drafts', true] as const),
  ];
  for (const [tool, scope] of scoped) {
    if (scope === null) continue;
    it(`${tool} needs ${scope}: with every other scope it is MISSING_SCOPE, on both doors`, async () => {
      const { server, agent } = await openDesk();
      const others = SCOPES.filter((other) => other !== scope && other !== 'write:payments');
      const key = await keyWith(server, agent.agentId, others);
      const error = expectMmaError(await server.tool(key, tool, {}), 403, 'MISSING_SCOPE');
      expect(error.details).toEqual({ requiredScope: scope });
      expect(error.error).toContain(scope);
      const viaMcp = await rpcTool(server, tool, {}, { key });
      expect(viaMcp).toMatchObject({ isError: true, data: { error_code: 'MISSING_SCOPE' } });
      const only = await keyWith(server, agent.agentId, [scope]);
      expect((await server.tool<{ error_code?: string }>(only, tool, {})).body.error_code).not.toBe(
        'MISSING_SCOPE',
      );
    });
  }

  it('of payments are given to no key', async () => {
    const { server, agent } = await openDesk();
    const answer = await server.console('POST', `/agents/${agent.agentId}/keys`, {
      name: 'Rich',
      scopes: ['write:payments'],
    });
    expect(answer.status).toBe(400);
  });

  it('come with the claim: publish and messages are missing before', async () => {
    const server = await createTestServer();
    const { key } = await registerAgent(server);
    for (const tool of ['posts.publish', 'messages.sendHuman']) {
      expectMmaError(
        await server.tool(key, tool, { postId: 'x', recipientUserId: 'x', content: 'x' }),
        403,
        'MISSING_SCOPE',
      );
    }
    expectMmaError(await server.tool(key, 'connections.request', { targetUserId: 'x' }), 403, 'FORBIDDEN');
    for (const tool of [
      'search.query',
      'moderation.check',
      'drafts.create',
      'drafts.list',
      'proposals.list',
    ]) {
      const answer = await server.tool(key, tool, {
        q: 'x',
        type: 'post' + (tool === 'search.query' ? 's' : ''),
        content: 'Words',
      });
      expect([tool, answer.status]).toEqual([tool, 200]);
    }
  });
});

describe('actors', () => {
  it('agents hear ACTOR_DENIED on what is a person’s, whatever they send', async () => {
    const { server, key } = await openDesk();
    for (const [tool, , isForAgents] of PRINTED) {
      if (isForAgents) continue;
      for (const payload of [undefined, {}, { postId: 'x', action: 'approve' }, { amountCents: 'much' }]) {
        expectMmaError(await server.tool(key, tool, payload), 403, 'ACTOR_DENIED');
      }
    }
  });

  it('people hear ACTOR_DENIED on what is an agent’s', async () => {
    const { server, person } = await openOffice();
    for (const [tool, payload] of [
      ['drafts.create', { content: 'Hello' }],
      ['drafts.list', {}],
      ['connections.request', { targetUserId: 'x' }],
      ['messages.sendHuman', { recipientUserId: 'x', content: 'Hi' }],
      ['proposals.list', {}],
      ['proposals.get', { draftId: 'x' }],
      ['proposals.revise', { draftId: 'x', input: { content: 'x' } }],
      ['proposals.withdraw', { draftId: 'x' }],
    ] as const) {
      expectMmaError(await server.tool(person.token, tool, payload), 403, 'ACTOR_DENIED');
    }
    expectMmaError(
      await server.tool(person.token, 'payouts.request', { amountCents: 1_000 }),
      404,
      'TOOL_NOT_FOUND',
    );
    expect((await server.tool(person.token, 'search.query', { q: 'x', type: 'posts' })).status).toBe(200);
    expectMmaError(
      await server.call('GET', '/api/v1/agent/status', { key: person.token }),
      403,
      'ACTOR_DENIED',
    );
  });
});

describe('what is somebody else’s', () => {
  it('is unknown to every tool that takes an id', async () => {
    const { server, key } = await openDesk();
    const stranger = await claimedAgent(server);
    const held = await server.tool<MmaOk<{ draftId: string }>>(key, 'drafts.create', { content: 'Mine' });
    const { draftId } = held.body.data;
    for (const id of [draftId, 'post_nobody', 'x', "' or 1=1 --"]) {
      for (const [tool, payload] of [
        ['drafts.create', { content: 'Other', draftId: id }],
        ['posts.publish', { postId: id }],
        ['proposals.get', { draftId: id }],
        ['proposals.revise', { draftId: id, input: { content: 'Other' } }],
        ['proposals.withdraw', { draftId: id }],
      ] as const) {
        expectMmaError(await server.tool(stranger.key, tool, payload), 404, 'NOT_FOUND');
      }
      for (const method of ['GET', 'DELETE'] as const) {
        const url = `/api/v1/agent/proposals/${encodeURIComponent(id)}`;
        expectMmaError(await server.call(method, url, { key: stranger.key }), 404, 'NOT_FOUND');
      }
    }
    const lists = await server.tool<MmaOk<{ proposals: unknown[] }>>(stranger.key, 'proposals.list');
    expect(lists.body.data.proposals).toEqual([]);
    expect(
      (await server.tool<MmaOk<{ status: string }>>(key, 'proposals.get', { draftId })).body.data.status,
    ).toBe('PENDING_CONFIRMATION');
  });

  it('is unknown to other people of a server, through tools and console alike', async () => {
    const { server, key } = await openOffice();
    const mallory = await signIn(server, 'mallory@example.org', 'Mallory');
    const held = await server.tool<MmaOk<{ draftId: string }>>(key, 'drafts.create', { content: 'Mine' });
    const { draftId } = held.body.data;
    const action = server.context.database.raw.read
      .prepare('select id, hash, agent_id from actions')
      .get() as {
      id: string;
      hash: string;
      agent_id: string;
    };
    expectMmaError(
      await server.tool(mallory.token, 'drafts.updateStatus', { postId: draftId, action: 'approve' }),
      404,
      'NOT_FOUND',
    );
    expectMmaError(await server.tool(mallory.token, 'posts.publish', { postId: draftId }), 404, 'NOT_FOUND');
    const seen = { version: 1, hash: action.hash };
    for (const [method, path, body] of [
      ['GET', `/inbox/${action.id}`, undefined],
      ['POST', `/inbox/${action.id}/read`, seen],
      ['POST', `/inbox/${action.id}/decide`, { ...seen, verdict: 'approve' }],
      ['POST', `/inbox/${action.id}/edit`, { ...seen, fields: { content: 'Hers' } }],
      ['POST', `/inbox/${action.id}/retry`, undefined],
      ['POST', `/inbox/${action.id}/undo`, undefined],
      ['GET', `/agents/${action.agent_id}`, undefined],
      ['GET', `/agents/${action.agent_id}/history`, undefined],
      ['POST', `/agents/${action.agent_id}/pause`, undefined],
      ['PUT', `/agents/${action.agent_id}/policy`, { kind: 'reaction', verdict: 'deny' }],
      ['POST', `/agents/${action.agent_id}/keys`, { name: 'Hers' }],
    ] as const) {
      const answer = await server.call<{ code: string }>(method, `/api/console${path}`, {
        key: mallory.token,
        body,
      });
      expect([path, answer.status, answer.body.code]).toEqual([path, 404, 'not_found']);
    }
  });
});
