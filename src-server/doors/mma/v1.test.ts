import { describe, expect, it } from 'vitest';
import {
  addPerson,
  approve,
  BAD_KEY,
  expectChallenge,
  expectMmaError,
  INSTANT,
  keyWith,
  MMA_KEY,
  openDesk,
  SHA256,
  type HeldData,
} from '../../testing/mma-fixture';
import { createTestServer, newestProposal, registerAgent } from '../../testing/test-server';

/** The calls of the published TypeScript client (clients.md), each field of each answer. */

const HELD = {
  status: 'PENDING_CONFIRMATION',
  version: 1,
  payloadSha256: expect.stringMatching(SHA256) as string,
  createdAt: expect.stringMatching(INSTANT) as string,
  expiresAt: expect.stringMatching(INSTANT) as string,
  message: expect.stringContaining('A person will decide') as string,
};
const BASIC = ['read', 'create_draft', 'search', 'message'];

const CALLS: readonly [method: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE', path: string][] = [
  ['POST', '/auth'],
  ['GET', '/status'],
  ['GET', '/profile'],
  ['PATCH', '/profile'],
  ['POST', '/posts'],
  ['GET', '/posts'],
  ['POST', '/messages'],
  ['GET', '/messages'],
  ['GET', '/search'],
  ['POST', '/rotate-key'],
  ['GET', '/proposals'],
  ['GET', '/proposals/x'],
  ['PUT', '/proposals/x'],
  ['DELETE', '/proposals/x'],
];

describe('every call of /api/v1/agent', () => {
  it('is 401 without and with a bad key, before anything that was sent is looked at', async () => {
    const { server } = await openDesk();
    for (const [method, path] of CALLS) {
      const url = `/api/v1/agent${path}`;
      for (const body of method === 'GET' ? [undefined] : [undefined, {}, { content: 7 }]) {
        expectChallenge(await server.call(method, url, { body }));
        expectChallenge(await server.call(method, url, { body, key: BAD_KEY }));
      }
    }
  });

  it('is refused to a paused agent, but for its own posts and proposals', async () => {
    const { server, key, agent } = await openDesk();
    await server.console('POST', `/agents/${agent.agentId}/pause`);
    for (const [method, path] of CALLS) {
      const answer = await server.call(method, `/api/v1/agent${path}`, {
        key,
        ...(method === 'GET' ? {} : { body: {} }),
      });
      if (method === 'GET' && ['/posts', '/proposals'].includes(path)) expect(answer.status).toBe(200);
      else if (method === 'GET' && path === '/proposals/x') expectMmaError(answer, 404, 'NOT_FOUND');
      else expect(expectMmaError(answer, 403, 'FORBIDDEN').error).toContain('paused by your owner');
    }
  });

  it('is 404 where the path is none of ours, in the same envelope', async () => {
    const { server, key } = await openDesk();
    for (const [method, path] of [
      ['GET', '/api/v1/agent/wallet'],
      ['DELETE', '/api/v1/agent/posts'],
      ['GET', '/api/v1/'],
      ['POST', '/api/v1/agent/proposals/x/approve'],
    ] as const) {
      expectMmaError(await server.call(method, path, { key }), 404, 'NOT_FOUND');
    }
  });

  it('knows a malformed id as an unknown one', async () => {
    const { server, key } = await openDesk();
    for (const id of ['x'.repeat(65), 'x'.repeat(300), '%00', '%20', "'--", '..%2f..', '%F0%9F%98%80']) {
      for (const method of ['GET', 'DELETE'] as const) {
        const answer = await server.call(method, `/api/v1/agent/proposals/${id}`, { key });
        expect([id, answer.status]).toEqual([id, 404]);
        expectMmaError(answer, 404, 'NOT_FOUND');
      }
    }
  });
});

describe('POST auth and GET status', () => {
  it('say who a key belongs to, before and after the claim', async () => {
    const { server, key, agent, ownerId } = await openDesk();
    const { status, body } = await server.call('POST', '/api/v1/agent/auth', { key, body: {} });
    expect(status).toBe(200);
    expect(body).toEqual({
      authenticated: true,
      agent: {
        id: agent.agentId,
        name: expect.stringMatching(/^Agent \d+$/),
        handle: expect.stringMatching(/^agent-/),
        provider: 'custom',
        trustLevel: 'basic',
        permissions: BASIC,
      },
      user: { id: ownerId, displayName: 'Anna Schmidt', accountStatus: 'active' },
    });
    const fresh = await registerAgent(server, 'max@example.org');
    const before = await server.call('POST', '/api/v1/agent/auth', { key: fresh.key, body: {} });
    expect(before.body).toMatchObject({
      agent: { permissions: ['read', 'search', 'create_draft'] },
      user: { displayName: 'Anna Schmidt', accountStatus: 'unclaimed' },
    });
  });

  it('print status with trust, limits and addresses', async () => {
    const { server, key, agent } = await openDesk();
    const { body } = await server.call('GET', '/api/v1/agent/status', { key });
    expect(body).toEqual({
      ok: true,
      agent: { id: agent.agentId, name: expect.any(String), handle: expect.any(String), status: 'active' },
      account: { status: 'active', claimed: true },
      trust: {
        level: 'basic',
        permissions: BASIC,
        maxPermissions: [...BASIC, 'post', 'bid', 'endorse', 'create_job', 'create_event', 'bulk_operations'],
        nextLevel: 'trusted',
        nextLevelHint: 'Claimed for 7 days, with 5 approved actions.',
      },
      rateLimits: { tier: 'basic', maxRequests: 30, window: '60s' },
      endpoints: {
        mcp: 'http://127.0.0.1:7423/api/mcp/stream',
        gateway: 'http://127.0.0.1:7423/api/mcp',
        posts: 'http://127.0.0.1:7423/api/v1/agent/posts',
        messages: 'http://127.0.0.1:7423/api/v1/agent/messages',
        search: 'http://127.0.0.1:7423/api/v1/agent/search',
        proposals: 'http://127.0.0.1:7423/api/v1/agent/proposals',
      },
      docs: 'http://127.0.0.1:7423/api/mcp/openapi.json',
    });
  });
});

describe('profile', () => {
  it('is the owner’s with their agents, as the client reads it', async () => {
    const { server, key, agent, ownerId } = await openDesk();
    const { body } = await server.call('GET', '/api/v1/agent/profile', { key });
    expect(body).toEqual({
      id: ownerId,
      displayName: 'Anna Schmidt',
      avatarUrl: null,
      bio: '',
      city: '',
      country: '',
      verified: false,
      reputationScore: null,
      accountStatus: 'active',
      profile: { headline: '', about: '', skills: [] },
      agents: [
        {
          id: agent.agentId,
          agentName: expect.any(String),
          agentHandle: expect.any(String),
          avatarUrl: null,
          onlineStatus: expect.stringMatching(/^(?:online|degraded|offline)$/),
          karma: 0,
          postsCount: 0,
          trustLevel: 'basic',
          permissions: BASIC,
        },
      ],
      _count: { posts: 0, sentConnections: 0, receivedConnections: 0 },
    });
  });

  it('is changed by the owner’s word alone; the client reads success', async () => {
    const { server, key } = await openDesk();
    const patch = {
      displayName: 'Anna S.',
      city: 'Graz',
      country: 'Austria',
      headline: 'Gardener',
      bio: 'Roses.',
      avatarUrl: 'https://example.org/a.png',
    };
    const held = await server.call<HeldData>('PATCH', '/api/v1/agent/profile', {
      key,
      body: { ...patch, note: 'As you said' },
    });
    expect(held.status).toBe(200);
    expect(held.body).toEqual({ success: true, draftId: expect.stringMatching(/^prf_/), ...HELD });
    expect((await newestProposal(server)).versions[0]?.note).toBe('As you said');
    expect((await server.call('GET', '/api/v1/agent/profile', { key })).body).toMatchObject({
      displayName: 'Anna Schmidt',
    });
    await approve(server, held.body.draftId);
    expect((await server.call('GET', '/api/v1/agent/profile', { key })).body).toMatchObject({
      displayName: 'Anna S.',
      city: 'Graz',
      bio: 'Roses.',
      avatarUrl: 'https://example.org/a.png',
      profile: { headline: 'Gardener', about: 'Roses.' },
    });
  });

  it.each([
    [{}, '', 'must name at least one of'],
    [{ displayName: ' ' }, 'displayName', 'must not be blank'],
    [{ displayName: 'x'.repeat(81) }, 'displayName', 'at most 80'],
    [{ headline: 'x'.repeat(161) }, 'headline', 'at most 160'],
    [{ bio: 'x'.repeat(1_001) }, 'bio', 'at most 1000'],
    [{ city: 'x'.repeat(81) }, 'city', 'at most 80'],
    [{ avatarUrl: 'http://example.org/a.png' }, 'avatarUrl', 'https'],
    [{ avatarUrl: 'https://me:pw@example.org/a.png' }, 'avatarUrl', 'without credentials'],
    [{ avatarUrl: 'javascript:alert(1)' }, 'avatarUrl', 'https'],
    [{ headline: 'Call +49 30 1234567' }, 'headline', ''],
    [{ city: 'Graz', note: 7 }, 'note', 'expected string'],
    [{ city: 'Graz', note: 'x'.repeat(501) }, 'note', 'at most 500'],
    [[], '', 'expected object'],
  ])('refuses %j, naming field and bound', async (body, path, words) => {
    const { server, key } = await openDesk();
    const error = expectMmaError(
      await server.call('PATCH', '/api/v1/agent/profile', { key, body }),
      400,
      'PAYLOAD_INVALID',
    );
    expect(error.fields?.map((field) => field.path)).toContain(path);
    expect(error.error).toContain(words);
  });

  it('is not there to be changed before the claim', async () => {
    const server = await createTestServer();
    const { key } = await registerAgent(server);
    expectMmaError(
      await server.call('PATCH', '/api/v1/agent/profile', { key, body: { city: 'Graz' } }),
      403,
      'FORBIDDEN',
    );
    expect((await server.call('GET', '/api/v1/agent/profile', { key })).body).toMatchObject({
      accountStatus: 'unclaimed',
    });
  });
});

describe('posts, messages and search', () => {
  it('answer a post as the client reads it, held', async () => {
    const { server, key } = await openDesk();
    const body = {
      content: 'Hello',
      title: 'T',
      boardSlug: 'talent-matching',
      tags: ['roses'],
      priceInCents: 100,
      priceCurrency: 'EUR',
    };
    const made = await server.call<HeldData & { id: string }>('POST', '/api/v1/agent/posts', { key, body });
    expect(made.status).toBe(201);
    const { id } = made.body;
    expect(id).toMatch(/^post_/);
    expect(made.body).toEqual({
      id,
      postId: id,
      draftId: id,
      title: 'T',
      content: 'Hello',
      visibility: 'draft',
      upvoteCount: 0,
      commentCount: 0,
      ...HELD,
    });
    const list = await server.call<{ posts: unknown[] }>('GET', '/api/v1/agent/posts?limit=50', { key });
    expect(list.body).toEqual({
      posts: [
        {
          id,
          title: 'T',
          content: 'Hello',
          boardSlug: 'talent-matching',
          postType: 'post',
          tags: ['roses'],
          status: 'PENDING_CONFIRMATION',
          visibility: 'draft',
          upvoteCount: 0,
          commentCount: 0,
          createdAt: expect.stringMatching(INSTANT),
          publishedAt: null,
        },
      ],
      nextCursor: null,
    });
  });

  it('take "Agent says" from the body, or from a header with percent-encoding', async () => {
    const { server, key } = await openDesk();
    const propose = async (content: string, note?: string, header?: string) => {
      server.clock.advance(1_000);
      const answer = await server.call('POST', '/api/v1/agent/posts', {
        key,
        body: { content, ...(note ? { note } : {}) },
        ...(header ? { headers: { 'x-countersign-note': header } } : {}),
      });
      return answer;
    };
    const noteOfNewest = async () => (await newestProposal(server)).versions[0]?.note;
    await propose('One', undefined, 'Gr%C3%BC%C3%9Fe');
    await propose('Two', 'Body wins', 'Header');
    await propose('Three', undefined, '50% off');
    const { body } = await server.console<{ items: { id: string; title: string }[] }>('GET', '/inbox');
    const notes: Record<string, string | null | undefined> = {};
    for (const { id, title } of body.items) {
      notes[title] = (
        await server.console<{ versions: { note: string | null }[] }>('GET', `/inbox/${id}`)
      ).body.versions[0]?.note;
    }
    expect(notes).toEqual({ One: 'Grüße', Two: 'Body wins', Three: '50% off' });
    const hidden = expectMmaError(await propose('Four', undefined, 'a%00b'), 400, 'PAYLOAD_INVALID');
    expect(hidden.fields?.[0]?.path).toBe('X-Countersign-Note');
    expectMmaError(await propose('Five', undefined, 'x'.repeat(501)), 400, 'PAYLOAD_INVALID');
    expect(await noteOfNewest()).toBeDefined();
  });

  it('answer a message as the client reads it, and list the conversation once it was sent', async () => {
    const { server, key, agent } = await openDesk();
    const recipientUserId = addPerson(server);
    const made = await server.call<HeldData>('POST', '/api/v1/agent/messages', {
      key,
      body: { recipientUserId, content: 'Hi!' },
    });
    expect(made.status).toBe(201);
    const { draftId } = made.body;
    expect(made.body).toEqual({ id: draftId, conversationId: null, content: 'Hi!', draftId, ...HELD });
    expect((await server.call('GET', '/api/v1/agent/messages?limit=30', { key })).body).toEqual({
      conversations: [],
      nextCursor: null,
    });
    await approve(server, draftId);
    const { body } = await server.call<{ conversations: unknown[] }>(
      'GET',
      '/api/v1/agent/messages?limit=30',
      { key },
    );
    expect(body.conversations).toEqual([
      {
        id: expect.stringMatching(/^cnv_/),
        participants: expect.arrayContaining([
          { type: 'user', id: recipientUserId, name: 'Bob Baker', handle: null },
          { type: 'agent', id: agent.agentId, name: expect.any(String), handle: expect.any(String) },
        ]),
        lastMessage: {
          id: draftId,
          senderType: 'agent',
          senderId: agent.agentId,
          content: 'Hi!',
          createdAt: expect.stringMatching(INSTANT),
        },
        unreadCount: 0,
      },
    ]);
  });

  it('search by query string, posts unless another type is named', async () => {
    const { server, key } = await openDesk();
    const search = (query: string) => server.call('GET', `/api/v1/agent/search?${query}`, { key });
    expect((await search('q=roses')).body).toEqual({ results: [], type: 'posts', nextCursor: null });
    expect((await search('q=anna&type=profiles&limit=5')).body).toMatchObject({ type: 'profiles' });
    for (const [query, path] of [
      ['', 'q'],
      ['q=x&type=people', 'type'],
      ['q=x&limit=31', 'limit'],
      ['q=x&q=y', 'q'],
      ['q=x&cursor=none', 'cursor'],
      ['q=a%00b', 'q'],
    ] as const) {
      expect(expectMmaError(await search(query), 400, 'PAYLOAD_INVALID').fields?.[0]?.path).toBe(path);
    }
  });
});

describe('rotate-key', () => {
  it('replaces the key of the call with one of the same scopes, and the old one dies', async () => {
    const { server, agent } = await openDesk();
    const key = await keyWith(server, agent.agentId, ['read:search']);
    const { status, body } = await server.call<{ apiKey: string; message: string }>(
      'POST',
      '/api/v1/agent/rotate-key',
      { key, body: {} },
    );
    expect(status).toBe(200);
    expect(body).toEqual({
      apiKey: expect.stringMatching(MMA_KEY),
      message: expect.stringContaining('shown once'),
    });
    expectChallenge(await server.call('GET', '/api/v1/agent/status', { key }));
    expect((await server.tool(body.apiKey, 'search.query', { q: 'x', type: 'posts' })).status).toBe(200);
    expectMmaError(await server.tool(body.apiKey, 'drafts.create', { content: 'x' }), 403, 'MISSING_SCOPE');
  });

  it('is for claimed agents whose owner did not deny it', async () => {
    const { server, key, agent } = await openDesk();
    const fresh = await registerAgent(server, 'max@example.org');
    expectMmaError(
      await server.call('POST', '/api/v1/agent/rotate-key', { key: fresh.key }),
      403,
      'FORBIDDEN',
    );
    for (const verdict of ['deny', 'hold']) {
      await server.console('PUT', `/agents/${agent.agentId}/policy`, { kind: 'credential.rotate', verdict });
      expectMmaError(await server.call('POST', '/api/v1/agent/rotate-key', { key }), 403, 'FORBIDDEN');
    }
    expect((await server.call('GET', '/api/v1/agent/status', { key })).status).toBe(200);
  });
});
