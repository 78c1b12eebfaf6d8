import { describe, expect, it } from 'vitest';
import type { GuidanceLine } from '../../contract/console/agents';
import { inboxSteps } from '../../testing/inbox-fixture';
import { expectMmaError, keyWith, openDesk, rpcTool, type Desk, type MmaOk } from '../../testing/mma-fixture';
import { endGrace } from '../../testing/test-server';

interface ToldLine {
  readonly kind: string | null;
  readonly text: string;
  readonly draftId: string | null;
}

const told = async (
  { server, key }: Pick<Desk, 'server' | 'key'>,
  payload: object = {},
): Promise<ToldLine[]> =>
  (await server.tool<MmaOk<{ guidance: ToldLine[] }>>(key, 'proposals.guidance', payload)).body.data.guidance;

const pathOf = ({ agent }: Desk): string => `/agents/${agent.agentId}/guidance`;
const add = (desk: Desk, body: object) =>
  desk.server.console<{ items: GuidanceLine[]; errors?: { path: string }[] }>('POST', pathOf(desk), body);

describe('guidance', () => {
  it('is added, listed newest first, read by its agent, and taken back', async () => {
    const desk = await openDesk();
    await add(desk, { text: 'Write in plain words.' });
    desk.server.clock.advance(1_000);
    const { body } = await add(desk, { text: 'No hashtags.', kind: 'post.publish' });
    expect(body.items.map(({ text, kind, actionId }) => [text, kind, actionId])).toEqual([
      ['No hashtags.', 'post.publish', null],
      ['Write in plain words.', null, null],
    ]);
    expect((await told(desk)).map(({ text }) => text)).toEqual(['No hashtags.', 'Write in plain words.']);
    expect((await told(desk, { kind: 'message.send' })).map(({ text }) => text)).toEqual([
      'Write in plain words.',
    ]);
    const overMcp = await rpcTool(desk.server, 'proposals_guidance', {}, { key: desk.key });
    expect(overMcp.data['guidance']).toHaveLength(2);
    const retired = await desk.server.console<{ items: GuidanceLine[] }>(
      'DELETE',
      `${pathOf(desk)}/${body.items[1]?.id}`,
    );
    expect(retired.body.items).toHaveLength(1);
    expect(await told(desk)).toHaveLength(1);
    const { read } = desk.server.context.database.raw;
    const rows = read
      .prepare("select type, data from audit where type like 'guidance.%' order by seq")
      .all() as {
      type: string;
      data: string;
    }[];
    expect(rows.map(({ type }) => type)).toEqual(['guidance.added', 'guidance.added', 'guidance.retired']);
    expect(rows.map(({ data }) => data).join()).not.toContain('hashtags');
  });

  it('said beside a decision goes with it: one transaction, told with its outcome, gone when it is taken back', async () => {
    const desk = await openDesk();
    const inbox = inboxSteps(desk);
    await desk.server.console('PATCH', '/preferences', { graceSeconds: 5 });
    const draftId = await inbox.propose();
    const guidance = 'Always name your sources.';
    await inbox.decide(draftId, 'reject', { guidance, reasonCode: 'wrong_facts' });
    // In grace there is no decision yet, to its agent.
    expect(await told(desk)).toEqual([]);
    await inbox.press(draftId, 'undo');
    expect((await desk.server.console<{ items: [] }>('GET', pathOf(desk))).body.items).toEqual([]);

    desk.server.clock.advance(1_000);
    const decided = await inbox.decide(draftId, 'reject', { guidance });
    await endGrace(desk.server, decided.body);
    expect(await told(desk)).toMatchObject([{ kind: 'post.publish', text: guidance, draftId }]);
    expect(await inbox.asAgent(draftId)).toMatchObject({ decision: { guidance: [guidance] } });
    await inbox.decide(await inbox.propose('Another'), 'approve', { guidance: '   ' });
    expect(await told(desk)).toHaveLength(1);
  });

  it('is at most fifty sentences; a decision that would add one more is not taken', async () => {
    const desk = await openDesk();
    const inbox = inboxSteps(desk);
    for (let n = 0; n < 50; n += 1) expect((await add(desk, { text: `Rule ${n}` })).status).toBe(200);
    const refused = await add(desk, { text: 'One more' });
    expect([refused.status, refused.body.errors?.[0]?.path]).toEqual([400, 'text']);
    const draftId = await inbox.propose();
    const decided = await inbox.decide(draftId, 'reject', { guidance: 'One more' });
    expect([decided.status, decided.body.errors?.[0]?.path]).toEqual([400, 'guidance']);
    expect((await inbox.detail(draftId)).status).toBe('pending');
    for (const body of [
      { text: '' },
      { text: ' ' },
      { text: 'x'.repeat(501) },
      { text: 'x', kind: 'y' },
      {},
    ]) {
      expect((await add(desk, body)).status).toBe(400);
    }
  });

  it('is its owner’s to write and its agent’s to read, open while paused, and needs the scope', async () => {
    const desk = await openDesk();
    const { server, agent } = desk;
    await add(desk, { text: 'Be kind.' });
    expect((await add(desk, { text: 'x', actionId: 'act_of_nobody' })).status).toBe(404);
    expect((await server.console('POST', '/agents/nobody/guidance', { text: 'x' })).status).toBe(404);
    expect((await server.console('DELETE', `${pathOf(desk)}/gui_of_nobody`)).status).toBe(404);
    await server.console('POST', `/agents/${agent.agentId}/pause`);
    expect(await told(desk)).toHaveLength(1);
    const narrow = await keyWith(server, agent.agentId, ['read:search']);
    expectMmaError(await server.tool(narrow, 'proposals.guidance', {}), 403, 'MISSING_SCOPE');
    // Whoever owns the agent next does not speak with the words of the one before.
    server.context.database.raw.write.exec("update guidance set owner_id = 'somebody-else'");
    expect(await told(desk)).toEqual([]);
  });
});
