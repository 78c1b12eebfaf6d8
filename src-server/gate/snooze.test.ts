import { expect, it } from 'vitest';
import type { LiveEvent } from '../contract/console/events';
import { DAY, HOUR, MINUTE, toIso } from '../lib/clock';
import { inboxSteps } from '../testing/inbox-fixture';
import { openDesk, type HeldData, type MmaOk } from '../testing/mma-fixture';
import { createTestServer } from '../testing/test-server';

const open = async () => {
  const desk = await openDesk();
  return { ...desk, inbox: inboxSteps(desk), now: () => desk.server.clock.now() };
};

it('what is snoozed is out of sight, comes back exactly when due, and its agent hears nothing', async () => {
  const { server, ownerId, inbox, now } = await open();
  const heard: LiveEvent[] = [];
  server.context.live.subscribe(ownerId, (event) => heard.push(event));
  const [later, soon, waiting] = [
    await inbox.propose('One'),
    await inbox.propose('Two'),
    await inbox.propose('Three'),
  ];
  const before = await inbox.asAgent(later);
  const due = now() + 2 * HOUR;
  expect((await inbox.press(later, 'snooze', { until: toIso(due) })).body).toMatchObject({
    status: 'pending',
    snoozedUntil: toIso(due),
  });
  await inbox.press(soon, 'snooze', { until: toIso(now() + HOUR) });
  const list = await server.console('GET', '/inbox?tab=snoozed');
  expect(list.body['counts']).toEqual({ pending: 1, snoozed: 2, failed: 0 });
  expect(await inbox.tab('snoozed')).toEqual([inbox.idOf(soon), inbox.idOf(later)]);
  expect(await inbox.tab('pending')).toEqual([inbox.idOf(waiting)]);
  expect(await inbox.asAgent(later)).toEqual(before);

  server.clock.advance(due - now() - MINUTE);
  await server.processAll();
  expect(await inbox.tab('snoozed')).toEqual([inbox.idOf(later)]);
  server.clock.advance(due - now());
  await server.processAll();
  expect(await inbox.tab('snoozed')).toEqual([]);
  expect(await inbox.detail(later)).toMatchObject({ status: 'pending', snoozedUntil: null });
  expect(heard.filter(({ topic }) => topic === 'inbox').map(({ change }) => change)).toEqual([
    'proposed',
    'proposed',
    'proposed',
    'snoozed',
    'snoozed',
    'unsnoozed',
    'unsnoozed',
  ]);
  // Sorted as before: by expiry, which did not move.
  expect(await inbox.tab('pending')).toEqual([later, soon, waiting].map((draftId) => inbox.idOf(draftId)));
});

it('a snooze lies ahead, within 30 days and within the proposal’s time; the bound is named', async () => {
  const { server, inbox, now } = await open();
  await server.console('PATCH', '/preferences', { expiryDays: 30 });
  const draftId = await inbox.propose();
  const { expiresAt } = await inbox.detail(draftId);
  for (const until of [now(), now() - DAY, Date.parse(expiresAt ?? '') + 1, now() + 400 * DAY]) {
    const refused = await inbox.press(draftId, 'snooze', { until: toIso(until) });
    expect([refused.status, refused.body.errors?.[0]?.path]).toEqual([400, 'until']);
  }
  const beyond = await inbox.press(draftId, 'snooze', { until: toIso(Date.parse(expiresAt ?? '') + 1) });
  expect(JSON.stringify(beyond.body)).toContain(expiresAt);
  server.context.database.raw.write.exec('update actions set expires_at = expires_at + 8640000000');
  expect((await inbox.press(draftId, 'snooze', { until: toIso(now() + 31 * DAY) })).status).toBe(400);
  for (const until of ['tomorrow', '', null, 5]) {
    expect((await inbox.press(draftId, 'snooze', { until })).status).toBe(400);
  }
  expect(await inbox.tab('snoozed')).toEqual([]);
  expect(
    (await server.console('POST', '/inbox/act_unknown/snooze', { until: toIso(now() + 9) })).status,
  ).toBe(404);
});

it('a revision brings it back with the new version, its owner brings it back or decides, and expiry ends it', async () => {
  const { server, key, inbox, now } = await open();
  const put = async (content: string): Promise<string> => {
    const draftId = await inbox.propose(content);
    await inbox.press(draftId, 'snooze', { until: toIso(now() + 6 * DAY) });
    return draftId;
  };
  const revised = await put('One');
  await server.tool<MmaOk<HeldData>>(key, 'drafts.create', { draftId: revised, content: 'One again' });
  expect(await inbox.detail(revised)).toMatchObject({ status: 'pending', version: 2, snoozedUntil: null });

  const edited = await put('Two');
  const { body } = await inbox.press(edited, 'edit', {
    ...(await inbox.seen(edited)),
    fields: { content: 'Two, mended' },
  });
  expect(body).toMatchObject({ version: 2, snoozedUntil: expect.any(String) });
  expect((await inbox.decide(edited, 'approve')).body).toMatchObject({
    status: 'executed',
    snoozedUntil: null,
  });
  expect((await inbox.press(edited, 'snooze', { until: toIso(now() + DAY) })).body.code).toBe(
    'already_decided',
  );
  expect((await inbox.press(edited, 'unsnooze')).body.code).toBe('already_decided');

  const back = await put('Three');
  expect((await inbox.press(back, 'unsnooze')).body).toMatchObject({ snoozedUntil: null });
  expect((await inbox.press(back, 'unsnooze')).status).toBe(200);
  expect(inbox.auditOf(back).filter((type) => type === 'action.unsnoozed')).toHaveLength(1);

  const withdrawn = await put('Four');
  await server.tool(key, 'proposals.withdraw', { draftId: withdrawn });
  expect(await inbox.detail(withdrawn)).toMatchObject({ status: 'withdrawn', snoozedUntil: null });

  const expired = await put('Five');
  server.clock.advance(7 * DAY);
  server.context.gate.expireOverdue();
  expect(await inbox.detail(expired)).toMatchObject({ status: 'expired', snoozedUntil: null });
  expect(await inbox.tab('snoozed')).toEqual([]);
});

it('a snooze lives through a restart, and comes back although its job is lost', async () => {
  const desk = await open();
  const draftId = await desk.inbox.propose();
  await desk.inbox.press(draftId, 'snooze', { until: toIso(desk.now() + HOUR) });
  desk.server.context.database.raw.write.exec("delete from jobs where type = 'action.wake'");
  const id = desk.inbox.idOf(draftId);
  await desk.server.stop();
  const { dataFolder, masterKey, clock } = desk.server;
  const server = await createTestServer({ dataFolder, masterKey, clock });
  clock.advance(HOUR);
  server.context.gate.wakeSnoozed();
  expect(await inboxSteps({ server, key: desk.key }).tab('pending')).toEqual([id]);
});

it('finding what is due reads one index, whatever the table holds', async () => {
  const { server } = await open();
  const plan = server.context.database.raw.read
    .prepare(
      'explain query plan select * from actions where snoozed_until is not null and snoozed_until <= 5 order by snoozed_until limit 100',
    )
    .all() as { detail: string }[];
  expect(plan.map(({ detail }) => detail)).toEqual([expect.stringContaining('INDEX actions_snooze')]);
});
