import { beforeAll, describe, expect, it } from 'vitest';
import type { ActivityEvent, ActivityItem, CaseFile } from '../../contract/console/activity';
import { systemCaller } from '../../gate/caller';
import {
  addPerson,
  openDesk,
  openOffice,
  signIn,
  type Desk,
  type HeldData,
  type MmaOk,
} from '../../testing/mma-fixture';
import { isAppError } from '../../lib/errors';
import { createGateFixture } from '../../testing/gate-fixture';
import { createTestServer, decideOn, newestProposal, type TestServer } from '../../testing/test-server';
import { AUDIT_SQL, LOOK_AT } from '../audit/audit-search.repo';

interface Page {
  readonly items: ActivityItem[];
  readonly nextCursor: string | null;
  readonly searchedBackTo: string | null;
  readonly newestSeq: number;
}

async function propose(desk: Desk, title: string): Promise<HeldData> {
  const held = await desk.server.tool<MmaOk<HeldData>>(desk.key, 'drafts.create', {
    title,
    content: `${title} says something worth reading.`,
  });
  expect(held.status).toBe(200);
  return held.body.data;
}

const list = async (server: TestServer, query = ''): Promise<Page> => {
  const answer = await server.console<Page & Record<string, unknown>>('GET', `/activity${query}`);
  expect(answer.status).toBe(200);
  return answer.body;
};
const types = (items: readonly ActivityItem[]): string[] =>
  items.map((item) => (item.form === 'event' ? item.type : 'reads'));

async function everything(server: TestServer, query: string): Promise<ActivityItem[]> {
  const items: ActivityItem[] = [];
  for (let cursor = '', pages = 0; pages < 200; pages += 1) {
    const page = await list(server, `?${query}${cursor}`);
    items.push(...page.items);
    if (page.nextCursor === null) return items;
    cursor = `&cursor=${page.nextCursor}`;
  }
  throw new Error('The pages have no end');
}

describe('the timeline', () => {
  it('tells what agents and their owner did, newest first, with the proposal each line is about', async () => {
    const desk = await openDesk();
    await propose(desk, 'First');
    await decideOn(desk.server, await newestProposal(desk.server), 'approve');
    await desk.server.processAll();
    const { items } = await list(desk.server);
    expect(types(items).slice(0, 4)).toEqual([
      'action.executed',
      'action.approved',
      'action.read',
      'action.proposed',
    ]);
    const approved = items.find(
      (item): item is ActivityEvent => item.form === 'event' && item.type === 'action.approved',
    );
    expect(approved).toMatchObject({
      group: 'decisions',
      actor: { type: 'user', isYou: true },
      agent: { id: desk.agent.agentId },
      action: { title: 'First', kind: 'post.publish' },
      facts: { version: 1 },
    });
    const proposed = items.find((item) => item.form === 'event' && item.type === 'action.proposed');
    expect(proposed).toMatchObject({ actor: { type: 'agent', isYou: false, name: expect.any(String) } });
  });

  it('shows agents’ reads in groups between what they wrote, and each exactly once over all pages', async () => {
    const desk = await openDesk();
    const read = () => desk.server.tool(desk.key, 'search.query', { q: 'solar', type: 'posts' });
    for (let round = 0; round < 4; round += 1) {
      for (let index = 0; index < 5; index += 1) {
        await read();
        desk.server.clock.advance(10);
      }
      await propose(desk, `Round ${round}`);
      desk.server.clock.advance(10);
    }
    await desk.server.processAll();
    const { items } = await list(desk.server, '?limit=100');
    const groups = items.filter((item) => item.form === 'reads');
    expect(groups.map(({ count }) => count)).toEqual([5, 5, 5, 5]);
    expect(groups[0]?.calls).toEqual([{ name: 'search.query', outcome: 'ok', count: 5 }]);
    expect(types(items).slice(0, 4)).toEqual(['action.proposed', 'reads', 'action.proposed', 'reads']);

    const paged = await everything(desk.server, 'limit=1');
    const events = (all: readonly ActivityItem[]) =>
      all.filter((item) => item.form === 'event').map(({ id }) => id);
    expect(events(paged)).toEqual(events(items));
    const reads = paged.filter((item) => item.form === 'reads').reduce((sum, { count }) => sum + count, 0);
    expect(reads).toBe(20);
    expect(types(await everything(desk.server, 'group=reads'))).not.toContain('action.proposed');
  });

  it('loses no read at the end of a page, though many came in one moment', async () => {
    const desk = await openDesk();
    const { write } = desk.server.context.database.raw;
    const at = desk.server.clock.now();
    const insert = write.prepare(
      "insert into calls (at, agent_id, name, transport, outcome, duration_us) values (?, ?, 'search.query', 'mcp', 'ok', 1)",
    );
    for (let index = 0; index < 700; index += 1)
      insert.run(at - (index < 500 ? 0 : index), desk.agent.agentId);
    const found = await everything(desk.server, 'group=reads');
    expect(found.reduce((sum, item) => sum + (item.form === 'reads' ? item.count : 0), 0)).toBe(700);
  });

  it('filters by agent, kind of event, text and time', async () => {
    const desk = await openDesk();
    await propose(desk, 'Solar roof');
    desk.server.clock.advance(60_000);
    const between = new Date(desk.server.clock.now()).toISOString();
    desk.server.clock.advance(60_000);
    await propose(desk, 'Wind 100% wheel');
    const titles = async (query: string) =>
      (await list(desk.server, query)).items.map((item) => (item.form === 'event' ? item.action?.title : ''));
    expect(await titles('?q=solar')).toEqual(['Solar roof']);
    expect(await titles('?q=100%25')).toEqual(['Wind 100% wheel']);
    expect(await titles(`?group=proposals&to=${between}`)).toEqual(['Solar roof']);
    expect(await titles(`?group=proposals&from=${between}`)).toEqual(['Wind 100% wheel']);
    expect(await titles(`?group=proposals&agentId=${desk.agent.agentId}`)).toHaveLength(2);
    expect(await titles('?agentId=nobody')).toEqual([]);
    expect(types((await list(desk.server, '?group=account')).items)).not.toContain('action.proposed');
  });

  it('says how far it searched when it found less than a page, and goes on from there', async () => {
    const desk = await openDesk();
    await propose(desk, 'Needle');
    const { database, audit, clock } = desk.server.context;
    database.writer.transaction((tx) => {
      const caller = systemCaller('test', 'job', 'tr_filler');
      for (let index = 0; index < LOOK_AT + 50; index += 1)
        audit.append(tx, { type: 'test.filler', caller, ownerId: desk.ownerId }, clock.now());
    });
    const first = await list(desk.server, '?group=proposals');
    expect(first).toMatchObject({
      items: [],
      searchedBackTo: expect.any(String),
      nextCursor: expect.any(String),
    });
    const second = await list(desk.server, `?group=proposals&cursor=${first.nextCursor}`);
    expect(types(second.items)).toEqual(['action.proposed']);
    expect(second).toMatchObject({ nextCursor: null, searchedBackTo: null });
  });

  it('gives what is newer than a row', async () => {
    const desk = await openDesk();
    await propose(desk, 'Old');
    const { newestSeq } = await list(desk.server);
    await propose(desk, 'New');
    const { body } = await desk.server.console<{ items: ActivityEvent[]; hasMore: boolean }>(
      'GET',
      `/activity/newer?after=${newestSeq}`,
    );
    expect(body.items.map(({ action }) => action?.title)).toEqual(['New']);
    expect(body.hasMore).toBe(false);
  });

  it('refuses unknown keys, bad cursors and bad times, and nobody without a session', async () => {
    const desk = await openDesk();
    for (const query of [
      '?cursor=zzz',
      '?cursor=MS54',
      '?limit=0',
      '?from=yesterday',
      '?group=gossip',
      '?x=1',
    ]) {
      expect([query, (await desk.server.console('GET', `/activity${query}`)).status]).toEqual([query, 400]);
    }
    const office = await openOffice();
    expect((await office.server.call('GET', '/api/console/activity')).status).toBe(401);
    expect((await office.server.call('GET', '/api/console/activity', { key: office.key })).status).toBe(401);
  });

  it('never shows a stranger’s rows or reads, to admins neither', async () => {
    const office = await openOffice();
    const { server, agent, key, person } = office;
    await server.tool(key, 'search.query', { q: 'x' });
    await server.tool(key, 'drafts.create', { title: 'Private', content: 'For my owner alone.' });
    await server.processAll();
    const bob = await signIn(server, 'bob@example.org', 'Bob');
    server.context.database.raw.write.prepare("update users set role = 'admin' where id = ?").run(bob.userId);
    const admin = await signIn(server, 'bob@example.org', 'Bob');
    for (const query of ['', `?agentId=${agent.agentId}`, '?q=Private', '?group=reads']) {
      const { body } = await server.call<Page & Record<string, unknown>>(
        'GET',
        `/api/console/activity${query}`,
        {
          key: admin.token,
        },
      );
      expect(body.items.every((item) => item.form === 'event' && item.group === 'account')).toBe(true);
    }
    const own = await server.call<Page & Record<string, unknown>>('GET', '/api/console/activity?q=Private', {
      key: person.token,
    });
    const [event] = own.body.items;
    const traceId = event?.form === 'event' ? event.traceId : '';
    const file = await server.call('GET', `/api/console/activity/cases/${traceId}`, { key: admin.token });
    expect(file.status).toBe(404);
  });

  it('tells open windows of each thing that happened', async () => {
    const desk = await openDesk();
    const heard: string[] = [];
    desk.server.context.live.subscribe(desk.ownerId, ({ topic, change }) => {
      if (topic === 'activity') heard.push(change);
    });
    await propose(desk, 'Heard');
    await desk.server.processAll();
    expect(heard).toContain('action.proposed');
  });
});

describe('a case file', () => {
  let desk: Desk;
  let file: CaseFile;
  let byTrace: CaseFile;
  let refusals: unknown[];
  beforeAll(async () => {
    desk = await openDesk();
    const { server } = desk;
    const held = await propose(desk, 'Case');
    await decideOn(server, await newestProposal(server), 'reject', {
      reasonCode: 'wrong_tone',
      note: 'Kinder.',
    });
    await server.tool(desk.key, 'drafts.create', {
      draftId: held.draftId,
      title: 'Case',
      content: 'Case says something kind.',
    });
    let item = await newestProposal(server);
    await server.console('POST', `/inbox/${item.id}/edit`, {
      version: item.version,
      hash: item.versions.at(-1)?.hash,
      fields: { content: 'Case says something very kind.' },
    });
    item = await newestProposal(server);
    await decideOn(server, item, 'approve');
    await server.processAll();
    await server.console('POST', `/inbox/${item.id}/undo`);
    await server.processAll();
    const answer = await server.console<CaseFile & Record<string, unknown>>(
      'GET',
      `/activity/cases/${item.id}`,
    );
    file = answer.body;
    const caseOf = (id: string) =>
      server.console<CaseFile & Record<string, unknown>>('GET', `/activity/cases/${id}`);
    byTrace = (await caseOf(file.traceId)).body;
    const bob = addPerson(server);
    const { caseFiles, reader } = server.context;
    const codeFor = (id: string) => {
      try {
        return caseFiles.get(reader, bob, id).traceId;
      } catch (error) {
        return isAppError(error) ? error.code : String(error);
      }
    };
    const office = await createTestServer({ mode: 'server' });
    refusals = [
      (await caseOf('tr_nothing')).status,
      codeFor(file.traceId),
      codeFor(file.proposal?.id ?? ''),
      (await office.call('GET', `/api/console/activity/cases/${file.traceId}`)).status,
    ];
  });

  it('tells one story from proposal to undo, with versions, reads, decisions and what the effect sent out', () => {
    expect(
      file.entries.map((entry) =>
        entry.form === 'audit' ? entry.type : entry.form === 'event' ? entry.topic : entry.event,
      ),
    ).toEqual([
      'action.proposed',
      'action.rejected',
      'action.revised',
      'action.edited',
      'action.read',
      'action.approved',
      'action.executed',
      'post.published',
      'action.undone',
      'post.unpublished',
    ]);
    expect(file.proposal).toMatchObject({ title: 'Case', version: 3, isUndone: true });
    expect(file.proposal?.decisions.map(({ note }) => note)).toEqual(['Kinder.', null]);
    const edited = file.entries.find((entry) => entry.form === 'audit' && entry.type === 'action.edited');
    expect(edited).toMatchObject({ version: 3, diff: [{ field: 'content' }] });
    expect(file.hasMore).toBe(false);
  });

  it('is found by its trace too, and is not there for a stranger or nobody', () => {
    expect(byTrace.entries).toEqual(file.entries);
    expect(refusals).toEqual([404, 'not_found', 'not_found', 401]);
  });
});

describe('the cost of a page', () => {
  it.each([
    ['owner', /SEARCH audit USING (?:COVERING )?INDEX audit_owner \(owner_id=\? AND seq>\? AND seq<\?\)/],
    [
      'subject',
      /SEARCH audit USING (?:COVERING )?INDEX audit_subject \(subject_id=\? AND seq>\? AND seq<\?\)/,
    ],
    ['trace', /SEARCH audit USING (?:COVERING )?INDEX audit_trace \(trace_id=\?/],
  ] as const)('is one bounded range of the index by %s, neither scanned nor sorted', (walk, expected) => {
    using fixture = createGateFixture();
    const planOf = (sql: string) => {
      const names = [...new Set([...sql.matchAll(/:(\w+)/g)].map(([, name]) => name ?? ''))];
      const rows = fixture.database.raw.read
        .prepare(`explain query plan ${sql}`)
        .all(Object.fromEntries(names.map((name) => [name, 1])));
      return (rows as { detail: string }[]).map(({ detail }) => detail).join('\n');
    };
    for (const sql of [AUDIT_SQL.find(walk), AUDIT_SQL.lookedTo(walk)]) {
      const plan = planOf(sql);
      expect(plan).toMatch(expected);
      expect(plan).not.toMatch(/TEMP B-TREE|SCAN audit\b/);
    }
  });

  it('is, for reads, a range of the calls of each agent', () => {
    using fixture = createGateFixture();
    const rows = fixture.database.raw.read
      .prepare(
        `explain query plan select * from calls where agent_id = ? and at >= ? and at <= ? and (at < ? or id < ?)
         order by at desc, id desc limit 200`,
      )
      .all('a', 0, 1, 1, 1) as { detail: string }[];
    expect(rows.map(({ detail }) => detail)).toEqual([
      'SEARCH calls USING INDEX calls_agent (agent_id=? AND at>? AND at<?)',
    ]);
  });
});
