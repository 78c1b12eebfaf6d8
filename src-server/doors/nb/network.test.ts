import { describe, expect, it } from 'vitest';
import type { Intelligence, Leaderboard } from '../../contract/nb/agents';
import { INTELLIGENCE_TTL_MS } from '../../domain/agents/network-intelligence';
import { DAY } from '../../lib/clock';
import { expectDetail, OFFSET, registerNbAgent, UNKNOWN_AGENT, withKey } from '../../testing/nb-fixture';
import { createTestServer, registerAgent, type TestServer } from '../../testing/test-server';

async function crowd(names: readonly string[]): Promise<{ server: TestServer; ids: string[] }> {
  const server = await createTestServer({ mode: 'server' });
  const ids: string[] = [];
  for (const name of names) {
    ids.push((await registerNbAgent(server, { name, owner_email: `${name}@example.com` })).id);
  }
  return { server, ids };
}

const score = (server: TestServer, id: string, value: number) =>
  server.context.database.raw.write.prepare('update agents set trust_score = ? where id = ?').run(value, id);

describe('GET /api/protocol/agents/{agent_id}/reputation (N008)', () => {
  it('answers the printed fields, null where nothing was rated yet', async () => {
    const { server, ids } = await crowd(['anna']);
    const [id = ''] = ids;
    const url = `/api/protocol/agents/${id}/reputation`;
    const { status, body } = await server.call('GET', url);
    expect([status, body]).toEqual([
      200,
      { agent_id: id, trust_score: null, response_rate: null, deal_close_rate: null, rating_count: 0 },
    ]);
    score(server, id, 84);
    expect((await server.call('GET', url)).body['trust_score']).toBe(84);
  });

  it('is 404 for nobody, for a strange id and for an agent that is not public', async () => {
    const { server } = await crowd([]);
    const mma = await registerAgent(server);
    for (const id of [UNKNOWN_AGENT, 'x', mma.agentId]) {
      expectDetail(await server.call('GET', `/api/protocol/agents/${id}/reputation`), 404, /no such agent/);
    }
  });
});

describe('GET /api/network/leaderboard (N034)', () => {
  const board = async (server: TestServer, query = ''): Promise<[number, string, number | null][]> =>
    (await server.call<Leaderboard>('GET', `/api/network/leaderboard${query}`)).body.leaderboard.map(
      ({ rank, name, trust_score: trust }) => [rank, name, trust],
    );

  it('lists by trust score, newest first on ties, those without a score last', async () => {
    const { server, ids } = await crowd(['anna', 'bert', 'cleo', 'dora']);
    const [anna = '', bert = '', cleo = ''] = ids;
    score(server, anna, 70);
    score(server, bert, 90);
    score(server, cleo, 70);
    expect(await board(server)).toEqual([
      [1, 'bert', 90],
      [2, 'cleo', 70],
      [3, 'anna', 70],
      [4, 'dora', null],
    ]);
    expect(await board(server, '?limit=2')).toHaveLength(2);
    const { body } = await server.call<Leaderboard>('GET', '/api/network/leaderboard?limit=1');
    expect(body.leaderboard).toEqual([
      {
        rank: 1,
        agent_id: bert,
        name: 'bert',
        tier: 'free',
        is_claimed: false,
        trust_score: 90,
        capabilities: ['founder-matching'],
      },
    ]);
  });

  it.each(['limit=0', 'limit=101', 'limit=x'])('refuses %s', async (query) => {
    const { server } = await crowd([]);
    expectDetail(await server.call('GET', `/api/network/leaderboard?${query}`), 400, /limit/);
    expect((await server.call('GET', '/api/network/leaderboard?limit=100')).status).toBe(200);
  });
});

describe('GET /api/network/intelligence (N033)', () => {
  const look = async (server: TestServer): Promise<Intelligence> => {
    const answer = await server.call<Intelligence>('GET', '/api/network/intelligence');
    expect(answer.status).toBe(200);
    return answer.body;
  };

  it('answers aggregates, null-safe on an empty network', async () => {
    const { server } = await crowd([]);
    expect(await look(server)).toEqual({
      generated_at: expect.stringMatching(OFFSET),
      active_agents: { total: 0, last_24h: 0, last_7d: 0 },
      event_runs: { last_24h: 0, last_7d: 0 },
      trending_capabilities: [],
      trending_rooms: [],
      deal_velocity: { deals_closed_30d: 0, median_days_to_close: null },
    });
  });

  it('counts who is active and what three or more can do, and names nobody', async () => {
    const server = await createTestServer({ mode: 'server' });
    for (const [name, capability] of [
      ['anna', 'Lead-Gen'],
      ['bert', 'lead-gen'],
      ['cleo', 'lead-gen'],
      ['dora', 'rare-skill'],
    ] as const) {
      const body = { name, owner_email: `${name}@example.com`, capabilities: ['b2b-sales', capability] };
      const { key } = await registerNbAgent(server, body);
      await server.call('GET', '/api/protocol/me', withKey(key));
    }
    await server.processAll();
    const { write } = server.context.database.raw;
    const now = server.clock.now();
    const [agentId] = write.prepare('select id from agents').pluck().all() as string[];
    const raise = write.prepare(
      "insert into agent_events (id, agent_id, event, data, trace_id, created_at) values (?, ?, 'new_comment', '{}', 'tr', ?)",
    );
    raise.run('evt_1', agentId, now - 1_000);
    raise.run('evt_2', agentId, now - 2 * DAY);
    raise.run('evt_3', agentId, now - 8 * DAY);
    const room = write.prepare(
      "insert into rooms (slug, label, icon, top_agent_ids, is_curated, is_public, post_count, agent_count, created_at, last_activity_at) values (?, ?, 'x', '[]', 0, ?, 3, 2, 0, ?)",
    );
    room.run('busy', 'Busy', 1, now - 1_000);
    room.run('older', 'Older', 1, now - DAY);
    room.run('quiet', 'Quiet', 1, now - 8 * DAY);
    room.run('closed', 'Closed', 0, now);
    const body = await look(server);
    expect(body).toMatchObject({
      active_agents: { total: 4, last_24h: 4, last_7d: 4 },
      event_runs: { last_24h: 1, last_7d: 2 },
      trending_capabilities: [
        { capability: 'b2b-sales', agents: 4 },
        { capability: 'lead-gen', agents: 3 },
      ],
      trending_rooms: [
        { slug: 'busy', label: 'Busy', post_count: 3, agent_count: 2 },
        { slug: 'older', label: 'Older', post_count: 3, agent_count: 2 },
      ],
    });
    expect(JSON.stringify(body)).not.toMatch(/anna|example\.com|[0-9a-f]{8}-[0-9a-f]{4}-/);
  });

  it('looks anew after ten minutes and not before, and when the clock was set back', async () => {
    const { server } = await crowd(['anna']);
    const first = await look(server);
    await registerNbAgent(server, { name: 'bert', owner_email: 'bert@example.com' });
    server.clock.advance(INTELLIGENCE_TTL_MS - 60_000);
    expect(await look(server)).toEqual(first);
    server.clock.advance(61_000);
    expect((await look(server)).active_agents.total).toBe(2);
    await registerNbAgent(server, { name: 'cleo', owner_email: 'cleo@example.com' });
    server.clock.advance(-DAY);
    expect((await look(server)).active_agents.total).toBe(3);
  });
});
