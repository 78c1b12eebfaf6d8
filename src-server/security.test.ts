import http from 'node:http';
import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { KINDS, type AgentOrigin } from './contract/common';
import type { InboxDetail } from './contract/console/inbox';
import type { Problem } from './contract/console/problem';
import { SOCKET_SECRET_HEADER } from './contract/process';
import { ACTIONS } from './actions';
import { defaultVerdict, policyChoices, resolveVerdict, type Face } from './gate/kinds';
import { postIn, registerNbAgent, type NbAgent } from './testing/nb-fixture';
import {
  claimedAgent,
  createOwner,
  createTestServer,
  newestProposal,
  registerAgent,
  type TestServer,
} from './testing/test-server';

const ORIGINS: readonly AgentOrigin[] = ['mma', 'nb', 'console', 'oauth'];
const FACES: readonly Face[] = ['mma', 'nb', 'console'];

async function desk(): Promise<{ server: TestServer; key: string; agentId: string }> {
  const server = await createTestServer();
  await createOwner(server);
  const { key, agentId } = await claimedAgent(server);
  return { server, key, agentId };
}

/** A concrete address for a pattern. */
function pathOf(pattern: string, ids: Record<string, string>): string {
  return pattern.replaceAll(/:(\w+)/g, (_all, name: string) => ids[name] ?? 'unknown').replace('*', 'x');
}

describe('the floor, over every kind, origin and door', () => {
  for (const kind of KINDS) {
    it(`holds ${kind} wherever mma is involved, whatever the owner set`, () => {
      for (const origin of ORIGINS) {
        for (const face of FACES) {
          for (const set of [undefined, 'allow', 'hold', 'deny'] as const) {
            const verdict = resolveVerdict(kind, face, origin, set);
            const isMma = face === 'mma' || origin === 'mma';
            if (set === 'deny') expect(verdict).toBe('deny');
            else if (isMma && kind !== 'credential.rotate') expect(verdict).toBe('hold');
            // Money is its owner's, whichever door the agent came by.
            else if (kind === 'billing.order') expect(verdict).toBe('hold');
            else expect(verdict).toBe(set ?? defaultVerdict(kind, origin));
          }
        }
      }
      if (kind !== 'credential.rotate') expect(policyChoices(kind, 'mma')).not.toContain('allow');
      if (kind === 'billing.order') expect(policyChoices(kind, 'nb')).toEqual(['hold', 'deny']);
    });
  }

  it('holds every action of a claimed mma agent through every door it has', async () => {
    const { server, key, agentId } = await desk();
    const other = await createTestServerPerson(server);
    const author = await registerNbAgent(server);
    const post = `/api/agent/posts/${await postIn(author)}`;
    const comment = `${post}/comments/${await commentBelow(post, author)}`;
    const own = `${post}/comments/${await commentBelow(post, author)}`;
    server.context.database.raw.write
      .prepare('update comments set agent_id = ? where id = ?')
      .run(agentId, own.split('/').at(-1));
    // A desktop's person has no limit, and nothing to buy.
    server.context.database.raw.write.prepare("update users set plan = 'free'").run();
    const counted = () =>
      (['comments', 'reactions'] as const).map((table) =>
        server.context.database.raw.read.prepare(`select count(*) from ${table}`).pluck().get(),
      );
    const before = counted();
    const calls: [string, () => Promise<{ status: number; body: Record<string, unknown> }>][] = [
      ['drafts.create', () => server.tool(key, 'drafts.create', { content: 'One' })],
      ['drafts_create', () => server.tool(key, 'drafts_create', { content: 'Two' })],
      ['v1 posts', () => server.call('POST', '/api/v1/agent/posts', { key, body: { content: 'Three' } })],
      [
        'messages.sendHuman',
        () => server.tool(key, 'messages.sendHuman', { recipientUserId: other, content: 'Hi' }),
      ],
      [
        'v1 messages',
        () =>
          server.call('POST', '/api/v1/agent/messages', {
            key,
            body: { recipientUserId: other, content: 'Hi!' },
          }),
      ],
      ['connections.request', () => server.tool(key, 'connections.request', { targetUserId: other })],
      ['v1 profile', () => server.call('PATCH', '/api/v1/agent/profile', { key, body: { headline: 'New' } })],
      ['nb room', () => server.call('POST', '/api/agent/rooms/create', { key, body: { name: 'A room' } })],
      ['nb comment', () => server.call('POST', `${post}/comments`, { key, body: { content: 'Hi' } })],
      ['nb reply', () => server.call('POST', `${comment}/reply`, { key, body: { content: 'Hi' } })],
      ['nb upvote', () => server.call('POST', `${comment}/upvote`, { key })],
      ['nb react', () => server.call('POST', `${post}/react`, { key })],
      ['nb delete', () => server.call('DELETE', own, { key })],
      ['nb profile', () => server.call('PATCH', '/api/protocol/me', { key, body: { description: 'New' } })],
      [
        'nb dm',
        () =>
          server.call('POST', `/api/protocol/agents/${agentId}/dm`, {
            key,
            body: { to_user_id: other, message: 'Hi' },
          }),
      ],
      ['nb follow', () => server.call('POST', `/api/agent/follow/${author.id}`, { key })],
      ['nb unfollow', () => server.call('DELETE', `/api/agent/follow/${author.id}`, { key })],
      ['nb block', () => server.call('POST', `/api/agent/my-inbox/${author.id}/block`, { key })],
      ['nb unblock', () => server.call('DELETE', `/api/agent/my-inbox/${author.id}/block`, { key })],
      [
        'nb webhook',
        () => server.call('PATCH', `/api/protocol/agents/${agentId}/webhook`, { key, body: { events: [] } }),
      ],
      [
        'nb upgrade',
        () =>
          server.call('POST', `/api/protocol/agents/${agentId}/upgrade`, {
            key,
            body: { plan_key: 'pro_monthly' },
          }),
      ],
    ];
    for (const [name, call] of calls) {
      const { status, body } = await call();
      const data = (body['data'] ?? body) as Record<string, unknown>;
      expect([name, status < 300, data['status']]).toEqual([name, true, 'PENDING_CONFIRMATION']);
    }
    const { write } = server.context.database.raw;
    const ofMma = "select count(*) from posts where visibility = 'public' and agent_id = ?";
    expect(write.prepare(ofMma).pluck().get(agentId)).toBe(0);
    expect(write.prepare('select count(*) from messages').pluck().get()).toBe(0);
    expect(counted()).toEqual(before);
    expect(write.prepare('select count(*) from connections').pluck().get()).toBe(0);
    expect(write.prepare('select count(*) from follows').pluck().get()).toBe(0);
    expect(write.prepare('select count(*) from blocks').pluck().get()).toBe(0);
    const kinds = write.prepare('select distinct action_name from actions').pluck().all() as string[];
    const held = ACTIONS.filter(
      ({ kind, name }) => kind !== 'credential.rotate' && name !== 'webhook.testFire',
    ).map(({ name }) => name);
    expect(kinds.toSorted()).toEqual(held.toSorted());
  });
});

async function commentBelow(post: string, agent: NbAgent): Promise<string> {
  const { body } = await agent.call<{ comment_id: string }>('POST', `${post}/comments`, { content: 'Words' });
  return body.comment_id;
}

/** Somebody else, to write to. */
async function createTestServerPerson(server: TestServer): Promise<string> {
  const { write } = server.context.database.raw;
  const id = server.context.ids.uuid();
  write
    .prepare(
      "insert into users (id, email, display_name, role, plan, created_at) values (?, 'bob@example.org', 'Bob', 'owner', 'free', 0)",
    )
    .run(id);
  return id;
}

describe('an agent’s credential', () => {
  it('finds no console route on the desktop’s TCP door', async () => {
    const { server, key } = await desk();
    await server.tool(key, 'drafts.create', { content: 'Hello' });
    const item = await newestProposal(server);
    expect(server.consoleApp.routeTable.length).toBeGreaterThan(20);
    for (const { method, path } of server.consoleApp.routeTable) {
      const answer = await server.call(method as 'GET', pathOf(path, { id: item.id, keyId: 'k' }), {
        key,
        ...(method === 'GET' ? {} : { body: {} }),
      });
      expect([method, path, answer.status]).toEqual([method, path, 404]);
    }
  });

  it('is refused on every console route of a server, and decides through no route there is', async () => {
    const server = await createTestServer({ mode: 'server' });
    const agent = await registerAgent(server);
    const held = await server.tool<{ data: { draftId: string } }>(agent.key, 'drafts.create', {
      content: 'Hello',
    });
    const { draftId } = held.body.data;
    const { write } = server.context.database.raw;
    const actionId = String(write.prepare('select id from actions').pluck().get());
    const version = write.prepare('select hash from action_versions').pluck().get();
    const bodies = [
      {},
      { version: 1, hash: version, verdict: 'approve' },
      { postId: draftId, action: 'approve', payloadSha256: version },
      { tool: 'drafts.updateStatus', payload: { postId: draftId, action: 'approve' } },
      { tool: 'posts.publish', payload: { postId: draftId } },
      {
        jsonrpc: '2.0',
        id: 1,
        method: 'tools/call',
        params: { name: 'drafts.updateStatus', arguments: { postId: draftId, action: 'approve' } },
      },
      { claimCode: agent.claimCode },
    ];
    for (const { method, path } of server.agentApp.routeTable) {
      for (const body of method === 'GET' ? [undefined] : bodies) {
        const answer = await server.call(
          method as 'GET',
          pathOf(path, { id: actionId, draftId, postId: draftId, agentId: agent.agentId }),
          {
            key: agent.key,
            ...(body === undefined ? {} : { body }),
          },
        );
        if (path === '/api/console/me') expect(answer.body).toMatchObject({ user: null, mayDecide: false });
        else if (path === '/api/console/setup') expect([400, 403]).toContain(answer.status);
        else if (path.startsWith('/api/console')) expect([path, answer.status]).toEqual([path, 401]);
        expect([method, path, answer.status >= 500]).toEqual([method, path, false]);
      }
    }
    expect(write.prepare('select count(*) from decisions').pluck().get()).toBe(0);
    expect(write.prepare("select count(*) from posts where visibility = 'public'").pluck().get()).toBe(0);
  });

  it('hears ACTOR_DENIED on payments, decisions and answers to connections', async () => {
    const { server, key } = await desk();
    for (const [tool, payload] of [
      ['deals.createCheckout', { dealId: 'x' }],
      ['payouts.request', { amountCents: 1_000 }],
      ['charity.donate', { projectId: 'x', amountCents: 100 }],
      ['drafts.updateStatus', { postId: 'x', action: 'approve' }],
      ['connections.respond', { connectionId: 'x', action: 'accept' }],
    ] as const) {
      const answer = await server.tool<{ error_code: string }>(key, tool, payload);
      expect([tool, answer.status, answer.body.error_code]).toEqual([tool, 403, 'ACTOR_DENIED']);
    }
  });
});

describe('the private socket', () => {
  it('answers nobody without the secret of this start', async () => {
    const { server } = await desk();
    const socketPath = join(mkdtempSync(join(tmpdir(), 'countersign-sock-')), 's');
    await server.consoleApp.listen({ path: socketPath });
    const ask = (headers: Record<string, string>): Promise<number> =>
      new Promise((resolve, reject) => {
        http
          .get(
            { socketPath, path: '/api/console/me', headers: { host: 'console.local', ...headers } },
            (response) => {
              response.resume();
              resolve(response.statusCode ?? 0);
            },
          )
          .on('error', reject);
      });
    expect(await ask({})).toBe(401);
    expect(await ask({ [SOCKET_SECRET_HEADER]: 'guess' })).toBe(401);
    expect(await ask({ [SOCKET_SECRET_HEADER]: server.socketSecret })).toBe(200);
  });
});

describe('a web page', () => {
  const page = { 'content-type': 'application/json' };
  for (const [name, headers] of [
    ['of another origin', { origin: 'https://evil.example' }],
    ['without an origin to name', { origin: 'null' }],
    ['on another local port', { origin: 'http://localhost:3000', 'sec-fetch-site': 'same-site' }],
    ['behind a rebound name', { host: 'evil.example:7423' }],
    [
      'with a cross-site image',
      { 'sec-fetch-site': 'cross-site', 'sec-fetch-mode': 'no-cors', 'sec-fetch-dest': 'image' },
    ],
    [
      'that navigates to the API',
      { 'sec-fetch-site': 'cross-site', 'sec-fetch-mode': 'navigate', 'sec-fetch-dest': 'document' },
    ],
  ] as const) {
    it(`${name} reaches nothing`, async () => {
      const { server, key } = await desk();
      for (const [method, url] of [
        ['GET', '/api/mcp'],
        ['POST', '/api/mcp'],
        ['POST', '/api/mcp/stream'],
        ['POST', '/api/v1/agents/register'],
        ['GET', '/api/v1/agent/status'],
        ['POST', '/api/auth/otp/request'],
      ] as const) {
        const answer = await server.call(method, url, {
          key,
          headers: { ...page, ...headers },
          ...(method === 'GET' ? {} : { body: {} }),
        });
        expect([url, answer.status]).toEqual([url, 403]);
      }
    });
  }

  it('may link to a public page, which no page may frame', async () => {
    const { server } = await desk();
    const answer = await server.call('GET', '/claim', {
      headers: { 'sec-fetch-site': 'cross-site', 'sec-fetch-mode': 'navigate', 'sec-fetch-dest': 'document' },
    });
    expect(answer.status).toBe(200);
    expect(answer.headers['content-security-policy']).toContain("frame-ancestors 'none'");
  });
});

describe('a read', () => {
  it('writes nothing: every GET of both doors leaves the file as it is', async () => {
    const { server, key, agentId } = await desk();
    const held = await server.tool<{ data: { draftId: string } }>(key, 'drafts.create', { content: 'Hello' });
    const item = await newestProposal(server);
    await server.processAll();
    const { write } = server.context.database.raw;
    const changes = (): unknown => write.prepare('select total_changes()').pluck().get();
    for (const app of ['agent', 'console'] as const) {
      const table = app === 'agent' ? server.agentApp.routeTable : server.consoleApp.routeTable;
      for (const { method, path } of table) {
        if (method !== 'GET' || path.endsWith('/events')) continue;
        // What calls leave behind in batches is written now, and not in the middle of the next one.
        server.context.usage.flush();
        server.context.agentInbox.flush();
        const before = changes();
        const ids = {
          id: path.includes('/agents/') ? agentId : item.id,
          draftId: held.body.data.draftId,
          postId: held.body.data.draftId,
        };
        const answer =
          app === 'agent'
            ? await server.call('GET', pathOf(path, ids), { key })
            : await server.console('GET', pathOf(path, ids).replace('/api/console', ''));
        expect([path, answer.status >= 500, changes()]).toEqual([path, false, before]);
      }
    }
  });
});

describe('a sock-puppet owner on a desktop', () => {
  it('can neither sign up nor claim over TCP', async () => {
    const { server } = await desk();
    const puppet = await registerAgent(server, 'puppet@example.org');
    const requested = await server.call('POST', '/api/auth/otp/request', {
      body: { email: 'puppet@example.org' },
    });
    expect(requested.status).toBe(200);
    const mails = server.context.identity.mail.listMails({ to: 'puppet@example.org' });
    expect(mails.filter(({ subject }) => /sign|code/i.test(subject))).toEqual([]);
    const claim = await server.call('POST', '/api/v1/claim', { body: { claimCode: puppet.claimCode } });
    expect(claim.status).toBe(401);
    const withKey = await server.call('POST', '/api/v1/claim', {
      key: puppet.key,
      body: { claimCode: puppet.claimCode },
    });
    expect(withKey.status).toBe(403);
  });

  it('does not even decide as the owner signed in over TCP', async () => {
    const { server, key } = await desk();
    await server.tool(key, 'drafts.create', { content: 'Hello' });
    await server.call('POST', '/api/auth/otp/request', { body: { email: 'anna@example.org' } });
    const [mail] = server.context.identity.mail.listMails({ to: 'anna@example.org' });
    const otp = /\b\d{6}\b/.exec(mail?.text ?? '')?.[0] ?? '';
    const signedIn = await server.call<{ access_token: string }>('POST', '/api/auth/otp/verify', {
      body: { email: 'anna@example.org', otp },
    });
    expect(signedIn.status).toBe(200);
    const item = await newestProposal(server);
    const { write } = server.context.database.raw;
    const postId = write.prepare('select id from posts').pluck().get();
    const answer = await server.tool<{ error_code: string; error: string }>(
      signedIn.body.access_token,
      'drafts.updateStatus',
      { postId, action: 'approve' },
    );
    expect(answer.status).toBe(403);
    expect(answer.body.error_code).toBe('ACTOR_DENIED');
    expect(answer.body.error).toContain('Countersign window');
    expect((await server.console<InboxDetail>('GET', `/inbox/${item.id}`)).body.status).toBe('pending');
  });
});

describe('a guessed claim code', () => {
  it('is worth ten tries in a quarter of an hour', async () => {
    const server = await createTestServer({ hasLimits: true });
    await createOwner(server);
    for (let attempt = 0; attempt < 10; attempt += 1) {
      const wrong = await server.console<Problem>('POST', '/joining/preview', {
        claimCode: `MMA-AAAA-AAA${'3479ACDEFG'[attempt]}`,
      });
      expect(wrong.status).toBe(404);
    }
    const stopped = await server.console<Problem>('POST', '/joining/preview', { claimCode: 'MMA-AAAA-AAAA' });
    expect(stopped.status).toBe(429);
  });
});
