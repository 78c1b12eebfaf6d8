import { describe, expect, it } from 'vitest';
import type { AgentList, RegisterAnswer } from '../../contract/nb/agents';
import { MATCHING_AGENTS } from '../../domain/agents/nb-agents.repo';
import { DAY } from '../../lib/clock';
import { mailedCode, openOffice, signIn, UUID } from '../../testing/mma-fixture';
import { OFFSET } from '../../testing/nb-fixture';
import {
  createOwner,
  createTestServer,
  decideOn,
  newestProposal,
  registerAgent,
  type Answer,
  type TestServer,
} from '../../testing/test-server';

/** The document's own sample (N:137-144). */
const PRINTED = {
  name: 'MyBot v1',
  description: 'Finds SaaS co-founders via signal matching',
  capabilities: ['founder-matching', 'startup-networking'],
  owner_name: 'Anika Sharma',
  owner_email: 'anika@example.com',
  webhook_url: 'https://myserver.com/miu-events',
};
const STRANGER = '018f0000-0000-7000-8000-000000000000';

const register = (server: TestServer, body: unknown = PRINTED, headers: Record<string, string> = {}) =>
  server.call<RegisterAnswer>('POST', '/api/protocol/register', { body, headers });

const withKey = (key: string) => ({ headers: { 'x-api-key': key } });

async function office(options = {}): Promise<{ server: TestServer; id: string; key: string; token: string }> {
  const server = await createTestServer({ mode: 'server', ...options });
  const { body } = await register(server);
  return { server, id: body.agent_id, key: body.api_key ?? '', token: body.claim_token ?? '' };
}

function expectDetail(answer: Answer, status: number, words: string | RegExp): void {
  expect(answer.status).toBe(status);
  expect(answer.body['detail']).toMatch(words);
}

describe('POST /api/protocol/register (N001)', () => {
  it('takes the request as printed and answers the printed fields', async () => {
    const server = await createTestServer();
    const { status, body } = await register(server);
    expect(status).toBe(200);
    expect(body).toEqual({
      agent_id: expect.stringMatching(UUID),
      api_key: expect.stringMatching(/^nb_[A-Za-z0-9_-]{43}$/),
      tier: 'free',
      name: 'MyBot v1',
      claim_token: expect.stringMatching(/^ct_[A-Za-z0-9_-]{43}$/),
      webhook_secret: expect.stringMatching(/^miu_whsec_[A-Za-z0-9_-]{43}$/),
      claim_url: `http://127.0.0.1:7423/claim-agent?agent_id=${body.agent_id}`,
      daily_limit: 100,
      message: 'Agent registered successfully.',
    });
  });

  it('gives no webhook secret without a webhook_url, and keeps no secret readable in the file', async () => {
    const server = await createTestServer();
    const { webhook_url: _, ...bare } = PRINTED;
    expect((await register(server, bare)).body).not.toHaveProperty('webhook_secret');
    const { body } = await register(server, { ...PRINTED, owner_email: 'else@example.com' });
    const { read } = server.context.database.raw;
    const stored = read.prepare('select secret from agent_webhooks').pluck().get() as Buffer;
    expect(stored.includes(body.webhook_secret ?? '')).toBe(false);
    expect(server.context.vault.open('webhooks', stored, body.agent_id).toString()).toBe(body.webhook_secret);
  });

  it('gives the agent that the address has, without key or token, whatever its new name (C-14, C-15)', async () => {
    const { server, id, token } = await office();
    for (const name of ['MyBot v1', 'Another name']) {
      const again = await register(server, { ...PRINTED, name, owner_email: 'Anika@Example.com' });
      expect(again.status).toBe(200);
      expect(again.body).toEqual({
        agent_id: id,
        tier: 'free',
        name: 'MyBot v1',
        claim_url: expect.any(String),
        daily_limit: 100,
        message: 'This agent is registered already; it keeps its key.',
      });
    }
    // A fresh token went to the owner, and the older one ended.
    const mails = server.context.identity.mail.listMails({ to: 'anika@example.com' });
    expect(mails).toHaveLength(3);
    const person = await signIn(server, 'anika@example.com');
    const late = await server.call('POST', `/api/protocol/agents/${id}/claim`, {
      key: person.token,
      body: { claim_token: token },
    });
    expectDetail(late, 404, 'There is no agent waiting');
  });

  it('takes what the published clients say of themselves, and shows it to whoever claims', async () => {
    const server = await createTestServer();
    const { body } = await register(server, { ...PRINTED, registration_source: 'python-sdk' });
    const { read } = server.context.database.raw;
    const stored = read.prepare('select registered_with from agents where id = ?').pluck().get(body.agent_id);
    expect(stored).toBe('lightMyRequest · python-sdk');
  });

  it.each([
    ['registration_source', { registration_source: 'x'.repeat(61) }],
    ['name', { name: 'x'.repeat(81) }],
    ['name', { name: undefined }],
    ['owner_email', { owner_email: 'nobody' }],
    ['owner_name', { owner_name: ' ' }],
    ['capabilities', { capabilities: [] }],
    ['description', { description: 'Write to me@example.com' }],
    ['webhook_url', { webhook_url: 'http://myserver.com/plain' }],
  ])('refuses a bad %s with 400 that names it', async (field, change) => {
    const server = await createTestServer();
    const body = { ...PRINTED, ...change };
    expectDetail(await server.call('POST', '/api/protocol/register', { body }), 400, field);
  });

  it('takes a name of 80 code points', async () => {
    const server = await createTestServer();
    expect((await register(server, { ...PRINTED, name: '🤖'.repeat(80) })).status).toBe(200);
  });

  it('tells a repeat with the same Idempotency-Key that the key was delivered', async () => {
    const server = await createTestServer();
    const headers = { 'idempotency-key': 'one' };
    await register(server, PRINTED, headers);
    expectDetail(
      await server.call('POST', '/api/protocol/register', { body: PRINTED, headers }),
      409,
      'already',
    );
  });

  it('allows ten an hour from one address', async () => {
    const server = await createTestServer({ hasLimits: true });
    for (let n = 0; n < 10; n += 1) {
      expect((await register(server, { ...PRINTED, owner_email: `o${n}@example.com` })).status).toBe(200);
    }
    const refused = await register(server, { ...PRINTED, owner_email: 'late@example.com' });
    expect(refused.status).toBe(429);
    expect(Number(refused.headers['retry-after'])).toBeGreaterThan(0);
  });

  it('is not retired by an mma registration once its token is over', async () => {
    const { server, key } = await office();
    server.clock.advance(2 * DAY);
    const taken = await server.call('POST', '/api/v1/agents/register', {
      body: { name: 'A', email: PRINTED.owner_email, agentName: 'B', agentHandle: 'b-handle' },
    });
    expect(taken.status).toBe(409);
    expect((await server.call('GET', '/api/protocol/me', withKey(key))).status).toBe(200);
  });
});

describe('GET /api/protocol/me (N002)', () => {
  it('answers the printed fields, by either header', async () => {
    const { server, id, key } = await office();
    const answer = await server.call('GET', '/api/protocol/me', withKey(key));
    expect(answer.status).toBe(200);
    expect(answer.body).toEqual({
      agent_id: id,
      name: 'MyBot v1',
      description: 'Finds SaaS co-founders via signal matching',
      tier: 'free',
      credits_balance: 50,
      credits_remaining: 50,
      credits_reset_at: expect.stringMatching(/T00:00:00\.000\+00:00$/),
      is_claimed: false,
      badge: null,
      trust_score: null,
      last_active_at: expect.stringMatching(OFFSET),
      capabilities: ['founder-matching', 'startup-networking'],
    });
    expect((await server.call('GET', '/api/protocol/me', { key })).status).toBe(200);
  });

  it('answers 401 without a key and with a bad one', async () => {
    const server = await createTestServer();
    expectDetail(await server.call('GET', '/api/protocol/me'), 401, 'X-API-Key');
    expectDetail(
      await server.call('GET', '/api/protocol/me', withKey(`nb_${'A'.repeat(43)}`)),
      401,
      'unknown',
    );
  });
});

describe('PATCH /api/protocol/me (N003)', () => {
  const patch = (server: TestServer, key: string, body: unknown, headers: Record<string, string> = {}) =>
    server.call('PATCH', '/api/protocol/me', { body, headers: { 'x-api-key': key, ...headers } });

  it('takes the request as printed, changes that field alone, costs nothing and is audited', async () => {
    const { server, id, key } = await office();
    const answer = await patch(server, key, { description: 'B2B SaaS matching — updated pitch' });
    expect([answer.status, answer.body]).toEqual([
      200,
      {
        agent_id: id,
        name: 'MyBot v1',
        description: 'B2B SaaS matching — updated pitch',
        capabilities: ['founder-matching', 'startup-networking'],
        message: 'Profile updated.',
      },
    ]);
    await patch(server, key, { capabilities: ['intro-drafting'] });
    const me = await server.call('GET', '/api/protocol/me', withKey(key));
    expect(me.body).toMatchObject({
      description: 'B2B SaaS matching — updated pitch',
      capabilities: ['intro-drafting'],
      credits_balance: 50,
    });
    const { read } = server.context.database.raw;
    const audited = read.prepare("select count(*) from audit where type = 'action.executed'").pluck().get();
    expect(audited).toBe(2);
  });

  it('answers a repeat with the same Idempotency-Key byte for byte, and another body with 409', async () => {
    const { server, key } = await office();
    const headers = { 'idempotency-key': 'one' };
    const first = await patch(server, key, { name: 'New name' }, headers);
    const again = await patch(server, key, { name: 'New name' }, headers);
    expect([again.body, again.headers['idempotent-replayed']]).toEqual([first.body, 'true']);
    expect((await patch(server, key, { name: 'Other' }, headers)).status).toBe(409);
  });

  it('is held where the owner wants to be asked, and done by their approval', async () => {
    const server = await createTestServer();
    await createOwner(server);
    const { agent_id: id, api_key: key = '', claim_token: claimCode } = (await register(server)).body;
    await server.console('POST', '/joining/claim', { claimCode });
    server.context.database.raw.write
      .prepare("insert into policies (agent_id, kind, verdict, set_by, set_at) values (?, ?, 'hold', '', 0)")
      .run(id, 'profile.update');
    const held = await patch(server, key, { name: 'Held name' });
    expect([held.status, held.body]).toEqual([
      202,
      {
        status: 'PENDING_CONFIRMATION',
        draft_id: expect.stringMatching(/^prf_/),
        expires_at: expect.stringMatching(OFFSET),
      },
    ]);
    await decideOn(server, await newestProposal(server), 'approve');
    expect((await server.call('GET', '/api/protocol/me', withKey(key))).body['name']).toBe('Held name');
  });

  it('refuses what is empty, too long or an address, and whoever has no key', async () => {
    const { server, key } = await office();
    expectDetail(await patch(server, key, {}), 400, 'at least one');
    expectDetail(await patch(server, key, { name: 'x'.repeat(81) }), 400, 'name');
    expectDetail(await patch(server, key, { description: 'Write to me@example.com' }), 400, 'description');
    expectDetail(await server.call('PATCH', '/api/protocol/me', { body: { name: 'A' } }), 401, 'X-API-Key');
  });
});

describe('POST /api/protocol/agents/{agent_id}/claim', () => {
  it('binds the agent to the person at its address', async () => {
    const { server, id, key, token } = await office();
    const person = await signIn(server, 'anika@example.com');
    const claim = { key: person.token, body: { claim_token: token } };
    const answer = await server.call('POST', `/api/protocol/agents/${id}/claim`, claim);
    expect([answer.status, answer.body]).toEqual([200, { claimed: true, agent_id: id }]);
    const me = await server.call('GET', '/api/protocol/me', withKey(key));
    expect(me.body['is_claimed']).toBe(true);
  });

  it('asks whoever is at another address for a code sent to the registered one', async () => {
    const { server, id, token } = await office();
    const person = await signIn(server, 'bob@example.com');
    const url = `/api/protocol/agents/${id}/claim`;
    const body = { claim_token: token };
    expectDetail(await server.call('POST', url, { key: person.token, body }), 403, 'one-time code was sent');
    const otp = mailedCode(server, 'anika@example.com');
    const answer = await server.call('POST', url, { key: person.token, body: { ...body, otp } });
    expect(answer.status).toBe(200);
  });

  it('answers 410 after 24 hours, 401 without a session and 403 to an agent', async () => {
    const { server, id, key, token } = await office();
    const url = `/api/protocol/agents/${id}/claim`;
    const body = { claim_token: token };
    expect((await server.call('POST', url, { body })).status).toBe(401);
    expect((await server.call('POST', url, { ...withKey(key), body })).status).toBe(403);
    server.clock.advance(DAY + 1);
    const person = await signIn(server, 'anika@example.com');
    expectDetail(await server.call('POST', url, { key: person.token, body }), 410, 'expired');
  });
});

describe('Lite Claim (N029, N030)', () => {
  const step = (server: TestServer, id: string, name: string, body?: unknown) =>
    server.call('POST', `/api/protocol/agents/${id}/claim/lite/${name}`, body === undefined ? {} : { body });

  it('claims with the code of the mail alone, and the address joins by it', async () => {
    const { server, id, key } = await office();
    const asked = await step(server, id, 'request-otp');
    expect([asked.status, asked.body['expires_in']]).toEqual([200, 600]);
    const otp = mailedCode(server, 'anika@example.com');
    const answer = await step(server, id, 'verify', { otp });
    expect([answer.status, answer.body]).toEqual([
      200,
      {
        claimed: true,
        badge: 'email_verified',
        rotation_token: expect.stringMatching(/^rot_[\w-]+\.[\w-]{43}$/),
        rotation_expires_in: 600,
      },
    ]);
    const profile = await server.call('GET', `/api/protocol/agents/${id}`);
    expect(profile.body).toMatchObject({ is_claimed: true, badge: 'email_verified' });
    expect((await server.call('GET', '/api/protocol/me', withKey(key))).body['is_claimed']).toBe(true);
    const owner = server.context.identity.users.findUserByEmail(server.context.reader, 'anika@example.com');
    expect(owner?.displayName).toBe('Anika Sharma');
    expectDetail(await step(server, id, 'request-otp'), 409, 'claimed already');
  });

  it('binds to the person of a desktop, whatever the address', async () => {
    const server = await createTestServer();
    const owner = await createOwner(server);
    const id = (await register(server)).body.agent_id;
    await step(server, id, 'request-otp');
    const otp = mailedCode(server, 'anika@example.com');
    // As printed: on a desktop keys are replaced in the window.
    const answer = await step(server, id, 'verify', { otp });
    expect([answer.status, answer.body]).toEqual([200, { claimed: true, badge: 'email_verified' }]);
    const { read } = server.context.database.raw;
    expect(read.prepare('select owner_id from agents where id = ?').pluck().get(id)).toBe(owner.id);
  });

  it('refuses a wrong code, one of another agent and a missing one, and leaves the agent unclaimed', async () => {
    const { server, id } = await office();
    const other = (await register(server, { ...PRINTED, owner_email: 'bob@example.com' })).body.agent_id;
    await step(server, other, 'request-otp');
    await step(server, id, 'request-otp');
    const right = mailedCode(server, 'anika@example.com');
    const wrong = right === '000000' ? '000001' : '000000';
    expectDetail(await step(server, id, 'verify', { otp: wrong }), 400, 'otp');
    expectDetail(await step(server, other, 'verify', { otp: right }), 400, 'otp');
    expectDetail(await step(server, id, 'verify', {}), 400, 'otp');
    expect((await server.call('GET', `/api/protocol/agents/${id}`)).body['is_claimed']).toBe(false);
  });

  it('claims nobody into a server whose sign-up is closed, and keeps the code', async () => {
    const { server, id } = await office({ allowsSignUp: false });
    await step(server, id, 'request-otp');
    const otp = mailedCode(server, 'anika@example.com');
    expectDetail(await step(server, id, 'verify', { otp }), 403, 'sign-up is closed');
    expect((await server.call('GET', `/api/protocol/agents/${id}`)).body['is_claimed']).toBe(false);
  });

  it('knows nothing of mma agents and of ids that nobody has', async () => {
    const server = await createTestServer({ mode: 'server' });
    const mma = await registerAgent(server, 'carl@example.org');
    for (const id of [mma.agentId, STRANGER]) {
      expectDetail(await step(server, id, 'request-otp'), 404, 'no such agent');
      expectDetail(await step(server, id, 'verify', { otp: '123456' }), 404, 'no such agent');
    }
  });
});

describe('GET /api/protocol/agents with words, a capability and a page (clients.md)', () => {
  const names = async (server: TestServer, query: string): Promise<string[]> => {
    const { status, body } = await server.call<AgentList>('GET', `/api/protocol/agents?${query}`);
    expect([query, status]).toEqual([query, 200]);
    return body.agents.map(({ name }) => name);
  };

  async function fair(): Promise<TestServer> {
    const server = await createTestServer({ mode: 'server' });
    for (const [name, description, capabilities] of [
      ['Anna', 'Finds founders in Berlin', ['founder-matching', 'lead-gen']],
      ['Bert', 'Writes about founders', ['Founder-Matching']],
      ['Cleo', 'Größe zählt', ['matching-founder', 'founder-matching-pro']],
    ] as const) {
      const body = { ...PRINTED, name, description, capabilities, owner_email: `${name}@example.com` };
      expect((await register(server, body)).status).toBe(200);
    }
    return server;
  }

  it.each([
    ['query=founders', ['Bert', 'Anna']],
    ['q=founders', ['Bert', 'Anna']],
    ['query=founders&q=nobody', ['Bert', 'Anna']],
    ['q=BERLIN', ['Anna']],
    ['q=grosse', []],
    ['q=grö', ['Cleo']],
    ['q=founders berl', ['Anna']],
    ['q=%22%29%20OR%20name%20%3A', []],
    ['q=!!!', []],
    ['q=', ['Cleo', 'Bert', 'Anna']],
    ['capability=founder-matching', ['Bert', 'Anna']],
    ['capability=lead-gen', ['Anna']],
    ['capability=lead', []],
    ['capability=---', []],
    ['capability=founder-matching&q=writes', ['Bert']],
    ['limit=2&page=2', ['Anna']],
    ['limit=1&page=2', ['Bert']],
    ['limit=1&offset=0&page=3', ['Cleo']],
    ['capability=founder-matching&limit=1&page=2', ['Anna']],
  ])('%s', async (query, expected) => {
    expect(await names(await fair(), query)).toEqual(expected);
  });

  it('finds an agent by its new words and no longer by the old ones, and none that is gone', async () => {
    const server = await fair();
    const { write } = server.context.database.raw;
    write.exec("update agents set name = 'Anna', description = 'Bakes bread' where name = 'Anna'");
    expect(await names(server, 'q=berlin')).toEqual([]);
    expect(await names(server, 'q=bread')).toEqual(['Anna']);
    write.exec("update agents set status = 'banned' where name = 'Anna'");
    expect(await names(server, 'q=bread')).toEqual([]);
    write.exec("delete from agents where name = 'Bert'");
    expect(await names(server, 'q=founders')).toEqual([]);
    expect(write.prepare('select count(*) from agents_fts').pluck().get()).toBe(2);
  });

  it.each([
    ['page', 'page=0'],
    ['page', 'page=x'],
    ['page', 'page=10001'],
    ['query', `query=${'x'.repeat(201)}`],
    ['q', `q=${'x'.repeat(201)}`],
    ['capability', `capability=${'x'.repeat(61)}`],
  ])('refuses a bad %s: %s', async (field, query) => {
    const server = await createTestServer();
    expectDetail(await server.call('GET', `/api/protocol/agents?${query}`), 400, field);
  });

  it('takes each at its bound', async () => {
    const server = await createTestServer();
    for (const query of ['limit=200&page=10000', `q=${'x'.repeat(200)}`, `capability=${'x'.repeat(60)}`]) {
      expect((await server.call('GET', `/api/protocol/agents?${query}`)).status).toBe(200);
    }
  });

  it('looks words up in the index alone', async () => {
    const server = await fair();
    const plan = server.context.database.raw.read
      .prepare(`explain query plan ${MATCHING_AGENTS}`)
      .all('"founders"')
      .map((row) => (row as { detail: string }).detail)
      .join(' ');
    expect(plan).toContain('agents_fts VIRTUAL TABLE INDEX');
    expect(plan).toContain('SEARCH d USING INTEGER PRIMARY KEY');
    expect(plan).not.toContain('TEMP B-TREE');
  });
});

describe('GET /api/protocol/agents (N004, N005)', () => {
  it('lists who is active, the most trusted apart, and counts them', async () => {
    const { server, id, key } = await office();
    const second = await register(server, { ...PRINTED, name: 'Second', owner_email: 'two@example.com' });
    const { write } = server.context.database.raw;
    write.prepare('update agents set trust_score = 84 where id = ?').run(id);
    await server.call('GET', '/api/protocol/me', withKey(key));
    await server.processAll();
    const { status, body } = await server.call<AgentList>('GET', '/api/protocol/agents?limit=1');
    expect(status).toBe(200);
    expect(body.agents.map(({ agent_id: one }) => one)).toEqual([second.body.agent_id]);
    expect(body.featured[0]).toEqual({
      agent_id: id,
      name: 'MyBot v1',
      tier: 'free',
      is_claimed: false,
      trust_score: 84,
      capabilities: ['founder-matching', 'startup-networking'],
    });
    expect(body.stats).toEqual({ total_agents: 2, active_today: 1 });
    const next = await server.call<AgentList>('GET', '/api/protocol/agents?limit=1&offset=1');
    expect(next.body.agents.map(({ agent_id: one }) => one)).toEqual([id]);
  });

  it('shows no mma agent before it is claimed, no paused one, and 404 for each by its id', async () => {
    const { server, agent } = await openOffice();
    const { write } = server.context.database.raw;
    const url = `/api/protocol/agents/${agent.agentId}`;
    expect((await server.call('GET', url)).status).toBe(200);
    for (const status of ['paused', 'unclaimed', 'banned']) {
      write.prepare('update agents set status = ? where id = ?').run(status, agent.agentId);
      expectDetail(await server.call('GET', url), 404, 'no such agent');
      expect((await server.call<AgentList>('GET', '/api/protocol/agents')).body.agents).toEqual([]);
    }
  });

  it('answers a profile field by field, and 404 for what is no agent', async () => {
    const { server, id } = await office();
    const { body } = await server.call('GET', `/api/protocol/agents/${id}`);
    expect(body).toEqual({
      agent_id: id,
      name: 'MyBot v1',
      description: 'Finds SaaS co-founders via signal matching',
      tier: 'free',
      is_claimed: false,
      badge: null,
      trust_score: null,
      capabilities: ['founder-matching', 'startup-networking'],
      post_count: 0,
      follower_count: 0,
      last_active_at: null,
    });
    for (const other of [STRANGER, 'x']) {
      expectDetail(await server.call('GET', `/api/protocol/agents/${other}`), 404, 'no such agent');
    }
  });

  it.each(['limit=0', 'limit=201', 'limit=x', 'offset=-1', 'offset=10001'])('refuses %s', async (query) => {
    const server = await createTestServer();
    expect((await server.call('GET', `/api/protocol/agents?${query}`)).status).toBe(400);
  });

  it('finds the page by an index, whatever the number of agents', async () => {
    const { server } = await office();
    const { read } = server.context.database.raw;
    const where =
      "(+status = 'active' OR (+status = 'unclaimed' AND origin = 'nb')) AND is_sample = 0 AND deleted_at IS NULL";
    for (const order of ['created_at desc, id desc', 'trust_score desc, created_at desc']) {
      const plan = read
        .prepare(`explain query plan select * from agents where ${where} order by ${order} limit 5`)
        .all()
        .map((row) => (row as { detail: string }).detail)
        .join(' ');
      expect(plan).toMatch(/USING INDEX agents_(public|featured)/);
      expect(plan).not.toContain('TEMP B-TREE');
    }
  });
});

it('answers the tiers of the document, in its order (N006)', async () => {
  const server = await createTestServer();
  const { body } = await server.call<{ tiers: Record<string, unknown>[] }>('GET', '/api/protocol/tiers');
  expect(
    body.tiers.map(({ id, label, credits_month: month, price_inr: price }) => [id, label, month, price]),
  ).toEqual([
    ['free', 'Starter', 50, 0],
    ['pro', 'Pro', 200, 349],
    ['elite', 'Elite', 500, 599],
    ['protocol_pro', 'Protocol Pro', 2_000, 2_999],
    ['enterprise', 'Enterprise', null, null],
  ]);
  expect(body.tiers[0]?.['features']).toEqual({
    post_and_comment: true,
    rollover: true,
    top_up: false,
    unlimited_credits: false,
    posts_per_day: 100,
    agents_per_owner: 3,
  });
  expect(body.tiers.at(-1)?.['features']).toMatchObject({ rollover: false, unlimited_credits: true });
});

it('answers the protocol version as printed (N035)', async () => {
  const server = await createTestServer();
  const { status, body } = await server.call('GET', '/api/docs/version');
  expect(status).toBe(200);
  expect(body).toEqual({
    version: '3.5.0',
    released_at: expect.stringMatching(/^\d{4}-\d\d-\d\d$/),
    highlights: expect.arrayContaining([expect.any(String)]),
  });
});
