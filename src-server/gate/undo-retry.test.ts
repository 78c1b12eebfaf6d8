import { describe, expect, it } from 'vitest';
import type { InboxDetail } from '../contract/console/inbox';
import type { Problem } from '../contract/console/problem';
import { DAY, MINUTE } from '../lib/clock';
import {
  addPerson,
  approve,
  expectMmaError,
  openDesk,
  rpc,
  rpcTool,
  type Desk,
  type HeldData,
  type MmaOk,
  type Outcome,
} from '../testing/mma-fixture';
import { decideOn } from '../testing/test-server';

const actionIdOf = ({ server }: Desk, draftId: string): string =>
  String(
    server.context.database.raw.read
      .prepare('select id from actions where subject_id = ?')
      .pluck()
      .get(draftId),
  );
const detailOf = async (desk: Desk, draftId: string): Promise<InboxDetail> =>
  (await desk.server.console<InboxDetail>('GET', `/inbox/${actionIdOf(desk, draftId)}`)).body;
const press = (desk: Desk, draftId: string, verb: 'undo' | 'retry') =>
  desk.server.console<Outcome>('POST', `/inbox/${actionIdOf(desk, draftId)}/${verb}`);
const propose = async (desk: Desk, tool: string, payload: object): Promise<string> =>
  (await desk.server.tool<MmaOk<HeldData>>(desk.key, tool, payload)).body.data.draftId;
const found = async ({ server, key }: Desk, q: string, type = 'posts'): Promise<unknown[]> =>
  (await server.tool<MmaOk<{ results: unknown[] }>>(key, 'search.query', { q, type })).body.data.results;

describe('undoing', () => {
  it('a post takes it out of search, its page and its agent’s reach, and leaves a trace', async () => {
    const desk = await openDesk();
    const { server, key } = desk;
    const draftId = await propose(desk, 'drafts.create', { content: 'Fresh marmalade' });
    await approve(server, draftId);
    expect(await found(desk, 'marmalade')).toHaveLength(1);
    expect((await detailOf(desk, draftId)).canUndo).toBe(true);
    const undone = await press(desk, draftId, 'undo');
    expect(undone.body).toMatchObject({
      status: 'executed',
      isUndone: true,
      canUndo: false,
      resultUrl: null,
    });
    await server.processAll();
    expect(await found(desk, 'marmalade')).toEqual([]);
    expect((await server.call('GET', `/post/${draftId}`)).status).toBe(404);
    expectMmaError(await server.tool(key, 'posts.publish', { postId: draftId }), 403, 'ACTOR_DENIED');
    const own = await server.tool<MmaOk<{ drafts: object[] }>>(key, 'drafts.list');
    expect(own.body.data.drafts).toMatchObject([
      { postId: draftId, status: 'REMOVED', visibility: 'hidden' },
    ]);
    const { read } = server.context.database.raw;
    expect(read.prepare("select count(*) from audit where type = 'action.undone'").pluck().get()).toBe(1);
    // The same words may be proposed again; pressing undo twice does nothing more.
    expect((await press(desk, draftId, 'undo')).status).toBe(200);
    expect(read.prepare("select count(*) from audit where type = 'action.undone'").pluck().get()).toBe(1);
    expect(await propose(desk, 'drafts.create', { content: 'Fresh marmalade' })).not.toBe(draftId);
  });

  it('reads as REMOVED through every door of its agent, with when, and no result any more', async () => {
    const desk = await openDesk();
    const { server, key } = desk;
    const draftId = await propose(desk, 'drafts.create', { content: 'Fresh marmalade' });
    await approve(server, draftId);
    const published = await server.tool<MmaOk>(key, 'proposals.get', { draftId });
    expect(published.body.data).toMatchObject({ status: 'PUBLISHED', removedAt: null });
    expect(published.body.data['result']).not.toBeNull();
    server.clock.advance(MINUTE);
    const before = server.clock.now();
    await press(desk, draftId, 'undo');
    const after = server.clock.now();
    server.clock.advance(MINUTE);

    const gateway = await server.tool<MmaOk>(key, 'proposals.get', { draftId });
    const removedAt = String(gateway.body.data['removedAt']);
    expect(Date.parse(removedAt)).toBeGreaterThanOrEqual(before);
    expect(Date.parse(removedAt)).toBeLessThanOrEqual(after);
    const expected = {
      draftId,
      status: 'REMOVED',
      removedAt,
      result: null,
      decision: { verdict: 'approve' },
    };
    expect(gateway.body.data).toMatchObject(expected);
    const list = await server.tool<MmaOk>(key, 'proposals.list', { status: 'decided' });
    expect(list.body.data['proposals']).toMatchObject([expected]);
    expect((await server.call('GET', `/api/v1/agent/proposals/${draftId}`, { key })).body).toMatchObject(
      expected,
    );
    expect((await server.call('GET', '/api/v1/agent/proposals', { key })).body).toMatchObject({
      proposals: [expected],
    });
    expect((await rpcTool(server, 'proposals.get', { draftId }, { key })).data).toMatchObject(expected);
    const drafts = await server.tool<MmaOk>(key, 'drafts.list');
    expect(drafts.body.data['drafts']).toMatchObject([{ postId: draftId, status: 'REMOVED', removedAt }]);
    const refused = await server.tool(key, 'posts.publish', { postId: draftId });
    expectMmaError(refused, 403, 'ACTOR_DENIED');
    expect(refused.body).toMatchObject({ error: expect.stringContaining('took it down') });
  });

  it('is told in the schemas: OpenAPI and the tools name REMOVED', async () => {
    const { server, key } = await openDesk();
    const openApi = await server.call('GET', '/api/mcp/openapi.json');
    expect(openApi.body).toMatchObject({
      components: {
        schemas: { Proposal: { properties: { status: { enum: expect.arrayContaining(['REMOVED']) } } } },
      },
    });
    const listed = await rpc(server, 'tools/list', {}, { key });
    const tools = listed.body.result?.['tools'] as { name: string; outputSchema?: object }[];
    const get = tools.find(({ name }) => name === 'proposals.get');
    expect(get?.outputSchema).toMatchObject({
      properties: { status: { enum: expect.arrayContaining(['REMOVED']) } },
      required: expect.arrayContaining(['removedAt']),
    });
  });

  it('a connection request removes it, and it may be asked again', async () => {
    const desk = await openDesk();
    const bob = addPerson(desk.server);
    const draftId = await propose(desk, 'connections.request', { targetUserId: bob });
    await approve(desk.server, draftId);
    const status = () =>
      desk.server.context.database.raw.read.prepare('select status from connections').pluck().get();
    expect(status()).toBe('pending');
    expect((await press(desk, draftId, 'undo')).body.isUndone).toBe(true);
    expect(status()).toBe('removed');
    const again = await propose(desk, 'connections.request', { targetUserId: bob });
    await approve(desk.server, again);
    expect(status()).toBe('pending');
    // The first one is no longer there to be removed a second time.
    expect((await press(desk, draftId, 'undo')).status).toBe(200);
    expect(status()).toBe('pending');
  });

  it('a profile change brings the old values back, in search too', async () => {
    const desk = await openDesk();
    const { server, key } = desk;
    const change = async (body: object) => {
      const held = await server.call<HeldData>('PATCH', '/api/v1/agent/profile', { key, body });
      await approve(server, held.body.draftId);
      return held.body.draftId;
    };
    const first = await change({ headline: 'Gardener', city: 'Graz' });
    const second = await change({ headline: 'Beekeeper' });
    const conflict = await press(desk, first, 'undo');
    expect([conflict.status, conflict.body.code]).toEqual([409, 'invalid_transition']);
    expect(conflict.body.detail).toContain('headline');
    const profile = async () => (await server.call('GET', '/api/v1/agent/profile', { key })).body;
    expect(await profile()).toMatchObject({ city: 'Graz', profile: { headline: 'Beekeeper' } });
    expect((await press(desk, second, 'undo')).status).toBe(200);
    expect((await press(desk, first, 'undo')).status).toBe(200);
    expect(await profile()).toMatchObject({ city: '', profile: { headline: '' } });
    await server.processAll();
    expect([await found(desk, 'beekeeper', 'profiles'), await found(desk, 'gardener', 'profiles')]).toEqual([
      [],
      [],
    ]);
  });

  it('is refused for a message, which was read, and for what did not run', async () => {
    const desk = await openDesk();
    const sent = await propose(desk, 'messages.sendHuman', {
      recipientUserId: addPerson(desk.server),
      content: 'Hi',
    });
    const pending = await propose(desk, 'drafts.create', { content: 'Pending' });
    const rejected = await propose(desk, 'drafts.create', { content: 'Rejected' });
    const withdrawn = await propose(desk, 'drafts.create', { content: 'Withdrawn' });
    await approve(desk.server, sent);
    await decideOn(desk.server, await detailOf(desk, rejected), 'reject');
    await desk.server.tool(desk.key, 'proposals.withdraw', { draftId: withdrawn });
    for (const draftId of [sent, pending, rejected, withdrawn]) {
      expect((await detailOf(desk, draftId)).canUndo).toBe(false);
      const refused = await press(desk, draftId, 'undo');
      expect([refused.status, refused.body.code]).toEqual([409, 'invalid_transition']);
    }
  });

  it('of a rotated key does not exist: the old key stays dead', async () => {
    const desk = await openDesk();
    await desk.server.call('POST', '/api/v1/agent/rotate-key', { key: desk.key, body: {} });
    const id = String(desk.server.context.database.raw.read.prepare('select id from actions').pluck().get());
    const refused = await desk.server.console<Problem>('POST', `/inbox/${id}/undo`);
    expect([refused.status, refused.body.code]).toEqual([409, 'invalid_transition']);
  });
});

describe('a failed effect', () => {
  /** A connection that came about on another way between proposal and approval. */
  async function failing(): Promise<{ desk: Desk; draftId: string; clear: () => void }> {
    const desk = await openDesk();
    const bob = addPerson(desk.server);
    const draftId = await propose(desk, 'connections.request', { targetUserId: bob });
    const { write } = desk.server.context.database.raw;
    write
      .prepare(
        "insert into connections (id, requester_id, requester_agent_id, target_user_id, status, created_at) values ('con_other', ?, 'x', ?, 'accepted', 0)",
      )
      .run(bob, desk.ownerId);
    const decided = await decideOn(desk.server, await detailOf(desk, draftId), 'approve');
    expect([decided.status, decided.body.status]).toEqual([200, 'failed']);
    return {
      desk,
      draftId,
      clear: () => void write.prepare("delete from connections where id = 'con_other'").run(),
    };
  }

  it('keeps its error for owner and agent, and runs again on the same decision', async () => {
    const { desk, draftId, clear } = await failing();
    const failed = await detailOf(desk, draftId);
    expect(failed.failure).toEqual({
      message: 'These two people are connected already (accepted).',
      canRetryUntil: new Date(Date.parse(failed.decidedAt ?? '') + DAY).toISOString(),
    });
    const list = await desk.server.console<{ items: { id: string }[]; counts: object }>(
      'GET',
      '/inbox?tab=failed',
    );
    expect([list.body.items.map(({ id }) => id), list.body.counts]).toEqual([
      [failed.id],
      { pending: 0, snoozed: 0, failed: 1 },
    ]);
    const agents = await desk.server.tool<MmaOk>(desk.key, 'proposals.get', { draftId });
    expect(agents.body.data).toMatchObject({ status: 'FAILED', failure: failed.failure?.message });

    const second = await press(desk, draftId, 'retry');
    expect([second.status, second.body.status, second.body.failure?.message]).toEqual([
      200,
      'failed',
      failed.failure?.message,
    ]);
    clear();
    const third = await press(desk, draftId, 'retry');
    expect([third.body.status, third.body.failure, third.body.decisions.length]).toEqual([
      'executed',
      null,
      1,
    ]);
    const conflict = await press(desk, draftId, 'retry');
    expect([conflict.status, conflict.body.code]).toEqual([409, 'invalid_transition']);
    const types = desk.server.context.database.raw.read
      .prepare("select type from audit where type like 'action.%' order by seq")
      .pluck()
      .all();
    expect(types.slice(-6)).toEqual([
      'action.approved',
      'action.failed',
      'action.retried',
      'action.failed',
      'action.retried',
      'action.executed',
    ]);
  });

  it('can be run again for 24 hours and not after', async () => {
    const { desk, draftId, clear } = await failing();
    clear();
    desk.server.clock.advance(DAY + MINUTE);
    const late = await press(desk, draftId, 'retry');
    expect([late.status, late.body.code]).toEqual([410, 'gone']);
    expect((await detailOf(desk, draftId)).status).toBe('failed');
    desk.server.clock.advance(-2 * MINUTE);
    expect((await press(desk, draftId, 'retry')).body.status).toBe('executed');
  });

  it('is not run again for a stranger’s agent, nor for the agent itself', async () => {
    const { desk, draftId } = await failing();
    expectMmaError(
      await desk.server.tool(desk.key, 'proposals.revise', { draftId, input: { targetUserId: 'x' } }),
      404,
      'NOT_FOUND',
    );
    expectMmaError(
      await desk.server.tool(desk.key, 'proposals.withdraw', { draftId }),
      409,
      'INVALID_TRANSITION',
    );
  });

  it('for a reason of ours says nothing of it, leaves nothing behind, and can be run again', async () => {
    const desk = await openDesk();
    const draftId = await propose(desk, 'drafts.create', { content: 'Fresh marmalade' });
    const { write } = desk.server.context.database.raw;
    write.exec(
      "create trigger broken before update on posts when new.visibility = 'public' begin select raise(abort, 'secret detail of the disk'); end",
    );
    await decideOn(desk.server, await detailOf(desk, draftId), 'approve');
    const failed = await detailOf(desk, draftId);
    expect([failed.status, failed.failure?.message]).toEqual([
      'failed',
      'The effect failed for an unexpected reason.',
    ]);
    expect(write.prepare('select status, visibility from posts').get()).toEqual({
      status: 'FAILED',
      visibility: 'draft',
    });
    expect(await found(desk, 'marmalade')).toEqual([]);
    write.exec('drop trigger broken');
    expect((await press(desk, draftId, 'retry')).body.status).toBe('executed');
    await desk.server.processAll();
    expect(await found(desk, 'marmalade')).toHaveLength(1);
  });
});

describe('the sweep of what expired', () => {
  it('goes on past a row whose bytes were changed in the file', async () => {
    const desk = await openDesk();
    const [first, second] = [
      await propose(desk, 'drafts.create', { content: 'One' }),
      await propose(desk, 'drafts.create', { content: 'Two' }),
    ];
    const { write } = desk.server.context.database.raw;
    write.prepare("update action_versions set canonical = replace(canonical, 'One', 'Won')").run();
    desk.server.clock.advance(8 * DAY);
    expect(desk.server.context.gate.expireOverdue()).toBe(2);
    for (const draftId of [first, second]) expect((await detailOf(desk, draftId)).status).toBe('expired');
  });
});

describe('an owner’s edit', () => {
  const edit = async (desk: Desk, draftId: string) => {
    const { id, versions } = await detailOf(desk, draftId);
    const answer = await desk.server.console<Outcome>('POST', `/inbox/${id}/edit`, {
      version: 1,
      hash: versions[0]?.hash,
      fields: { title: 'Between us', content: 'Half a thought' },
    });
    expect(answer.body.version).toBe(2);
  };
  const seenByAgent = async ({ server, key }: Desk, draftId: string) => [
    JSON.stringify((await server.tool(key, 'proposals.get', { draftId })).body),
    JSON.stringify((await server.tool(key, 'proposals.list')).body),
    JSON.stringify((await server.tool(key, 'drafts.list')).body),
    JSON.stringify((await server.call('GET', '/api/v1/agent/posts', { key })).body),
  ];

  it('is nobody else’s to read while it waits, in grace, and when it was never decided', async () => {
    const desk = await openDesk();
    const { write } = desk.server.context.database.raw;
    const [waiting, graced, withdrawn, expired] = [
      await propose(desk, 'drafts.create', { content: 'One', title: 'T' }),
      await propose(desk, 'drafts.create', { content: 'Two', title: 'T' }),
      await propose(desk, 'drafts.create', { content: 'Three', title: 'T' }),
      await propose(desk, 'drafts.create', { content: 'Four', title: 'T' }),
    ];
    for (const draftId of [waiting, graced, withdrawn, expired]) await edit(desk, draftId);
    await desk.server.console('PATCH', '/preferences', { graceSeconds: 30 });
    const { id, version, versions } = await detailOf(desk, graced);
    const seen = { version, hash: versions.at(-1)?.hash };
    await desk.server.console('POST', `/inbox/${id}/read`, seen);
    await desk.server.console('POST', `/inbox/${id}/decide`, { ...seen, verdict: 'approve' });
    expect((await detailOf(desk, graced)).status).toBe('approved');
    await desk.server.tool(desk.key, 'proposals.withdraw', { draftId: withdrawn });
    write.prepare('update actions set expires_at = 1 where subject_id = ?').run(expired);
    desk.server.context.gate.expireOverdue();
    for (const draftId of [waiting, graced, withdrawn, expired]) {
      for (const seen of await seenByAgent(desk, draftId)) {
        expect(seen).not.toContain('Between us');
        expect(seen).not.toContain('Half a thought');
      }
    }
    const inGrace = await desk.server.tool<MmaOk>(desk.key, 'proposals.get', { draftId: graced });
    expect(inGrace.body.data).toMatchObject({ status: 'PENDING_CONFIRMATION', decision: null, title: 'T' });
  });
});
