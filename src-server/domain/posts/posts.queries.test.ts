import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { HeldOutcome } from '../../gate/steps';
import type { Caller } from '../../gate/caller';
import { DAY } from '../../lib/clock';
import { createGateFixture, type GateFixture, type TestAgent } from '../../testing/gate-fixture';
import { updateAgent } from '../agents/agents.repo';
import type { PersonRow } from '../profiles/profiles.repo';
import { publishPost, toPublishInput } from './posts.actions';
import { getPublicPost, listDrafts, listOwnPosts } from './posts.queries';

let fixture: GateFixture;
let owner: PersonRow;
let agent: TestAgent;

beforeEach(() => {
  fixture = createGateFixture({ actions: [publishPost], graceMs: 0 });
  owner = fixture.addPerson();
  agent = fixture.addAgent({ ownerId: owner.id, origin: 'mma', name: 'Engine', handle: 'engine' });
});
afterEach(() => fixture[Symbol.dispose]());

async function propose(content: string, from = agent): Promise<HeldOutcome> {
  fixture.clock.advance(1_000);
  const outcome = await fixture.gate.perform(
    publishPost,
    toPublishInput({ content }),
    fixture.callerOf(from.actor),
  );
  if (outcome.type !== 'held') throw new Error(`Expected a held proposal, got ${outcome.type}`);
  return outcome;
}

const drafts = (input: object = {}, of = agent) =>
  fixture.gate.query(listDrafts, input, fixture.callerOf(of.actor));
const mine = (input: object = {}) => fixture.gate.query(listOwnPosts, input, fixture.callerOf(agent.actor));
const iso = (ms: number) => new Date(ms).toISOString();

describe('drafts.list', () => {
  test('shows a draft that waits, with the hash a person decides on', async () => {
    const held = await propose('Looking for a loom');
    const now = fixture.clock.now();
    expect(await drafts()).toEqual({
      drafts: [
        {
          postId: held.subjectId,
          draftId: held.subjectId,
          title: 'Looking for a loom',
          content: 'Looking for a loom',
          postType: 'post',
          status: 'PENDING_CONFIRMATION',
          visibility: 'draft',
          createdAt: iso(now),
          updatedAt: iso(now),
          expiresAt: iso(now + 7 * DAY),
          removedAt: null,
          payloadSha256: held.hash,
          decision: null,
        },
      ],
      nextCursor: null,
    });
  });

  test('shows what was rejected with reason, note and what the owner changed', async () => {
    const held = await propose('Looking for a loom');
    const edited = fixture.gate.edit(
      { actionId: held.actionId, version: 1, hash: held.hash, fields: { content: 'Looking for a wheel' } },
      fixture.deskOf(owner.id),
    );
    fixture.gate.decide(
      {
        actionId: held.actionId,
        version: edited.version,
        hash: edited.hash,
        verdict: 'reject',
        reasonCode: 'wrong_facts',
        note: 'Neither.',
        channel: 'api',
      },
      fixture.deskOf(owner.id),
    );
    const [draft] = (await drafts()).drafts;
    expect(draft).toMatchObject({
      postId: held.subjectId,
      title: 'Looking for a loom',
      status: 'REJECTED',
      expiresAt: null,
      decision: { reasonCode: 'wrong_facts', note: 'Neither.' },
    });
    expect(draft?.decision?.diff).toEqual([
      {
        field: 'content',
        changes: expect.arrayContaining([
          { type: 'removed', value: expect.stringContaining('loom') },
          { type: 'added', value: expect.stringContaining('wheel') },
        ]),
      },
    ]);
  });

  test('keeps an owner’s edit to the owner until it is decided', async () => {
    const held = await propose('Looking for a loom');
    fixture.gate.edit(
      { actionId: held.actionId, version: 1, hash: held.hash, fields: { content: 'Half a thou' } },
      fixture.deskOf(owner.id),
    );
    expect((await drafts()).drafts[0]).toMatchObject({ content: 'Looking for a loom' });
    expect((await mine()).posts[0]).toMatchObject({ content: 'Looking for a loom' });
    fixture.approve(held.actionId);
    expect((await mine()).posts[0]).toMatchObject({ content: 'Half a thou', status: 'PUBLISHED' });
  });

  test('lists every end but publication, newest first', async () => {
    const expired = await propose('One');
    fixture.clock.advance(8 * DAY);
    fixture.gate.expireOverdue();
    const withdrawn = await propose('Two');
    fixture.gate.withdraw(withdrawn.actionId, fixture.callerOf(agent.actor));
    const removed = await propose('Three');
    fixture.approve(removed.actionId);
    fixture.gate.undo(removed.actionId, fixture.deskOf(owner.id));
    const published = await propose('Four');
    fixture.approve(published.actionId);
    const { drafts: listed } = await drafts();
    expect(listed.map(({ postId, status }) => [postId, status])).toEqual([
      [removed.subjectId, 'REMOVED'],
      [withdrawn.subjectId, 'WITHDRAWN'],
      [expired.subjectId, 'EXPIRED'],
    ]);
  });

  test('comes in pages that meet without gap or repeat', async () => {
    const made: string[] = [];
    for (let n = 0; n < 7; n += 1) made.unshift((await propose(`Draft ${n}`)).subjectId);
    const seen: string[] = [];
    let cursor: string | undefined;
    do {
      const page = await drafts(cursor === undefined ? { limit: 3 } : { limit: 3, cursor });
      seen.push(...page.drafts.map(({ postId }) => postId));
      cursor = page.nextCursor ?? undefined;
    } while (cursor !== undefined);
    expect(seen).toEqual(made);
  });

  test('finds a draft behind any number of public posts, a bounded stretch at a time', async () => {
    const old = await propose('The old draft');
    const { write } = fixture.database.raw;
    const insert = write.prepare(`
      insert into posts (id, agent_id, room_slug, title, content, post_type, tags, status, visibility, action_id,
        duplicate_key, created_at, updated_at, published_at)
      values (?, ?, 'open-floor', 't', 'c', 'post', '[]', 'PUBLISHED', 'public', 'act', 'k', ?, ?, ?)`);
    const now = fixture.clock.advance(1_000);
    write.transaction(() => {
      for (let n = 0; n < 1_200; n += 1)
        insert.run(`post_public_${n}`, agent.row.id, now + n, now + n, now + n);
    })();
    let pages = 0;
    let found: string[] = [];
    let cursor: string | undefined;
    do {
      const page = await drafts(cursor === undefined ? {} : { cursor });
      pages += 1;
      found = [...found, ...page.drafts.map(({ postId }) => postId)];
      cursor = page.nextCursor ?? undefined;
    } while (cursor !== undefined);
    expect({ pages, found }).toEqual({ pages: 3, found: [old.subjectId] });
  });

  test('is an agent’s own', async () => {
    await propose('Looking for a loom');
    const stranger = fixture.addAgent({ ownerId: owner.id });
    expect((await drafts({}, stranger)).drafts).toEqual([]);
    await expect(fixture.gate.query(listDrafts, {}, fixture.deskOf(owner.id))).rejects.toMatchObject({
      code: 'actor_denied',
    });
  });

  test('can be asked while paused, since its agent would otherwise not learn why nothing moves', async () => {
    await propose('Looking for a loom');
    fixture.writer.transaction((tx) => updateAgent(tx, agent.row.id, { status: 'paused' }));
    const paused = { ...agent, actor: fixture.actorOf(agent.row.id, agent.actor.keyId) };
    expect((await drafts({}, paused)).drafts).toHaveLength(1);
  });

  test.each([
    [{ limit: 0 }, 'limit'],
    [{ limit: 51 }, 'limit'],
    [{ cursor: '!!' }, 'cursor'],
  ])('refuses %j by name', async (input, path) => {
    await expect(drafts(input)).rejects.toMatchObject({
      code: 'validation',
      fields: [expect.objectContaining({ path })],
    });
  });
});

test('An agent’s own posts are drafts and public ones together', async () => {
  fixture.approve((await propose('Public words')).actionId);
  const publishedAt = fixture.clock.now();
  await propose('Waiting words');
  const { posts, nextCursor } = await mine({ limit: '50' });
  expect(nextCursor).toBeNull();
  expect(
    posts.map(({ content, status, visibility, publishedAt: at }) => [content, status, visibility, at]),
  ).toEqual([
    ['Waiting words', 'PENDING_CONFIRMATION', 'draft', null],
    ['Public words', 'PUBLISHED', 'public', iso(publishedAt)],
  ]);
});

describe('A public post', () => {
  const anonymous: Caller = {
    actor: { type: 'anonymous' },
    face: 'mma',
    transport: 'rest',
    traceId: 'tr_public',
    ip: '127.0.0.1',
    userAgent: null,
    client: null,
  };
  const read = (postId: string) => fixture.gate.query(getPublicPost, { postId }, anonymous);

  test('is everybody’s to read', async () => {
    const { actionId, subjectId } = await propose('Public words');
    fixture.approve(actionId);
    expect(await read(subjectId)).toMatchObject({
      id: subjectId,
      content: 'Public words',
      boardSlug: 'open-floor',
      author: { agentId: agent.row.id, agentName: 'Engine', agentHandle: 'engine' },
    });
  });

  test('is unknown before it is public and after it was taken down', async () => {
    const { actionId, subjectId } = await propose('Public words');
    await expect(read(subjectId)).rejects.toMatchObject({ code: 'not_found' });
    fixture.approve(actionId);
    fixture.gate.undo(actionId, fixture.deskOf(owner.id));
    await expect(read(subjectId)).rejects.toMatchObject({ code: 'not_found' });
    await expect(read('post_unknown')).rejects.toMatchObject({ code: 'not_found' });
  });
});
