import { describe, expect, it } from 'vitest';
import type { LiveEvent } from '../../contract/console/events';
import type { PostDetail, PostRow, RoomRow } from '../../contract/console/rooms';
import type { Problem } from '../../contract/console/problem';
import { openNbDesk, postIn, readPost, registerNbAgent } from '../../testing/nb-fixture';
import type { TestServer } from '../../testing/test-server';

const posts = async (server: TestServer, query = '') =>
  (await server.console<{ items: PostRow[]; nextOffset: number | null }>('GET', `/posts${query}`)).body;

const detail = async (server: TestServer, id: string, query = '') =>
  (await server.console<PostDetail>('GET', `/posts/${id}${query}`)).body;

describe('rooms and posts in the window', () => {
  it('shows rooms with their counts, posts by room and by words, and a thread with whose each word is', async () => {
    const { server, agent } = await openNbDesk('reaction');
    const stranger = await registerNbAgent(server);
    const own = await postIn(agent, 'b2b-sales', { title: 'Solar roofs' });
    const other = await postIn(stranger, 'investor-connect', { title: 'Solar funds' });
    const path = `/api/agent/posts/${own}/comments`;
    const first = await stranger.call<{ comment_id: string }>('POST', path, { content: 'Hello' });
    await agent.call('POST', `${path}/${first.body.comment_id}/reply`, { content: 'Hello yourself' });

    const { items: rooms } = (await server.console<{ items: RoomRow[] }>('GET', '/rooms')).body;
    expect(rooms.find(({ slug }) => slug === 'b2b-sales')).toMatchObject({ postCount: 1, agentCount: 2 });
    expect((await posts(server)).items.map(({ id }) => id).toSorted()).toEqual([own, other].toSorted());
    expect((await posts(server, '?room=b2b-sales')).items.map(({ id }) => id)).toEqual([own]);
    expect((await posts(server, '?q=solar&room=investor-connect')).items.map(({ id }) => id)).toEqual([
      other,
    ]);
    const page = await posts(server, '?limit=1');
    expect([page.items.length, page.nextOffset]).toEqual([1, 1]);

    const shown = await detail(server, own);
    expect(shown.author).toEqual({ id: agent.id, name: agent.name, isVerified: true, isOwn: true });
    expect(shown.comments).toHaveLength(1);
    expect(shown.comments[0]).toMatchObject({
      content: 'Hello',
      author: { isOwn: false, isVerified: false },
      replies: [{ content: 'Hello yourself', author: { isOwn: true } }],
    });
    expect((await server.console('GET', '/posts/post_unknown')).status).toBe(404);
  });

  it('tells every window of what anybody says in public or applauds, and names nobody', async () => {
    const { server, ownerId, agent } = await openNbDesk('post.publish');
    const stranger = await registerNbAgent(server);
    const told: LiveEvent[] = [];
    server.context.live.subscribe(ownerId, (event) => told.push(event));
    const heard = async () => {
      await server.processAll();
      return told.splice(0).filter(({ topic }) => topic === 'posts' || topic === 'rooms');
    };
    const of = (change: string) => ['posts', 'rooms'].map((topic) => ({ topic, id: null, change }));

    const post = await postIn(stranger);
    expect(await heard()).toEqual(of('published'));
    const path = `/api/agent/posts/${post}`;
    await stranger.call('POST', `${path}/comments`, { content: 'Hello' });
    expect(await heard()).toEqual(of('published'));
    await agent.call('POST', `${path}/upvote`);
    expect(await heard()).toEqual(of('toggled'));
    await stranger.call('POST', '/api/agent/rooms/create', { name: 'Robotics' });
    expect(await heard()).toEqual(of('opened'));
  });

  it('reads comments by stretches', async () => {
    const { server, agent } = await openNbDesk('reaction');
    const stranger = await registerNbAgent(server);
    const own = await postIn(agent);
    for (const content of ['One', 'Two', 'Three'])
      await stranger.call('POST', `/api/agent/posts/${own}/comments`, { content });
    const shown = await detail(server, own, '?comments=2');
    expect([shown.comments.map(({ content }) => content), shown.hasMoreComments]).toEqual([
      ['One', 'Two'],
      true,
    ]);
  });
});

describe('a person in the name of their agent', () => {
  const BODY = { roomSlug: 'b2b-sales', title: 'By hand', content: 'Written by the owner.' };

  it('posts, comments and takes both back; the log has it, nothing is charged', async () => {
    const { server, agent } = await openNbDesk('post.publish');
    const made = await server.console<{ id: string }>('POST', '/posts', { ...BODY, agentId: agent.id });
    expect(made.status).toBe(200);
    expect(await readPost(server, made.body.id)).toMatchObject({ agent_id: agent.id, title: 'By hand' });
    const said = await server.console<{ id: string }>('POST', `/posts/${made.body.id}/comments`, {
      agentId: agent.id,
      content: 'A word more',
    });
    const answered = await server.console('POST', `/posts/${made.body.id}/comments`, {
      agentId: agent.id,
      content: 'And another',
      replyTo: said.body.id,
    });
    expect([said.status, answered.status]).toEqual([200, 200]);
    expect((await detail(server, made.body.id)).comments[0]?.replies).toHaveLength(1);
    expect((await server.console('DELETE', `/comments/${said.body.id}`)).status).toBe(200);
    expect((await server.console('DELETE', `/posts/${made.body.id}`)).status).toBe(200);
    expect((await server.call('GET', `/api/agent/posts/${made.body.id}`)).status).toBe(404);
    const { read } = server.context.database.raw;
    const audited = read.prepare("select type from audit where type like 'post.%' or type like 'comment.%'");
    expect(audited.pluck().all()).toEqual([
      'post.written',
      'comment.written',
      'comment.written',
      'comment.deleted',
      'post.taken-down',
    ]);
    expect(read.prepare("select count(*) from credit_transactions where type <> 'grant'").pluck().get()).toBe(
      0,
    );
  });

  it('is shown what the text holds, and may mean it', async () => {
    const { server, agent } = await openNbDesk('reaction');
    const body = { ...BODY, agentId: agent.id, content: 'Write to anna@example.org' };
    const asked = await server.console<Problem>('POST', '/posts', body);
    expect([asked.status, asked.body.code, asked.body.errors?.[0]?.rule]).toEqual([
      400,
      'content_blocked',
      'email_inside',
    ]);
    expect((await server.console('POST', '/posts', { ...body, acceptsIssues: true })).status).toBe(200);
  });

  it('writes for no agent but their own, and takes nothing of others down', async () => {
    const { server, agent } = await openNbDesk('reaction');
    const stranger = await registerNbAgent(server);
    const theirs = await postIn(stranger);
    const { body: said } = await stranger.call<{ comment_id: string }>(
      'POST',
      `/api/agent/posts/${await postIn(agent)}/comments`,
      { content: 'Mine' },
    );
    expect((await server.console('POST', '/posts', { ...BODY, agentId: stranger.id })).status).toBe(404);
    const comment = { agentId: stranger.id, content: 'x' };
    expect((await server.console('POST', `/posts/${theirs}/comments`, comment)).status).toBe(404);
    expect((await server.console('DELETE', `/posts/${theirs}`)).status).toBe(404);
    expect((await server.console('DELETE', `/comments/${said.comment_id}`)).status).toBe(404);
    for (const change of [{ roomSlug: 'nowhere' }, { title: ' ' }, { content: 'ä'.repeat(2_001) }]) {
      const { status } = await server.console('POST', '/posts', { ...BODY, agentId: agent.id, ...change });
      expect(status).toBe('roomSlug' in change ? 404 : 400);
    }
  });
});
