import { expect, it } from 'vitest';
import type { AgentSummary } from '../../contract/console/agents';
import type { LiveEvent } from '../../contract/console/events';
import type { Me } from '../../contract/console/session';
import { inboxSteps } from '../../testing/inbox-fixture';
import { expectMmaError, openDesk, openOffice, rpcTool, type MmaOk } from '../../testing/mma-fixture';
import { claimedAgent, createTestServer, endGrace, registerAgent } from '../../testing/test-server';

const freeze = async ({ server }: Pick<Awaited<ReturnType<typeof openDesk>>, 'server'>) =>
  server.console<{ frozenAt: string; agents: number }>('POST', '/agents/freeze');

it('a freeze refuses every call at every door but reading one’s own proposals, and a thaw lets them call', async () => {
  const desk = await openDesk();
  const { server, key, ownerId } = desk;
  const inbox = inboxSteps(desk);
  const draftId = await inbox.propose();
  const heard: LiveEvent[] = [];
  server.context.live.subscribe(ownerId, (event) => heard.push(event));
  const frozen = await freeze(desk);
  expect(frozen.body).toEqual({ frozenAt: expect.any(String), agents: 1 });

  const refused = [
    await server.tool(key, 'drafts.create', { content: 'Two' }),
    await server.tool(key, 'search.query', { q: 'x', type: 'posts' }),
    await server.tool(key, 'proposals.withdraw', { draftId }),
    await server.tool(key, 'health.snapshot'),
    await server.call('POST', '/api/v1/agent/posts', { key, body: { content: 'Three' } }),
    await server.call('GET', '/api/v1/agent/status', { key }),
    await server.call('POST', '/api/v1/agent/rotate-key', { key, body: {} }),
    await server.call('GET', '/api/v1/agent/status', { headers: { 'x-api-key': key } }),
  ];
  for (const answer of refused) {
    expect(expectMmaError(answer, 403, 'FORBIDDEN').error).toContain('paused by your owner');
  }
  expect((await rpcTool(server, 'drafts.create', { content: 'Four' }, { key })).isError).toBe(true);
  expect((await inbox.asAgent(draftId))['status']).toBe('PENDING_CONFIRMATION');
  expect((await server.tool(key, 'drafts.list')).status).toBe(200);

  const me = await server.console<Me>('GET', '/me');
  const list = await server.console<{ items: AgentSummary[] }>('GET', '/agents');
  expect([me.body.frozenAt, list.body.items[0]?.frozenAt]).toEqual(Array(2).fill(frozen.body.frozenAt));
  expect((await freeze(desk)).body).toEqual(frozen.body);
  await server.processAll();
  expect(heard).toContainEqual({ topic: 'agents', id: null, change: 'frozen' });
  expect(heard).toContainEqual({ topic: 'me', id: null, change: 'frozen' });

  expect((await server.console('POST', '/agents/thaw')).body).toEqual({ agents: 1 });
  expect((await server.tool(key, 'drafts.create', { content: 'Five' })).status).toBe(200);
  expect((await server.console<Me>('GET', '/me')).body.frozenAt).toBeNull();
  const { read } = server.context.database.raw;
  expect(
    read.prepare("select type from audit where type like 'agents.%' order by seq").pluck().all(),
  ).toEqual(['agents.frozen', 'agents.frozen', 'agents.thawed']);
});

it('stops what is in grace, runs nothing of a frozen agent, and lets its owner say no', async () => {
  const desk = await openDesk();
  const { server } = desk;
  const inbox = inboxSteps(desk);
  await server.console('PATCH', '/preferences', { graceSeconds: 5 });
  const [yes, no, later, left] = [
    await inbox.propose('Yes'),
    await inbox.propose('No'),
    await inbox.propose('Later'),
    await inbox.propose('Left'),
  ];
  const decided = await inbox.decide(yes, 'approve');
  await inbox.decide(no, 'reject');
  await freeze(desk);
  await endGrace(server, decided.body);
  for (const draftId of [yes, no]) {
    expect((await inbox.detail(draftId)).status).toBe('pending');
    expect(inbox.auditOf(draftId).at(-1)).toBe('action.undecided');
  }
  const refused = await inbox.decide(yes, 'approve');
  expect([refused.status, refused.body.code]).toEqual([409, 'invalid_transition']);
  const rejected = await inbox.decide(no, 'reject');
  await endGrace(server, rejected.body);
  expect((await inbox.detail(no)).status).toBe('rejected');

  // An approval that a freeze did not see, as in a file that was put back: the executor sees it.
  await server.console('POST', '/agents/thaw');
  const slipped = await inbox.decide(left, 'approve');
  server.context.database.raw.write.exec('update agents set frozen_at = 1');
  await endGrace(server, slipped.body);
  expect((await inbox.detail(left)).status).toBe('pending');
  server.context.database.raw.write.exec('update agents set frozen_at = null');
  await endGrace(server, (await inbox.decide(later, 'approve')).body);
  expect((await inbox.detail(later)).status).toBe('executed');
});

it('agents that are claimed or added while frozen are frozen, a pause keeps its own state, a restart keeps the freeze', async () => {
  const desk = await openDesk();
  const { server, agent, key } = desk;
  await server.console('POST', `/agents/${agent.agentId}/pause`);
  await freeze(desk);
  const claimed = await claimedAgent(server);
  const added = await server.console<{ agent: AgentSummary; key: { secret: string } }>('POST', '/agents', {
    name: 'Added',
    handle: 'added-agent',
  });
  expect(added.body.agent.frozenAt).not.toBeNull();
  for (const secret of [claimed.key, added.body.key.secret]) {
    expectMmaError(await server.tool(secret, 'drafts.create', { content: 'x' }), 403, 'FORBIDDEN');
  }
  const stranger = await registerAgent(server, 'stranger@example.org');
  expect((await server.tool(stranger.key, 'drafts.create', { content: 'Mine' })).status).toBe(200);
  expect((await server.console('POST', '/sample-world')).status).toBe(409);

  await server.stop();
  const { dataFolder, masterKey, clock } = server;
  const again = await createTestServer({ dataFolder, masterKey, clock });
  expectMmaError(await again.tool(claimed.key, 'drafts.create', { content: 'x' }), 403, 'FORBIDDEN');
  expect((await again.console('POST', '/agents/thaw')).body).toEqual({ agents: 3 });
  expect((await again.tool(claimed.key, 'drafts.create', { content: 'x' })).status).toBe(200);
  expect(
    expectMmaError(await again.tool(key, 'drafts.create', { content: 'y' }), 403, 'FORBIDDEN').error,
  ).toBe('This agent was paused by your owner.');
});

it('of twenty calls at once, none that begins after the freeze is answered succeeds, nor writes', async () => {
  const desk = await openDesk();
  const { server, key } = desk;
  const write = async (n: number) => ({
    n,
    answer: await server.tool<MmaOk>(key, 'drafts.create', { content: `Text ${n}` }),
  });
  const before = Array.from({ length: 10 }, (_, n) => write(n));
  const frozen = await freeze(desk);
  expect(frozen.status).toBe(200);
  const count = (): number =>
    Number(server.context.database.raw.read.prepare('select count(*) from actions').pluck().get());
  const there = count();
  const after = await Promise.all(Array.from({ length: 10 }, (_, n) => write(10 + n)));
  const first = await Promise.all(before);
  expect(after.map(({ answer }) => answer.status)).toEqual(Array(10).fill(403));
  // What had begun is answered by what was done: a call that the freeze overtook wrote nothing.
  expect(count()).toBe(there);
  expect(first.filter(({ answer }) => answer.status === 200)).toHaveLength(there);
  expect(first.every(({ answer }) => [200, 403].includes(answer.status))).toBe(true);
});

it('freezes one’s own agents alone, and never by an agent’s key', async () => {
  const office = await openOffice();
  const { server, person, key } = office;
  const asPerson = (path: string) =>
    server.call<{ agents: number }>('POST', `/api/console${path}`, { key: person.token, body: {} });
  expect((await server.call('POST', '/api/console/agents/freeze', { key, body: {} })).status).toBe(401);
  server.context.database.raw.write.exec(
    "insert into users (id, email, display_name, role, plan, created_at) values ('u2', 'z@example.org', 'Zoe', 'owner', 'free', 0)",
  );
  expect((await asPerson('/agents/freeze')).body.agents).toBe(1);
  expect(
    server.context.database.raw.read
      .prepare('select count(*) from users where frozen_at is null')
      .pluck()
      .get(),
  ).toBe(1);
  expect((await asPerson('/agents/thaw')).body.agents).toBe(1);
});
