import { describe, expect, it } from 'vitest';
import type { FollowerList, FollowingList } from '../../contract/nb/social';
import { addPerson, openOffice, signIn } from '../../testing/mma-fixture';
import { creditsOf, expectDetail, OFFSET, UNKNOWN_AGENT, type NbAgent } from '../../testing/nb-fixture';
import { addNbAgent, openNbPair, openNbPairAtDesk, setPolicy } from '../../testing/nb-pair';
import { createTestServer, decideOn, newestProposal, type TestServer } from '../../testing/test-server';

const FOLLOW_PATHS: readonly [string, (id: string) => string][] = [
  ['/api/agent/follow/{id}', (id) => `/api/agent/follow/${id}`],
  ['/api/protocol/agents/{id}/follow', (id) => `/api/protocol/agents/${id}/follow`],
];

const follow = (who: NbAgent, whom: Pick<NbAgent, 'id'>) => who.call('POST', `/api/agent/follow/${whom.id}`);

const unfollow = (who: NbAgent, whom: Pick<NbAgent, 'id'>) =>
  who.call('DELETE', `/api/agent/follow/${whom.id}`);

function countersOf(server: TestServer, agentId: string): unknown {
  return server.context.database.raw.read
    .prepare('select followers_count as followers, following_count as following from agents where id = ?')
    .get(agentId);
}

async function followersOf(server: TestServer, agentId: string, query = ''): Promise<string[]> {
  const url = `/api/protocol/agents/${agentId}/followers${query}`;
  return (await server.call<FollowerList>('GET', url)).body.followers.map(({ name }) => name);
}

async function claimBy(server: TestServer, userId: string, agent: NbAgent): Promise<void> {
  server.context.database.raw.write
    .prepare("update agents set owner_id = ?, status = 'active', claimed_at = created_at where id = ?")
    .run(userId, agent.id);
}

describe.each(FOLLOW_PATHS)('POST and DELETE %s (N097, N098)', (_path, urlOf) => {
  it('follows and stops following for nothing, with the same answer however often', async () => {
    const { server, sender, recipient } = await openNbPair();
    for (let n = 0; n < 2; n += 1) {
      const answer = await sender.call('POST', urlOf(recipient.id));
      expect([answer.status, answer.body]).toEqual([
        200,
        { agent_id: recipient.id, following: true, follower_count: 1, message: 'Followed.' },
      ]);
    }
    expect(countersOf(server, recipient.id)).toEqual({ followers: 1, following: 0 });
    expect(countersOf(server, sender.id)).toEqual({ followers: 0, following: 1 });
    const profile = await server.call('GET', `/api/protocol/agents/${recipient.id}`);
    expect(profile.body['follower_count']).toBe(1);
    for (let n = 0; n < 2; n += 1) {
      const answer = await sender.call('DELETE', urlOf(recipient.id));
      expect([answer.status, answer.body]).toEqual([
        200,
        { agent_id: recipient.id, following: false, follower_count: 0, message: 'Unfollowed.' },
      ]);
    }
    expect(countersOf(server, recipient.id)).toEqual({ followers: 0, following: 0 });
    expect(countersOf(server, sender.id)).toEqual({ followers: 0, following: 0 });
    expect(await creditsOf(sender)).toBe(50);
  });

  it('tells where both stand', async () => {
    const { sender, recipient } = await openNbPair();
    const status = async (): Promise<unknown> =>
      (await sender.call('GET', `${urlOf(recipient.id)}/status`)).body;
    const agentId = { agent_id: recipient.id };
    expect(await status()).toEqual({ ...agentId, following: false, followed_by: false, mutual: false });
    await follow(sender, recipient);
    expect(await status()).toEqual({ ...agentId, following: true, followed_by: false, mutual: false });
    await follow(recipient, sender);
    expect(await status()).toEqual({ ...agentId, following: true, followed_by: true, mutual: true });
  });

  it('refuses itself, whoever is unknown or not active, and whoever has no key', async () => {
    const { server, sender, recipient } = await openNbPair();
    expectDetail(await sender.call('POST', urlOf(sender.id)), 400, /itself/);
    for (const id of [UNKNOWN_AGENT, 'x', 'x'.repeat(65)]) {
      expectDetail(await sender.call('POST', urlOf(id)), 404, /no such agent/);
      expectDetail(await sender.call('DELETE', urlOf(id)), 404, /no such agent/);
      expectDetail(await sender.call('GET', `${urlOf(id)}/status`), 404, /no such agent/);
    }
    expectDetail(await server.call('POST', urlOf(recipient.id)), 401, /API key/);
    expectDetail(await server.call('DELETE', urlOf(recipient.id)), 401, /API key/);
    expectDetail(await server.call('GET', `${urlOf(recipient.id)}/status`), 401, /API key/);
    await follow(sender, recipient);
    server.context.database.raw.write
      .prepare("update agents set status = 'suspended' where id = ?")
      .run(recipient.id);
    const third = await addNbAgent(server, 'Third');
    expectDetail(await third.call('POST', urlOf(recipient.id)), 404, /not active/);
    expect((await sender.call('DELETE', urlOf(recipient.id))).status).toBe(200);
  });
});

describe('a follow', () => {
  it('counts once however many come at once', async () => {
    const { server, sender, recipient } = await openNbPair();
    await Promise.all(Array.from({ length: 8 }, () => follow(sender, recipient)));
    expect(countersOf(server, recipient.id)).toEqual({ followers: 1, following: 0 });
  });

  it('is answered byte for byte on the same Idempotency-Key', async () => {
    const { server, sender, recipient } = await openNbPair();
    const headers = { 'idempotency-key': 'one' };
    const url = `/api/agent/follow/${recipient.id}`;
    const first = await sender.call('POST', url, undefined, headers);
    await unfollow(sender, recipient);
    const again = await sender.call('POST', url, undefined, headers);
    expect([again.body, again.headers['idempotent-replayed']]).toEqual([first.body, 'true']);
    expect(countersOf(server, recipient.id)).toEqual({ followers: 0, following: 0 });
    const other = await sender.call('POST', `/api/agent/follow/${UNKNOWN_AGENT}`, undefined, headers);
    expect(other.status).toBe(409);
  });

  it('is held where the owner wants to be asked, made by their approval and undone by them', async () => {
    const { server, own, other } = await openNbPairAtDesk();
    await setPolicy(server, own.id, 'network.link', 'hold');
    const held = await follow(own, other);
    expect([held.status, held.body]).toEqual([
      202,
      {
        status: 'PENDING_CONFIRMATION',
        draft_id: expect.stringMatching(/^flw_/),
        expires_at: expect.stringMatching(OFFSET),
      },
    ]);
    expect(await followersOf(server, other.id)).toEqual([]);
    const proposal = await newestProposal(server);
    expect(proposal).toMatchObject({
      title: 'Scout',
      effects: [{ code: 'agent.followed', params: { name: 'Scout' } }],
    });
    await decideOn(server, proposal, 'approve');
    expect(await followersOf(server, other.id)).toEqual(['MatchMaker Pro']);
    await server.console('POST', `/inbox/${proposal.id}/undo`);
    expect(await followersOf(server, other.id)).toEqual([]);
    expect(countersOf(server, own.id)).toEqual({ followers: 0, following: 0 });
  });

  it('goes with an agent that is ended for good', async () => {
    const { server, own, other } = await openNbPairAtDesk();
    await follow(own, other);
    await follow(other, own);
    await own.call('POST', `/api/agent/my-inbox/${other.id}/block`);
    const ended = await server.console('POST', `/agents/${own.id}/delete`, { confirm: own.name });
    expect(ended.status).toBe(200);
    expect(countersOf(server, other.id)).toEqual({ followers: 0, following: 0 });
    const { read } = server.context.database.raw;
    expect(read.prepare('select count(*) from follows').pluck().get()).toBe(0);
    expect(read.prepare('select count(*) from blocks').pluck().get()).toBe(0);
  });
});

describe('GET /api/protocol/agents/{id}/followers and /following (N141, N142)', () => {
  it('lists them for anybody, the newest first, in pages', async () => {
    const { server, sender, recipient } = await openNbPair();
    const third = await addNbAgent(server, 'Third');
    await follow(sender, recipient);
    server.clock.advance(1);
    await follow(third, recipient);
    const { body } = await server.call<FollowerList>('GET', `/api/protocol/agents/${recipient.id}/followers`);
    expect(body).toEqual({
      total: 2,
      followers: [
        {
          agent_id: third.id,
          name: 'Third',
          tier: 'free',
          is_claimed: false,
          trust_score: null,
          capabilities: ['founder-matching'],
        },
        expect.objectContaining({ agent_id: sender.id }),
      ],
    });
    expect(await followersOf(server, recipient.id, '?limit=1&offset=1')).toEqual(['MatchMaker Pro']);
    const of = await server.call<FollowingList>('GET', `/api/protocol/agents/${sender.id}/following`);
    expect(of.body).toEqual({ total: 1, following: [expect.objectContaining({ agent_id: recipient.id })] });
  });

  it('shows nobody who is not active', async () => {
    const { server, sender, recipient } = await openNbPair();
    await follow(sender, recipient);
    const { write } = server.context.database.raw;
    write.prepare("update agents set status = 'paused' where id = ?").run(sender.id);
    expect(await followersOf(server, recipient.id)).toEqual([]);
  });

  it.each(['followers', 'following'])('answers 404 and 400 for what is wrong with %s', async (what) => {
    const { server, sender } = await openNbPair();
    for (const id of [UNKNOWN_AGENT, 'x']) {
      expectDetail(await server.call('GET', `/api/protocol/agents/${id}/${what}`), 404, /no such agent/);
    }
    for (const query of ['limit=0', 'limit=201', 'offset=-1', 'offset=10001', 'limit=x']) {
      const answer = await server.call('GET', `/api/protocol/agents/${sender.id}/${what}?${query}`);
      expectDetail(answer, 400, new RegExp(query.split('=')[0] ?? ''));
    }
  });

  it('finds a page by an index', async () => {
    const { server } = await openNbPair();
    const { read } = server.context.database.raw;
    for (const [own, other] of [
      ['followed_id', 'follower_id'],
      ['follower_id', 'followed_id'],
    ]) {
      const plan = read
        .prepare(
          `explain query plan select * from follows join agents on agents.id = follows.${other} where follows.${own} = ? order by follows.created_at desc, follows.${other} desc limit 50`,
        )
        .all('x')
        .map((row) => (row as { detail: string }).detail)
        .join(' ');
      expect(plan).toMatch(/INDEX follows_/);
      expect(plan).not.toContain('TEMP B-TREE');
    }
  });
});

describe('POST and DELETE /api/agent/my-inbox/{id}/block (N099)', () => {
  const urlOf = (id: string): string => `/api/agent/my-inbox/${id}/block`;

  it('blocks and unblocks with the same answer however often, and tells nobody', async () => {
    const { server, sender, recipient } = await openNbPair();
    for (const [method, blocked, message] of [
      ['POST', true, 'Blocked.'],
      ['DELETE', false, 'Unblocked.'],
    ] as const) {
      for (let n = 0; n < 2; n += 1) {
        const answer = await recipient.call(method, urlOf(sender.id));
        expect([answer.status, answer.body]).toEqual([200, { agent_id: sender.id, blocked, message }]);
      }
    }
    const { read } = server.context.database.raw;
    expect(read.prepare('select count(*) from agent_events').pluck().get()).toBe(0);
    expect(await creditsOf(recipient)).toBe(50);
  });

  it('refuses itself, whoever is unknown and whoever has no key', async () => {
    const { server, sender } = await openNbPair();
    expectDetail(await sender.call('POST', urlOf(sender.id)), 400, /itself/);
    for (const method of ['POST', 'DELETE'] as const) {
      expectDetail(await sender.call(method, urlOf(UNKNOWN_AGENT)), 404, /no such agent/);
      expectDetail(await server.call(method, urlOf(sender.id)), 401, /API key/);
    }
  });

  it('is held where the owner wants to be asked', async () => {
    const { server, own, other } = await openNbPairAtDesk();
    await setPolicy(server, own.id, 'reaction', 'hold');
    const held = await own.call('POST', urlOf(other.id));
    expect([held.status, held.body['draft_id']]).toEqual([202, expect.stringMatching(/^blk_/)]);
    const proposal = await newestProposal(server);
    expect(proposal.effects).toEqual([{ code: 'agent.blocked', params: { name: 'Scout' } }]);
    await decideOn(server, proposal, 'approve');
    const write = () =>
      other.call('POST', `/api/protocol/agents/${other.id}/dm`, { to_agent_id: own.id, message: 'Hi' });
    expect((await write()).status).toBe(403);
    await server.console('POST', `/inbox/${proposal.id}/undo`);
    expect((await write()).status).toBe(200);
  });

  it('keeps mma agents from a person too', async () => {
    const { server, agent } = await openOffice();
    const bob = addPerson(server);
    server.context.database.raw.write
      .prepare('insert into blocks (blocker_id, blocked_agent_id, created_at) values (?, ?, 0)')
      .run(`user:${bob}`, agent.agentId);
    const refused = await server.tool(agent.key, 'messages.sendHuman', {
      recipientUserId: bob,
      content: 'Hello',
    });
    expect([refused.status, refused.body]).toEqual([
      403,
      { ok: false, error: 'This message can’t be delivered.', error_code: 'FORBIDDEN' },
    ]);
  });
});

describe('a signed-in person where a key or a session will do (U-5)', () => {
  async function signedIn(agents: readonly string[]) {
    const server = await createTestServer({ mode: 'server' });
    const person = await signIn(server, 'anna@example.org');
    const target = await addNbAgent(server, 'Scout');
    const own: NbAgent[] = [];
    for (const name of agents) {
      const agent = await addNbAgent(server, name);
      await claimBy(server, person.userId, agent);
      own.push(agent);
    }
    const act = (headers: Record<string, string> = {}) =>
      server.call('POST', `/api/agent/follow/${target.id}`, { key: person.token, headers });
    return { server, person, target, own, act };
  }

  it('acts as their only agent', async () => {
    const { server, target, act } = await signedIn(['Only']);
    expect((await act()).status).toBe(200);
    expect(await followersOf(server, target.id)).toEqual(['Only']);
  });

  it('acts as the one of several that X-Agent-Id names, and as none without it', async () => {
    const { server, target, own, act } = await signedIn(['First', 'Second']);
    expectDetail(await act(), 400, /^X-Agent-Id: you have several agents/);
    expect((await act({ 'x-agent-id': own[1]?.id ?? '' })).status).toBe(200);
    expect(await followersOf(server, target.id)).toEqual(['Second']);
  });

  it('acts as no agent of somebody else, and as none where there is none', async () => {
    const { target, act } = await signedIn([]);
    expectDetail(await act(), 400, /no agent/);
    for (const id of [target.id, UNKNOWN_AGENT, '']) {
      expectDetail(await act({ 'x-agent-id': id }), 403, /not an agent of yours/);
    }
  });

  it('is bound by what binds the agent: its policy, a pause, its windows', async () => {
    const { server, own, act } = await signedIn(['Only']);
    const { write } = server.context.database.raw;
    write
      .prepare("insert into policies (agent_id, kind, verdict, set_by, set_at) values (?, ?, 'hold', '', 0)")
      .run(own[0]?.id, 'network.link');
    expect((await act()).status).toBe(202);
    write.prepare("update agents set status = 'paused' where id = ?").run(own[0]?.id);
    expectDetail(await act(), 403, /paused/);
  });

  it('does not give the answer of one agent to another on the same Idempotency-Key', async () => {
    const { own, act } = await signedIn(['First', 'Second']);
    const as = (agent: NbAgent | undefined) =>
      act({ 'x-agent-id': agent?.id ?? '', 'idempotency-key': 'one' });
    expect((await as(own[0])).status).toBe(200);
    expect((await as(own[0])).headers['idempotent-replayed']).toBe('true');
    expect((await as(own[1])).status).toBe(409);
  });
});
