import { afterEach, beforeEach, expect, test } from 'vitest';
import { eq } from 'drizzle-orm';
import type { HeldOutcome } from '../../gate/steps';
import { SCOPES } from '../../contract/common';
import { createGateFixture, type GateFixture, type TestAgent } from '../../testing/gate-fixture';
import { updateKey } from '../agents/keys.repo';
import { users } from '../identity/identity.tables';
import type { PersonRow } from '../profiles/profiles.repo';
import { messageActions, type SentMessage } from './messages.actions';
import { listConversations } from './messages.queries';

let fixture: GateFixture;
let owner: PersonRow;
let recipient: PersonRow;
let agent: TestAgent;

beforeEach(() => {
  fixture = createGateFixture({ actions: [messageActions.send] });
  owner = fixture.addPerson({ displayName: 'Olga Owner' });
  recipient = fixture.addPerson({ displayName: 'Rita Recipient' });
  agent = fixture.addAgent({ ownerId: owner.id, name: 'Courier', handle: 'courier' });
});
afterEach(() => fixture[Symbol.dispose]());

async function propose(input: object, from = agent): Promise<HeldOutcome> {
  const outcome = await fixture.gate.perform(messageActions.send, input, fixture.callerOf(from.actor));
  if (outcome.type !== 'held') throw new Error(`Expected a held proposal, got ${outcome.type}`);
  return outcome;
}

function conversationsOf(of: TestAgent, input: object = {}) {
  return fixture.gate.query(listConversations, input, fixture.callerOf(of.actor));
}

const hello = (content = 'Hello there') => ({ recipientUserId: recipient.id, content });

test('A message waits for its owner and is delivered once approved', async () => {
  const held = await propose(hello());
  expect((await conversationsOf(agent)).conversations).toEqual([]);
  expect(fixture.getAction(held.actionId)).toMatchObject({
    status: 'pending',
    title: 'Hello there',
    kind: 'message.send',
  });

  const action = fixture.approve(held.actionId);

  expect(action.status).toBe('executed');
  const sent = JSON.parse(action.result ?? '') as SentMessage;
  expect(sent).toEqual({
    id: held.subjectId,
    conversationId: expect.stringMatching(/^cnv_/),
    content: 'Hello there',
    createdAt: new Date(fixture.clock.now()).toISOString(),
  });
  expect((await conversationsOf(agent)).conversations).toEqual([
    {
      id: sent.conversationId,
      participants: expect.arrayContaining([
        { type: 'agent', id: agent.row.id, name: 'Courier', handle: 'courier' },
        { type: 'user', id: recipient.id, name: 'Rita Recipient', handle: null },
      ]),
      lastMessage: {
        id: sent.id,
        senderType: 'agent',
        senderId: agent.row.id,
        content: 'Hello there',
        createdAt: sent.createdAt,
      },
      unreadCount: 0,
    },
  ]);
  expect(fixture.events().find(({ topic }) => topic === 'message.sent')?.data).toEqual({
    messageId: sent.id,
    conversationId: sent.conversationId,
    agentId: agent.row.id,
    ownerId: owner.id,
    recipientUserId: recipient.id,
    otherPersonId: recipient.id,
  });
});

test('A second message joins the conversation and is unread for the recipient alone', async () => {
  fixture.approve((await propose(hello('One'))).actionId);
  fixture.clock.advance(1_000);
  fixture.approve((await propose(hello('Two'))).actionId);

  const { conversations } = await conversationsOf(agent);
  expect(conversations).toHaveLength(1);
  expect(conversations[0]).toMatchObject({ unreadCount: 0, lastMessage: { content: 'Two' } });
  const unread = fixture.database.raw.read
    .prepare('select member_id, unread_count from conversation_members order by member_type')
    .all();
  expect(unread).toEqual([
    { member_id: `agent:${agent.row.id}`, unread_count: 0 },
    { member_id: `user:${recipient.id}`, unread_count: 2 },
  ]);
});

test('An agent may write to its own owner, and private text may hold an address', async () => {
  const held = await propose({ recipientUserId: owner.id, content: 'Reach me at ada@example.org' });
  expect(fixture.approve(held.actionId).status).toBe('executed');
});

test('An nb agent with its default policy sends at once on its own door', async () => {
  const nb = fixture.addAgent({ ownerId: owner.id, origin: 'nb' });
  const outcome = await fixture.gate.perform(messageActions.send, hello(), fixture.callerOf(nb.actor, 'nb'));
  expect(outcome).toMatchObject({ type: 'done', result: { content: 'Hello there' } });
});

test('An unknown recipient is named', async () => {
  await expect(propose({ ...hello(), recipientUserId: 'nobody' })).rejects.toMatchObject({
    code: 'not_found',
    fields: [{ path: 'recipientUserId' }],
  });
});

test.each([
  ['empty', ''],
  ['blank', ' \n\t'],
  ['too long', 'x'.repeat(2_001)],
])('A content that is %s is refused by name', async (_name, content) => {
  await expect(propose(hello(content))).rejects.toMatchObject({
    code: 'validation',
    fields: expect.arrayContaining([expect.objectContaining({ path: 'content' })]),
  });
});

test('Two thousand characters beyond the basic plane fit', async () => {
  expect((await propose(hello('🙂'.repeat(2_000)))).type).toBe('held');
});

test('Before a claim no message is proposed, whatever the key may do', async () => {
  const unclaimed = fixture.addAgent({ ownerId: null, origin: 'mma', status: 'unclaimed' });
  await expect(propose(hello(), unclaimed)).rejects.toMatchObject({ code: 'forbidden' });
});

test('A key without write:messages neither sends nor reads', async () => {
  fixture.writer.transaction((tx) =>
    updateKey(tx, agent.actor.keyId, { scopes: SCOPES.filter((scope) => scope !== 'write:messages') }),
  );
  const narrow = { ...agent, actor: fixture.actorOf(agent.row.id, agent.actor.keyId) };
  await expect(propose(hello(), narrow)).rejects.toMatchObject({ code: 'missing_scope' });
  await expect(conversationsOf(narrow)).rejects.toMatchObject({ code: 'missing_scope' });
});

test('The owner edits the words and never the recipient', async () => {
  const held = await propose(hello());
  const seen = { actionId: held.actionId, version: 1, hash: held.hash };
  const desk = fixture.deskOf(owner.id);
  expect(() => fixture.gate.edit({ ...seen, fields: { recipientUserId: owner.id } }, desk)).toThrow(
    /recipientUserId/,
  );
  fixture.gate.edit({ ...seen, fields: { content: 'Good morning' } }, desk);
  fixture.approve(held.actionId);
  expect((await conversationsOf(agent)).conversations[0]?.lastMessage?.content).toBe('Good morning');
});

test('A delivered message can not be undone', async () => {
  const { actionId } = await propose(hello());
  fixture.approve(actionId);
  expect(() => fixture.gate.undo(actionId, fixture.deskOf(owner.id))).toThrow(/cannot be undone/);
});

test('A recipient who left meanwhile makes the delivery fail, with a reason', async () => {
  const { actionId } = await propose(hello());
  fixture.writer.transaction((tx) => tx.delete(users).where(eq(users.id, recipient.id)).run());
  expect(fixture.approve(actionId)).toMatchObject({
    status: 'failed',
    failure: expect.stringContaining('recipientUserId'),
  });
});

test('Conversations come in pages, the latest first, and only to whom they belong', async () => {
  for (let n = 0; n < 5; n += 1) {
    const person = fixture.addPerson({ displayName: `Number ${n}` });
    fixture.approve((await propose({ recipientUserId: person.id, content: `To ${n}` })).actionId);
    if (n % 2 === 0) fixture.clock.advance(1_000);
  }
  const texts: (string | undefined)[] = [];
  let cursor: string | undefined;
  do {
    const page = await conversationsOf(agent, cursor === undefined ? { limit: '2' } : { limit: '2', cursor });
    expect(page.conversations.length).toBeLessThanOrEqual(2);
    texts.push(...page.conversations.map(({ lastMessage }) => lastMessage?.content));
    cursor = page.nextCursor ?? undefined;
  } while (cursor !== undefined);
  expect(texts).toHaveLength(5);
  expect(new Set(texts).size).toBe(5);
  expect(texts.at(-1)).toBe('To 0');

  const other = fixture.addAgent({ ownerId: owner.id });
  expect((await conversationsOf(other)).conversations).toEqual([]);
  await expect(conversationsOf(agent, { cursor: 'bm9uc2Vuc2U' })).rejects.toMatchObject({
    code: 'validation',
    fields: [{ path: 'cursor' }],
  });
});
