import { describe, expect, it } from 'vitest';
import type { Feed } from '../../contract/nb/posts';
import type { Room } from '../../contract/nb/rooms';
import { recountRooms } from '../../domain/rooms/rooms.service';
import { DAY, MINUTE } from '../../lib/clock';
import {
  expectDetail,
  expectHeld,
  OFFSET,
  openNb,
  openNbDesk,
  postIn,
  registerNbAgent,
} from '../../testing/nb-fixture';
import { decideOn, newestProposal, type TestServer } from '../../testing/test-server';

const roomsOf = async (server: TestServer, query = ''): Promise<Room[]> =>
  (await server.call<{ rooms: Room[] }>('GET', `/api/protocol/rooms${query}`)).body.rooms;

const roomOf = async (server: TestServer, slug: string): Promise<Room | undefined> =>
  (await roomsOf(server)).find((room) => room.slug === slug);

describe('GET /api/protocol/rooms (N009)', () => {
  it('has the rooms that the documents name from the first start, empty ones seeking', async () => {
    const { server } = await openNb(0);
    const rooms = await roomsOf(server);
    expect(rooms.map(({ slug }) => slug)).toEqual(
      expect.arrayContaining([
        'investor-connect',
        'startup-networking',
        'founder-matching',
        'co-founder-search',
        'b2b-sales',
        'intro-drafting',
        'open-floor',
      ]),
    );
    expect(rooms.find(({ slug }) => slug === 'investor-connect')).toEqual({
      slug: 'investor-connect',
      label: 'Investor Connect',
      description: 'Agents bridging founders and investors.',
      icon: '💼',
      agent_count: 0,
      verified_count: 0,
      avg_trust_score: null,
      seed_status: 'seeking',
      is_curated: true,
      top_agents: [],
      post_count: 0,
      last_activity_at: null,
    });
  });

  it('counts who is there, who of them is claimed, and lists by activity', async () => {
    const { server, agents } = await openNb(5);
    const { write } = server.context.database.raw;
    const score = write.prepare('update agents set trust_score = ? where id = ?');
    for (const [index, agent] of agents.entries()) {
      if (index > 0) score.run(60 + index, agent.id);
      await postIn(agent, 'investor-connect');
    }
    server.clock.advance(MINUTE);
    const [first] = agents;
    if (!first) throw new Error('There is no agent');
    await postIn(first, 'b2b-sales');
    const rooms = await roomsOf(server);
    expect(rooms.slice(0, 2).map(({ slug }) => slug)).toEqual(['b2b-sales', 'investor-connect']);
    expect(rooms[1]).toMatchObject({
      agent_count: 5,
      verified_count: 0,
      avg_trust_score: 62.5,
      seed_status: 'active',
      post_count: 5,
      last_activity_at: expect.stringMatching(OFFSET),
    });
    expect(rooms[1]?.top_agents.map(({ agent_id }) => agent_id)).toEqual([
      agents[4]?.id,
      agents[3]?.id,
      agents[2]?.id,
    ]);
    expect(rooms[1]?.top_agents[0]).toEqual({
      agent_id: agents[4]?.id,
      name: agents[4]?.name,
      tier: 'free',
      is_verified: false,
      trust_score: 64,
    });
  });

  it('counts a claim with the next count', async () => {
    const { server, agent } = await openNbDesk('reaction');
    server.context.database.raw.write.prepare('update agents set owner_id = null').run();
    await postIn(agent, 'b2b-sales');
    expect((await roomOf(server, 'b2b-sales'))?.verified_count).toBe(0);
    server.context.database.raw.write
      .prepare('update agents set owner_id = (select id from users limit 1)')
      .run();
    const { clock, database } = server.context;
    recountRooms({ writer: database.writer, clock });
    expect((await roomOf(server, 'b2b-sales'))?.verified_count).toBe(1);
  });

  it('comes in pages, with the empty curated ones on the first', async () => {
    const { server, agents } = await openNb(1);
    for (const slug of ['b2b-sales', 'investor-connect', 'founder-matching']) {
      if (agents[0]) await postIn(agents[0], slug);
      server.clock.advance(1_000);
    }
    const [first, ...rest] = await roomsOf(server, '?limit=1');
    expect(first?.slug).toBe('founder-matching');
    expect(rest.every(({ is_curated }) => is_curated)).toBe(true);
    expect((await roomsOf(server, '?limit=1&page=2')).map(({ slug }) => slug)).toEqual(['investor-connect']);
    for (const query of ['limit=0', 'limit=201', 'offset=10001'])
      expect((await server.call('GET', `/api/protocol/rooms?${query}`)).status).toBe(400);
  });

  it('has stats and the posts of each room (clients.md)', async () => {
    const { server, agents } = await openNb(1);
    const postId = agents[0] ? await postIn(agents[0], 'b2b-sales') : '';
    const stats = await server.call('GET', '/api/protocol/rooms/stats');
    expect(stats.body).toMatchObject({ total_rooms: 8, active_rooms: 1 });
    expect((stats.body['rooms'] as Room[])[0]).toMatchObject({ slug: 'b2b-sales', post_count: 1 });
    const feed = await server.call<Feed>('GET', '/api/protocol/rooms/b2b-sales/posts');
    expect(feed.body.posts.map(({ post_id }) => post_id)).toEqual([postId]);
    expectDetail(await server.call('GET', '/api/protocol/rooms/none/posts'), 404, 'There is no such room.');
  });
});

describe('a capability that three agents declare (ROOM-5)', () => {
  const declare = (capabilities: string[]) => ({ capabilities });

  it('opens a public room as soon as the third declares it, by registering or by changing itself', async () => {
    const { server } = await openNb(0);
    await registerNbAgent(server, declare(['lead-gen', 'b2b-sales']));
    await registerNbAgent(server, declare(['Lead-Gen']));
    const third = await registerNbAgent(server, declare(['lead-generation']));
    expect(await roomOf(server, 'lead-gen')).toBeUndefined();
    await third.call('PATCH', '/api/protocol/me', declare(['lead-gen']));
    expect(await roomOf(server, 'lead-gen')).toMatchObject({
      label: 'Lead Gen',
      is_curated: false,
      seed_status: 'seeking',
    });
    await postIn(third, 'lead-gen');
    expect((await roomOf(server, 'lead-gen'))?.post_count).toBe(1);
    // The rooms that are there stay as they are.
    for (let index = 0; index < 3; index += 1) await registerNbAgent(server, declare(['b2b-sales']));
    expect((await roomsOf(server)).filter(({ slug }) => slug === 'b2b-sales')).toHaveLength(1);
  });

  it('belongs to nobody: whoever asks for its name is told that it is taken', async () => {
    const { server } = await openNb(0);
    const agents = [];
    for (let index = 0; index < 3; index += 1)
      agents.push(await registerNbAgent(server, declare(['talent scouting'])));
    const taken = await agents[0]?.call('POST', '/api/agent/rooms/create', { name: 'Talent Scouting' });
    expect(taken?.status).toBe(409);
  });
});

describe('POST /api/agent/rooms/create (N010)', () => {
  const BODY = { name: 'Robotics & AI', description: 'Machines that move.', is_public: true };

  it('opens a community room that is listed apart and takes posts', async () => {
    const { server, agents } = await openNb(2);
    const [agent, other] = agents;
    if (!agent || !other) throw new Error('There are no agents');
    const { status, body } = await agent.call('POST', '/api/agent/rooms/create', BODY);
    expect([status, body]).toEqual([200, { slug: 'robotics-ai', ...BODY, message: 'Room created.' }]);
    await postIn(other, 'robotics-ai');
    expect(await roomOf(server, 'robotics-ai')).toMatchObject({
      label: 'Robotics & AI',
      description: 'Machines that move.',
      is_curated: false,
      agent_count: 1,
      seed_status: 'active',
    });
  });

  it('gives an agent the room it has (CONV-5), and another 409', async () => {
    const { agents } = await openNb(2);
    const [agent, other] = agents;
    await agent?.call('POST', '/api/agent/rooms/create', BODY);
    const again = await agent?.call('POST', '/api/agent/rooms/create', { name: 'robotics   AI' });
    expect([again?.status, again?.body['slug'], again?.body['message']]).toEqual([
      200,
      'robotics-ai',
      'This room is yours already.',
    ]);
    const taken = await other?.call('POST', '/api/agent/rooms/create', BODY);
    expect([taken?.status, taken?.body['detail']]).toEqual([
      409,
      'name: makes the address robotics-ai, which a room has already',
    ]);
    expect((await other?.call('POST', '/api/agent/rooms/create', { name: 'B2B Sales' }))?.status).toBe(409);
  });

  it('keeps an unlisted room out of the list', async () => {
    const { server, agents } = await openNb(1);
    await agents[0]?.call('POST', '/api/agent/rooms/create', { ...BODY, is_public: false });
    if (agents[0]) await postIn(agents[0], 'robotics-ai');
    expect(await roomOf(server, 'robotics-ai')).toBeUndefined();
  });

  it.each([
    [{}, /^name/],
    [{ name: ' ' }, 'name: must not be blank'],
    [{ name: 'ä'.repeat(61) }, 'name: must have at most 60 characters'],
    [{ name: '机器人' }, 'name: must have a letter or digit of the Latin alphabet'],
    [{ name: 'R', description: 'd'.repeat(301) }, 'description: must have at most 300 characters'],
    [{ name: 'R', is_public: 'yes' }, /^is_public/],
    [{ name: 'Ask anna@example.org' }, /name/],
  ])('refuses %o', async (body, words) => {
    const { agents } = await openNb(1);
    const answer = await agents[0]?.call('POST', '/api/agent/rooms/create', body);
    if (answer) expectDetail(answer, 400, words);
    expect(agents).toHaveLength(1);
  });

  it('is for keys, ends at five a day and starts anew the next', async () => {
    const { server, agents } = await openNb(1);
    const create = (name: string) => agents[0]?.call('POST', '/api/agent/rooms/create', { name });
    for (let index = 0; index < 5; index += 1) expect((await create(`Room ${index}`))?.status).toBe(200);
    expect((await create('Room 6'))?.body).toMatchObject({ cap: 'rooms', limit: 5 });
    server.clock.advance(DAY);
    expect((await create('Room 6'))?.status).toBe(200);
    expect((await server.call('POST', '/api/agent/rooms/create', { body: BODY })).status).toBe(401);
  });

  it('is held where the owner wants to be asked; undone, it is archived and takes nothing new', async () => {
    const { server, agent } = await openNbDesk('room.manage');
    expectHeld(await agent.call('POST', '/api/agent/rooms/create', BODY), 'room');
    const item = await newestProposal(server);
    await decideOn(server, item, 'approve');
    const postId = await postIn(agent, 'robotics-ai');
    expect((await server.console('POST', `/inbox/${item.id}/undo`)).status).toBe(200);
    expect(await roomOf(server, 'robotics-ai')).toBeUndefined();
    const refused = await agent.call('POST', '/api/agent/posts', {
      room_slug: 'robotics-ai',
      title: 'T',
      body: 'B',
    });
    expectDetail(refused, 404, /was archived/);
    expect((await server.call('GET', `/api/agent/posts/${postId}`)).status).toBe(200);
  });

  it('asked for again stays open when that is undone, and is archived again where that had opened it', async () => {
    const { server, agent } = await openNbDesk('room.manage');
    const ask = async () => {
      expectHeld(await agent.call('POST', '/api/agent/rooms/create', BODY), 'room');
      const item = await newestProposal(server);
      await decideOn(server, item, 'approve');
      return () => server.console('POST', `/inbox/${item.id}/undo`);
    };
    const undoFirst = await ask();
    const undoSecond = await ask();
    expect((await undoSecond()).status).toBe(409);
    expect(await roomOf(server, 'robotics-ai')).toBeDefined();
    expect((await undoFirst()).status).toBe(200);
    const undoThird = await ask();
    expect(await roomOf(server, 'robotics-ai')).toBeDefined();
    expect((await undoThird()).status).toBe(200);
    expect(await roomOf(server, 'robotics-ai')).toBeUndefined();
  });
});
