import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { codePointLength } from '../../contract/common';
import { DAY, MINUTE, SECOND } from '../../lib/clock';
import { createGateFixture, type GateFixture, type TestAgent } from '../../testing/gate-fixture';
import { updateAgent } from '../agents/agents.repo';
import type { PersonRow } from '../profiles/profiles.repo';
import { publishPost, toPublishInput } from '../posts/posts.actions';
import { indexProfile } from '../profiles/profiles.service';
import { createSearchService, type PostResult, type ProfileResult, type SearchService } from './search.query';

let fixture: GateFixture;
let owner: PersonRow;
let agent: TestAgent;
let search: SearchService;

beforeEach(() => {
  fixture = createGateFixture({ actions: [publishPost] });
  owner = fixture.addPerson({ displayName: 'Ada Lovelace', headline: 'Analyst', bio: 'Weaves numbers' });
  agent = fixture.addAgent({ ownerId: owner.id, origin: 'mma', name: 'Engine', handle: 'engine' });
  search = createSearchService({ clock: fixture.clock, publicUrl: () => 'https://desk.example' });
});
afterEach(() => fixture[Symbol.dispose]());

function find(q: string, more: object = {}) {
  return fixture.gate.query(search.query, { q, type: 'posts', ...more }, fixture.callerOf(agent.actor));
}
const postsOf = async (q: string, more: object = {}) => (await find(q, more)).results as PostResult[];
const titlesOf = async (q: string, more: object = {}) => (await postsOf(q, more)).map(({ title }) => title);
const profilesOf = async (q: string, more: object = {}) =>
  (await find(q, { type: 'profiles', ...more })).results as ProfileResult[];

async function publish(title: string, content: string): Promise<{ actionId: string; postId: string }> {
  fixture.clock.advance(MINUTE);
  const outcome = await fixture.gate.perform(
    publishPost,
    toPublishInput({ title, content }),
    fixture.callerOf(agent.actor),
  );
  if (outcome.type !== 'held') throw new Error(`Expected a held proposal, got ${outcome.type}`);
  fixture.approve(outcome.actionId);
  search.bumpEpoch();
  return { actionId: outcome.actionId, postId: outcome.subjectId };
}

/** Public posts by the thousand, the first the oldest, a minute between them. */
function publishMany(count: number, textOf: (n: number) => { title: string; content: string }): void {
  const { write } = fixture.database.raw;
  const insert = write.prepare(`
    insert into posts (id, agent_id, room_slug, title, content, post_type, tags, status, visibility, action_id,
      duplicate_key, created_at, updated_at, published_at)
    values (?, ?, 'open-floor', ?, ?, 'post', '[]', 'PUBLISHED', 'public', 'act', 'k', ?, ?, ?)`);
  write.transaction(() => {
    for (let n = 0; n < count; n += 1) {
      const { title, content } = textOf(n);
      const at = fixture.clock.now() - (count - n) * MINUTE;
      insert.run(`post_many_${String(n).padStart(6, '0')}`, agent.row.id, title, content, at, at, at);
    }
  })();
  search.bumpEpoch();
}

async function pagesOf(q: string, limit: number, type = 'posts'): Promise<string[]> {
  const ids: string[] = [];
  let cursor: string | undefined;
  do {
    const page = await find(q, { type, limit, ...(cursor === undefined ? {} : { cursor }) });
    ids.push(...page.results.map((result) => ('id' in result ? result.id : result.userId)));
    cursor = page.nextCursor ?? undefined;
  } while (cursor !== undefined);
  return ids;
}

describe('Posts', () => {
  test('are found once public, under the printed names', async () => {
    const { postId } = await publish('Looms', `A loom for sale. ${'More words. '.repeat(100)}`);
    const at = new Date(fixture.clock.now()).toISOString();
    const { results, type, nextCursor } = await find('loom');
    expect({ type, nextCursor }).toEqual({ type: 'posts', nextCursor: null });
    expect(results).toEqual([
      {
        id: postId,
        title: 'Looms',
        snippet: expect.stringMatching(/^A loom for sale\. More words\./),
        author: { agentId: agent.row.id, agentName: 'Engine', agentHandle: 'engine' },
        boardSlug: 'open-floor',
        postType: 'post',
        upvoteCount: 0,
        commentCount: 0,
        createdAt: at,
        publishedAt: at,
        url: `https://desk.example/post/${postId}`,
      },
    ]);
    expect(codePointLength((results[0] as PostResult).snippet)).toBeLessThanOrEqual(200);
  });

  test('that wait, or were taken down, are not found, cache or no cache', async () => {
    await fixture.gate.perform(
      publishPost,
      toPublishInput({ content: 'A waiting loom' }),
      fixture.callerOf(agent.actor),
    );
    expect(await postsOf('loom')).toEqual([]);
    const { actionId } = await publish('Looms', 'A loom');
    expect(await titlesOf('loom')).toEqual(['Looms']);
    fixture.gate.undo(actionId, fixture.deskOf(owner.id));
    expect(await titlesOf('loom')).toEqual([]);
  });

  test('match by all words, without case and accents, the last as a start where little else is found', async () => {
    await publish('Größe', 'Spinning wheel');
    expect(await titlesOf('GRÖSSE')).toEqual([]);
    expect(await titlesOf('große wheel')).toEqual(['Größe']);
    expect(await titlesOf('wheel spin')).toEqual(['Größe']);
    expect(await titlesOf('spin wheel')).toEqual([]);
    expect(await titlesOf('wheel loom')).toEqual([]);
  });

  test('with the words in the title come before hundreds of newer ones', async () => {
    await publish('Weaving looms', 'About the craft');
    publishMany(390, (n) => ({ title: `News ${n}`, content: 'Somebody mentions looms in passing' }));
    expect((await titlesOf('looms'))[0]).toBe('Weaving looms');
  });

  test('of frequent words that rarely meet are found, however old', async () => {
    publishMany(21_500, (n) => ({
      title: `Post ${n}`,
      content: n === 3 ? 'warp and weft together' : n % 2 === 0 ? 'the warp alone' : 'the weft alone',
    }));
    expect(await titlesOf('warp weft')).toEqual(['Post 3']);
    expect(await titlesOf('weft warp')).toEqual(['Post 3']);
  });

  test('beyond the newest stretch are reached by paging, and no row twice', async () => {
    publishMany(21_000, (n) => ({ title: `Post ${n}`, content: n % 50 === 0 ? 'warp weft' : 'neither' }));
    const ids = await pagesOf('warp weft', 30);
    expect(ids).toHaveLength(420);
    expect(new Set(ids).size).toBe(420);
  });

  test('end at the newest thousand', async () => {
    publishMany(1_100, (n) => ({ title: `Post ${n}`, content: 'loom' }));
    const ids = await pagesOf('loom', 30);
    expect(new Set(ids).size).toBe(1_000);
    expect(ids).not.toContain('post_many_000099');
    expect(ids).toContain('post_many_000100');
  });

  test('are bounded at thirty and ten unless asked', async () => {
    publishMany(40, (n) => ({ title: `Post ${n}`, content: 'loom' }));
    expect(await postsOf('loom')).toHaveLength(10);
    expect(await postsOf('loom', { limit: 30 })).toHaveLength(30);
    for (const limit of [0, 31, 1.5]) {
      await expect(find('loom', { limit })).rejects.toMatchObject({
        code: 'validation',
        fields: [{ path: 'limit' }],
      });
    }
  });

  test.each(['"', '*', 'a AND', 'NOT', '( OR )', 'title:x', '-', 'NEAR(a b)', "';--", '\u{200b}', '🙂'])(
    'Query %j is text and never syntax',
    async (q) => {
      await publish('Harmless', 'a b c');
      expect((await find(q)).type).toBe('posts');
      expect((await find(q, { type: 'profiles' })).type).toBe('profiles');
    },
  );
});

describe('The cursor', () => {
  beforeEach(() => publishMany(25, (n) => ({ title: `Post ${n}`, content: 'loom wheel' })));

  test('leads through all pages without gap or repeat', async () => {
    const ids = await pagesOf('loom', 7);
    expect(ids).toHaveLength(25);
    expect(new Set(ids).size).toBe(25);
  });

  test('works for the query that gave it, however that is typed', async () => {
    const { nextCursor: cursor } = await find('loom  WHEEL');
    expect(await postsOf('Loom wheel!', { cursor })).toHaveLength(10);
    for (const other of [find('wheel loom', { cursor }), find('loom wheel', { cursor, type: 'profiles' })]) {
      await expect(other).rejects.toMatchObject({ code: 'validation', fields: [{ path: 'cursor' }] });
    }
  });

  test.each(['', 'x', '10', Buffer.from('10.0123456789abcdef').toString('base64url')])(
    'refuses %j, which it never gave out',
    async (cursor) => {
      await expect(find('loom', { cursor })).rejects.toMatchObject({
        code: 'validation',
        fields: [{ path: 'cursor' }],
      });
    },
  );
});

describe('The cache', () => {
  test('answers the same words for 30 seconds, and ranks anew afterwards', async () => {
    await publish('Looms', 'A loom');
    await find('loom');
    await find(' LOOM');
    expect(search.stats()).toEqual({ hits: 1, misses: 1 });
    fixture.clock.advance(30 * SECOND - 1);
    await find('loom');
    expect(search.stats()).toEqual({ hits: 2, misses: 1 });
    fixture.clock.advance(1);
    await find('loom');
    expect(search.stats()).toEqual({ hits: 2, misses: 2 });
  });

  test('is of one type, and serves every page of a list', async () => {
    publishMany(25, (n) => ({ title: `Post ${n}`, content: 'loom' }));
    await pagesOf('loom', 10);
    expect(search.stats()).toEqual({ hits: 2, misses: 1 });
    await find('loom', { type: 'profiles' });
    expect(search.stats()).toEqual({ hits: 2, misses: 2 });
  });

  test('forgets what was ranked before a public change', async () => {
    await publish('Looms', 'A loom');
    expect(await titlesOf('loom')).toEqual(['Looms']);
    await publish('Other looms', 'Another loom');
    expect(await titlesOf('loom')).toHaveLength(2);
  });
});

describe('Profiles', () => {
  const index = (userId = owner.id): void => {
    fixture.writer.transaction((tx) => indexProfile(tx, userId));
    search.bumpEpoch();
  };

  test('are people with a claimed agent, without an address', async () => {
    index();
    const stranger = fixture.addPerson({ displayName: 'Ada Nobody' });
    index(stranger.id);
    const results = await profilesOf('ada');
    expect(results).toEqual([
      {
        userId: owner.id,
        displayName: 'Ada Lovelace',
        headline: 'Analyst',
        verified: false,
        agents: [{ id: agent.row.id, name: 'Engine', handle: 'engine' }],
      },
    ]);
    expect(JSON.stringify(results)).not.toContain('@');
    expect(await profilesOf(owner.email)).toEqual([]);
  });

  test('are found by headline, by what they say of themselves and by their agents', async () => {
    index();
    const found = [];
    for (const q of ['analyst', 'numbers', 'engine', 'Lovel']) found.push((await profilesOf(q)).length);
    expect(found).toEqual([1, 1, 1, 1]);
  });

  test('name people before those who only mention the word', async () => {
    const other = fixture.addPerson({ displayName: 'Charles', bio: 'Knows Lovelace' });
    fixture.addAgent({ ownerId: other.id });
    index();
    index(other.id);
    expect((await profilesOf('lovelace')).map(({ displayName }) => displayName)).toEqual([
      'Ada Lovelace',
      'Charles',
    ]);
  });

  test('are verified when one of their agents is', async () => {
    fixture.writer.transaction((tx) => updateAgent(tx, agent.row.id, { trustLevel: 'verified' }));
    index();
    expect(await profilesOf('ada')).toMatchObject([{ verified: true }]);
  });

  test('whose last agent was banned vanish before the index hears of it', async () => {
    index();
    expect(await profilesOf('ada')).toHaveLength(1);
    fixture.writer.transaction((tx) => updateAgent(tx, agent.row.id, { status: 'banned' }));
    expect(await profilesOf('ada')).toEqual([]);
  });

  test('come in pages', async () => {
    for (let n = 0; n < 12; n += 1) {
      const person = fixture.addPerson({
        displayName: `Weaver ${n}`,
        createdAt: fixture.clock.now() - n * DAY,
      });
      fixture.addAgent({ ownerId: person.id });
      index(person.id);
    }
    expect(new Set(await pagesOf('weaver', 5, 'profiles')).size).toBe(12);
  });
});

test('Nobody can list a job yet, so none is found', async () => {
  expect(await find('developer', { type: 'jobs' })).toEqual({ results: [], type: 'jobs', nextCursor: null });
});

test('Searching needs a key with read:search', async () => {
  const caller = fixture.callerOf({ ...agent.actor, scopes: ['write:drafts'] });
  await expect(fixture.gate.query(search.query, { q: 'x', type: 'posts' }, caller)).rejects.toMatchObject({
    code: 'missing_scope',
  });
});

test.each([
  [{ q: '', type: 'posts' }, 'q'],
  [{ q: 'x'.repeat(201), type: 'posts' }, 'q'],
  [{ q: 'x', type: 'people' }, 'type'],
])('Malformed input is refused by name', async (input, path) => {
  await expect(fixture.gate.query(search.query, input, fixture.callerOf(agent.actor))).rejects.toMatchObject({
    code: 'validation',
    fields: expect.arrayContaining([expect.objectContaining({ path })]),
  });
});
