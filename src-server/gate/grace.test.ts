import { describe, expect, it } from 'vitest';
import type { InboxDetail } from '../contract/console/inbox';
import { DAY, MINUTE, SECOND } from '../lib/clock';
import {
  addPerson,
  expectMmaError,
  openDesk,
  type Desk,
  type HeldData,
  type MmaOk,
  type Outcome,
} from '../testing/mma-fixture';
import { createTestServer, endGrace, type Answer } from '../testing/test-server';

/** A desk with the grace that everybody has who set nothing. */
async function openGracefulDesk(graceSeconds = 5): Promise<Desk> {
  const desk = await openDesk();
  await desk.server.console('PATCH', '/preferences', { graceSeconds });
  return desk;
}

const propose = async (desk: Desk, content = 'A first post'): Promise<string> =>
  (await desk.server.tool<MmaOk<HeldData>>(desk.key, 'drafts.create', { content })).body.data.draftId;

const idOf = ({ server }: Desk, draftId: string): string =>
  String(
    server.context.database.raw.read
      .prepare('select id from actions where subject_id = ?')
      .pluck()
      .get(draftId),
  );

const detailOf = async (desk: Desk, draftId: string): Promise<InboxDetail> =>
  (await desk.server.console<InboxDetail>('GET', `/inbox/${idOf(desk, draftId)}`)).body;

/** Reads and decides, and leaves the decision in grace. */
async function decide(desk: Desk, draftId: string, verdict: 'approve' | 'reject'): Promise<Answer<Outcome>> {
  const { id, version, versions } = await detailOf(desk, draftId);
  const seen = { version, hash: versions.at(-1)?.hash };
  if (verdict === 'approve') await desk.server.console('POST', `/inbox/${id}/read`, seen);
  return desk.server.console<Outcome>('POST', `/inbox/${id}/decide`, {
    ...seen,
    verdict,
    ...(verdict === 'reject' ? { reasonCode: 'not_now', note: 'Later, please.' } : {}),
  });
}

const undo = (desk: Desk, draftId: string): Promise<Answer<Outcome>> =>
  desk.server.console<Outcome>('POST', `/inbox/${idOf(desk, draftId)}/undo`);

const agentReads = async ({ server, key }: Desk, draftId: string) =>
  (await server.tool<MmaOk>(key, 'proposals.get', { draftId })).body.data;

const auditOf = ({ server }: Desk, actionId: string): string[] =>
  server.context.database.raw.read
    .prepare('select type from audit where subject_id = ? order by seq')
    .pluck()
    .all(actionId) as string[];

const count = ({ server }: Desk, sql: string): number =>
  Number(server.context.database.raw.read.prepare(sql).pluck().get());

describe('a decision in grace', () => {
  it.each(['approve', 'reject'] as const)(
    'to %s waits, and its agent hears nothing of it',
    async (verdict) => {
      const desk = await openGracefulDesk();
      const draftId = await propose(desk);
      const before = desk.server.clock.now();
      const decided = await decide(desk, draftId, verdict);
      expect(decided.body).toMatchObject({
        status: verdict === 'approve' ? 'approved' : 'rejected',
        canUndo: true,
        decisions: [{ verdict, isInForce: true }],
      });
      expect(Date.parse(decided.body.runAt ?? '') - before).toBeGreaterThanOrEqual(5 * SECOND);
      await desk.server.processAll();
      expect(await agentReads(desk, draftId)).toMatchObject({
        status: 'PENDING_CONFIRMATION',
        decision: null,
        result: null,
        expiresAt: expect.any(String),
      });
      for (const [status, n] of [
        ['pending', 1],
        ['decided', 0],
        ['all', 1],
      ] as const) {
        const list = await desk.server.tool<MmaOk<{ proposals: object[] }>>(desk.key, 'proposals.list', {
          status,
        });
        expect([status, list.body.data.proposals.length]).toEqual([status, n]);
      }
      expect(
        count(desk, "select count(*) from outbox where topic in ('action.rejected', 'action.executed')"),
      ).toBe(0);

      await endGrace(desk.server, decided.body);
      const settled = await detailOf(desk, draftId);
      expect(settled).toMatchObject({ status: verdict === 'approve' ? 'executed' : 'rejected' });
      expect(await agentReads(desk, draftId)).toMatchObject({
        status: verdict === 'approve' ? 'PUBLISHED' : 'REJECTED',
        decision: { verdict, decidedAt: decided.body.decidedAt },
      });
      expect(auditOf(desk, settled.id)).toEqual(
        verdict === 'approve'
          ? ['action.proposed', 'action.read', 'action.approved', 'action.executed']
          : ['action.proposed', 'action.declined', 'action.rejected'],
      );
      expect((await undo(desk, draftId)).status).toBe(verdict === 'approve' ? 200 : 409);
    },
  );

  it.each(['approve', 'reject'] as const)('to %s is taken back, and can be made again', async (verdict) => {
    const desk = await openGracefulDesk();
    const draftId = await propose(desk);
    const decided = await decide(desk, draftId, verdict);
    desk.server.clock.advance(4 * SECOND);
    const undone = await undo(desk, draftId);
    expect(undone.body).toMatchObject({
      status: 'pending',
      runAt: null,
      decidedAt: null,
      canUndo: false,
      isUndone: false,
      isRead: verdict === 'approve',
      decisions: [{ verdict, isInForce: false }],
    });
    const { items } = (await desk.server.console<{ items: InboxDetail[] }>('GET', '/inbox')).body;
    expect(items.map(({ id }) => id)).toEqual([undone.body.id]);
    // The job of the decision that was taken back changes nothing.
    await endGrace(desk.server, decided.body);
    expect((await detailOf(desk, draftId)).status).toBe('pending');
    expect(auditOf(desk, undone.body.id).at(-1)).toBe('action.undecided');
    expect((await undo(desk, draftId)).status).toBe(409);

    const again = await decide(desk, draftId, 'approve');
    await endGrace(desk.server, again.body);
    expect((await detailOf(desk, draftId)).status).toBe('executed');
    expect(count(desk, "select count(*) from posts where visibility = 'public'")).toBe(1);
  });

  it('lives through a restart, as does taking it back', async () => {
    const desk = await openGracefulDesk(30);
    const { server } = desk;
    const [kept, taken, rejected] = [
      await propose(desk, 'One'),
      await propose(desk, 'Two'),
      await propose(desk, 'Three'),
    ];
    await decide(desk, kept, 'approve');
    await decide(desk, taken, 'approve');
    await decide(desk, rejected, 'reject');
    await undo(desk, taken);
    await server.stop();
    const { dataFolder, masterKey, clock } = server;
    const restarted = { ...desk, server: await createTestServer({ dataFolder, masterKey, clock }) };
    await restarted.server.processAll();
    expect((await detailOf(restarted, kept)).canUndo).toBe(true);
    await endGrace(restarted.server, await detailOf(restarted, rejected));
    expect((await detailOf(restarted, kept)).status).toBe('executed');
    expect((await detailOf(restarted, taken)).status).toBe('pending');
    expect((await detailOf(restarted, rejected)).status).toBe('rejected');
    expect((await agentReads(restarted, rejected))['status']).toBe('REJECTED');
  });

  it('is as long as its owner set it, at least 5 s for what is irreversible, and nothing over the API', async () => {
    const desk = await openGracefulDesk(0);
    const { server, key } = desk;
    const seconds = async (draftId: string): Promise<number> => {
      const { runAt, decidedAt } = (await decide(desk, draftId, 'approve')).body;
      return (Date.parse(runAt ?? '') - Date.parse(decidedAt ?? '')) / SECOND;
    };
    const message = async (): Promise<string> =>
      (
        await server.tool<MmaOk<HeldData>>(key, 'messages.sendHuman', {
          recipientUserId: addPerson(server),
          content: 'Hello',
        })
      ).body.data.draftId;
    expect(await seconds(await propose(desk, 'At once'))).toBe(0);
    expect(await seconds(await message())).toBe(5);
    await server.console('PATCH', '/preferences', { graceSeconds: 17 });
    expect(await seconds(await propose(desk, 'Slowly'))).toBe(17);
    expect(await seconds(await message())).toBe(17);
  });

  it('ends with a revision or a withdrawal by the agent, which answer as if nobody had decided', async () => {
    const desk = await openGracefulDesk();
    const { server, key } = desk;
    for (const verdict of ['approve', 'reject'] as const) {
      const draftId = await propose(desk, `Before ${verdict}`);
      const decided = await decide(desk, draftId, verdict);
      const revised = await server.tool<MmaOk<HeldData>>(key, 'drafts.create', {
        draftId,
        content: `After ${verdict}`,
      });
      expect(revised.body.data).toMatchObject({ status: 'PENDING_CONFIRMATION', version: 2 });
      await endGrace(server, decided.body);
      expect(await detailOf(desk, draftId)).toMatchObject({ status: 'pending', version: 2, isRead: false });

      const second = await decide(desk, draftId, verdict);
      const withdrawn = await server.tool<MmaOk>(key, 'proposals.withdraw', { draftId });
      expect(withdrawn.body.data['status']).toBe('WITHDRAWN');
      await endGrace(server, second.body);
      expect((await detailOf(desk, draftId)).status).toBe('withdrawn');
      expect((await undo(desk, draftId)).status).toBe(409);
    }
    expect(count(desk, "select count(*) from posts where visibility = 'public'")).toBe(0);
  });

  it('stands although its proposal’s time ends meanwhile; taken back after that, it expires', async () => {
    const desk = await openGracefulDesk();
    const { write } = desk.server.context.database.raw;
    const [kept, taken] = [await propose(desk, 'In time'), await propose(desk, 'Too late')];
    write.prepare('update actions set expires_at = ?').run(desk.server.clock.now() + 2 * SECOND);
    const decided = await decide(desk, kept, 'approve');
    await decide(desk, taken, 'approve');
    desk.server.clock.advance(3 * SECOND);
    desk.server.context.gate.expireOverdue();
    expect((await detailOf(desk, kept)).status).toBe('approved');
    expect((await undo(desk, taken)).body.status).toBe('expired');
    await endGrace(desk.server, decided.body);
    expect((await detailOf(desk, kept)).status).toBe('executed');
  });

  it('is stopped by a pause, whatever its verdict', async () => {
    const desk = await openGracefulDesk();
    const [yes, no] = [await propose(desk, 'Yes'), await propose(desk, 'No')];
    const decided = await decide(desk, yes, 'approve');
    await decide(desk, no, 'reject');
    await desk.server.console('POST', `/agents/${desk.agent.agentId}/pause`);
    await endGrace(desk.server, decided.body);
    for (const draftId of [yes, no]) {
      expect((await detailOf(desk, draftId)).status).toBe('pending');
      expect(auditOf(desk, idOf(desk, draftId)).at(-1)).toBe('action.undecided');
    }
  });

  it('that was forged in the file is refused: a rejection too', async () => {
    const desk = await openGracefulDesk();
    const { write } = desk.server.context.database.raw;
    const [forged, turned] = [await propose(desk, 'Forged'), await propose(desk, 'Turned')];
    await decide(desk, forged, 'reject');
    write
      .prepare('update decisions set decided_at = decided_at + 1 where action_id = ?')
      .run(idOf(desk, forged));
    const decided = await decide(desk, turned, 'reject');
    write.prepare("update actions set status = 'approved' where id = ?").run(idOf(desk, turned));
    await endGrace(desk.server, decided.body);
    expect((await detailOf(desk, forged)).status).toBe('pending');
    expect(auditOf(desk, idOf(desk, forged)).slice(-2)).toEqual(['action.refused', 'action.undecided']);
    expect((await detailOf(desk, turned)).status).toBe('failed');
    expect(count(desk, "select count(*) from posts where visibility = 'public'")).toBe(0);
  });

  it('is nobody’s to take back once it is over, and nothing to decide twice', async () => {
    const desk = await openGracefulDesk();
    const draftId = await propose(desk);
    await decide(desk, draftId, 'reject');
    const twice = await decide(desk, draftId, 'approve');
    expect([twice.status, twice.body.code]).toEqual([409, 'already_decided']);
    // Over, and the job did not come by yet: the agent's revision is of a rejected proposal then.
    desk.server.clock.advance(6 * SECOND);
    expect((await undo(desk, draftId)).status).toBe(409);
    expectMmaError(
      await desk.server.tool(desk.key, 'proposals.withdraw', { draftId }),
      409,
      'INVALID_TRANSITION',
    );
    await desk.server.tool(desk.key, 'drafts.create', { draftId, content: 'Better' });
    expect(auditOf(desk, idOf(desk, draftId)).slice(-2)).toEqual(['action.rejected', 'action.revised']);
  });
});

it('no approval stands without its reading, however often decisions are taken back', async () => {
  const desk = await openGracefulDesk();
  const draftId = await propose(desk);
  for (let turn = 0; turn < 5; turn += 1) {
    await decide(desk, draftId, turn % 2 === 0 ? 'approve' : 'reject');
    await undo(desk, draftId);
    desk.server.clock.advance(MINUTE);
    await desk.server.processAll();
  }
  expect(
    count(
      desk,
      `select count(*) from decisions where verdict = 'approve' and not exists (select 1 from reads
       where reads.action_id = decisions.action_id and reads.version = decisions.version
         and reads.hash = decisions.hash and reads.user_id = decisions.decider_id)`,
    ),
  ).toBe(0);
  desk.server.clock.advance(8 * DAY);
  desk.server.context.gate.expireOverdue();
  expect((await detailOf(desk, draftId)).status).toBe('expired');
});
