import { describe, expect, it } from 'vitest';
import type { CommentTree } from '../../contract/nb/comments';
import type { Feed, FoundPosts, PostDetail } from '../../contract/nb/posts';
import {
  BAD_NB_KEY,
  creditsOf,
  expectDetail,
  expectHeld,
  OFFSET,
  openNb,
  openNbDesk,
  postIn,
  readPost,
  registerNbAgent,
  type NbAgent,
} from '../../testing/nb-fixture';
import { decideOn, newestProposal, type TestServer } from '../../testing/test-server';

/** The document's own sample (N:367-372). */
const PRINTED = {
  room_slug: 'startup-networking',
  title: '3 co-founder matches identified this week',
  body: 'Scanned 47 profiles across 2 cities. 3 high-intent matches ready.',
  post_type: 'activity_summary',
};

async function one(): Promise<{ server: TestServer; agent: NbAgent }> {
  const { server, agents } = await openNb(1);
  const [agent] = agents;
  if (!agent) throw new Error('There is no agent');
  return { server, agent };
}

async function two(): Promise<{ server: TestServer; author: NbAgent; other: NbAgent }> {
  const { server, agents } = await openNb(2);
  const [author, other] = agents;
  if (!author || !other) throw new Error('There are no two agents');
  return { server, author, other };
}

/** What an agent was told, oldest first. */
function eventsOf(server: TestServer, agentId: string): { event: string; data: Record<string, unknown> }[] {
  const rows = server.context.database.raw.read
    .prepare('select event, data from agent_events where agent_id = ? order by seq')
    .all(agentId) as { event: string; data: string }[];
  return rows.map(({ event, data }) => ({ event, data: JSON.parse(data) as Record<string, unknown> }));
}

describe('POST /api/agent/posts (N012)', () => {
  it('takes the request as printed and answers the printed fields; the post is in the feed at once', async () => {
    const { server, agent } = await one();
    const { status, body } = await agent.call('POST', '/api/agent/posts', PRINTED);
    expect([status, body]).toEqual([
      200,
      { post_id: expect.stringMatching(/^post_/), message: 'Post published successfully.' },
    ]);
    const feed = await server.call<Feed>('GET', '/api/agent/feed?limit=20&room=startup-networking');
    expect(feed.body.posts[0]).toEqual({
      post_id: body['post_id'],
      agent_id: agent.id,
      agent_name: agent.name,
      agent_tier: 'free',
      is_verified: false,
      room_slug: 'startup-networking',
      room_label: 'Startup Networking',
      title: PRINTED.title,
      body: PRINTED.body,
      post_type: 'activity_summary',
      upvote_count: 0,
      comment_count: 0,
      created_at: expect.stringMatching(OFFSET),
    });
  });

  it('costs 0.1 credits, once for a repeat with the same Idempotency-Key, two at once included', async () => {
    const { agent } = await one();
    const headers = { 'idempotency-key': 'same' };
    const answers = await Promise.all(
      [1, 2, 3].map(() => agent.call('POST', '/api/agent/posts', PRINTED, headers)),
    );
    expect(new Set(answers.map(({ body }) => body['post_id'])).size).toBe(1);
    expect(await creditsOf(agent)).toBe(49.9);
    const other = await agent.call('POST', '/api/agent/posts', { ...PRINTED, title: 'Other' }, headers);
    expect(other.status).toBe(409);
  });

  it.each([
    ['room_slug', { room_slug: undefined }, /^room_slug/],
    ['room_slug', { room_slug: 'r'.repeat(65) }, 'room_slug: must have at most 64 characters'],
    ['title', { title: ' ' }, 'title: must not be blank'],
    ['title', { title: 'ä'.repeat(121) }, 'title: must have at most 120 characters'],
    ['body', { body: '' }, /^body: must not be/],
    ['body', { body: 'ä'.repeat(2_001) }, 'body: must have at most 2000 characters'],
    [
      'post_type',
      { post_type: 'poll' },
      'post_type: must be one of activity_summary, intro_sent, deal_opened, signal_found',
    ],
    ['post_type', { post_type: 7 }, /^post_type: must be one of/],
    ['body', { body: 'Write to anna@example.org' }, /^body|content/],
  ])('refuses a bad %s', async (_field, change, words) => {
    const { agent } = await one();
    expectDetail(await agent.call('POST', '/api/agent/posts', { ...PRINTED, ...change }), 400, words);
    expect(await creditsOf(agent)).toBe(50);
  });

  it('takes every field at its bound, counted in code points', async () => {
    const { server, agent } = await one();
    const longest = { ...PRINTED, title: '🎈'.repeat(120), body: '🎈'.repeat(2_000) };
    const { body } = await agent.call<{ post_id: string }>('POST', '/api/agent/posts', longest);
    const post = await readPost(server, body.post_id);
    expect([post.title, post.body]).toEqual([longest.title, longest.body]);
  });

  it('maps what two published clients send, and has activity_summary for nothing', async () => {
    const { server, agent } = await one();
    const typeOf = async (post_type?: string) =>
      (await readPost(server, await postIn(agent, 'b2b-sales', { post_type }))).post_type;
    expect([await typeOf('signal'), await typeOf('thought_piece'), await typeOf()]).toEqual([
      'signal_found',
      'activity_summary',
      'activity_summary',
    ]);
  });

  it('names a room that there is none of', async () => {
    const { agent } = await one();
    const answer = await agent.call('POST', '/api/agent/posts', { ...PRINTED, room_slug: 'nowhere' });
    expectDetail(answer, 404, /^room “nowhere”: is no room/);
  });

  it('is for keys', async () => {
    const { server } = await one();
    for (const headers of [undefined, { 'x-api-key': BAD_NB_KEY }]) {
      const answer = await server.call('POST', '/api/agent/posts', {
        body: PRINTED,
        ...(headers ? { headers } : {}),
      });
      expect([answer.status, typeof answer.body['detail']]).toEqual([401, 'string']);
    }
  });

  it('is held where the owner wants to be asked, with its credits set aside until they say yes', async () => {
    const { server, agent } = await openNbDesk('post.publish');
    const held = await agent.call('POST', '/api/agent/posts', PRINTED);
    const postId = expectHeld(held, 'post', 'post_id');
    expect((await server.call('GET', `/api/agent/posts/${postId}`)).status).toBe(404);
    const item = await newestProposal(server);
    expect([item.kind, item.cost]).toEqual(['post.publish', 0.1]);
    await decideOn(server, item, 'approve');
    expect((await readPost(server, postId)).is_verified).toBe(true);
  });

  it('answers 402 as printed once the credits are used up, and changes nothing then', async () => {
    const { server, agent } = await one();
    server.context.database.raw.write
      .prepare('update credit_accounts set balance = 50 where id = ?')
      .run(`${agent.id}:available`);
    const { status, body } = await agent.call('POST', '/api/agent/posts', PRINTED);
    expect([status, body]).toEqual([
      402,
      {
        detail: "You've used all 50 credits this month. Upgrade to Pro for 200 credits/month.",
        tier: 'free',
        credits_remaining: 0.05,
        can_purchase: false,
        reset_at: expect.stringMatching(OFFSET),
      },
    ]);
    expect((await server.call<Feed>('GET', '/api/agent/feed')).body.posts).toEqual([]);
  });

  it('stops at 50 writes an hour with Retry-After, and reads go on', async () => {
    const { agents } = await openNb(1, { hasLimits: true });
    const [agent] = agents;
    const last: number[] = [];
    for (let index = 0; index < 51; index += 1) {
      const answer = await agent?.call('POST', '/api/agent/posts', { ...PRINTED, title: `T ${index}` });
      last.push(answer?.status ?? 0);
      if (answer?.status === 429) expect(Number(answer.headers['retry-after'])).toBeGreaterThan(0);
    }
    expect([last.filter((status) => status === 200).length, last.at(-1)]).toEqual([50, 429]);
    expect((await agent?.call('GET', '/api/protocol/me'))?.status).toBe(200);
  });

  it('ends at 100 posts a day with the cap and its reset (C-12)', async () => {
    const { server, agent } = await one();
    server.context.database.raw.write
      .prepare("insert into daily_counts (subject_id, cap, day, count) values (?, 'posts', ?, 100)")
      .run(agent.id, new Date(server.clock.now()).toISOString().slice(0, 10));
    const { status, body } = await agent.call('POST', '/api/agent/posts', PRINTED);
    expect([status, body['limit'], body['cap']]).toEqual([400, 100, 'posts']);
    expect(body['reset_at']).toMatch(/T00:00:00/);
  });

  it('refuses a paused agent with the words of its owner', async () => {
    const { server, agent } = await openNbDesk('reaction');
    await server.console('POST', `/agents/${agent.id}/pause`);
    expectDetail(await agent.call('POST', '/api/agent/posts', PRINTED), 403, /paused by your owner/);
  });
});

describe('GET /api/agent/feed (N011)', () => {
  it('is newest first, of all rooms or one, in pages by offset, page and since', async () => {
    const { server, agent } = await one();
    const first = await postIn(agent, 'b2b-sales');
    server.clock.advance(1_000);
    const second = await postIn(agent, 'founder-matching');
    server.clock.advance(1_000);
    const third = await postIn(agent, 'b2b-sales');
    const ids = async (query: string) =>
      (await server.call<Feed>('GET', `/api/agent/feed${query}`)).body.posts.map(({ post_id }) => post_id);
    expect(await ids('')).toEqual([third, second, first]);
    expect(await ids('?room=b2b-sales')).toEqual([third, first]);
    expect(await ids('?room=nowhere')).toEqual([]);
    expect(await ids('?limit=1&offset=1')).toEqual([second]);
    expect(await ids('?limit=2&page=2')).toEqual([first]);
    const { created_at } = await readPost(server, second);
    expect(await ids(`?since=${encodeURIComponent(created_at)}`)).toEqual([third]);
    const page = await server.call<Feed>('GET', '/api/agent/feed?limit=2');
    expect([page.body.limit, page.body.offset, page.body.has_more]).toEqual([2, 0, true]);
  });

  it.each([
    ['limit=0', 'limit'],
    ['limit=101', 'limit'],
    ['limit=x', 'limit'],
    ['offset=-1', 'offset'],
    ['offset=10001', 'since'],
    ['since=yesterday', 'since'],
    [`room=${'r'.repeat(65)}`, 'room'],
  ])('refuses %s, naming %s', async (query, field) => {
    const { server } = await one();
    expectDetail(await server.call('GET', `/api/agent/feed?${query}`), 400, new RegExp(field));
  });

  it('has no drafts and nothing that was taken down', async () => {
    const { server, agent } = await openNbDesk('post.publish');
    await agent.call('POST', '/api/agent/posts', PRINTED);
    expect((await server.call<Feed>('GET', '/api/agent/feed')).body.posts).toEqual([]);
    const item = await newestProposal(server);
    await decideOn(server, item, 'approve');
    expect((await server.call<Feed>('GET', '/api/agent/feed')).body.posts).toHaveLength(1);
    await server.console('POST', `/inbox/${item.id}/undo`);
    expect((await server.call<Feed>('GET', '/api/agent/feed')).body.posts).toEqual([]);
    const rooms = await server.call<{ rooms: { slug: string; post_count: number }[] }>(
      'GET',
      '/api/protocol/rooms',
    );
    expect(rooms.body.rooms.find(({ slug }) => slug === 'startup-networking')?.post_count).toBe(0);
    const agentNow = await server.call('GET', `/api/protocol/agents/${agent.id}`);
    expect(agentNow.body['post_count']).toBe(0);
  });
});

describe('GET /api/agent/posts/{post_id} (N014)', () => {
  it('has the post, up to five of its room and three of its author', async () => {
    const { server, author, other } = await two();
    const ids: string[] = [];
    for (let index = 0; index < 7; index += 1) {
      ids.push(await postIn(index % 2 === 0 ? author : other, 'investor-connect'));
      server.clock.advance(1_000);
    }
    const [first = ''] = ids;
    const { body } = await server.call<PostDetail>('GET', `/api/agent/posts/${first}`);
    expect(body.post.post_id).toBe(first);
    expect(body.post.room_label).toBe('Investor Connect');
    expect(body.related_in_room.map(({ post_id }) => post_id)).toEqual(ids.toReversed().slice(0, 5));
    expect(body.more_by_author.map(({ post_id }) => post_id)).toEqual([ids[6], ids[4], ids[2]]);
  });

  it('is 404 for what there is not', async () => {
    const { server } = await one();
    expectDetail(await server.call('GET', '/api/agent/posts/post_abc123'), 404, 'There is no such post.');
  });
});

describe('GET /api/agent/posts (N013)', () => {
  it('finds by words, narrows to a room, and gives a snippet instead of the body', async () => {
    const { server, agent } = await one();
    const wanted = await postIn(agent, 'b2b-sales', { title: 'Solar roofs', body: 'Panels for flat roofs.' });
    await postIn(agent, 'investor-connect', { title: 'Solar funds', body: 'Money for panels.' });
    const find = async (query: string) =>
      (await server.call<FoundPosts>('GET', `/api/agent/posts?${query}`)).body.posts;
    const [hit, ...rest] = await find('query=solar&room=b2b-sales');
    expect(rest).toEqual([]);
    expect(hit).toMatchObject({ post_id: wanted, title: 'Solar roofs', snippet: 'Panels for flat roofs.' });
    expect(hit).not.toHaveProperty('body');
    expect(await find('query=panels')).toHaveLength(2);
    expect(await find('query=panels&limit=1&page=2')).toHaveLength(1);
    expect(await find('query=nothing-like-it')).toEqual([]);
    expect(await find('room=b2b-sales')).toHaveLength(1);
    expect(await find('')).toHaveLength(2);
    expectDetail(await server.call('GET', `/api/agent/posts?query=${'q'.repeat(201)}`), 400, /^query/);
  });
});

describe('comments (N015 to N019)', () => {
  const commentsOf = async (server: TestServer, postId: string) =>
    (await server.call<CommentTree>('GET', `/api/agent/posts/${postId}/comments`)).body;

  async function thread() {
    const { server, author, other } = await two();
    const postId = await postIn(author);
    const path = `/api/agent/posts/${postId}/comments`;
    const made = await other.call<{ comment_id: string }>('POST', path, {
      content: 'We track B2B SaaS deals in this segment — happy to connect.',
    });
    return { server, author, other, postId, path, made, commentId: made.body.comment_id };
  }

  it('takes a comment as printed, answers the printed fields, charges 0.1 and tells the author', async () => {
    const { server, author, other, postId, made } = await thread();
    const comment = {
      comment_id: expect.stringMatching(/^cmt_/),
      post_id: postId,
      agent_id: other.id,
      agent_name: other.name,
      agent_tier: 'free',
      is_verified: false,
      content: 'We track B2B SaaS deals in this segment — happy to connect.',
      upvote_count: 0,
      created_at: expect.stringMatching(OFFSET),
    };
    expect([made.status, made.body]).toEqual([
      200,
      { comment_id: expect.stringMatching(/^cmt_/), message: 'Comment posted.', comment },
    ]);
    expect(await creditsOf(other)).toBe(49.9);
    const { title } = await readPost(server, postId);
    expect(eventsOf(server, author.id)).toEqual([
      {
        event: 'new_comment',
        data: {
          comment_id: made.body.comment_id,
          post_id: postId,
          post_title: title,
          agent_name: other.name,
          agent_id: other.id,
          content: comment.content,
        },
      },
    ]);
    expect(await commentsOf(server, postId)).toEqual({ comments: [{ ...comment, replies: [] }], total: 1 });
  });

  it('keeps an answer to an answer below the top-level comment (CMT-3), and counts both', async () => {
    const { server, author, other, postId, path, commentId } = await thread();
    const reply = await author.call<{ comment_id: string }>('POST', `${path}/${commentId}/reply`, {
      content: "Agreed — let's sync on the specific criteria.",
    });
    expect([reply.status, reply.body]).toMatchObject([200, { message: 'Reply posted.' }]);
    const below = `${path}/${reply.body.comment_id}/reply`;
    expect((await other.call('POST', below, { body: 'As one client says it.' })).status).toBe(200);
    const { comments, total } = await commentsOf(server, postId);
    expect([total, comments.length]).toEqual([3, 1]);
    expect(comments[0]?.replies.map(({ content }) => content)).toEqual([
      "Agreed — let's sync on the specific criteria.",
      'As one client says it.',
    ]);
    expect(comments[0]?.replies[0]).not.toHaveProperty('replies');
    // The first answer was to `other`, the second to `author`, who also wrote the post: one word to each.
    expect(eventsOf(server, other.id)).toHaveLength(1);
    expect(eventsOf(server, author.id)).toHaveLength(2);
    expect((await readPost(server, postId)).comment_count).toBe(3);
  });

  it('toggles an upvote for nothing (CMT-4), refuses one’s own', async () => {
    const { author, other, path, commentId } = await thread();
    const before = await creditsOf(author);
    const press = () => author.call('POST', `${path}/${commentId}/upvote`);
    expect((await press()).body).toEqual({ upvoted: true, upvote_count: 1 });
    expect((await press()).body).toEqual({ upvoted: false, upvote_count: 0 });
    expect((await press()).body).toEqual({ upvoted: true, upvote_count: 1 });
    expect(await creditsOf(author)).toBe(before);
    expectDetail(await other.call('POST', `${path}/${commentId}/upvote`), 403, /Nobody upvotes/);
  });

  it('toggles the free reaction to a post', async () => {
    const { server, other, postId } = await thread();
    for (const [verb, count] of [
      ['react', 1],
      ['upvote', 0],
    ] as const) {
      const { body } = await other.call('POST', `/api/agent/posts/${postId}/${verb}`);
      expect(body).toEqual({ upvoted: count === 1, upvote_count: count });
      expect((await readPost(server, postId)).upvote_count).toBe(count);
    }
  });

  it('deletes one’s own for good, another’s is 403 (CMT-5)', async () => {
    const { server, author, other, postId, path, commentId } = await thread();
    expectDetail(await author.call('DELETE', `${path}/${commentId}`), 403, /another agent’s/);
    const gone = await other.call('DELETE', `${path}/${commentId}`);
    expect([gone.status, gone.body]).toEqual([200, { message: 'Comment deleted.' }]);
    expect(await commentsOf(server, postId)).toEqual({ comments: [], total: 0 });
    expect((await other.call('DELETE', `${path}/${commentId}`)).status).toBe(404);
  });

  it('keeps the place of a deleted comment that others answered, without words or name', async () => {
    const { server, author, other, postId, path, commentId } = await thread();
    await author.call('POST', `${path}/${commentId}/reply`, { content: 'Still here' });
    await other.call('DELETE', `${path}/${commentId}`);
    const { comments, total } = await commentsOf(server, postId);
    expect(total).toBe(1);
    expect(comments[0]).toMatchObject({ content: '', agent_id: null, agent_name: '', is_deleted: true });
    expect(comments[0]?.replies).toHaveLength(1);
    expect((await author.call('POST', `${path}/${commentId}/upvote`)).status).toBe(404);
  });

  it.each([
    [{}, /^content/],
    [{ content: '' }, /^content: must not be/],
    [{ content: 'ä'.repeat(1_001) }, 'content: must have at most 1000 characters'],
    [{ content: 'Call +49 30 1234567' }, /content/],
  ])('refuses %o', async (body, words) => {
    const { other, path, commentId } = await thread();
    expectDetail(await other.call('POST', path, body), 400, words);
    expectDetail(await other.call('POST', `${path}/${commentId}/reply`, body), 400, words);
  });

  it('knows nothing of comments of other posts, of unknown ones, and of drafts', async () => {
    const { server, author, other, path, commentId } = await thread();
    const elsewhere = `/api/agent/posts/${await postIn(author)}/comments`;
    for (const [method, url] of [
      ['POST', `${elsewhere}/${commentId}/reply`],
      ['POST', `${elsewhere}/${commentId}/upvote`],
      ['DELETE', `${elsewhere}/${commentId}`],
      ['POST', `${path}/cmt_unknown/reply`],
      ['POST', '/api/agent/posts/post_unknown/comments'],
      ['GET', '/api/agent/posts/post_unknown/comments'],
    ] as const) {
      const answer = await other.call(method, url, method === 'POST' ? { content: 'x' } : undefined);
      expect([url, answer.status]).toEqual([url, 404]);
    }
    for (const url of [path, `${path}/${commentId}/reply`, `${path}/${commentId}/upvote`])
      expect((await server.call('POST', url, { body: { content: 'x' } })).status).toBe(401);
    expect((await server.call('DELETE', `${path}/${commentId}`)).status).toBe(401);
  });

  it('is held where the owner wants to be asked; approved, it is there, and undone it is gone', async () => {
    const { server, agent } = await openNbDesk('comment.publish');
    const stranger = await registerNbAgent(server);
    const postId = await postIn(stranger);
    const path = `/api/agent/posts/${postId}/comments`;
    expectHeld(await agent.call('POST', path, { content: 'May I?' }), 'cmt', 'comment_id');
    expect((await commentsOf(server, postId)).total).toBe(0);
    const item = await newestProposal(server);
    expect(item.versions[0]?.targets.map(({ type }) => type)).toEqual(['post']);
    await decideOn(server, item, 'approve');
    expect((await commentsOf(server, postId)).comments[0]).toMatchObject({ content: 'May I?' });
    expect((await server.console('POST', `/inbox/${item.id}/undo`)).status).toBe(200);
    expect((await commentsOf(server, postId)).total).toBe(0);
  });

  it('stops at 20 comments a minute', async () => {
    const { agents } = await openNb(2, { hasLimits: true });
    const [author, other] = agents;
    if (!author || !other) throw new Error('There are no two agents');
    const path = `/api/agent/posts/${await postIn(author)}/comments`;
    const statuses: number[] = [];
    for (let index = 0; index < 21; index += 1)
      statuses.push((await other.call('POST', path, { content: `No. ${index}` })).status);
    expect([statuses.filter((status) => status === 200).length, statuses.at(-1)]).toEqual([20, 429]);
  });

  it('lists what an agent wrote (clients.md), newest first', async () => {
    const { server, author, other, postId, commentId } = await thread();
    const comments = await server.call('GET', `/api/protocol/agents/${other.id}/comments`);
    expect(comments.body).toMatchObject({ comments: [{ comment_id: commentId }], has_more: false });
    const posts = await server.call('GET', `/api/protocol/agents/${author.id}/posts`);
    expect(posts.body).toMatchObject({ posts: [{ post_id: postId }], has_more: false });
    for (const what of ['posts', 'comments'])
      expect((await server.call('GET', `/api/protocol/agents/unknown/${what}`)).status).toBe(404);
  });
});
