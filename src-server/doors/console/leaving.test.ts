import { describe, expect, it } from 'vitest';
import type { AgentDetail, JoiningAgent } from '../../contract/console/agents';
import type { InboxItem } from '../../contract/console/inbox';
import type { NewKey } from '../../contract/console/keys';
import type { AgentOffer, Consequences, ReceivedOffer } from '../../contract/console/leaving';
import { DAY } from '../../lib/clock';
import { openDesk, signIn, type Desk } from '../../testing/mma-fixture';
import { claimedAgent, createTestServer, type Answer, type TestServer } from '../../testing/test-server';

/** The same numbers always: a failure can be looked at again. */
function createDice(seed: number): (sides: number) => number {
  let state = seed;
  return (sides) => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return Math.floor((state / 2 ** 32) * sides);
  };
}

const count = (server: TestServer, sql: string, ...args: unknown[]): number =>
  server.context.database.raw.read
    .prepare(sql)
    .pluck()
    .get(...args) as number;

/** What stands in the tables of an agent, counted without any code of ours. */
function standing(server: TestServer, agentId: string) {
  const now = server.clock.now();
  return {
    pending: count(server, "select count(*) from actions where agent_id = ? and status = 'pending'", agentId),
    cancelled: count(
      server,
      "select count(*) from actions where agent_id = ? and status = 'cancelled'",
      agentId,
    ),
    keys: count(
      server,
      'select count(*) from agent_keys where agent_id = ? and revoked_at is null and (expires_at is null or expires_at > ?)',
      agentId,
      now,
    ),
    clients: count(
      server,
      'select count(*) from key_clients c join agent_keys k on k.id = c.key_id where k.agent_id = ? and k.revoked_at is null and (k.expires_at is null or k.expires_at > ?)',
      agentId,
      now,
    ),
    policies: count(server, 'select count(*) from policies where agent_id = ?', agentId),
    guidance: count(
      server,
      'select count(*) from guidance where agent_id = ? and retired_at is null',
      agentId,
    ),
  };
}

const preview = async (server: TestServer, agentId: string, how: string): Promise<Consequences> =>
  (await server.console<Consequences>('GET', `/agents/${agentId}/leaving?how=${how}`)).body;

/** Gives an agent a random life: proposals, keys, clients, policies, guidance. */
async function live(desk: Desk, agent: { agentId: string; key: string }, dice: (sides: number) => number) {
  const { server } = desk;
  const drafts = dice(4);
  for (let n = 0; n < drafts; n += 1) {
    await server.tool(agent.key, 'drafts.create', { content: `Draft ${String(n)} of ${agent.agentId}` });
  }
  for (let n = dice(3); n > 0; n -= 1) {
    await server.console('POST', `/agents/${agent.agentId}/keys`, {
      name: `Key ${String(n)}`,
      ...(dice(2) === 0 ? { expiresAt: new Date(server.clock.now() + DAY).toISOString() } : {}),
    });
  }
  for (let n = dice(4); n > 0; n -= 1) {
    await server.call('GET', '/api/v1/agent/status', {
      key: agent.key,
      headers: { 'user-agent': `Client-${String(n)}` },
    });
  }
  for (const kind of ['post.publish', 'message.send'].slice(0, dice(3))) {
    await server.console('PUT', `/agents/${agent.agentId}/policy`, { kind, verdict: 'deny' });
  }
  server.context.usage.flush();
  if (dice(2) === 0) {
    server.context.database.raw.write
      .prepare('insert into guidance (id, agent_id, owner_id, text, created_at) values (?, ?, ?, ?, ?)')
      .run(`gui_${agent.agentId}`, agent.agentId, desk.ownerId, 'Be brief', server.clock.now());
  }
}

describe('the preview of leaving', () => {
  it('equals what happens, in a hundred random lives, and changes nothing itself', async () => {
    const desk = await openDesk();
    const { server } = desk;
    const dice = createDice(7_423);
    for (let round = 0; round < 100; round += 1) {
      const agent = await claimedAgent(server);
      await live(desk, agent, dice);
      const how = dice(2) === 0 ? 'unbind' : 'delete';
      const before = standing(server, agent.agentId);
      const foretold = await preview(server, agent.agentId, how);
      expect(standing(server, agent.agentId), 'a preview writes nothing').toEqual(before);
      const handle = (await server.console<AgentDetail>('GET', `/agents/${agent.agentId}`)).body.handle;
      const done = await server.console<{ consequences: Consequences }>(
        'POST',
        `/agents/${agent.agentId}/${how}`,
        how === 'delete' ? { confirm: handle } : undefined,
      );
      expect(done.status).toBe(200);
      expect(done.body.consequences).toEqual(foretold);
      const after = standing(server, agent.agentId);
      expect({
        pendingCancelled: after.cancelled - before.cancelled,
        keysRevoked: before.keys - after.keys,
        clients: before.clients,
        policiesReset: before.policies - after.policies,
        guidanceRetired: before.guidance - after.guidance,
      }).toEqual({
        pendingCancelled: foretold.pendingCancelled,
        keysRevoked: foretold.keysRevoked,
        clients: foretold.clients.length,
        policiesReset: foretold.policiesReset,
        guidanceRetired: foretold.guidanceRetired,
      });
      expect(after).toMatchObject({ pending: 0, keys: 0, policies: 0, guidance: 0 });
    }
  }, 120_000);
});

describe('unbinding', () => {
  it('ends keys and proposals, and leaves a code with which anybody at the desk claims it anew', async () => {
    const desk = await openDesk();
    const { server, agent, key } = desk;
    await server.tool(key, 'drafts.create', { content: 'Never decided' });
    const { status, body } = await server.console<{ claimCode: string }>(
      'POST',
      `/agents/${agent.agentId}/unbind`,
    );
    expect(status).toBe(200);
    expect((await server.call('GET', '/api/v1/agent/status', { key })).status).toBe(401);
    expect((await server.console('GET', `/agents/${agent.agentId}`)).status).toBe(404);
    const decided = await server.console<{ items: InboxItem[] }>('GET', '/inbox?tab=decided');
    expect(decided.body.items.map((item) => item.status)).toEqual(['cancelled']);
    const claimed = await server.console<{ agent: AgentDetail; key: NewKey | null }>(
      'POST',
      '/joining/claim',
      {
        claimCode: body.claimCode,
      },
    );
    expect(claimed.status).toBe(200);
    expect(claimed.body.agent).toMatchObject({ id: agent.agentId, status: 'active' });
    const again = await server.call('GET', '/api/v1/agent/status', { key: claimed.body.key?.secret ?? '' });
    expect(again.status).toBe(200);
    expect((await server.console('POST', '/joining/claim', { claimCode: body.claimCode })).status).toBe(404);
  });

  it('keeps the code nowhere', async () => {
    const { server, agent } = await openDesk();
    const { body } = await server.console<{ claimCode: string }>('POST', `/agents/${agent.agentId}/unbind`);
    const { read } = server.context.database.raw;
    const tables = read
      .prepare("select name from sqlite_master where type = 'table'")
      .pluck()
      .all() as string[];
    for (const table of tables) {
      expect(JSON.stringify(read.prepare(`select * from "${table}"`).all()).includes(body.claimCode)).toBe(
        false,
      );
    }
  });

  it('shows an agent that was registered with your address among those that want to join', async () => {
    const { server } = await openDesk();
    const agent = await claimedAgent(server, 'anna@example.org');
    await server.console('POST', `/agents/${agent.agentId}/unbind`);
    const { body } = await server.console<{ items: JoiningAgent[] }>('GET', '/joining');
    expect(body.items.map(({ id }) => id)).toContain(agent.agentId);
  });
});

describe('deleting', () => {
  it('wants the handle typed, and then nothing of the agent is left but what it published and its byline', async () => {
    const { server, agent, key } = await openDesk();
    const path = `/agents/${agent.agentId}`;
    const detail = await server.console<AgentDetail>('GET', path);
    const { handle } = detail.body;
    expect((await server.console('POST', `${path}/delete`, { confirm: 'something' })).status).toBe(400);
    expect((await server.console('POST', `${path}/delete`, {})).status).toBe(400);
    expect((await server.console('POST', `${path}/delete`, { confirm: `@${handle ?? ''}` })).status).toBe(
      200,
    );
    expect((await server.console('GET', path)).status).toBe(404);
    expect((await server.console('POST', `${path}/delete`, { confirm: handle })).status).toBe(404);
    expect((await server.call('GET', '/api/v1/agent/status', { key })).status).toBe(401);
    expect(count(server, 'select count(*) from agent_keys where agent_id = ?', agent.agentId)).toBe(0);
    const taken = await server.console<{ code: string }>('POST', '/agents', { name: 'Impostor', handle });
    expect([taken.status, taken.body.code]).toEqual([409, 'taken']);
  });

  it('frees the address it was registered with', async () => {
    const { server } = await openDesk();
    const agent = await claimedAgent(server, 'max@example.org');
    const { body } = await server.console<AgentDetail>('GET', `/agents/${agent.agentId}`);
    await server.console('POST', `/agents/${agent.agentId}/delete`, { confirm: body.handle });
    const again = await claimedAgent(server, 'max@example.org');
    expect(again.agentId).not.toBe(agent.agentId);
  });
});

interface Town {
  readonly server: TestServer;
  readonly anna: string;
  readonly bob: string;
  readonly agentId: string;
  readonly key: string;
  readonly as: <Body = Record<string, unknown>>(
    token: string,
    method: 'GET' | 'POST' | 'PATCH' | 'PUT' | 'DELETE',
    path: string,
    body?: unknown,
  ) => Promise<Answer<Body>>;
}

async function openTown(): Promise<Town> {
  const server = await createTestServer({ mode: 'server' });
  const { token: anna } = await signIn(server, 'anna@example.org', 'Anna Schmidt');
  const { token: bob } = await signIn(server, 'bob@example.org', 'Bob Baker');
  const as: Town['as'] = (token, method, path, body) =>
    server.call(method, `/api/console${path}`, { key: token, ...(body === undefined ? {} : { body }) });
  const made = await as<{ agent: AgentDetail; key: NewKey }>(anna, 'POST', '/agents', {
    name: 'Atlas',
    handle: 'atlas',
  });
  return { server, anna, bob, agentId: made.body.agent.id, key: made.body.key.secret, as };
}

describe('handing over', () => {
  it('is offered by address, seen and taken by that person alone, and starts anew with a new key', async () => {
    const { as, server, anna, bob, agentId, key } = await openTown();
    await as(anna, 'PUT', `/agents/${agentId}/policy`, { kind: 'post.publish', verdict: 'deny' });
    const offered = await as<{ offer: AgentOffer }>(anna, 'POST', `/agents/${agentId}/offer`, {
      email: 'Bob@example.org',
    });
    expect(offered.status).toBe(200);
    expect(offered.body.offer.toEmail).toBe('bob@example.org');
    const { body } = await as<{ items: ReceivedOffer[] }>(bob, 'GET', '/joining/offers');
    expect(body.items).toMatchObject([{ from: 'Anna Schmidt', agent: { id: agentId, handle: 'atlas' } }]);
    expect((await as<{ items: unknown[] }>(anna, 'GET', '/joining/offers')).body.items).toEqual([]);
    const accept = `/joining/offers/${offered.body.offer.id}/accept`;
    expect((await as(anna, 'POST', accept)).status).toBe(404);
    const taken = await as<{ agent: AgentDetail; key: NewKey }>(bob, 'POST', accept);
    expect(taken.status).toBe(200);
    expect(taken.body.agent.policy.every(({ isDefault }) => isDefault)).toBe(true);
    expect((await server.call('GET', '/api/v1/agent/status', { key })).status).toBe(401);
    const works = await server.call('GET', '/api/v1/agent/status', { key: taken.body.key.secret });
    expect(works.status).toBe(200);
    expect((await as(anna, 'GET', `/agents/${agentId}`)).status).toBe(404);
    expect((await as(bob, 'POST', accept)).status).toBe(410);
  });

  it('keeps what was proposed to the former owner from the next one, and from the agent', async () => {
    const { as, server, anna, bob, agentId, key } = await openTown();
    const held = await server.tool<{ data: { draftId: string } }>(key, 'drafts.create', {
      content: 'For Anna alone',
    });
    await as(anna, 'POST', `/agents/${agentId}/offer`, { email: 'bob@example.org' });
    const { body } = await as<{ items: ReceivedOffer[] }>(bob, 'GET', '/joining/offers');
    const taken = await as<{ key: NewKey }>(bob, 'POST', `/joining/offers/${body.items[0]?.id ?? ''}/accept`);
    const history = await as<{ items: unknown[] }>(bob, 'GET', `/agents/${agentId}/history`);
    expect(history.body.items).toEqual([]);
    const { secret } = taken.body.key;
    const asked = await server.tool(secret, 'proposals.get', { draftId: held.body.data.draftId });
    expect(asked.status).toBe(404);
    const listed = await server.tool<{ data: { proposals: unknown[] } }>(secret, 'proposals.list', {});
    expect(JSON.stringify(listed.body)).not.toContain('For Anna alone');
  });

  it('is one offer at a time, can be taken back, declined, and ends by itself after seven days', async () => {
    const { as, server, anna, bob, agentId } = await openTown();
    const offer = (email = 'bob@example.org') =>
      as<{ offer: AgentOffer }>(anna, 'POST', `/agents/${agentId}/offer`, { email });
    expect((await offer('anna@example.org')).status).toBe(400);
    expect((await offer('not an address')).status).toBe(400);
    const first = await offer();
    expect((await offer()).status).toBe(409);
    expect((await as(anna, 'DELETE', `/agents/${agentId}/offer`)).status).toBe(200);
    expect((await as(anna, 'DELETE', `/agents/${agentId}/offer`)).status).toBe(404);
    expect((await as(bob, 'POST', `/joining/offers/${first.body.offer.id}/accept`)).status).toBe(410);
    const second = await offer();
    expect((await as(bob, 'POST', `/joining/offers/${second.body.offer.id}/decline`)).status).toBe(200);
    const third = await offer();
    server.clock.advance(7 * DAY);
    const fresh = await signIn(server, 'bob@example.org');
    expect((await as(fresh.token, 'POST', `/joining/offers/${third.body.offer.id}/accept`)).status).toBe(410);
    expect((await as<{ items: unknown[] }>(fresh.token, 'GET', '/joining/offers')).body.items).toEqual([]);
  });

  it('does not tell whether anybody has the address; who signs in with it later finds the offer', async () => {
    const { as, server, anna, agentId } = await openTown();
    const known = await as<object>(anna, 'POST', `/agents/${agentId}/offer`, { email: 'bob@example.org' });
    await as(anna, 'DELETE', `/agents/${agentId}/offer`);
    const unknown = await as<object>(anna, 'POST', `/agents/${agentId}/offer`, {
      email: 'carla@example.org',
    });
    expect([unknown.status, Object.keys(unknown.body)]).toEqual([known.status, Object.keys(known.body)]);
    const carla = await signIn(server, 'carla@example.org');
    const { body } = await as<{ items: ReceivedOffer[] }>(carla.token, 'GET', '/joining/offers');
    expect(body.items).toHaveLength(1);
  });

  it('is explained on a desktop, where there is only one person', async () => {
    const { server, agent } = await openDesk();
    const answer = await server.console<{ detail: string }>('POST', `/agents/${agent.agentId}/offer`, {
      email: 'bob@example.org',
    });
    expect(answer.status).toBe(409);
    expect(JSON.stringify(answer.body)).toContain('only one person');
  });

  it('tells both of them at once', async () => {
    const { as, server, anna, bob, agentId } = await openTown();
    const me = await as<{ user: { id: string } }>(bob, 'GET', '/me');
    const heard: string[] = [];
    server.context.live.subscribe(me.body.user.id, ({ topic, change }) => heard.push(`${topic}/${change}`));
    await as(anna, 'POST', `/agents/${agentId}/offer`, { email: 'bob@example.org' });
    await server.processAll();
    expect(heard).toContain('joining/offered');
  });
});

describe('every way of leaving', () => {
  const ROUTES: readonly [method: 'GET' | 'POST' | 'DELETE', path: string, body?: object][] = [
    ['GET', '/leaving?how=unbind'],
    ['POST', '/unbind'],
    ['POST', '/delete', { confirm: 'atlas' }],
    ['GET', '/offer'],
    ['POST', '/offer', { email: 'carla@example.org' }],
    ['DELETE', '/offer'],
  ];

  it('is 401 for nobody, 404 for a stranger, shut to agents', async () => {
    const { server, bob, agentId, key } = await openTown();
    for (const [method, path, body] of ROUTES) {
      const call = (token?: string) =>
        server.call(method, `/api/console/agents/${agentId}${path}`, {
          body,
          ...(token ? { key: token } : {}),
        });
      expect((await call()).status, `${method} ${path}`).toBe(401);
      expect((await call(bob)).status, `${method} ${path}`).toBe(404);
      expect((await call(key)).status, `${method} ${path}`).toBeOneOf([401, 403]);
    }
    for (const verb of ['accept', 'decline']) {
      const url = `/api/console/joining/offers/ofr_x/${verb}`;
      expect((await server.call('POST', url)).status).toBe(401);
      expect((await server.call('POST', url, { key: bob })).status).toBe(404);
    }
  });

  it('is refused for a sample agent and for what nobody knows', async () => {
    const { server, agent } = await openDesk();
    expect((await server.console('GET', `/agents/${agent.agentId}/leaving?how=vanish`)).status).toBe(400);
    expect((await server.console('GET', `/agents/${agent.agentId}/leaving`)).status).toBe(400);
    await server.console('POST', '/sample-world');
    const { body } = await server.console<{ items: { id: string; isSample: boolean }[] }>('GET', '/agents');
    const sample = body.items.find(({ isSample }) => isSample);
    if (sample) expect((await server.console('POST', `/agents/${sample.id}/unbind`)).status).toBe(409);
    expect(sample).toBeDefined();
  });
});
