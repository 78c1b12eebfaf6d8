import { describe, expect, it, onTestFinished } from 'vitest';
import type { AgentDetail } from '../contract/console/agents';
import type { LiveEvent } from '../contract/console/events';
import { publishPost, toPublishInput } from '../domain/posts/posts.actions';
import { messageActions } from '../domain/messages/messages.actions';
import { HOUR, MINUTE, SECOND } from '../lib/clock';
import { createGateFixture, type GateFixture, type TestAgent } from '../testing/gate-fixture';
import { openDesk, type Desk, type Outcome } from '../testing/mma-fixture';
import { createTestClock, createTestServer } from '../testing/test-server';
import { upsertPolicy } from './actions.repo';
import type { Face } from './kinds';

interface Desktop {
  readonly fixture: GateFixture;
  readonly agent: TestAgent;
  readonly ownerId: string;
  allow(minutes?: number): void;
  post(face?: Face): Promise<string>;
  /** Both clocks, as time passes. */
  pass(ms: number): void;
  setPolicy(verdict: 'allow' | 'hold' | 'deny'): void;
}

/** An nb agent whose posts are asked for. */
function open(origin: 'nb' | 'mma' | 'console' | 'oauth' = 'nb'): Desktop {
  const fixture = createGateFixture({ actions: [publishPost, messageActions.send] });
  onTestFinished(() => fixture[Symbol.dispose]());
  const ownerId = fixture.addPerson().id;
  const agent = fixture.addAgent({ ownerId, origin });
  let posts = 0;
  const setPolicy: Desktop['setPolicy'] = (verdict) =>
    fixture.writer.transaction((tx) =>
      upsertPolicy(tx, { agentId: agent.row.id, kind: 'post.publish', verdict, setBy: ownerId, setAt: 1 }),
    );
  setPolicy('hold');
  return {
    fixture,
    agent,
    ownerId,
    setPolicy,
    allow: (minutes = 60) =>
      fixture.gate.allowForAWhile(
        { agentId: agent.row.id, kind: 'post.publish', minutes },
        fixture.deskOf(ownerId),
      ),
    async post(face = 'nb') {
      posts += 1;
      const input = toPublishInput({ content: `Post ${posts}` });
      const actor = fixture.actorOf(agent.row.id, agent.actor.keyId);
      return (await fixture.gate.perform(publishPost, input, fixture.callerOf(actor, face))).type;
    },
    pass(ms) {
      fixture.clock.advance(ms);
      fixture.monotonic.advance(ms);
    },
  };
}

const ends = ({ fixture }: Desktop): unknown[] =>
  fixture.database.raw.read
    .prepare("select json_extract(data, '$.reason') from audit where type = 'grant.ended' order by seq")
    .pluck()
    .all();

describe('a time-boxed allow', () => {
  it('lets one kind of one nb agent run, says so in its audit row, and ends with its time', async () => {
    const desk = open();
    const other = desk.fixture.addAgent({ ownerId: desk.ownerId, origin: 'nb' });
    expect(await desk.post()).toBe('held');
    desk.allow(10);
    expect(await desk.post()).toBe('done');
    const rows = desk.fixture.database.raw.read
      .prepare("select json_extract(data, '$.by') from audit where type = 'action.executed'")
      .pluck()
      .all();
    expect(rows).toEqual(['grant']);
    desk.fixture.writer.transaction((tx) =>
      upsertPolicy(tx, {
        agentId: other.row.id,
        kind: 'post.publish',
        verdict: 'hold',
        setBy: desk.ownerId,
        setAt: 1,
      }),
    );
    const another = desk.fixture.callerOf(other.actor, 'nb');
    const input = toPublishInput({ content: 'Of another agent' });
    expect((await desk.fixture.gate.perform(publishPost, input, another)).type).toBe('held');

    desk.pass(10 * MINUTE - 1);
    expect(await desk.post()).toBe('done');
    desk.pass(1);
    expect(await desk.post()).toBe('held');
    desk.fixture.gate.sweepGrants();
    expect(ends(desk)).toEqual(['time']);
  });

  it.each([
    ['set back', -HOUR],
    ['set back by little', -6 * SECOND],
    ['set forward', 50 * MINUTE],
    ['set forward by little', 6 * SECOND],
  ])('ends with a clock that is %s, and does not come back when it is set right', async (_how, ms) => {
    const desk = open();
    desk.allow();
    desk.pass(MINUTE);
    expect(await desk.post()).toBe('done');
    desk.fixture.clock.advance(ms);
    expect(await desk.post()).toBe('held');
    desk.fixture.clock.advance(-ms);
    expect(await desk.post()).toBe('held');
    desk.fixture.gate.sweepGrants();
    expect(ends(desk)).toEqual(['clock']);
  });

  it('is not stretched by a wall clock that is set back again and again, nor by one that creeps', async () => {
    const desk = open();
    desk.allow(1);
    // Two seconds back are within what a slewed clock may do; the monotonic clock ends it all the same.
    desk.fixture.clock.advance(-2 * SECOND);
    desk.pass(59 * SECOND);
    expect(await desk.post()).toBe('done');
    desk.pass(SECOND);
    expect(await desk.post()).toBe('held');
  });

  it('is never for an mma agent, an mma door, another origin or an irreversible kind', async () => {
    for (const origin of ['mma', 'console', 'oauth'] as const) {
      const desk = open(origin);
      expect(() => desk.allow()).toThrow(/nb door/);
      // Nor by an entry that somehow got there.
      const { id } = desk.agent.row;
      const now = desk.fixture.clock.now();
      const kind = 'post.publish' as const;
      desk.fixture.grants.open({
        id: 'x',
        agentId: id,
        ownerId: desk.ownerId,
        kind,
        startedAt: now,
        until: now + HOUR,
      });
      expect(await desk.post('nb')).toBe('held');
      expect(await desk.post('mma')).toBe('held');
    }
    const desk = open();
    desk.allow();
    expect(await desk.post('mma')).toBe('held');
    expect(await desk.post('nb')).toBe('done');
    const wanted = { agentId: desk.agent.row.id, kind: 'message.send', minutes: 5 } as const;
    expect(() => desk.fixture.gate.allowForAWhile(wanted, desk.fixture.deskOf(desk.ownerId))).toThrow(/kind/);
    const { agent, fixture, ownerId } = desk;
    for (const minutes of [0, 61, 1.5, -1, Number.NaN]) expect(() => desk.allow(minutes)).toThrow(/minutes/);
    const stranger = fixture.addPerson().id;
    const own = { agentId: agent.row.id, kind: 'post.publish', minutes: 5 } as const;
    expect(() => fixture.gate.allowForAWhile(own, fixture.deskOf(stranger))).toThrow(/no such agent/);
    expect(() => fixture.gate.allowForAWhile(own, fixture.callerOf(agent.actor))).toThrow(/never decide/);
    const remote = fixture.callerOf(
      { type: 'user', userId: ownerId, role: 'owner', mayDecide: false, sessionId: null },
      'console',
    );
    expect(() => fixture.gate.allowForAWhile(own, remote)).toThrow(/window/);
  });

  it('is below the owner’s deny and what the content says, and is of use only where one is asked', async () => {
    const desk = open();
    desk.allow();
    const caller = desk.fixture.callerOf(desk.agent.actor, 'nb');
    const input = toPublishInput({ content: 'Write to anna@example.org' });
    expect((await desk.fixture.gate.perform(publishPost, input, caller)).type).toBe('held');
    desk.setPolicy('deny');
    await expect(desk.post()).rejects.toThrow(/does not allow/);
    expect(() => desk.allow()).toThrow(/do not allow/);
    desk.setPolicy('allow');
    expect(() => desk.allow()).toThrow(/already/);
  });

  it('ends when another person owns the agent', async () => {
    const desk = open();
    desk.allow();
    const stranger = desk.fixture.addPerson().id;
    desk.fixture.database.raw.write.prepare('update agents set owner_id = ?').run(stranger);
    expect(await desk.post()).toBe('held');
  });
});

describe('at the console', () => {
  const openNb = async (): Promise<Desk & { detail(): Promise<AgentDetail>; path: string }> => {
    const desk = await openDesk();
    desk.server.context.database.raw.write.exec("update agents set origin = 'nb'");
    const path = `/agents/${desk.agent.agentId}`;
    await desk.server.console('PUT', `${path}/policy`, { kind: 'post.publish', verdict: 'hold' });
    return { ...desk, path, detail: async () => (await desk.server.console<AgentDetail>('GET', path)).body };
  };
  const rowOf = (detail: AgentDetail, kind = 'post.publish') =>
    detail.policy.find((row) => row.kind === kind);
  const allow = ({ server, path }: { server: Desk['server']; path: string }, minutes: unknown = 30) =>
    server.console<AgentDetail & Outcome>('POST', `${path}/allow`, { kind: 'post.publish', minutes });
  const endsOf = ({ server }: Pick<Desk, 'server'>): unknown[] =>
    server.context.database.raw.read
      .prepare("select json_extract(data, '$.reason') from audit where type = 'grant.ended' order by seq")
      .pluck()
      .all();

  it('the matrix says where it is possible and until when it lasts; start and end are told at once', async () => {
    const desk = await openNb();
    const heard: LiveEvent[] = [];
    desk.server.context.live.subscribe(desk.ownerId, (event) => heard.push(event));
    const before = await desk.detail();
    expect(before.policy.filter((row) => row.canAllowForAWhile).map(({ kind }) => kind)).toEqual([
      'post.publish',
    ]);
    for (const minutes of [0, 61, 1.5, '5', null]) expect((await allow(desk, minutes)).status).toBe(400);
    const allowed = await allow(desk);
    const until = Date.parse(rowOf(allowed.body)?.allowedUntil ?? '');
    expect(until - desk.server.clock.now()).toBeGreaterThan(29 * MINUTE);
    const ended = await desk.server.console<AgentDetail>('DELETE', `${desk.path}/allow/post.publish`);
    expect(rowOf(ended.body)).toMatchObject({ allowedUntil: null, canAllowForAWhile: true });
    expect((await desk.server.console('DELETE', `${desk.path}/allow/post.publish`)).status).toBe(200);
    await allow(desk, 5);
    await allow(desk, 10);
    desk.server.clock.advance(10 * MINUTE);
    expect(rowOf(await desk.detail())?.allowedUntil).toBeNull();
    await desk.server.processAll();
    expect(endsOf(desk)).toEqual(['owner', 'replaced', 'time']);
    expect(
      heard.filter(({ change }) => change.startsWith('allow')).map(({ topic, change }) => [topic, change]),
    ).toEqual(
      ['allowed', 'allow-ended', 'allowed', 'allow-ended', 'allowed', 'allow-ended'].map((change) => [
        'agents',
        change,
      ]),
    );
  });

  it('a pause, a freeze and another policy end it for good', async () => {
    const desk = await openNb();
    const { server, path } = desk;
    const gone = async (reason: string): Promise<void> => {
      await server.processAll();
      expect(rowOf(await desk.detail())?.allowedUntil).toBeNull();
      expect(endsOf(desk).at(-1)).toBe(reason);
    };
    await allow(desk);
    await server.console('POST', `${path}/pause`);
    expect((await allow(desk)).status).toBe(409);
    await server.console('POST', `${path}/resume`);
    await gone('paused');
    await allow(desk);
    await server.console('POST', '/agents/freeze');
    expect(rowOf(await desk.detail())?.canAllowForAWhile).toBe(false);
    expect((await allow(desk)).status).toBe(409);
    await server.console('POST', '/agents/thaw');
    await gone('frozen');
    await allow(desk);
    await server.console('PUT', `${path}/policy`, { kind: 'post.publish', verdict: 'hold' });
    await gone('policy');
  });

  it('outlives no restart, whatever the file or the clock says, and its end is written down', async () => {
    const desk = await openNb();
    await allow(desk, 60);
    await desk.server.stop();
    const { dataFolder, masterKey } = desk.server;
    const clock = createTestClock();
    const server = await createTestServer({ dataFolder, masterKey, clock });
    const { body } = await server.console<AgentDetail>('GET', desk.path);
    expect(rowOf(body)?.allowedUntil).toBeNull();
    clock.advance(HOUR);
    await server.processAll();
    expect(endsOf({ server })).toEqual(['restart']);
  });

  it('ends although the computer slept: the wall clock went on alone', async () => {
    let slept = 0;
    const clock = createTestClock();
    const server = await createTestServer({ clock, monotonic: { elapsed: () => clock.now() - slept } });
    await server.console('POST', '/setup', { displayName: 'Anna', email: 'anna@example.org', locale: 'en' });
    const added = await server.console<{ agent: AgentDetail }>('POST', '/agents', {
      name: 'N',
      handle: 'nnn',
    });
    const path = `/agents/${added.body.agent.id}`;
    server.context.database.raw.write.exec("update agents set origin = 'nb'");
    await server.console('PUT', `${path}/policy`, { kind: 'post.publish', verdict: 'hold' });
    await allow({ server, path });
    clock.advance(5 * MINUTE);
    slept += 5 * MINUTE;
    await server.processAll();
    server.context.gate.sweepGrants();
    expect(endsOf({ server })).toEqual(['clock']);
  });
});
