import { beforeEach, describe, expect, it } from 'vitest';
import { ACTIONS } from '../actions';
import type { InboxDetail } from '../contract/console/inbox';
import { DAY, HOUR } from '../lib/clock';
import {
  addPerson,
  expectMmaError,
  openDesk,
  type Desk,
  type HeldData,
  type Outcome,
} from '../testing/mma-fixture';
import { postIn, registerNbAgent } from '../testing/nb-fixture';
import { decideOn, endGrace } from '../testing/test-server';

/**
 * What a person approves is what runs, for every action there is. Each case proposes through a door that an agent
 * has, and says what of it an owner may edit and how its effect shows.
 */
interface Case {
  /** Proposes the action; `n` makes one proposal differ from the other. */
  propose(desk: Desk, n: number): Promise<HeldData>;
  /** Another input for the same proposal. */
  readonly revised: (n: number) => Record<string, unknown>;
  /** A field an owner may edit, or none. */
  readonly editable: { readonly field: string; readonly value: string; readonly tooLong: string } | null;
  /** Fields of the input that no edit may touch, with a value that would be valid. */
  readonly fixed: Readonly<Record<string, string>>;
  /** Reads the effect: undefined while nothing happened. */
  effectOf(desk: Desk, draftId: string): unknown;
}

let bob = '';
let carol = '';

const one = (desk: Desk, sql: string, ...values: unknown[]): unknown =>
  desk.server.context.database.raw.read
    .prepare(sql)
    .pluck()
    .get(...values) ?? undefined;

function run(desk: Desk, sql: string, ...values: unknown[]): void {
  desk.server.context.database.raw.write.prepare(sql).run(...values);
}

/** What an mma agent asks by the nb door is held all the same. */
async function proposeByNb(
  desk: Desk,
  method: 'POST' | 'DELETE',
  path: string,
  body?: object,
): Promise<HeldData> {
  const answer = await desk.server.call<{ status: string; draft_id: string }>(method, path, {
    key: desk.key,
    ...(body ? { body } : {}),
  });
  const { status, draft_id: draftId } = answer.body;
  const hash = one(desk, 'select hash from actions where subject_id = ?', draftId);
  return { status, draftId, version: 1, payloadSha256: String(hash) };
}

/** Two agents to follow or to block. */
let scouts: readonly string[] = [];

async function addScouts({ server }: Desk): Promise<string> {
  const [first, second] = [await registerNbAgent(server), await registerNbAgent(server)];
  scouts = [first.id, second.id];
  return first.id;
}

/** Two posts of somebody else, and two comments below the first: one of theirs, one of the desk's own agent. */
let talk: {
  readonly posts: readonly string[];
  readonly theirs: readonly string[];
  readonly own: readonly string[];
};

async function addTalk(desk: Desk): Promise<string> {
  const scout = await registerNbAgent(desk.server);
  const posts = [await postIn(scout), await postIn(scout)];
  const [post] = posts;
  const comment = async (): Promise<string> => {
    const path = `/api/agent/posts/${post}/comments`;
    return (await scout.call<{ comment_id: string }>('POST', path, { content: 'Words' })).body.comment_id;
  };
  const theirs = [await comment(), await comment()];
  const own = [await comment(), await comment()];
  for (const id of own) run(desk, 'update comments set agent_id = ? where id = ?', desk.agent.agentId, id);
  talk = { posts, theirs, own };
  return `/api/agent/posts/${post}`;
}

/** What is alike in all that points at one agent and nothing else. */
const atAgent: Pick<Case, 'revised' | 'editable' | 'fixed'> = {
  revised: () => ({ agent_id: scouts[1] }),
  editable: null,
  fixed: { agent_id: 'somebody' },
};

const CASES: Readonly<Record<string, Case>> = {
  'posts.create': {
    propose: async ({ server, key }, n) =>
      (
        await server.tool<{ data: HeldData }>(key, 'drafts.create', {
          title: 'Garden',
          content: `Roses ${n}`,
        })
      ).body.data,
    revised: (n) => ({ title: 'Garden', content: `Thorns ${n}` }),
    editable: { field: 'content', value: 'Tulips', tooLong: 'x'.repeat(2_001) },
    fixed: { roomSlug: 'elsewhere', postType: 'signal_found', tags: 'bees', priceCurrency: 'USD' },
    effectOf: (desk, draftId) =>
      one(desk, "select content from posts where id = ? and visibility = 'public'", draftId),
  },
  'messages.sendHuman': {
    propose: async ({ server, key }, n) =>
      (
        await server.tool<{ data: HeldData }>(key, 'messages.sendHuman', {
          recipientUserId: bob,
          content: `Hi ${n}`,
        })
      ).body.data,
    revised: (n) => ({ recipientUserId: carol, content: `Hi ${n}` }),
    editable: { field: 'content', value: 'Good day', tooLong: 'x'.repeat(2_001) },
    fixed: { recipientUserId: 'somebody' },
    effectOf: (desk, draftId) => one(desk, 'select content from messages where id = ?', draftId),
  },
  'connections.request': {
    propose: async ({ server, key }, n) =>
      (
        await server.tool<{ data: HeldData }>(key, 'connections.request', {
          targetUserId: n === 1 ? bob : carol,
        })
      ).body.data,
    revised: () => ({ targetUserId: carol }),
    editable: null,
    fixed: { targetUserId: 'somebody' },
    effectOf: (desk, draftId) =>
      one(desk, "select target_user_id from connections where id = ? and status = 'pending'", draftId),
  },
  'profile.update': {
    propose: async ({ server, key }, n) =>
      (
        await server.call<HeldData>('PATCH', '/api/v1/agent/profile', {
          key,
          body: { headline: `Gardener ${n}`, city: 'Graz' },
        })
      ).body,
    revised: (n) => ({ headline: `Florist ${n}`, city: 'Wien' }),
    editable: { field: 'headline', value: 'Beekeeper', tooLong: 'x'.repeat(161) },
    fixed: { city: 'Linz', avatarUrl: 'https://example.org/me.png', country: 'Austria' },
    effectOf: (desk) => one(desk, "select headline from users where headline <> '' and id = ?", desk.ownerId),
  },
  // By the nb door: what an mma agent asks there is held all the same.
  'agent.update': {
    async propose(desk, n) {
      const { body } = await desk.server.call<{ status: string; draft_id: string }>(
        'PATCH',
        '/api/protocol/me',
        { key: desk.key, body: { description: `Gardener ${n}`, capabilities: ['garden'] } },
      );
      const { status, draft_id: draftId } = body;
      const hash = one(desk, 'select hash from actions where subject_id = ?', draftId);
      return { status, draftId, version: 1, payloadSha256: String(hash) };
    },
    revised: (n) => ({ description: `Florist ${n}`, capabilities: ['flowers'] }),
    editable: { field: 'description', value: 'Beekeeper', tooLong: 'x'.repeat(1_001) },
    fixed: { capabilities: 'bees' },
    effectOf: (desk) =>
      one(desk, "select description from agents where description <> '' and id = ?", desk.agent.agentId),
  },
  'webhook.configure': {
    async propose(desk, n) {
      const { body } = await desk.server.call<{ status: string; draft_id: string }>(
        'PATCH',
        `/api/protocol/agents/${desk.agent.agentId}/webhook`,
        { key: desk.key, body: { webhook_url: `https://a.example/${n}`, events: ['new_dm'] } },
      );
      const { status, draft_id: draftId } = body;
      const hash = one(desk, 'select hash from actions where subject_id = ?', draftId);
      return { status, draftId, version: 1, payloadSha256: String(hash) };
    },
    revised: (n) => ({ webhook_url: `https://b.example/${n}`, events: [] }),
    editable: null,
    fixed: { webhook_url: 'https://c.example/', events: 'new_match' },
    effectOf: (desk) => one(desk, 'select url from agent_webhooks where agent_id = ?', desk.agent.agentId),
  },
  'comments.create': {
    propose: async (desk, n) =>
      proposeByNb(desk, 'POST', `${await addTalk(desk)}/comments`, { content: `Nice ${n}` }),
    revised: (n) => ({ postId: talk.posts[1], content: `Nicer ${n}` }),
    editable: { field: 'content', value: 'Lovely', tooLong: 'x'.repeat(1_001) },
    fixed: { postId: 'elsewhere' },
    effectOf: (desk, draftId) => one(desk, 'select content from comments where id = ?', draftId),
  },
  'comments.reply': {
    propose: async (desk, n) => {
      const post = await addTalk(desk);
      return proposeByNb(desk, 'POST', `${post}/comments/${talk.theirs[0]}/reply`, { content: `Yes ${n}` });
    },
    revised: (n) => ({ postId: talk.posts[0], commentId: talk.theirs[1], content: `No ${n}` }),
    editable: { field: 'content', value: 'Perhaps', tooLong: 'x'.repeat(1_001) },
    fixed: { postId: 'elsewhere', commentId: 'another' },
    effectOf: (desk, draftId) => one(desk, 'select content from comments where id = ?', draftId),
  },
  'comments.delete': {
    propose: async (desk) => proposeByNb(desk, 'DELETE', `${await addTalk(desk)}/comments/${talk.own[0]}`),
    revised: () => ({ postId: talk.posts[0], commentId: talk.own[1] }),
    editable: null,
    fixed: { postId: 'elsewhere', commentId: 'another' },
    effectOf: (desk) =>
      one(
        desk,
        "select 'fewer' where (select count(*) from comments where agent_id = ?) < 2",
        desk.agent.agentId,
      ),
  },
  'comments.upvote': {
    propose: async (desk) =>
      proposeByNb(desk, 'POST', `${await addTalk(desk)}/comments/${talk.theirs[0]}/upvote`),
    revised: () => ({ postId: talk.posts[0], commentId: talk.theirs[1] }),
    editable: null,
    fixed: { postId: 'elsewhere', commentId: 'another' },
    effectOf: (desk) => one(desk, "select target_id from reactions where target_type = 'comment'"),
  },
  'posts.upvote': {
    propose: async (desk) => proposeByNb(desk, 'POST', `${await addTalk(desk)}/react`),
    revised: () => ({ postId: talk.posts[1] }),
    editable: null,
    fixed: { postId: 'elsewhere' },
    effectOf: (desk) => one(desk, "select target_id from reactions where target_type = 'post'"),
  },
  'rooms.create': {
    propose: (desk, n) =>
      proposeByNb(desk, 'POST', '/api/agent/rooms/create', { name: `Room ${n}`, description: 'Old words' }),
    revised: (n) => ({ name: `Hall ${n}`, description: 'New words' }),
    editable: { field: 'description', value: 'Other words', tooLong: 'x'.repeat(301) },
    fixed: { name: 'Elsewhere', is_public: 'no' },
    effectOf: (desk) =>
      one(desk, 'select description from rooms where creator_agent_id = ?', desk.agent.agentId),
  },
  'messages.dm': {
    propose: (desk, n) =>
      proposeByNb(desk, 'POST', `/api/protocol/agents/${desk.agent.agentId}/dm`, {
        to_user_id: bob,
        message: `Hi ${n}`,
      }),
    revised: (n) => ({ to_user_id: carol, message: `Hi ${n}` }),
    editable: { field: 'message', value: 'Good day', tooLong: 'x'.repeat(1_001) },
    fixed: { to_user_id: 'somebody', to_agent_id: 'somebody', to_email: 'bob@example.org' },
    effectOf: (desk, draftId) => one(desk, 'select content from messages where id = ?', draftId),
  },
  'plan.order': {
    propose(desk, n) {
      // A desktop's person has no limit, and nothing to buy.
      run(desk, "update users set plan = 'free'");
      return proposeByNb(desk, 'POST', `/api/protocol/agents/${desk.agent.agentId}/upgrade`, {
        plan_key: n === 1 ? 'pro_monthly' : 'elite_monthly',
      });
    },
    revised: () => ({ plan_key: 'protocol_pro_monthly' }),
    editable: null,
    fixed: { plan_key: 'elite_monthly' },
    effectOf: (desk, draftId) => one(desk, 'select plan_key from payments where id = ?', draftId),
  },
  'agents.follow': {
    ...atAgent,
    propose: async (desk) => proposeByNb(desk, 'POST', `/api/agent/follow/${await addScouts(desk)}`),
    effectOf: (desk) =>
      one(desk, 'select followed_id from follows where follower_id = ?', desk.agent.agentId),
  },
  'agents.unfollow': {
    ...atAgent,
    async propose(desk) {
      const scout = await addScouts(desk);
      for (const id of scouts) run(desk, 'insert into follows values (?, ?, 0)', desk.agent.agentId, id);
      return proposeByNb(desk, 'DELETE', `/api/agent/follow/${scout}`);
    },
    effectOf: (desk) => one(desk, "select 'fewer' where (select count(*) from follows) < 2"),
  },
  'agents.block': {
    ...atAgent,
    propose: async (desk) => proposeByNb(desk, 'POST', `/api/agent/my-inbox/${await addScouts(desk)}/block`),
    effectOf: (desk) => one(desk, 'select blocked_agent_id from blocks'),
  },
  'agents.unblock': {
    ...atAgent,
    async propose(desk) {
      const scout = await addScouts(desk);
      for (const id of scouts)
        run(desk, 'insert into blocks values (?, ?, 0)', `agent:${desk.agent.agentId}`, id);
      return proposeByNb(desk, 'DELETE', `/api/agent/my-inbox/${scout}/block`);
    },
    effectOf: (desk) => one(desk, "select 'fewer' where (select count(*) from blocks) < 2"),
  },
};

/** Refused rather than held: nobody could be handed the new key, or told how the test went, later. */
const NEVER_HELD = ['credentials.rotateKey', 'webhook.regenerateSecret', 'webhook.testFire'];

const seenOf = (item: InboxDetail) => ({
  version: item.version,
  hash: item.versions.find(({ version }) => version === item.version)?.hash ?? '',
});

async function detailOf({ server }: Desk, draftId: string): Promise<InboxDetail> {
  const id = String(
    server.context.database.raw.read
      .prepare('select id from actions where subject_id = ?')
      .pluck()
      .get(draftId),
  );
  return (await server.console<InboxDetail>('GET', `/inbox/${id}`)).body;
}

const auditTypes = ({ server }: Desk): string[] =>
  server.context.database.raw.read
    .prepare("select type from audit where type like 'action.%' order by seq")
    .pluck()
    .all() as string[];

it('every action there is has a case here', () => {
  expect([...Object.keys(CASES), ...NEVER_HELD].toSorted()).toEqual(
    ACTIONS.map(({ name }) => name).toSorted(),
  );
});

describe.each(Object.entries(CASES))('%s', (actionName, testCase) => {
  let desk: Desk;
  let item: InboxDetail;
  let draftId: string;
  const post = (verb: string, body?: object) =>
    desk.server.console<Outcome>('POST', `/inbox/${item.id}/${verb}`, body);
  const status = async () => (await detailOf(desk, draftId)).status;

  beforeEach(async () => {
    desk = await openDesk();
    bob = addPerson(desk.server, 'Bob');
    carol = addPerson(desk.server, 'Carol');
    draftId = (await testCase.propose(desk, 1)).draftId;
    item = await detailOf(desk, draftId);
  });

  it('runs once it is read and approved, and not before', async () => {
    expect(testCase.effectOf(desk, draftId)).toBeUndefined();
    expect([item.actionName, item.status]).toEqual([actionName, 'pending']);
    const decided = await decideOn(desk.server, item, 'approve');
    expect([decided.status, decided.body.status]).toEqual([200, 'executed']);
    expect(testCase.effectOf(desk, draftId)).toBeDefined();
    expect(auditTypes(desk).slice(-4)).toEqual([
      'action.proposed',
      'action.read',
      'action.approved',
      'action.executed',
    ]);
  });

  it('is shown with every field of its payload, nothing left out', async () => {
    const canonical = JSON.parse(item.versions[0]?.canonical ?? '{}') as { input: Record<string, unknown> };
    const drawn = Object.fromEntries(item.versions[0]?.fields.map(({ name, value }) => [name, value]) ?? []);
    expect(drawn).toEqual(canonical.input);
  });

  it('is not approved unread', async () => {
    const answer = await post('decide', { ...seenOf(item), verdict: 'approve' });
    expect([answer.status, answer.body.code]).toEqual([409, 'not_read']);
    expect([await status(), testCase.effectOf(desk, draftId)]).toEqual(['pending', undefined]);
  });

  it('is not decided on what was shown once its agent changed it, and the attempt is audited', async () => {
    await post('read', seenOf(item));
    const input = testCase.revised(1);
    const revised = await desk.server.tool<{ data: HeldData }>(desk.key, 'proposals.revise', {
      draftId,
      input,
    });
    expect(revised.body.data).toMatchObject({ version: 2, draftId });
    for (const verdict of ['approve', 'reject'] as const) {
      const stale = await post('decide', { ...seenOf(item), verdict });
      expect([stale.status, stale.body.code]).toEqual([409, 'stale_version']);
      expect(stale.body.details).toEqual({ version: 2, hash: revised.body.data.payloadSha256 });
    }
    // The new hash under the old number, and the other way round, are as stale.
    const now = seenOf(await detailOf(desk, draftId));
    for (const mixed of [
      { version: 1, hash: now.hash },
      { version: 2, hash: seenOf(item).hash },
    ]) {
      expect((await post('decide', { ...mixed, verdict: 'approve' })).body.code).toBe('stale_version');
    }
    expect(auditTypes(desk).filter((type) => type === 'action.stale-decision')).toHaveLength(4);
    expect([await status(), testCase.effectOf(desk, draftId)]).toEqual(['pending', undefined]);
    // Having read version 1 is not having read version 2.
    expect((await post('decide', { ...now, verdict: 'approve' })).body.code).toBe('not_read');
    await decideOn(desk.server, await detailOf(desk, draftId), 'approve');
    expect(await status()).toBe('executed');
  });

  it('is not read, edited or decided under a hash that is none of its', async () => {
    const wrong = { version: 1, hash: 'a'.repeat(64) };
    for (const [verb, body] of [
      ['read', wrong],
      ['decide', { ...wrong, verdict: 'approve' }],
      ['edit', { ...wrong, fields: {} }],
    ] as const) {
      const answer = await post(verb, body);
      expect([verb, answer.status, answer.body.code]).toEqual([verb, 409, 'stale_version']);
    }
    expect((await post('read', { ...seenOf(item), version: 2 })).status).toBe(404);
    expect((await post('decide', { ...seenOf(item), hash: 'short', verdict: 'approve' })).status).toBe(400);
  });

  it('is edited by its owner in prose within bounds, and in nothing else', async () => {
    for (const [field, value] of Object.entries(testCase.fixed)) {
      const refused = await post('edit', { ...seenOf(item), fields: { [field]: value } });
      expect([field, refused.status, refused.body.errors?.[0]?.path]).toEqual([field, 400, field]);
    }
    for (const field of ['__proto__x', 'agentId', 'kind', 'note', 'toString']) {
      expect((await post('edit', { ...seenOf(item), fields: { [field]: 'x' } })).status).toBe(400);
    }
    expect((await detailOf(desk, draftId)).version).toBe(1);
    if (testCase.editable === null) return;
    const { field, value, tooLong } = testCase.editable;
    const long = await post('edit', { ...seenOf(item), fields: { [field]: tooLong } });
    expect([long.status, long.body.errors?.[0]?.path]).toEqual([400, field]);
    const edited = await post('edit', { ...seenOf(item), fields: { [field]: value } });
    expect(edited.body).toMatchObject({ version: 2, isRead: true, status: 'pending' });
    expect((await post('decide', { ...seenOf(item), verdict: 'approve' })).body.code).toBe('stale_version');
    const decided = await post('decide', { ...seenOf(edited.body), verdict: 'approve' });
    await endGrace(desk.server, decided.body);
    expect((await detailOf(desk, draftId)).status).toBe('executed');
    expect(testCase.effectOf(desk, draftId)).toBe(value);
  });

  it('is not approved, edited or run once its bytes were changed in the file', async () => {
    const { write } = desk.server.context.database.raw;
    await post('read', seenOf(item));
    const tampered = String(write.prepare('select canonical from action_versions').pluck().get()).replace(
      '"v":1',
      '"v":1 ',
    );
    write.prepare('update action_versions set canonical = ?').run(tampered);
    const approval = await post('decide', { ...seenOf(item), verdict: 'approve' });
    expect([approval.status, approval.body.code]).toEqual([409, 'invalid_transition']);
    expect((await post('edit', { ...seenOf(item), fields: { content: 'x' } })).status).toBe(409);
    const shown = await detailOf(desk, draftId);
    expect([shown.versions[0]?.fields, shown.versions[0]?.canonical]).toEqual([[], '']);
    const agents = await desk.server.tool<{ data: { proposals: object[] } }>(desk.key, 'proposals.list');
    expect(agents.body.data.proposals).toMatchObject([
      { draftId, status: 'PENDING_CONFIRMATION', input: {} },
    ]);
    expect((await post('decide', { ...seenOf(item), verdict: 'reject' })).body.status).toBe('rejected');
    expect(testCase.effectOf(desk, draftId)).toBeUndefined();
  });

  it('runs nothing when its bytes are changed after the approval', async () => {
    const { write } = desk.server.context.database.raw;
    await post('read', seenOf(item));
    // A far run_at stands for the seconds of grace.
    write.exec(
      "create temp trigger hold after update of status on actions when new.status = 'approved' begin update actions set run_at = 9999999999999 where id = new.id; end",
    );
    expect((await post('decide', { ...seenOf(item), verdict: 'approve' })).body.status).toBe('approved');
    write.exec('drop trigger hold');
    write.prepare("update action_versions set canonical = replace(canonical, 'a', 'e')").run();
    write.prepare('update actions set run_at = 1').run();
    desk.server.context.gate.execute(item.id);
    expect(testCase.effectOf(desk, draftId)).toBeUndefined();
    expect(auditTypes(desk).at(-1)).toBe('action.refused');
    const failed = await detailOf(desk, draftId);
    expect([failed.status, failed.failure?.message]).toEqual([
      'failed',
      'The payload was changed after the decision.',
    ]);
    await post('retry');
    expect(testCase.effectOf(desk, draftId)).toBeUndefined();
  });

  it('expires untouched, and then nobody decides, edits or revises it, swept or not', async () => {
    desk.server.clock.advance(7 * DAY + HOUR);
    await post('read', seenOf(item));
    const edited = await post('edit', { ...seenOf(item), fields: {} });
    expect([edited.status, edited.body.code]).toEqual([410, 'gone']);
    const revised = await desk.server.tool(desk.key, 'proposals.revise', {
      draftId,
      input: testCase.revised(1),
    });
    expectMmaError(revised, 409, 'INVALID_TRANSITION');
    const late = await post('decide', { ...seenOf(item), verdict: 'approve' });
    expect([late.status, late.body.code]).toEqual([410, 'gone']);
    expect([await status(), testCase.effectOf(desk, draftId)]).toEqual(['expired', undefined]);
  });
});
