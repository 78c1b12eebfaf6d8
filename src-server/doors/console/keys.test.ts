import { setImmediate } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import type { AgentDetail } from '../../contract/console/agents';
import type { InboxDetail } from '../../contract/console/inbox';
import type { AgentKey, KeyClient, NewKey, OwnedKey } from '../../contract/console/keys';
import type { Problem } from '../../contract/console/problem';
import { SOCKET_SECRET_HEADER } from '../../contract/process';
import { DAY, HOUR } from '../../lib/clock';
import { BAD_KEY, openDesk, signIn, type Desk } from '../../testing/mma-fixture';
import { claimedAgent, createTestServer, newestProposal, type TestServer } from '../../testing/test-server';

const STATUS = '/api/v1/agent/status';

async function keysOf(desk: Desk, agentId = desk.agent.agentId): Promise<OwnedKey[]> {
  desk.server.context.usage.flush();
  const { body } = await desk.server.console<{ items: OwnedKey[] }>('GET', '/keys');
  return body.items.filter(({ agent }) => agent.id === agentId);
}

/** The first key of the desk's agent, and the console path that stands for it. */
async function firstKey(desk: Desk): Promise<{ key: OwnedKey; path: string }> {
  const [key] = await keysOf(desk);
  if (!key) throw new Error('The agent has no key');
  return { key, path: `/agents/${desk.agent.agentId}/keys/${key.id}` };
}

const callWith = async (
  server: TestServer,
  key: string,
  headers: Record<string, string> = {},
): Promise<number> => (await server.call('GET', STATUS, { key, headers })).status;

describe('the list of keys', () => {
  it('shows every key beside its agent, with how often, when, by whom and from where it was used', async () => {
    const desk = await openDesk();
    const second = await claimedAgent(desk.server);
    for (let n = 0; n < 3; n += 1) await callWith(desk.server, desk.key, { 'user-agent': 'Cursor/1.2' });
    const [key] = await keysOf(desk);
    expect(key).toMatchObject({
      agent: { id: desk.agent.agentId },
      callsCount: 3,
      callsSinceReplacement: null,
      lastClient: 'Cursor/1.2',
      isLastLocal: true,
      frozenAt: null,
      leak: null,
    });
    expect(await keysOf(desk, second.agentId)).toHaveLength(1);
    expect(JSON.stringify(await keysOf(desk))).not.toContain(desk.key);
  });

  it('goes page by page without losing one', async () => {
    const desk = await openDesk();
    for (let n = 0; n < 4; n += 1) await claimedAgent(desk.server);
    const seen: string[] = [];
    let cursor = '';
    do {
      const { body } = await desk.server.console<{ items: OwnedKey[]; nextCursor: string | null }>(
        'GET',
        `/keys?limit=2${cursor === '' ? '' : `&cursor=${cursor}`}`,
      );
      seen.push(...body.items.map(({ id }) => id));
      cursor = body.nextCursor ?? '';
    } while (cursor !== '');
    expect(new Set(seen).size).toBe(5);
    expect(seen).toHaveLength(5);
  });

  it('reads by index, whatever the tables hold', async () => {
    const { server } = await openDesk();
    const plan = server.context.database.raw.read
      .prepare(
        'explain query plan select * from agent_keys where agent_id = ? and revoked_at is null order by created_at desc limit 50',
      )
      .all('x')
      .map((row) => (row as { detail: string }).detail);
    expect(plan.join()).toContain('USING INDEX agent_keys_live');
    expect(plan.join()).not.toContain('TEMP B-TREE');
  });
});

describe('who used a key', () => {
  it('is told by client and address, at most the latest twenty', async () => {
    const desk = await openDesk();
    for (let n = 0; n < 25; n += 1) {
      await callWith(desk.server, desk.key, { 'user-agent': `Client-${String(n)}` });
      desk.server.clock.advance(1_000);
      if (n % 5 === 0) desk.server.context.usage.flush();
    }
    const { path, key } = await firstKey(desk);
    const { body } = await desk.server.console<{ clients: KeyClient[]; isLive: boolean }>(
      'GET',
      `${path}/impact`,
    );
    expect(key.callsCount).toBe(25);
    expect(body.clients).toHaveLength(20);
    expect(body.clients[0]).toMatchObject({ client: 'Client-24', isLocal: true, calls: 1, otherKey: null });
  });

  it('is named as the client names itself, its handshake included', async () => {
    const desk = await openDesk();
    await desk.server.call('POST', '/api/mcp', {
      key: desk.key,
      headers: { accept: 'application/json, text/event-stream', 'user-agent': 'node' },
      body: {
        jsonrpc: '2.0',
        id: 1,
        method: 'initialize',
        params: {
          protocolVersion: '2025-11-25',
          capabilities: {},
          clientInfo: { name: 'Cursor', version: '1.7' },
        },
      },
    });
    await desk.server.call('POST', '/api/mcp', {
      key: desk.key,
      headers: { accept: 'application/json, text/event-stream', 'user-agent': 'node' },
      body: { jsonrpc: '2.0', id: 2, method: 'tools/list', params: {} },
    });
    const { path } = await firstKey(desk);
    const { body } = await desk.server.console<{ clients: KeyClient[] }>('GET', `${path}/impact`);
    expect(body.clients.map(({ client, calls }) => [client, calls])).toEqual([['Cursor 1.7', 2]]);
  });

  it('names the other live key of the same program, and forgets after thirty days', async () => {
    const desk = await openDesk();
    const { body: made } = await desk.server.console<{ key: NewKey }>(
      'POST',
      `/agents/${desk.agent.agentId}/keys`,
      { name: 'Second' },
    );
    await callWith(desk.server, desk.key, { 'user-agent': 'Cursor/1.2' });
    await callWith(desk.server, desk.key, { 'user-agent': 'curl/8' });
    await callWith(desk.server, made.key.secret, { 'user-agent': 'Cursor/1.3' });
    const keys = await keysOf(desk);
    const first = keys.find(({ id }) => id !== made.key.id);
    const path = `/agents/${desk.agent.agentId}/keys/${first?.id ?? ''}/impact`;
    const { body } = await desk.server.console<{ clients: KeyClient[] }>('GET', path);
    const otherOf = new Map(body.clients.map(({ client, otherKey }) => [client, otherKey?.name ?? null]));
    expect(otherOf).toEqual(
      new Map([
        ['curl/8', null],
        ['Cursor/1.2', 'Second'],
      ]),
    );
    desk.server.clock.advance(31 * DAY);
    expect((await desk.server.console<{ clients: KeyClient[] }>('GET', path)).body.clients).toEqual([]);
  });
});

describe('changing a key', () => {
  it('renames, narrows, widens, sets an end and how tools are told, and its next call obeys', async () => {
    const desk = await openDesk();
    const { path } = await firstKey(desk);
    const { status, body } = await desk.server.console<AgentKey>('PATCH', path, {
      name: 'Laptop',
      scopes: ['read:search'],
      expiresAt: new Date(desk.server.clock.now() + DAY).toISOString(),
      toolNames: 'underscore',
    });
    expect(status).toBe(200);
    expect(body).toMatchObject({ name: 'Laptop', scopes: ['read:search'], toolNames: 'underscore' });
    const refused = await desk.server.tool<{ error_code: string }>(desk.key, 'drafts.create', {
      content: 'x',
    });
    expect(refused.body.error_code).toBe('MISSING_SCOPE');
    await desk.server.console('PATCH', path, { scopes: ['read:search', 'write:drafts'], toolNames: null });
    expect((await desk.server.tool(desk.key, 'drafts.create', { content: 'Hello there' })).status).toBe(200);
    desk.server.clock.advance(DAY);
    expect(await callWith(desk.server, desk.key)).toBe(401);
    const late = await desk.server.console<Problem>('PATCH', path, { name: 'Too late' });
    expect(late.status).toBe(409);
  });

  it('refuses payments, ends in the past and fields it does not know', async () => {
    const desk = await openDesk();
    const { path } = await firstKey(desk);
    for (const body of [
      { scopes: ['write:payments'] },
      { scopes: [] },
      { expiresAt: '2020-01-01T00:00:00Z' },
      { name: ' ' },
      { toolNames: 'dashed' },
      { agentId: 'x' },
    ]) {
      const { status } = await desk.server.console('PATCH', path, body);
      expect([body, status]).toEqual([body, 400]);
    }
  });
});

describe('a rotation', () => {
  it('with an overlap keeps the old key alive until its end, and counts the calls still on it', async () => {
    const desk = await openDesk();
    await callWith(desk.server, desk.key);
    const { path, key } = await firstKey(desk);
    const { status, body } = await desk.server.console<{ key: NewKey; old: AgentKey }>(
      'POST',
      `${path}/rotate`,
      {
        overlapHours: 24,
        name: 'Renewed',
      },
    );
    expect(status).toBe(200);
    expect(body.old).toMatchObject({ id: key.id, replacedById: body.key.id, callsSinceReplacement: 0 });
    expect(await callWith(desk.server, body.key.secret)).toBe(200);
    for (let n = 0; n < 4; n += 1) {
      expect(await callWith(desk.server, desk.key, { 'user-agent': 'Cursor/1.2' })).toBe(200);
    }
    const old = (await keysOf(desk)).find(({ id }) => id === key.id);
    expect(old).toMatchObject({ callsSinceReplacement: 4, lastClient: 'Cursor/1.2' });
    desk.server.clock.advance(24 * HOUR);
    expect(await callWith(desk.server, desk.key)).toBe(401);
    expect(await callWith(desk.server, body.key.secret)).toBe(200);
  });

  it('without one ends the old key with the answer; an overlap is ended by revoking', async () => {
    const desk = await openDesk();
    const { path } = await firstKey(desk);
    const first = await desk.server.console<{ key: NewKey }>('POST', `${path}/rotate`, { overlapHours: 0 });
    expect(await callWith(desk.server, desk.key)).toBe(401);
    const second = `/agents/${desk.agent.agentId}/keys/${first.body.key.id}`;
    await desk.server.console('POST', `${second}/rotate`, { overlapHours: 168 });
    expect(await callWith(desk.server, first.body.key.secret)).toBe(200);
    expect((await desk.server.console('DELETE', second)).status).toBe(200);
    expect(await callWith(desk.server, first.body.key.secret)).toBe(401);
  });

  it('fails no call under load', async () => {
    const desk = await openDesk();
    const { path } = await firstKey(desk);
    const statuses: number[] = [];
    let secret = desk.key;
    const callers = Array.from({ length: 12 }, async (_, index) => {
      for (let n = 0; n < 25; n += 1) {
        // Injected calls run in one tick; a socket's would let others in between.
        await setImmediate();
        // Half of them go on with the key they were started with, as a client that was not told yet.
        statuses.push(await callWith(desk.server, index % 2 === 0 ? desk.key : secret));
      }
    });
    const rotate = async (): Promise<void> => {
      while (statuses.length < 60) await setImmediate();
      const { body } = await desk.server.console<{ key: NewKey }>('POST', `${path}/rotate`, {
        overlapHours: 1,
      });
      secret = body.key.secret;
    };
    await Promise.all([...callers, rotate()]);
    expect(statuses).toHaveLength(300);
    expect(statuses.filter((status) => status !== 200)).toEqual([]);
    const keys = await keysOf(desk);
    const old = keys.find(({ replacedAt }) => replacedAt !== null);
    const fresh = keys.find(({ replacedAt }) => replacedAt === null);
    expect((fresh?.callsCount ?? 0) + (old?.callsCount ?? 0)).toBe(300);
    // The rotation came in the middle: calls on either side of it, and on either key.
    expect(fresh?.callsCount).toBeGreaterThan(0);
    expect(old?.callsSinceReplacement).toBeGreaterThan(0);
    expect(old?.callsSinceReplacement).toBeLessThan(old?.callsCount ?? 0);
  });

  it('is refused for a key that ended, was replaced, or is frozen and asked to overlap', async () => {
    const desk = await openDesk();
    const { path } = await firstKey(desk);
    const rotate = async (overlapHours: number): Promise<number> =>
      (await desk.server.console('POST', `${path}/rotate`, { overlapHours })).status;
    expect(await rotate(169)).toBe(400);
    expect(await rotate(-1)).toBe(400);
    await desk.server.console('POST', `${path}/freeze`);
    expect(await rotate(1)).toBe(409);
    await desk.server.console('POST', `${path}/thaw`);
    expect(await rotate(1)).toBe(200);
    expect(await rotate(1)).toBe(409);
    const byAgent = await desk.server.call('POST', '/api/v1/agent/rotate-key', { key: desk.key, body: {} });
    expect(byAgent.status).toBe(409);
    await desk.server.console('DELETE', path);
    expect(await rotate(1)).toBe(409);
  });

  it('lasts as long as the old key was meant to, with its scopes and its way to print tools', async () => {
    const desk = await openDesk();
    const { server, agent } = desk;
    const expiresAt = new Date(server.clock.now() + 30 * DAY).toISOString();
    const made = await server.console<{ key: NewKey }>('POST', `/agents/${agent.agentId}/keys`, {
      name: 'CI',
      scopes: ['read:search'],
      expiresAt,
    });
    const path = `/agents/${agent.agentId}/keys/${made.body.key.id}`;
    await server.console('PATCH', path, { toolNames: 'underscore' });
    server.clock.advance(20 * DAY);
    const rotated = await server.console<{ key: NewKey }>('POST', `${path}/rotate`, { overlapHours: 1 });
    const fresh = (await keysOf(desk)).find(({ id }) => id === rotated.body.key.id);
    expect(fresh).toMatchObject({ name: 'CI', scopes: ['read:search'], toolNames: 'underscore' });
    const left = Date.parse(fresh?.expiresAt ?? '') - server.clock.now();
    expect(Math.round(left / DAY)).toBe(30);
  });

  it('shows the new key once, to a repeat of the request too, and keeps it nowhere', async () => {
    const desk = await openDesk();
    const { path } = await firstKey(desk);
    const send = () =>
      desk.server.consoleApp.inject({
        method: 'POST',
        url: `/api/console${path}/rotate`,
        headers: { [SOCKET_SECRET_HEADER]: desk.server.socketSecret, 'idempotency-key': 'rotate-once' },
        payload: { overlapHours: 2 },
      });
    const first = await send();
    const { secret } = first.json<{ key: NewKey }>().key;
    const second = await send();
    expect(second.statusCode).toBe(409);
    expect(second.body).toContain('already delivered');
    const { read } = desk.server.context.database.raw;
    const tables = read
      .prepare("select name from sqlite_master where type = 'table'")
      .pluck()
      .all() as string[];
    for (const table of tables) {
      const rows = JSON.stringify(read.prepare(`select * from "${table}"`).all());
      expect([table, rows.includes(secret)]).toEqual([table, false]);
    }
  });
});

describe('a frozen key', () => {
  it('is refused from the next call on, plainly, and works again when thawed', async () => {
    const desk = await openDesk();
    const { path } = await firstKey(desk);
    expect((await desk.server.console<AgentKey>('POST', `${path}/freeze`)).body.frozenAt).not.toBeNull();
    const refused = await desk.server.call<{ error: string; error_code: string }>('GET', STATUS, {
      key: desk.key,
    });
    expect(refused.status).toBe(403);
    expect(refused.body).toMatchObject({ error_code: 'FORBIDDEN' });
    expect(refused.body.error).toContain('frozen by your owner');
    const mcp = await desk.server.call('POST', '/api/mcp/stream', {
      key: desk.key,
      headers: { accept: 'application/json, text/event-stream' },
      body: { jsonrpc: '2.0', id: 1, method: 'tools/list', params: {} },
    });
    expect(mcp.status).toBe(403);
    expect(JSON.stringify(mcp.body)).toContain('frozen by your owner');
    await desk.server.console('POST', `${path}/thaw`);
    expect(await callWith(desk.server, desk.key)).toBe(200);
  });
});

describe('a key that stands in what an agent writes', () => {
  const post = (desk: Desk, key: string, content: string) =>
    desk.server.tool<{ error?: string; data?: { draftId: string } }>(key, 'drafts.create', { content });

  it('is marked for its owner though the text was refused, and the writer is told nothing of it', async () => {
    const desk = await openDesk();
    const writer = await claimedAgent(desk.server);
    const real = await post(desk, writer.key, `use ${desk.key} to call`);
    const invented = await post(desk, writer.key, `use ${BAD_KEY} to call`);
    expect(real.status).toBe(400);
    expect(real.body).toEqual(invented.body);
    const { key, path } = await firstKey(desk);
    expect(key.leak).toMatchObject({ times: 1, agent: { id: writer.agentId }, actionId: null });
    const { body } = await desk.server.console<AgentKey>('POST', `${path}/leak/settle`);
    expect(body.leak).toBeNull();
    await post(desk, writer.key, `again ${desk.key}`);
    expect((await firstKey(desk)).key.leak).toMatchObject({ times: 2 });
  });

  it('is found in private words, in notes and in disguise, beside the proposal it stands in', async () => {
    const desk = await openDesk();
    const writer = await claimedAgent(desk.server);
    const disguised = `${desk.key.slice(0, 9)}\u200b${desk.key.slice(9)}`;
    await desk.server.call('POST', '/api/v1/agent/posts', {
      key: writer.key,
      body: { content: 'A harmless text' },
      headers: { 'x-countersign-note': encodeURIComponent(`mma_nb_${disguised}x`) },
    });
    const proposal: InboxDetail = await newestProposal(desk.server);
    expect(proposal.leakedKeys).toMatchObject([{ isFrozen: false, agent: { id: desk.agent.agentId } }]);
    const { key, path } = await firstKey(desk);
    expect(key.leak).toMatchObject({ actionId: proposal.id });
    await desk.server.console('POST', `${path}/freeze`);
    const after = await desk.server.console<InboxDetail>('GET', `/inbox/${proposal.id}`);
    expect(after.body.leakedKeys).toMatchObject([{ isFrozen: true }]);
    expect(await callWith(desk.server, desk.key)).toBe(403);
  });

  it('is still marked after a restart, and no more once it is replaced', async () => {
    const desk = await openDesk();
    await post(desk, desk.key, `mine is ${desk.key}`);
    await desk.server.stop();
    const again = await createTestServer({
      dataFolder: desk.server.dataFolder,
      masterKey: desk.server.masterKey,
      clock: desk.server.clock,
    });
    const { key, path } = await firstKey({ ...desk, server: again });
    expect(key.leak).toMatchObject({ times: 1, agent: { id: desk.agent.agentId } });
    await again.console('POST', `${path}/rotate`, { overlapHours: 0 });
    const keys = await keysOf({ ...desk, server: again });
    expect(keys.map(({ leak }) => leak)).toEqual([null, null]);
  });

  it('is a live event and an audit row of its owner', async () => {
    const desk = await openDesk();
    const heard: string[] = [];
    desk.server.context.live.subscribe(desk.ownerId, ({ topic, change }) => heard.push(`${topic}/${change}`));
    await post(desk, desk.key, `mine is ${desk.key}`);
    await desk.server.processAll();
    expect(heard).toContain('keys/leaked');
    const types = desk.server.context.database.raw.read.prepare('select type from audit').pluck().all();
    expect(types).toContain('key.leaked');
  });
});

describe('every door to a key', () => {
  const ROUTES: readonly [method: 'GET' | 'POST' | 'PATCH' | 'DELETE', path: string, body?: object][] = [
    ['PATCH', '', { name: 'x' }],
    ['POST', '/rotate', { overlapHours: 0 }],
    ['GET', '/impact'],
    ['POST', '/freeze'],
    ['POST', '/thaw'],
    ['POST', '/leak/settle'],
    ['DELETE', ''],
  ];

  it('is 401 for nobody, 404 for a stranger, and shut to agents and to sessions that may not decide', async () => {
    const server = await createTestServer({ mode: 'server', hasConsole: true });
    const { token: anna } = await signIn(server, 'anna@example.org');
    const { token: bob } = await signIn(server, 'bob@example.org');
    const made = await server.call<{ agent: AgentDetail; key: NewKey }>('POST', '/api/console/agents', {
      key: anna,
      body: { name: 'Atlas', handle: 'atlas' },
    });
    const base = `/api/console/agents/${made.body.agent.id}/keys/${made.body.key.id}`;
    for (const [method, path, body] of ROUTES) {
      const call = (key?: string) => server.call(method, `${base}${path}`, { body, ...(key ? { key } : {}) });
      expect((await call()).status, `${method} ${path}`).toBe(401);
      expect((await call(bob)).status, `${method} ${path}`).toBe(404);
      expect((await call(made.body.key.secret)).status, `${method} ${path}`).toBeOneOf([401, 403]);
      const unknown = await server.call(
        method,
        `/api/console/agents/${made.body.agent.id}/keys/key_x${path}`,
        {
          key: anna,
          body,
        },
      );
      expect(unknown.status, `${method} ${path}`).toBe(404);
    }
    expect((await server.call('GET', '/api/console/keys')).status).toBe(401);
    const strangers = await server.call<{ items: OwnedKey[] }>('GET', '/api/console/keys', { key: bob });
    expect(strangers.body.items).toEqual([]);
    const detail = await server.call<AgentDetail>('GET', `/api/console/agents/${made.body.agent.id}`, {
      key: anna,
    });
    expect(detail.body.keys).toHaveLength(1);
  });
});
