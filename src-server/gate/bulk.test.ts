import { expect, it } from 'vitest';
import type { decideBulk } from '../contract/console/inbox';
import type { z } from 'zod';
import { inboxSteps, type InboxSteps } from '../testing/inbox-fixture';
import { addPerson, openDesk, openOffice, type HeldData, type MmaOk } from '../testing/mma-fixture';
import type { Answer } from '../testing/test-server';

type BulkAnswer = z.infer<typeof decideBulk.answer> & {
  readonly code?: string;
  readonly errors?: readonly { readonly path: string }[];
};

const open = async () => {
  const desk = await openDesk();
  const inbox = inboxSteps(desk);
  const bulk = async (
    verdict: 'approve' | 'reject',
    items: readonly object[],
    more: object = {},
  ): Promise<Answer<BulkAnswer>> =>
    desk.server.console<BulkAnswer>('POST', '/inbox/bulk', { verdict, items, ...more });
  return { ...desk, inbox, bulk };
};

const itemOf = async (inbox: InboxSteps, draftId: string) => ({
  id: inbox.idOf(draftId),
  ...(await inbox.seen(draftId)),
});

it('decides on what was read, each by itself, with grace, and says what became of each', async () => {
  const { server, inbox, bulk } = await open();
  await server.console('PATCH', '/preferences', { graceSeconds: 5 });
  const [one, two, unread] = [
    await inbox.propose('One'),
    await inbox.propose('Two'),
    await inbox.propose('Three'),
  ];
  await inbox.read(one);
  await inbox.read(two);
  const items = [await itemOf(inbox, one), await itemOf(inbox, unread), await itemOf(inbox, two)];
  const answer = await bulk('approve', items);
  expect(answer.body.results.map(({ id, ok, code, status }) => [id, ok, code, status])).toEqual([
    [inbox.idOf(one), true, null, 'approved'],
    [inbox.idOf(unread), false, 'not_read', 'pending'],
    [inbox.idOf(two), true, null, 'approved'],
  ]);
  expect((await inbox.detail(one)).decisions[0]?.channel).toBe('bulk-window');
  expect((await inbox.press(two, 'undo')).body.status).toBe('pending');
  server.clock.advance(5_000);
  await server.processAll();
  expect((await inbox.detail(one)).status).toBe('executed');
  const repeated = await bulk('approve', items);
  expect(repeated.body.results.map(({ code }) => code)).toEqual(['already_decided', 'not_read', null]);
});

it('never decides on unseen rows: not to approve, not to reject, not in another version, not for another person', async () => {
  const { server, key, inbox, bulk } = await open();
  const draftId = await inbox.propose('One');
  const item = await itemOf(inbox, draftId);
  for (const verdict of ['approve', 'reject'] as const) {
    expect((await bulk(verdict, [item])).body.results).toMatchObject([{ ok: false, code: 'not_read' }]);
  }
  await inbox.read(draftId);
  await server.tool<MmaOk<HeldData>>(key, 'drafts.create', { draftId, content: 'One, but different' });
  const revised = await itemOf(inbox, draftId);
  const cases = [
    [item, 'stale_version'],
    [{ ...item, version: 2 }, 'stale_version'],
    [{ ...revised, version: 1 }, 'stale_version'],
    [revised, 'not_read'],
    [{ ...revised, id: 'act_of_nobody' }, 'not_found'],
  ] as const;
  for (const [given, code] of cases) {
    for (const verdict of ['approve', 'reject'] as const) {
      expect((await bulk(verdict, [given])).body.results).toMatchObject([{ ok: false, code }]);
    }
  }
  // A record of the right version over other bytes is no reading.
  server.context.database.raw.write
    .prepare(
      `insert into reads (action_id, version, user_id, hash, channel, read_at) select id, 2, owner_id, ?, 'window', 1 from actions`,
    )
    .run('0'.repeat(64));
  for (const verdict of ['approve', 'reject'] as const) {
    expect((await bulk(verdict, [revised])).body.results).toMatchObject([{ ok: false, code: 'not_read' }]);
  }
  expect(inbox.count('select count(*) from decisions')).toBe(0);
});

it('takes reversible kinds alone, each once, at most fifty, and an empty list for nothing', async () => {
  const { server, key, inbox, bulk } = await open();
  const bob = addPerson(server);
  const held = await server.tool<MmaOk<HeldData>>(key, 'messages.sendHuman', {
    recipientUserId: bob,
    content: 'Hello',
  });
  const message = held.body.data.draftId;
  await inbox.read(message);
  expect((await bulk('approve', [await itemOf(inbox, message)])).body.results).toMatchObject([
    { ok: false, code: 'not_reversible', status: 'pending' },
  ]);
  const draftId = await inbox.propose();
  await inbox.read(draftId);
  const item = await itemOf(inbox, draftId);
  const twice = await bulk('approve', [item, item]);
  expect([twice.status, twice.body.errors?.[0]?.path]).toEqual([400, 'items.1.id']);
  expect((await bulk('approve', [])).status).toBe(400);
  const many = Array.from({ length: 51 }, (_, at) => ({ ...item, id: `act_${at}` }));
  expect((await bulk('approve', many)).status).toBe(400);
  expect((await bulk('approve', many.slice(1))).body.results).toHaveLength(50);
  expect((await bulk('approve', [{ ...item, extra: 1 }])).status).toBe(400);
  expect(inbox.count('select count(*) from decisions')).toBe(0);
  const rejected = await bulk('reject', [item], { reasonCode: 'off_topic', note: 'All of these.' });
  expect(rejected.body.results).toMatchObject([{ ok: true, status: 'rejected' }]);
  expect(await inbox.asAgent(draftId)).toMatchObject({
    decision: { reasonCode: 'off_topic', note: 'All of these.' },
  });
});

it('answers a repeat with the same key as the first time, and is recorded as of the browser there', async () => {
  const { server, key, person } = await openOffice();
  const held = await server.tool<MmaOk<HeldData>>(key, 'drafts.create', { content: 'One' });
  const inBrowser = <Body>(path: string, body: object, headers: Record<string, string> = {}) =>
    server.call<Body>('POST', `/api/console${path}`, { key: person.token, body, headers });
  const { version, payloadSha256: hash } = held.body.data;
  const id = String(server.context.database.raw.read.prepare('select id from actions').pluck().get());
  await inBrowser(`/inbox/${id}/read`, { version, hash });
  const body = { verdict: 'approve', items: [{ id, version, hash }] };
  const first = await inBrowser<BulkAnswer>('/inbox/bulk', body, { 'idempotency-key': 'k' });
  const second = await inBrowser<BulkAnswer>('/inbox/bulk', body, { 'idempotency-key': 'k' });
  expect([first.status, first.body.results[0]?.ok, second.body]).toEqual([200, true, first.body]);
  expect(second.headers['idempotent-replayed']).toBe('true');
  expect(server.context.database.raw.read.prepare('select channel from decisions').pluck().all()).toEqual([
    'bulk-browser',
  ]);
});
