import { describe, expect, it } from 'vitest';
import { DAY } from '../../lib/clock';
import {
  addPerson,
  expectMmaError,
  openDesk,
  openOffice,
  signIn,
  type HeldData,
  type MmaOk,
  type Office,
} from '../../testing/mma-fixture';
import { claimedAgent, createTestServer, registerAgent, type TestServer } from '../../testing/test-server';

/** decisions §3: `Idempotency-Key` on every write, per credential and route, 24 hours. */

type Method = 'POST' | 'PUT' | 'PATCH' | 'DELETE';

interface Write {
  readonly method: Method;
  /** As in the route table. */
  readonly route: string;
  readonly url?: string;
  readonly key: string;
  readonly body: Record<string, unknown>;
  /** Another body that would be as good. */
  readonly other: Record<string, unknown>;
}

async function send(server: TestServer, write: Write, body: unknown, idempotencyKey: string) {
  const response = await server.agentApp.inject({
    method: write.method,
    url: write.url ?? write.route,
    headers: {
      host: '127.0.0.1:7423',
      authorization: `Bearer ${write.key}`,
      'idempotency-key': idempotencyKey,
    },
    payload: body as object,
  });
  return {
    status: response.statusCode,
    bytes: response.payload,
    isReplayed: response.headers['idempotent-replayed'] === 'true',
    error:
      response.statusCode >= 400 ? (response.json() as { error_code?: string; code?: string }) : undefined,
  };
}

let keys = 0;

/** The same again gets the same bytes and does nothing; another body is a conflict. */
async function expectOnce(server: TestServer, write: Write): Promise<void> {
  const counts = (): unknown =>
    server.context.database.raw.read
      .prepare(
        "select (select count(*) from actions) as a, (select count(*) from decisions) as d, (select count(*) from audit where type <> 'x') as l, (select count(*) from agent_keys) as k",
      )
      .get();
  keys += 1;
  const once = `once-${keys}`;
  const first = await send(server, write, write.body, once);
  expect([write.route, first.status < 300, first.isReplayed]).toEqual([write.route, true, false]);
  const before = counts();
  const second = await send(server, write, write.body, once);
  expect([write.route, second.status, second.isReplayed]).toEqual([write.route, first.status, true]);
  expect(second.bytes).toBe(first.bytes);
  const conflict = await send(server, write, write.other, once);
  expect([write.route, conflict.status]).toEqual([write.route, 409]);
  const { error_code: mma, code } = conflict.error ?? {};
  expect(mma ?? code).toBe(
    write.route.startsWith('/api/console') ? 'idempotency_mismatch' : 'PAYLOAD_INVALID',
  );
  expect(counts()).toEqual(before);
}

const COVERED = new Set<string>();
const covered = ({ method, route }: Write): void => void COVERED.add(`${method} ${route}`);

describe('an agent’s writes', () => {
  it('are done once by every tool that proposes, revises, withdraws or publishes', async () => {
    const { server, key } = await openDesk();
    const [bob, carol] = [addPerson(server, 'Bob'), addPerson(server, 'Carol')];
    const draft = async (content: string) =>
      (await server.tool<MmaOk<HeldData>>(key, 'drafts.create', { content })).body.data.draftId;
    const [one, two, three] = [await draft('First'), await draft('Second'), await draft('Third')];
    const calls: [tool: string, payload: object, other: object][] = [
      ['drafts.create', { content: 'Hello' }, { content: 'Hello!' }],
      [
        'messages.sendHuman',
        { recipientUserId: bob, content: 'Hi' },
        { recipientUserId: bob, content: 'Hi!' },
      ],
      ['connections.request', { targetUserId: bob }, { targetUserId: carol }],
      [
        'proposals.revise',
        { draftId: one, input: { content: 'Better' } },
        { draftId: one, input: { content: 'Best' } },
      ],
      ['proposals.withdraw', { draftId: two }, { draftId: three }],
    ];
    for (const [tool, payload, other] of calls) {
      const write: Write = {
        method: 'POST',
        route: '/api/mcp',
        key,
        body: { tool, payload },
        other: { tool, payload: other },
      };
      await expectOnce(server, write);
      covered(write);
    }
  });

  it('are done once by every REST call', async () => {
    const { server, key } = await openDesk();
    const bob = addPerson(server, 'Bob');
    const made = await server.tool<MmaOk<HeldData>>(key, 'drafts.create', { content: 'First' });
    const url = `/api/v1/agent/proposals/${made.body.data.draftId}`;
    const route = '/api/v1/agent/proposals/:draftId';
    const writes: Write[] = [
      {
        method: 'PATCH',
        route: '/api/v1/agent/profile',
        key,
        body: { city: 'Graz' },
        other: { city: 'Wien' },
      },
      { method: 'POST', route: '/api/v1/agent/posts', key, body: { content: 'A' }, other: { content: 'B' } },
      {
        method: 'POST',
        route: '/api/v1/agent/messages',
        key,
        body: { recipientUserId: bob, content: 'A' },
        other: { recipientUserId: bob, content: 'B' },
      },
      {
        method: 'PUT',
        route,
        url,
        key,
        body: { input: { content: 'A2' } },
        other: { input: { content: 'B2' } },
      },
      { method: 'DELETE', route, url, key, body: {}, other: { really: true } },
    ];
    for (const write of writes) {
      await expectOnce(server, write);
      covered(write);
    }
  });

  it('hold a secret only once: what was delivered is not kept', async () => {
    const { server, key } = await openDesk();
    const body = { name: 'Max', email: 'max@example.org', agentName: 'Max Agent', agentHandle: 'max-agent' };
    const register: Write = {
      method: 'POST',
      route: '/api/v1/agents/register',
      key,
      body,
      other: { ...body, name: 'Moritz' },
    };
    covered(register);
    expect((await send(server, register, body, 'join')).status).toBe(201);
    for (const again of [body, register.other]) {
      const repeat = await send(server, register, again, 'join');
      expect([repeat.status, repeat.error?.error_code]).toEqual([409, 'PAYLOAD_INVALID']);
      expect(repeat.bytes.includes('already delivered')).toBe(again === body);
    }
    const invite = {
      tool: 'agents.invite',
      payload: { ...body, email: 'two@example.org', agentHandle: 'two' },
    };
    const gateway: Write = { ...register, route: '/api/mcp' };
    expect((await send(server, gateway, invite, 'join-2')).status).toBe(200);
    expect((await send(server, gateway, invite, 'join-2')).bytes).toContain('already delivered');

    const rotate: Write = {
      method: 'POST',
      route: '/api/v1/agent/rotate-key',
      key,
      body: {},
      other: { a: 1 },
    };
    covered(rotate);
    const rotated = await send(server, rotate, {}, 'rotate');
    const { apiKey } = JSON.parse(rotated.bytes) as { apiKey: string };
    // The key of the first call is dead; nobody can ask with it what it was replaced by.
    expect((await send(server, rotate, {}, 'rotate')).status).toBe(401);
    const { read } = server.context.database.raw;
    expect(JSON.stringify(read.prepare('select * from idempotency_keys').all())).not.toContain(apiKey);
    expect(JSON.stringify(read.prepare('select * from actions').all())).not.toContain(apiKey);
  });

  it('without a credential go by the address', async () => {
    const server = await createTestServer();
    const body = { name: 'Max', email: 'max@example.org', agentName: 'Max Agent', agentHandle: 'max-agent' };
    const headers = { 'idempotency-key': 'join' };
    const first = await server.call('POST', '/api/v1/agents/register', { body, headers });
    const second = await server.call('POST', '/api/v1/agents/register', { body, headers });
    expect(first.status).toBe(201);
    expect(expectMmaError(second, 409, 'PAYLOAD_INVALID').details).toEqual({ alreadyDelivered: true });
  });
});

describe('an idempotency key', () => {
  it('is one agent’s, on one route, for a day', async () => {
    const { server, key } = await openDesk();
    const other = await claimedAgent(server);
    const headers = { 'idempotency-key': 'k' };
    const post = (as: string, content: string) =>
      server.call<HeldData>('POST', '/api/v1/agent/posts', { key: as, headers, body: { content } });
    const first = await post(key, 'Hello');
    const stranger = await post(other.key, 'Hello');
    expect(stranger.headers['idempotent-replayed']).toBeUndefined();
    expect(stranger.body.draftId).not.toBe(first.body.draftId);
    expect((await server.tool(key, 'drafts.create', { content: 'By tool' }, headers)).status).toBe(200);
    server.clock.advance(DAY - 60_000);
    expect((await post(key, 'Hello')).headers['idempotent-replayed']).toBe('true');
    expectMmaError(await post(key, 'Other'), 409, 'PAYLOAD_INVALID');
    server.clock.advance(120_000);
    const nextDay = await post(key, 'Other');
    expect([nextDay.status, nextDay.headers['idempotent-replayed']]).toEqual([201, undefined]);
    server.context.gate.prune();
    expect((await post(key, 'Other')).headers['idempotent-replayed']).toBe('true');
  });

  it('is not used up by a refusal', async () => {
    const { server, key } = await openDesk();
    const headers = { 'idempotency-key': 'k' };
    expectMmaError(await server.tool(key, 'drafts.create', { content: '' }, headers), 400, 'PAYLOAD_INVALID');
    expect((await server.tool(key, 'drafts.create', { content: 'Hello' }, headers)).status).toBe(200);
  });

  it.each([
    ['empty', ''],
    ['longer than 255 characters', 'x'.repeat(256)],
    ['with a space', 'a b'],
    ['beyond ASCII', 'schlüssel'],
  ])('that is %s is refused, naming the header', async (_name, value) => {
    const { server, key } = await openDesk();
    const answer = await server.tool(key, 'drafts.create', { content: 'x' }, { 'idempotency-key': value });
    expect(expectMmaError(answer, 400, 'PAYLOAD_INVALID').fields?.[0]?.path).toBe('Idempotency-Key');
  });

  it('is without meaning for a read', async () => {
    const { server, key } = await openDesk();
    const headers = { 'idempotency-key': 'k' };
    const first = await server.call('GET', '/api/v1/agent/posts', { key, headers });
    await server.tool(key, 'drafts.create', { content: 'Hello' });
    const second = await server.call('GET', '/api/v1/agent/posts', { key, headers });
    expect(second.body).not.toEqual(first.body);
  });
});

interface SeenAction {
  readonly id: string;
  readonly version: number;
  readonly hash: string;
}

async function proposed(office: Office, content: string): Promise<SeenAction & { draftId: string }> {
  const held = await office.server.tool<MmaOk<HeldData>>(office.key, 'drafts.create', { content });
  const { draftId } = held.body.data;
  const row = office.server.context.database.raw.read
    .prepare('select id, version, hash from actions where subject_id = ?')
    .get(draftId) as SeenAction;
  return { ...row, draftId };
}

describe('a person’s writes', () => {
  it('are done once by the tools that are theirs, and by the claim', async () => {
    const office = await openOffice();
    const { server, key } = office;
    const { token } = office.person;
    const bob = await signIn(server, 'bob@example.org', 'Bob');
    const [a, b] = [await proposed(office, 'A'), await proposed(office, 'B')];
    const gateway = { method: 'POST', route: '/api/mcp' } as const;
    const call = (tool: string, payload: object) => ({ tool, payload });
    const decide = (postId: string) => call('drafts.updateStatus', { postId, action: 'approve' });
    await expectOnce(server, { ...gateway, key: token, body: decide(a.draftId), other: decide(b.draftId) });
    await expectOnce(server, {
      ...gateway,
      key,
      body: call('posts.publish', { postId: a.draftId }),
      other: call('posts.publish', { postId: b.draftId }),
    });
    const asked = await server.tool<MmaOk<HeldData>>(key, 'connections.request', {
      targetUserId: bob.userId,
    });
    const connectionId = asked.body.data.draftId;
    await server.tool(token, 'drafts.updateStatus', { postId: connectionId, action: 'approve' });
    const answer = (action: string) => call('connections.respond', { connectionId, action });
    await expectOnce(server, { ...gateway, key: bob.token, body: answer('accept'), other: answer('reject') });

    const agent = await registerAgent(server, 'bob@example.org');
    const claim: Write = {
      method: 'POST',
      route: '/api/v1/claim',
      key: bob.token,
      body: { claimCode: agent.claimCode },
      other: { claimCode: 'MMA-AAAA-AAAA' },
    };
    await expectOnce(server, claim);
    covered(claim);
  });

  it('are done once by the console’s routes', async () => {
    const office = await openOffice();
    const { server, agent } = office;
    const key = office.person.token;
    const [a, b, c] = [await proposed(office, 'A'), await proposed(office, 'B'), await proposed(office, 'C')];
    const inbox = (id: string, verb: string) => ({
      method: 'POST' as const,
      route: `/api/console/inbox/:id/${verb}`,
      url: `/api/console/inbox/${id}/${verb}`,
      key,
    });
    const seen = ({ version, hash }: SeenAction) => ({ version, hash });
    const own = { route: '/api/console/agents/:id', url: `/api/console/agents/${agent.agentId}`, key };
    const writes: Write[] = [
      { ...inbox(a.id, 'read'), body: seen(a), other: seen(b) },
      {
        ...inbox(a.id, 'decide'),
        body: { ...seen(a), verdict: 'approve' },
        other: { ...seen(a), verdict: 'reject' },
      },
      { ...inbox(a.id, 'undo'), body: {}, other: { x: 1 } },
      {
        ...inbox(b.id, 'edit'),
        body: { ...seen(b), fields: { content: 'B2' } },
        other: { ...seen(b), fields: { content: 'B3' } },
      },
      {
        ...inbox(c.id, 'decide'),
        body: { ...seen(c), verdict: 'reject' },
        other: { ...seen(c), verdict: 'reject', note: 'No' },
      },
      { ...own, method: 'PATCH', body: { name: 'A' }, other: { name: 'B' } },
      { ...own, method: 'POST', url: `${own.url}/pause`, body: {}, other: { x: 1 } },
      { ...own, method: 'POST', url: `${own.url}/resume`, body: {}, other: { x: 1 } },
      {
        ...own,
        method: 'PUT',
        url: `${own.url}/policy`,
        body: { kind: 'reaction', verdict: 'deny' },
        other: { kind: 'reaction', verdict: 'hold' },
      },
    ];
    for (const write of writes) await expectOnce(server, write);
  });

  it('deliver a key once', async () => {
    const office = await openOffice();
    const { server, agent, person } = office;
    const create: Write = {
      method: 'POST',
      route: '/api/console/agents/:id/keys',
      url: `/api/console/agents/${agent.agentId}/keys`,
      key: person.token,
      body: { name: 'Two' },
      other: { name: 'Three' },
    };
    expect((await send(server, create, create.body, 'k')).status).toBe(200);
    const repeat = await send(server, create, create.body, 'k');
    expect([repeat.status, repeat.error?.code]).toEqual([409, 'idempotency_mismatch']);
    expect(repeat.bytes).toContain('already delivered');
    const row = server.context.database.raw.read
      .prepare('select count(*) from agent_keys where revoked_at is null')
      .pluck();
    expect(row.get()).toBe(2);
  });
});

describe('the table of routes', () => {
  it('has no mma write that these tests leave out', async () => {
    const server = await createTestServer();
    const writes = server.agentApp.routeTable
      .filter(({ dialect, isWrite }) => dialect === 'mma' && isWrite)
      .map(({ method, path }) => `${method} ${path}`);
    expect(writes.filter((one) => !COVERED.has(one))).toEqual([]);
    expect(writes.length).toBeGreaterThan(5);
  });
});
