import { describe, expect, it } from 'vitest';
import {
  addPerson,
  approve,
  expectMmaError,
  INSTANT,
  openDesk,
  openOffice,
  SHA256,
  signIn,
  type HeldData,
  type MmaOk,
} from '../../testing/mma-fixture';
import { decideOn, newestProposal } from '../../testing/test-server';

/** The samples of the document (M:199-270), each field of each answer. */

const POST_ID = /^post_[0-9A-Za-z]{22}$/;

function expectHeld(data: HeldData, prefix: string): void {
  expect(data.status).toBe('PENDING_CONFIRMATION');
  expect(data.draftId).toMatch(new RegExp(`^${prefix}_[0-9A-Za-z]{22}$`));
  expect(data.version).toBe(1);
  expect(data.payloadSha256).toMatch(SHA256);
  expect(data['createdAt']).toMatch(INSTANT);
  expect(data['expiresAt']).toMatch(INSTANT);
  expect(data['message']).toContain('proposals.get');
}

describe('search.query', () => {
  it('finds public posts with the fields of a result', async () => {
    const { server, key } = await openDesk();
    const held = await server.tool<MmaOk<HeldData>>(key, 'drafts.create', {
      content: 'AI for gardeners',
      title: 'Roses',
    });
    await approve(server, held.body.data.draftId);
    const { status, body } = await server.tool<MmaOk<{ results: Record<string, unknown>[] }>>(
      key,
      'search.query',
      {
        q: 'AI',
        type: 'posts',
      },
    );
    expect([status, body.ok]).toEqual([200, true]);
    expect(body.data).toMatchObject({ type: 'posts', nextCursor: null });
    expect(body.data.results).toEqual([
      {
        id: held.body.data.draftId,
        title: 'Roses',
        snippet: 'AI for gardeners',
        author: {
          agentId: expect.any(String),
          agentName: expect.any(String),
          agentHandle: expect.any(String),
        },
        boardSlug: 'open-floor',
        postType: 'post',
        upvoteCount: 0,
        commentCount: 0,
        createdAt: expect.stringMatching(INSTANT),
        publishedAt: expect.stringMatching(INSTANT),
        url: `http://127.0.0.1:7423/post/${held.body.data.draftId}`,
      },
    ]);
  });

  it('finds people with a claimed agent, without an address, and no jobs yet', async () => {
    const { server, key, ownerId } = await openDesk();
    const people = await server.tool<MmaOk<{ results: Record<string, unknown>[] }>>(key, 'search.query', {
      q: 'schmidt',
      type: 'profiles',
    });
    // The owner of a desktop is called what first run was told.
    expect(people.body.data.results).toEqual([
      {
        userId: ownerId,
        displayName: 'Anna Schmidt',
        headline: '',
        verified: false,
        agents: [{ id: expect.any(String), name: expect.any(String), handle: expect.any(String) }],
      },
    ]);
    expect(JSON.stringify(people.body)).not.toContain('@');
    const jobs = await server.tool<MmaOk>(key, 'search.query', { q: 'python developer', type: 'jobs' });
    expect(jobs.body.data).toEqual({ results: [], type: 'jobs', nextCursor: null });
  });

  it('pages with a cursor, at most 30 at a time, ten unless asked', async () => {
    const { server, key } = await openDesk();
    for (let n = 0; n < 32; n += 1) {
      const held = await server.tool<MmaOk<HeldData>>(key, 'drafts.create', {
        content: `pebble number ${n}`,
      });
      await approve(server, held.body.data.draftId);
    }
    const page = async (more: object) =>
      (
        await server.tool<MmaOk<{ results: { id: string }[]; nextCursor: string | null }>>(
          key,
          'search.query',
          {
            q: 'pebble',
            type: 'posts',
            ...more,
          },
        )
      ).body.data;
    expect((await page({})).results).toHaveLength(10);
    const first = await page({ limit: 30 });
    expect(first.results).toHaveLength(30);
    const second = await page({ limit: 30, cursor: first.nextCursor });
    expect([second.results.length, second.nextCursor]).toEqual([2, null]);
    expect(new Set([...first.results, ...second.results].map(({ id }) => id)).size).toBe(32);
  });

  it('sees a changed profile at once: its 30 seconds of cache end with every public change', async () => {
    const { server, key } = await openDesk();
    const find = async () =>
      (
        await server.tool<MmaOk<{ results: unknown[] }>>(key, 'search.query', {
          q: 'beekeeper',
          type: 'profiles',
        })
      ).body.data.results;
    expect(await find()).toEqual([]);
    const held = await server.call<HeldData>('PATCH', '/api/v1/agent/profile', {
      key,
      body: { headline: 'Beekeeper' },
    });
    await approve(server, held.body.draftId);
    expect(await find()).toHaveLength(1);
  });
});

describe('moderation.check', () => {
  it('says what is in a text, in code points, and that it would be refused', async () => {
    const { server, key } = await openDesk();
    const { body } = await server.tool<MmaOk>(key, 'moderation.check', {
      content: '🌹 anna@example.org',
      type: 'post',
    });
    expect(body.data).toEqual({
      allowed: false,
      issues: [{ code: 'pii.email', span: [2, 18], message: expect.any(String) }],
    });
    const clean = await server.tool<MmaOk>(key, 'moderation.check', {
      content: 'Roses are red',
      type: 'comment',
    });
    expect(clean.body.data).toEqual({ allowed: true, issues: [] });
  });
});

describe('health.snapshot', () => {
  it('is open to everybody and says nothing about what is stored', async () => {
    const { server } = await openDesk();
    const { status, body } = await server.call<MmaOk>('POST', '/api/mcp', {
      body: { tool: 'health.snapshot', payload: {} },
    });
    expect(status).toBe(200);
    expect(body.data).toEqual({
      status: 'ok',
      version: expect.stringMatching(/^\d+\.\d+\.\d+/),
      uptimeSeconds: expect.any(Number),
      startedAt: expect.stringMatching(INSTANT),
      now: expect.stringMatching(INSTANT),
      database: 'ok',
    });
  });
});

describe('drafts.create', () => {
  it('answers the printed sample with a held draft', async () => {
    const { server, key } = await openDesk();
    const { status, body } = await server.tool<MmaOk<HeldData>>(key, 'drafts.create', {
      title: 'Available for Python projects',
      content: 'Experienced developer looking for freelance work.',
    });
    expect(status).toBe(200);
    expectHeld(body.data, 'post');
    expect(body.data).toMatchObject({ postId: body.data.draftId, visibility: 'draft' });
  });

  it('makes a title of the first 120 characters where none is given', async () => {
    const { server, key } = await openDesk();
    await server.tool(key, 'drafts.create', { content: `${'ä'.repeat(130)}\nsecond line` });
    expect((await newestProposal(server)).title).toBe('ä'.repeat(120));
  });

  it('refuses PII in any text that becomes public: title, text, tags', async () => {
    const { server, key } = await openDesk();
    const address = 'anna@example.org';
    for (const [body, path] of [
      [{ content: 'Hi', title: `Ask ${address}` }, 'title'],
      [{ content: `Ask ${address}`, title: 'Ask me' }, 'content'],
      [{ content: 'Hi', tags: ['garden', address] }, 'tags.1'],
      [{ content: 'Call +49 30 1234567 today', title: 'Call me' }, 'content'],
    ] as const) {
      const error = expectMmaError(
        await server.call('POST', '/api/v1/agent/posts', { key, body }),
        400,
        'PAYLOAD_INVALID',
      );
      expect(error.fields?.[0]?.path).toBe(path);
      expect(error.details?.['issues']).toMatchObject([{ span: [expect.any(Number), expect.any(Number)] }]);
    }
  });

  it('names a room that there is none of, and says where they are listed', async () => {
    const { server, key } = await openDesk();
    const body = { content: 'Hi', boardSlug: 'no-such-room' };
    const answer = await server.call('POST', '/api/v1/agent/posts', { key, body });
    const { error } = expectMmaError(answer, 404, 'NOT_FOUND');
    expect(error).toBe('room “no-such-room”: is no room. GET /api/protocol/rooms lists the rooms.');
  });

  it('refuses the same words again while the first wait or are public', async () => {
    const { server, key } = await openDesk();
    const first = await server.tool<MmaOk<HeldData>>(key, 'drafts.create', { content: 'Once', title: 'T' });
    const second = await server.tool(key, 'drafts.create', { content: 'Once', title: 'T' });
    expect(expectMmaError(second, 400, 'PAYLOAD_INVALID').error).toContain(first.body.data.draftId);
    await server.tool(key, 'proposals.withdraw', { draftId: first.body.data.draftId });
    expect((await server.tool(key, 'drafts.create', { content: 'Once', title: 'T' })).status).toBe(200);
  });

  it('keeps room, tags and price of a post that it revises', async () => {
    const { server, key } = await openDesk();
    const body = {
      content: 'Honey',
      boardSlug: 'b2b-sales',
      tags: ['bees'],
      priceInCents: 500,
      priceCurrency: 'EUR',
    };
    const made = await server.call<HeldData>('POST', '/api/v1/agent/posts', { key, body });
    await server.tool(key, 'drafts.create', { content: 'Fresh honey', draftId: made.body.draftId });
    const seen = async () =>
      (await server.tool<MmaOk<{ input: object }>>(key, 'proposals.get', { draftId: made.body.draftId })).body
        .data.input;
    const place = { roomSlug: 'b2b-sales', tags: ['bees'], priceInCents: 500, priceCurrency: 'EUR' };
    expect(await seen()).toMatchObject({ content: 'Fresh honey', ...place });
    const { title: _title, ...input } = (await seen()) as { title: string };
    await server.tool(key, 'proposals.revise', {
      draftId: made.body.draftId,
      input: { ...input, content: 'Raw honey' },
    });
    expect(await seen()).toMatchObject({ content: 'Raw honey', title: 'Raw honey', ...place });
  });
});

describe('drafts.list', () => {
  it('shows own drafts newest first, with what became of them', async () => {
    const { server, key } = await openDesk();
    await server.tool(key, 'drafts.create', { content: 'One' });
    server.clock.advance(1_000);
    const two = await server.tool<MmaOk<HeldData>>(key, 'drafts.create', {
      content: 'Two',
      postType: 'activity_summary',
    });
    await decideOn(server, await newestProposal(server), 'reject', { reasonCode: 'not_now', note: 'Later' });
    const { body } = await server.tool<MmaOk<{ drafts: Record<string, unknown>[] }>>(key, 'drafts.list', {
      limit: 50,
    });
    expect(body.data.drafts.map(({ content }) => content)).toEqual(['Two', 'One']);
    expect(body.data.drafts[0]).toEqual({
      postId: two.body.data.draftId,
      draftId: two.body.data.draftId,
      title: 'Two',
      content: 'Two',
      postType: 'activity_summary',
      status: 'REJECTED',
      visibility: 'draft',
      createdAt: expect.stringMatching(INSTANT),
      updatedAt: expect.stringMatching(INSTANT),
      expiresAt: null,
      removedAt: null,
      payloadSha256: expect.stringMatching(SHA256),
      decision: { reasonCode: 'not_now', note: 'Later', diff: [] },
    });
    expect(body.data).toMatchObject({ nextCursor: null });
  });
});

describe('posts.publish', () => {
  it('is refused before a person approved, and answers the public post afterwards, again and again', async () => {
    const { server, key } = await openDesk();
    const held = await server.tool<MmaOk<HeldData>>(key, 'drafts.create', {
      content: 'Hello world!',
      title: 'First Post',
    });
    const postId = held.body.data.draftId;
    expect(
      expectMmaError(await server.tool(key, 'posts.publish', { postId }), 403, 'ACTOR_DENIED').details,
    ).toEqual({
      status: 'PENDING_CONFIRMATION',
    });
    await approve(server, postId);
    for (let n = 0; n < 2; n += 1) {
      const { status, body } = await server.tool<MmaOk>(key, 'posts.publish', { postId });
      expect(status).toBe(200);
      expect(body.data).toEqual({
        postId: expect.stringMatching(POST_ID),
        status: 'PUBLISHED',
        visibility: 'public',
        title: 'First Post',
        content: 'Hello world!',
        publishedAt: expect.stringMatching(INSTANT),
        url: `http://127.0.0.1:7423/post/${postId}`,
      });
    }
  });
});

describe('messages.sendHuman', () => {
  it('is held, and makes the conversation when it is approved', async () => {
    const { server, key } = await openDesk();
    const recipientUserId = addPerson(server);
    const { body } = await server.tool<MmaOk<HeldData>>(key, 'messages.sendHuman', {
      recipientUserId,
      content: 'Hi!',
    });
    expectHeld(body.data, 'dm');
    await approve(server, body.data.draftId);
    const outcome = await server.tool<MmaOk<{ result: object }>>(key, 'proposals.get', {
      draftId: body.data.draftId,
    });
    expect(outcome.body.data).toMatchObject({
      status: 'PUBLISHED',
      result: { id: body.data.draftId, conversationId: expect.stringMatching(/^cnv_/), content: 'Hi!' },
    });
    expectMmaError(
      await server.tool(key, 'messages.sendHuman', { recipientUserId: 'nobody', content: 'Hi!' }),
      404,
      'NOT_FOUND',
    );
  });
});

describe('connections', () => {
  it('are asked for by the owner’s word and answered by the other person alone', async () => {
    const { server, key, person } = await openOffice();
    const bob = await signIn(server, 'bob@example.org', 'Bob');
    const held = await server.tool<MmaOk<HeldData>>(key, 'connections.request', { targetUserId: bob.userId });
    expectHeld(held.body.data, 'con');
    const connectionId = held.body.data.draftId;
    const answer = (token: string, action: string) =>
      server.tool<MmaOk>(token, 'connections.respond', { connectionId, action });
    expectMmaError(await answer(bob.token, 'accept'), 404, 'NOT_FOUND');
    const approved = await server.tool<MmaOk>(person.token, 'drafts.updateStatus', {
      postId: connectionId,
      action: 'approve',
    });
    expect(approved.body.data).toEqual({ postId: connectionId, status: 'PUBLISHED' });
    expectMmaError(await answer(person.token, 'accept'), 404, 'NOT_FOUND');
    expectMmaError(await answer(bob.token, 'perhaps'), 400, 'PAYLOAD_INVALID');
    const accepted = await answer(bob.token, 'accept');
    expect([accepted.status, accepted.body.data]).toEqual([200, { connectionId, status: 'accepted' }]);
    expectMmaError(await answer(bob.token, 'reject'), 409, 'INVALID_TRANSITION');
    const again = await server.tool(key, 'connections.request', { targetUserId: bob.userId });
    expect(expectMmaError(again, 409, 'INVALID_TRANSITION').details).toMatchObject({
      status: 'accepted',
      connectionId,
    });
    const self = await server.tool(key, 'connections.request', { targetUserId: person.userId });
    expectMmaError(self, 400, 'PAYLOAD_INVALID');
  });
});

describe('proposals', () => {
  it('answer every field, and conflicts where a decision was made', async () => {
    const { server, key } = await openDesk();
    const held = await server.tool<MmaOk<HeldData>>(key, 'drafts.create', {
      content: 'Hello',
      title: 'T',
      note: 'Please?',
    });
    const { draftId, payloadSha256 } = held.body.data;
    const { body } = await server.tool<MmaOk>(key, 'proposals.get', { draftId });
    expect(body.data).toEqual({
      draftId,
      kind: 'post.publish',
      action: 'posts.create',
      title: 'T',
      status: 'PENDING_CONFIRMATION',
      version: 1,
      payloadSha256,
      input: { content: 'Hello', title: 'T', postType: 'post', roomSlug: 'open-floor', tags: [] },
      createdAt: expect.stringMatching(INSTANT),
      updatedAt: expect.stringMatching(INSTANT),
      expiresAt: expect.stringMatching(INSTANT),
      decision: null,
      failure: null,
      removedAt: null,
      result: null,
    });
    expect((await newestProposal(server)).versions[0]?.note).toBe('Please?');
    const revised = await server.tool<MmaOk<HeldData>>(key, 'proposals.revise', {
      draftId,
      input: { content: 'Hello!' },
    });
    expect(revised.body.data).toMatchObject({ draftId, version: 2, status: 'PENDING_CONFIRMATION' });
    expect(revised.body.data.payloadSha256).not.toBe(payloadSha256);
    await approve(server, draftId);
    for (const [tool, payload] of [
      ['proposals.withdraw', { draftId }],
      ['proposals.revise', { draftId, input: { content: 'More' } }],
      ['drafts.create', { draftId, content: 'More' }],
    ] as const) {
      const conflict = await server.tool(key, tool, payload);
      expect(expectMmaError(conflict, 409, 'INVALID_TRANSITION').details).toEqual({ status: 'executed' });
    }
    const decided = await server.tool<MmaOk<{ proposals: unknown[] }>>(key, 'proposals.list', {
      status: 'decided',
    });
    const pending = await server.tool<MmaOk<{ proposals: unknown[] }>>(key, 'proposals.list', {
      status: 'pending',
    });
    expect([decided.body.data.proposals.length, pending.body.data.proposals.length]).toEqual([1, 0]);
  });
});
