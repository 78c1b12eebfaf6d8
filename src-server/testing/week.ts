import { expect } from 'vitest';
import type { ActionStatus } from '../contract/common';
import type { InboxDetail } from '../contract/console/inbox';
import { HOUR, SECOND } from '../lib/clock';
import { createRandom, type Random } from './kill-loop/random';
import type { HeldData, MmaOk, Outcome } from './mma-fixture';
import { addPerson } from './mma-fixture';
import {
  claimedAgent,
  createOwner,
  createTestClock,
  createTestServer,
  type Answer,
  type TestAgent,
  type TestServer,
} from './test-server';

/** What a person and their agents do in a week, at the doors, with what each proposal must have become. */

const AGENTS = 5;
const DAYS = 7;
const EXPIRY_DAYS = 1;
const GRACE_SECONDS = 10;
/** When the person is at their desk. */
const FIRST_HOUR = 8;
const LAST_HOUR = 18;

/** One proposal, as those who made and decided it know it. */
export interface Proposed {
  readonly number: number;
  readonly tool: 'drafts.create' | 'messages.sendHuman';
  readonly id: string;
  readonly draftId: string;
  readonly agent: TestAgent;
  status: ActionStatus;
  version: number;
  isUndone: boolean;
  /** Somebody tried to approve it without having read that version, and was refused. */
  wasRefused: boolean;
}

export interface Week {
  readonly proposals: readonly Proposed[];
  readonly counts: Readonly<Record<string, number>>;
  /** The server as it is at the end of the week; it was started anew every night. */
  readonly server: TestServer;
}

export async function liveAWeek(given: { readonly proposals: number; readonly seed: number }): Promise<Week> {
  const random = createRandom(given.seed);
  const clock = createTestClock();
  let server = await createTestServer({ clock });
  server.context.jobs.start();
  await createOwner(server, 'anna@example.org', { graceSeconds: GRACE_SECONDS });
  await server.console('PATCH', '/preferences', { expiryDays: EXPIRY_DAYS });
  const friend = addPerson(server);
  const agents: TestAgent[] = [];
  for (let index = 0; index < AGENTS; index += 1) agents.push(await claimedAgent(server));

  const proposals: Proposed[] = [];
  const counts: Record<string, number> = {};
  const perHour = Math.ceil(given.proposals / (DAYS * 24));
  for (let hour = 0; hour < DAYS * 24; hour += 1) {
    const desk: Desk = { server, random, proposals, counts, friend };
    for (let made = 0; made < perHour && proposals.length < given.proposals; made += 1) {
      await propose(desk, pick(random, agents));
    }
    await reconsider(desk);
    const ofDay = hour % 24;
    if (ofDay >= FIRST_HOUR && ofDay < LAST_HOUR) await sitAtTheDesk(desk);
    clock.advance(HOUR);
    await server.processAll();
    expire(desk);
    if (ofDay === 23) {
      await server.stop();
      const { dataFolder, masterKey } = server;
      server = await createTestServer({ clock, dataFolder, masterKey });
      server.context.jobs.start();
    }
  }
  return { proposals, counts, server };
}

interface Desk {
  readonly server: TestServer;
  readonly random: Random;
  readonly proposals: Proposed[];
  readonly counts: Record<string, number>;
  readonly friend: string;
}

const below = (random: Random, bound: number): number => Math.floor(random() * bound);

function pick<T>(random: Random, from: readonly T[]): T {
  const one = from[below(random, from.length)];
  if (one === undefined) throw new Error('nothing to pick from');
  return one;
}

function note({ counts }: Desk, what: string): void {
  counts[what] = (counts[what] ?? 0) + 1;
}

async function propose(desk: Desk, agent: TestAgent): Promise<void> {
  const { server, random, proposals, friend } = desk;
  const number = proposals.length + 1;
  const [tool, payload] =
    below(random, 10) < 8
      ? ([
          'drafts.create',
          { title: `Draft ${number}`, content: `Draft ${number} says a few words.` },
        ] as const)
      : (['messages.sendHuman', { recipientUserId: friend, content: `Message ${number}` }] as const);
  const { status, body } = await server.tool<MmaOk<HeldData>>(agent.key, tool, payload);
  expect(status, `answered ${JSON.stringify(body)}`).toBe(200);
  const { draftId } = body.data;
  const id = server.context.database.raw.read
    .prepare('SELECT id FROM actions WHERE subject_id = ? OR id = ?')
    .pluck()
    .get(draftId, draftId);
  proposals.push({
    number,
    tool,
    id: String(id),
    draftId,
    agent,
    status: 'pending',
    version: 1,
    isUndone: false,
    wasRefused: false,
  });
  note(desk, tool);
}

const waiting = ({ proposals }: Desk): Proposed[] => proposals.filter(({ status }) => status === 'pending');

/** What is neither decided nor put off: the person never gets to it. */
const isLeft = ({ number }: Proposed): boolean => number % 20 === 0;

/** Agents change their minds about some of what waits. */
async function reconsider(desk: Desk): Promise<void> {
  const { server, random } = desk;
  for (const one of waiting(desk)) {
    const chance = below(random, 100);
    if (chance < 2) {
      const { status } = await server.tool(one.agent.key, 'proposals.withdraw', { draftId: one.draftId });
      expect(status).toBe(200);
      one.status = 'withdrawn';
      note(desk, 'withdrawn');
    } else if (chance < 6 && one.tool === 'drafts.create') {
      const input = {
        title: 'On second thought',
        content: `${one.draftId} in other words, number ${chance}.`,
      };
      const { status } = await server.tool(one.agent.key, 'proposals.revise', {
        draftId: one.draftId,
        input,
      });
      expect(status).toBe(200);
      one.version += 1;
      note(desk, 'revised');
    }
  }
}

/** The person works through most of what waits; the rest is left for another hour, or for ever. */
async function sitAtTheDesk(desk: Desk): Promise<void> {
  const { random } = desk;
  for (const one of waiting(desk)) {
    const chance = below(random, 100);
    if (chance < 30 || isLeft(one)) continue;
    if (chance < 60) await approve(desk, one);
    else if (chance < 70) await editAndApprove(desk, one);
    else if (chance < 82) await reject(desk, one);
    else if (chance < 88) await approveUnread(desk, one);
    else if (chance < 94) await takeBack(desk, one);
    else await sleepOnIt(desk, one);
  }
  await approveInBulk(desk);
}

async function detailOf(server: TestServer, { id }: Proposed): Promise<InboxDetail> {
  const { status, body } = await server.console<InboxDetail>('GET', `/inbox/${id}`);
  expect(status).toBe(200);
  return body;
}

async function read(desk: Desk, one: Proposed): Promise<{ version: number; hash: string }> {
  const { version, hash } = await detailOf(desk.server, one);
  expect(version, `of ${one.id}`).toBe(one.version);
  await desk.server.console('POST', `/inbox/${one.id}/read`, { version, hash });
  return { version, hash };
}

const decide = (desk: Desk, one: Proposed, body: object): Promise<Answer<Outcome>> =>
  desk.server.console<Outcome>('POST', `/inbox/${one.id}/decide`, body);

/** A bit more than the longest grace passes, and what was decided is carried out. */
async function settle({ server }: Desk): Promise<void> {
  server.clock.advance(31 * SECOND);
  await server.processAll();
}

async function approve(desk: Desk, one: Proposed): Promise<void> {
  const seen = await read(desk, one);
  expect((await decide(desk, one, { ...seen, verdict: 'approve' })).status).toBe(200);
  await settle(desk);
  one.status = 'executed';
  note(desk, 'approved');
  const detail = await detailOf(desk.server, one);
  if (!detail.canUndo || below(desk.random, 10) > 0) return;
  expect((await desk.server.console('POST', `/inbox/${one.id}/undo`)).status).toBe(200);
  one.isUndone = true;
  note(desk, 'undone');
}

async function editAndApprove(desk: Desk, one: Proposed): Promise<void> {
  const seen = await read(desk, one);
  const fields = { content: `${one.draftId}, in the words of its owner.` };
  const edited = await desk.server.console<InboxDetail>('POST', `/inbox/${one.id}/edit`, { ...seen, fields });
  expect(edited.status).toBe(200);
  one.version += 1;
  // What was read is the version before; the old hash decides nothing any more.
  expect((await decide(desk, one, { ...seen, verdict: 'approve' })).status).toBe(409);
  await approve(desk, one);
  note(desk, 'edited');
}

async function reject(desk: Desk, one: Proposed): Promise<void> {
  const { version, hash } = await detailOf(desk.server, one);
  const body = { version, hash, verdict: 'reject', reasonCode: 'not_now', note: 'Not this week.' };
  expect((await decide(desk, one, body)).status).toBe(200);
  await settle(desk);
  one.status = 'rejected';
  note(desk, 'rejected');
}

/** Somebody in a hurry, or a program in the window's place. */
async function approveUnread(desk: Desk, one: Proposed): Promise<void> {
  const { version, hash, isRead } = await detailOf(desk.server, one);
  if (isRead) return;
  const refused = await decide(desk, one, { version, hash, verdict: 'approve' });
  expect([refused.status, refused.body.code]).toEqual([409, 'not_read']);
  one.wasRefused = true;
  note(desk, 'refused');
}

async function takeBack(desk: Desk, one: Proposed): Promise<void> {
  const seen = await read(desk, one);
  expect((await decide(desk, one, { ...seen, verdict: 'approve' })).status).toBe(200);
  expect((await desk.server.console('POST', `/inbox/${one.id}/undo`)).status).toBe(200);
  await settle(desk);
  note(desk, 'taken back');
}

async function sleepOnIt(desk: Desk, one: Proposed): Promise<void> {
  const { expiresAt } = await detailOf(desk.server, one);
  const until = desk.server.clock.now() + 3 * HOUR;
  if (expiresAt === null || Date.parse(expiresAt) < until + HOUR) return;
  const { status } = await desk.server.console('POST', `/inbox/${one.id}/snooze`, {
    until: new Date(until).toISOString(),
  });
  expect(status).toBe(200);
  note(desk, 'snoozed');
}

/** What was read this hour and is reversible; one that nobody read is put among it, and refused alone. */
async function approveInBulk(desk: Desk): Promise<void> {
  const chosen: { one: Proposed; version: number; hash: string; isRead: boolean }[] = [];
  for (const one of waiting(desk)
    .filter((one) => !isLeft(one))
    .slice(0, 6)) {
    const { risk, version, hash, isRead } = await detailOf(desk.server, one);
    if (risk !== 'reversible') continue;
    const mayRead = isRead || chosen.length < 4;
    if (mayRead) await read(desk, one);
    chosen.push({ one, version, hash, isRead: mayRead });
  }
  if (chosen.length < 2) return;
  const { body } = await desk.server.console<{ results: { id: string; ok: boolean; code: string | null }[] }>(
    'POST',
    '/inbox/bulk',
    { verdict: 'approve', items: chosen.map(({ one, version, hash }) => ({ id: one.id, version, hash })) },
  );
  expect(body.results.map(({ ok, code }) => [ok, code])).toEqual(
    chosen.map(({ isRead }) => (isRead ? [true, null] : [false, 'not_read'])),
  );
  await settle(desk);
  for (const { one, isRead } of chosen) {
    if (isRead) one.status = 'executed';
    note(desk, isRead ? 'approved in bulk' : 'refused in bulk');
  }
}

/** What nobody decided in time. Told by the server's own clock: the test only knows that it was waiting. */
function expire(desk: Desk): void {
  const { server } = desk;
  const isExpired = server.context.database.raw.read
    .prepare("SELECT 1 FROM actions WHERE id = ? AND created_at + ? <= ? AND status = 'expired'")
    .pluck();
  for (const one of waiting(desk)) {
    if (isExpired.get(one.id, EXPIRY_DAYS * 24 * HOUR, server.clock.now()) !== 1) continue;
    one.status = 'expired';
    note(desk, 'expired');
  }
}
