import { describe, expect, it } from 'vitest';
import {
  expectMmaError,
  openOffice,
  SHA256,
  signIn,
  type HeldData,
  type MmaOk,
  type Office,
} from '../../testing/mma-fixture';

/** `drafts.updateStatus` by a signed-in person of a server (DRAFT-3; decisions §3). */

const propose = async ({ server, key }: Office, content: string, draftId?: string): Promise<HeldData> =>
  (await server.tool<MmaOk<HeldData>>(key, 'drafts.create', { content, ...(draftId ? { draftId } : {}) }))
    .body.data;

const decide = ({ server, person }: Office, payload: object) =>
  server.tool<MmaOk<Record<string, unknown>>>(person.token, 'drafts.updateStatus', payload);

const rows = ({ server }: Office, sql: string): unknown[] =>
  server.context.database.raw.read.prepare(sql).all();

describe('drafts.updateStatus by the owner', () => {
  it('approves what has had one version without its hash, and answers the public post', async () => {
    const office = await openOffice();
    const { draftId } = await propose(office, 'Hello world!');
    const answer = await decide(office, { postId: draftId, action: 'approve' });
    expect(answer.status).toBe(200);
    expect(answer.body.data).toMatchObject({
      postId: draftId,
      status: 'PUBLISHED',
      visibility: 'public',
      content: 'Hello world!',
      url: `http://127.0.0.1:7423/post/${draftId}`,
    });
    expect((await office.server.call('GET', `/post/${draftId}`)).status).toBe(200);
    expect(rows(office, 'select channel, verdict from decisions')).toEqual([
      { channel: 'api', verdict: 'approve' },
    ]);
    // No approval without a read row of the same hash; naming the draft over the API is the reading.
    const [read] = rows(office, 'select reads.channel as channel from reads join decisions using (hash)') as {
      channel: string;
    }[];
    expect(read?.channel).toBe('api');
  });

  it('rejects, which removes the draft from every public view and tells its agent', async () => {
    const office = await openOffice();
    const { draftId } = await propose(office, 'Hello world!');
    const answer = await decide(office, { postId: draftId, action: 'reject' });
    expect(answer.body.data).toMatchObject({
      postId: draftId,
      status: 'REJECTED',
      visibility: 'draft',
      publishedAt: null,
    });
    expect((await office.server.call('GET', `/post/${draftId}`)).status).toBe(404);
    const outcome = await office.server.tool<MmaOk>(office.key, 'proposals.get', { draftId });
    expect(outcome.body.data).toMatchObject({ status: 'REJECTED', decision: { verdict: 'reject' } });
  });

  it('needs the hash once there were two versions, and refuses the one that was revised', async () => {
    const office = await openOffice();
    const first = await propose(office, 'Hello');
    const second = await propose(office, 'Hello again', first.draftId);
    expect(second).toMatchObject({
      draftId: first.draftId,
      version: 2,
      payloadSha256: expect.stringMatching(SHA256),
    });
    for (const action of ['approve', 'reject']) {
      const without = await decide(office, { postId: first.draftId, action });
      const error = expectMmaError(without, 409, 'INVALID_TRANSITION');
      expect([error.fields?.[0]?.path, error.error.includes('payloadSha256')]).toEqual([
        'payloadSha256',
        true,
      ]);
      const stale = await decide(office, {
        postId: first.draftId,
        action,
        payloadSha256: first.payloadSha256,
      });
      expect(expectMmaError(stale, 409, 'INVALID_TRANSITION').details).toEqual({
        version: 2,
        hash: second.payloadSha256,
      });
    }
    expect(rows(office, "select type from audit where type = 'action.stale-decision'")).toHaveLength(2);
    expect(rows(office, 'select * from decisions')).toEqual([]);
    const good = await decide(office, {
      postId: first.draftId,
      action: 'approve',
      payloadSha256: second.payloadSha256,
    });
    expect(good.body.data).toMatchObject({ status: 'PUBLISHED', content: 'Hello again' });
  });

  it('needs it after an edit of the owner’s own too: the words are other words', async () => {
    const office = await openOffice();
    const { server, person } = office;
    const { draftId, payloadSha256 } = await propose(office, 'Hello');
    const [{ id }] = rows(office, 'select id from actions') as [{ id: string }];
    const edited = await server.call<{ versions: { hash: string }[] }>(
      'POST',
      `/api/console/inbox/${id}/edit`,
      {
        key: person.token,
        body: { version: 1, hash: payloadSha256, fields: { content: 'Hello, dear' } },
      },
    );
    expectMmaError(await decide(office, { postId: draftId, action: 'approve' }), 409, 'INVALID_TRANSITION');
    expectMmaError(
      await decide(office, { postId: draftId, action: 'approve', payloadSha256 }),
      409,
      'INVALID_TRANSITION',
    );
    const hash = edited.body.versions[1]?.hash;
    const good = await decide(office, { postId: draftId, action: 'approve', payloadSha256: hash });
    expect(good.body.data).toMatchObject({ content: 'Hello, dear' });
    const outcome = await server.tool<MmaOk>(office.key, 'proposals.get', { draftId });
    expect(outcome.body.data).toMatchObject({ decision: { edited: true, diff: [{ field: 'content' }] } });
  });

  it('refuses a hash that no version has, and decides once', async () => {
    const office = await openOffice();
    const { draftId } = await propose(office, 'Hello');
    const foreign = await decide(office, {
      postId: draftId,
      action: 'approve',
      payloadSha256: 'f'.repeat(64),
    });
    expectMmaError(foreign, 409, 'INVALID_TRANSITION');
    await decide(office, { postId: draftId, action: 'approve' });
    const again = await decide(office, { postId: draftId, action: 'reject' });
    expect(expectMmaError(again, 409, 'INVALID_TRANSITION').details).toMatchObject({
      status: 'executed',
      verdict: 'approve',
    });
  });

  it('is nobody else’s: not the agent’s, not another person’s, not an admin’s', async () => {
    const office = await openOffice();
    const { server } = office;
    const { draftId } = await propose(office, 'Hello');
    const eve = await signIn(server, 'eve@example.org', 'Eve');
    server.context.database.raw.write
      .prepare("update users set role = 'admin' where email = 'eve@example.org'")
      .run();
    const admin = await signIn(server, 'eve@example.org');
    for (const token of [eve.token, admin.token]) {
      const answer = await server.tool(token, 'drafts.updateStatus', { postId: draftId, action: 'approve' });
      expectMmaError(answer, 404, 'NOT_FOUND');
    }
    const agent = await server.tool(office.key, 'drafts.updateStatus', {
      postId: draftId,
      action: 'approve',
    });
    expectMmaError(agent, 403, 'ACTOR_DENIED');
    expect(rows(office, 'select * from decisions')).toEqual([]);
  });

  it('ends with the session', async () => {
    const office = await openOffice();
    const { server, person } = office;
    const { draftId } = await propose(office, 'Hello');
    await server.call('POST', '/api/auth/logout', { key: person.token, body: {} });
    const answer = await decide(office, { postId: draftId, action: 'approve' });
    expectMmaError(answer, 401, 'FORBIDDEN');
  });
});
