import { beforeEach, describe, expect, it } from 'vitest';
import type { AgentEvent, Conversation, ConversationRow, Message } from '../../contract/console/messages';
import { SOCKET_SECRET_HEADER } from '../../contract/process';
import type { Problem } from '../../contract/console/problem';
import { addPerson, openOffice, signIn } from '../../testing/mma-fixture';
import type { NbAgent } from '../../testing/nb-fixture';
import { addNbAgent, claimAtDesk, openNbPairAtDesk, type NbPairAtDesk } from '../../testing/nb-pair';
import { HOUR } from '../../lib/clock';
import type { Answer, TestServer } from '../../testing/test-server';

interface Page<Row> {
  readonly items: Row[];
  readonly nextCursor: string | null;
}
interface Thread extends Page<Message> {
  readonly conversation: Conversation;
}
interface Group {
  readonly agent: { readonly id: string; readonly name: string };
  readonly unreadCount: number;
  readonly events: AgentEvent[];
  readonly hasMore: boolean;
}

let desk: NbPairAtDesk;
let server: TestServer;
beforeEach(async () => {
  desk = await openNbPairAtDesk();
  ({ server } = desk);
});

const write = (from: NbAgent, to: object, message: string) =>
  from.call('POST', `/api/protocol/agents/${from.id}/dm`, { ...to, message });
const list = (query = '') =>
  server.console<Page<ConversationRow>>('GET', `/messages/conversations${query}`).then(({ body }) => body);
const open = (id: string, query = '') =>
  server.console<Thread>('GET', `/messages/conversations/${id}${query}`).then(({ body }) => body);
const reply = (id: string, body: object) =>
  server.console<Message & Problem>('POST', `/messages/conversations/${id}/messages`, body);
const unread = async () =>
  (await server.console<{ unreadOfMine: number }>('GET', '/messages/unread')).body.unreadOfMine;
const inboxOf = async (agent: NbAgent) =>
  (
    await agent.call<{ events: { data: Record<string, unknown> }[] }>(
      'GET',
      `/api/protocol/agents/${agent.id}/inbox`,
    )
  ).body.events;

async function firstOf(query = ''): Promise<ConversationRow> {
  const [row] = (await list(query)).items;
  if (!row) throw new Error('There is no conversation');
  return row;
}

function expectRefusal(answer: Answer<Problem>, status: number, reason: string | undefined): void {
  expect([answer.status, answer.body.reason]).toEqual([status, reason]);
}

describe('conversations of a person and their agents', () => {
  it('shows what is written to the person, with what they did not read', async () => {
    await write(desk.other, { to_user_id: desk.ownerId }, 'Hello Anna');
    await write(desk.other, { to_user_id: desk.ownerId }, 'Are you there?');
    expect(await list()).toEqual({
      nextCursor: null,
      items: [
        {
          id: expect.stringMatching(/^cnv_/),
          seat: { type: 'user', id: desk.ownerId, name: 'Anna Schmidt', handle: null },
          other: { type: 'agent', id: desk.other.id, name: 'Scout', handle: null },
          lastMessage: { isOwn: false, text: 'Are you there?', sentAt: expect.stringMatching(/Z$/) },
          unreadCount: 2,
        },
      ],
    });
    expect(await unread()).toBe(2);
  });

  it('shows those of each agent, told apart by whose they are', async () => {
    await write(desk.other, { to_user_id: desk.ownerId }, 'To you');
    await write(desk.other, { to_agent_id: desk.own.id }, 'To your agent');
    const seatsOf = async (query = ''): Promise<string[]> =>
      (await list(query)).items.map(({ seat }) => seat.type);
    expect(await seatsOf()).toEqual(['agent', 'user']);
    expect(await seatsOf('?seat=me')).toEqual(['user']);
    expect(await seatsOf(`?seat=${desk.own.id}`)).toEqual(['agent']);
    expect(await unread()).toBe(1);
    const stranger = await server.console('GET', `/messages/conversations?seat=${desk.other.id}`);
    expect(stranger.status).toBe(404);
  });

  it('lists a conversation between two of theirs once, at their own end', async () => {
    await write(desk.own, { to_user_id: desk.ownerId }, 'Report');
    const { items } = await list();
    expect(items.map(({ seat, other }) => [seat.type, other.name])).toEqual([['user', 'MatchMaker Pro']]);
    const [asAgent] = (await list(`?seat=${desk.own.id}`)).items;
    expect(asAgent).toMatchObject({ seat: { type: 'agent' }, other: { name: 'Anna Schmidt' } });
  });

  it('pages through many in order, and finds one by a part of its name', async () => {
    const names = Array.from({ length: 7 }, (_, n) => `Bot ${n}`);
    for (const name of [...names, 'Zoë']) {
      const agent = await addNbAgent(server, name);
      server.clock.advance(HOUR);
      await write(agent, { to_user_id: desk.ownerId }, 'Hi');
    }
    const seen: (string | null)[] = [];
    let cursor: string | null = '';
    while (cursor !== null) {
      const page: Page<ConversationRow> = await list(`?limit=3${cursor === '' ? '' : `&cursor=${cursor}`}`);
      seen.push(...page.items.map(({ other }) => other.name));
      cursor = page.nextCursor;
    }
    expect(seen).toEqual(['Zoë', ...names.toReversed()]);
    const namesOf = async (q: string) => (await list(`?q=${q}`)).items.map(({ other }) => other.name);
    expect(await namesOf('zoe')).toEqual(['Zoë']);
    expect(await namesOf('bot%203')).toEqual(['Bot 3']);
    expect(await namesOf('nobody')).toEqual([]);
  });

  it('keeps one that is somebody else’s: 404 for all that can be done with it', async () => {
    const bob = addPerson(server);
    await write(desk.other, { to_user_id: bob }, 'To Bob');
    const { read } = server.context.database.raw;
    const id = String(read.prepare('select id from conversations').pluck().get());
    for (const [method, path, body] of [
      ['GET', '', undefined],
      ['POST', '/messages', { text: 'Hi' }],
      ['POST', '/seen', {}],
    ] as const) {
      const answer = await server.console(method, `/messages/conversations/${id}${path}`, body);
      expect([path, answer.status]).toEqual([path, 404]);
    }
    expect((await server.console('GET', '/messages/conversations/cnv_unknown')).status).toBe(404);
  });

  it.each(['limit=0', 'limit=51', 'cursor=x', `q=${'x'.repeat(201)}`, 'other=1'])(
    'refuses %s',
    async (query) => {
      expect((await server.console('GET', `/messages/conversations?${query}`)).status).toBe(400);
    },
  );

  it('is found by an index, read or unread', async () => {
    const { read } = server.context.database.raw;
    for (const sql of [
      'select * from conversation_members where member_id = ? order by last_message_at desc, conversation_id desc limit 5',
      'select unread_count from conversation_members where member_id = ? and unread_count > 0 limit 5',
      'select * from messages where conversation_id = ? order by created_at desc, id desc limit 5',
      'select seq from agent_events where agent_id = ? and read_at is null limit 5',
    ]) {
      const plan = read
        .prepare(`explain query plan ${sql}`)
        .all('x')
        .map((row) => (row as { detail: string }).detail)
        .join(' ');
      expect([sql, plan]).toEqual([sql, expect.stringMatching(/USING (COVERING )?INDEX/)]);
      expect(plan).not.toContain('TEMP B-TREE');
    }
  });
});

describe('a conversation', () => {
  it('is read once it was seen, by its person alone', async () => {
    await write(desk.other, { to_user_id: desk.ownerId }, 'One');
    await write(desk.other, { to_user_id: desk.ownerId }, 'Two');
    const { id } = await firstOf();
    expect((await open(id)).items.map(({ text }) => text)).toEqual(['Two', 'One']);
    expect(await unread()).toBe(2);
    const seen = await server.console('POST', `/messages/conversations/${id}/seen`, {});
    expect([seen.status, seen.body]).toEqual([200, { unreadOfMine: 0 }]);
    expect((await firstOf()).unreadCount).toBe(0);
    const { read } = server.context.database.raw;
    expect(read.prepare("select count(*) from audit where type like '%seen%'").pluck().get()).toBe(0);
  });

  it('of an agent counts what came since its owner looked, whatever the agent fetched', async () => {
    await write(desk.other, { to_agent_id: desk.own.id }, 'One');
    await write(desk.other, { to_agent_id: desk.own.id }, 'Two');
    await inboxOf(desk.own);
    await server.processAll();
    const row = await firstOf();
    expect(row.unreadCount).toBe(2);
    await server.console('POST', `/messages/conversations/${row.id}/seen`, {});
    expect((await firstOf()).unreadCount).toBe(0);
    await write(desk.own, { to_agent_id: desk.other.id }, 'Answer');
    expect((await firstOf()).unreadCount).toBe(1);
  });

  it('gives its messages in pages, the newest first', async () => {
    for (const text of ['1', '2', '3', '4', '5']) await write(desk.other, { to_user_id: desk.ownerId }, text);
    const { id } = await firstOf();
    const first = await open(id, '?limit=3');
    const second = await open(id, `?limit=3&cursor=${first.nextCursor}`);
    expect([...first.items, ...second.items].map(({ text }) => text)).toEqual(['5', '4', '3', '2', '1']);
    expect(second.nextCursor).toBeNull();
  });
});

describe('an answer by a person', () => {
  it('in their own name is told to the agent as from no agent', async () => {
    await write(desk.other, { to_user_id: desk.ownerId }, 'Hello Anna');
    const { id } = await firstOf();
    const sent = await reply(id, { text: 'Hello Scout' });
    expect([sent.status, sent.body]).toEqual([
      200,
      {
        id: expect.stringMatching(/^dm_/),
        isOwn: true,
        isByOwner: false,
        text: 'Hello Scout',
        sentAt: expect.any(String),
      },
    ]);
    expect((await inboxOf(desk.other))[0]?.data).toEqual({
      dm_id: sent.body.id,
      from_agent_id: null,
      from_name: 'Anna Schmidt',
      message: 'Hello Scout',
      sent_at: expect.stringMatching(/\+00:00$/),
    });
    const { read } = server.context.database.raw;
    const audited = read.prepare("select subject_id, data from audit where type = 'message.written'").all();
    expect(audited).toEqual([
      { subject_id: sent.body.id, data: expect.stringContaining(`"as":"user","conversation":"${id}"`) },
    ]);
    expect(JSON.stringify(audited)).not.toContain('Hello Scout');
  });

  it('in the name of their agent is the agent’s, marked for its owner alone, and costs nothing', async () => {
    await write(desk.other, { to_agent_id: desk.own.id }, 'Hello bot');
    const { id } = await firstOf();
    const sent = await reply(id, { text: 'This is Anna writing' });
    expect(sent.body).toMatchObject({ isOwn: true, isByOwner: true });
    expect((await inboxOf(desk.other))[0]?.data).toMatchObject({
      from_agent_id: desk.own.id,
      from_name: 'MatchMaker Pro',
    });
    const charges = server.context.database.raw.read
      .prepare("select count(*) from credit_transactions where type = 'charge' and agent_id = ?")
      .pluck();
    expect(charges.get(desk.own.id)).toBe(0);
    expect((await firstOf()).unreadCount).toBe(0);
  });

  it('reaches a person from their agent’s end, and their agent from their own', async () => {
    await write(desk.own, { to_user_id: desk.ownerId }, 'Report');
    const { id } = await firstOf();
    await reply(id, { text: 'Thank you' });
    expect((await inboxOf(desk.own))[0]?.data).toMatchObject({ message: 'Thank you', from_agent_id: null });
    await reply(id, { text: 'From the agent', seat: desk.own.id });
    expect(await unread()).toBe(1);
  });

  it.each([[{}], [{ text: '' }], [{ text: ' ' }], [{ text: 'x'.repeat(1_001) }], [{ text: 'Hi', more: 1 }]])(
    'is refused as %j',
    async (body) => {
      await write(desk.other, { to_user_id: desk.ownerId }, 'Hello');
      expect((await reply((await firstOf()).id, body)).status).toBe(400);
    },
  );

  it('is sent once per Idempotency-Key', async () => {
    await write(desk.other, { to_user_id: desk.ownerId }, 'Hello');
    const { id } = await firstOf();
    const send = () =>
      server.consoleApp.inject({
        method: 'POST',
        url: `/api/console/messages/conversations/${id}/messages`,
        headers: {
          [SOCKET_SECRET_HEADER]: server.socketSecret,
          'idempotency-key': 'one',
        },
        payload: { text: 'Once' },
      });
    const [first, second] = [await send(), await send()];
    expect(second.body).toBe(first.body);
    expect((await open(id)).items.filter(({ text }) => text === 'Once')).toHaveLength(1);
  });

  it('stops at 500 a day', async () => {
    await write(desk.other, { to_user_id: desk.ownerId }, 'Hello');
    const { id } = await firstOf();
    await reply(id, { text: 'One' });
    server.context.database.raw.write
      .prepare("update daily_counts set count = 500 where cap = 'messages.person'")
      .run();
    const refused = await reply(id, { text: 'One too many' });
    expect([refused.status, refused.body.code]).toEqual([400, 'cap_reached']);
  });

  it('goes to nobody who is gone, who blocked the agent, or whom one blocked', async () => {
    await write(desk.other, { to_agent_id: desk.own.id }, 'Hello');
    const { id } = await firstOf();
    await desk.other.call('POST', `/api/agent/my-inbox/${desk.own.id}/block`);
    // It is not told that it is blocked: nothing on the page changes.
    expect((await open(id)).conversation.closed).toBeNull();
    expectRefusal(await reply(id, { text: 'Hi' }), 403, 'not_delivered');
    await desk.other.call('DELETE', `/api/agent/my-inbox/${desk.own.id}/block`);

    await server.console('PUT', `/messages/blocks/${desk.own.id}/${desk.other.id}`);
    expect((await open(id)).conversation).toMatchObject({ closed: 'blocked', isBlocked: true });
    expectRefusal(await reply(id, { text: 'Hi' }), 409, 'sender_blocked');
    await server.console('DELETE', `/messages/blocks/${desk.own.id}/${desk.other.id}`);

    const set = server.context.database.raw.write.prepare('update agents set status = ? where id = ?');
    set.run('banned', desk.other.id);
    expect((await open(id)).conversation.closed).toBe('gone');
    expectRefusal(await reply(id, { text: 'Hi' }), 409, 'recipient_gone');
    set.run('paused', desk.other.id);
    set.run('suspended', desk.own.id);
    expect((await open(id)).conversation.closed).toBe('sanctioned');
    expectRefusal(await reply(id, { text: 'Hi' }), 409, 'agent_under_sanction');
    set.run('paused', desk.own.id);
    expect((await reply(id, { text: 'Hi' })).status).toBe(200);
  });
});

describe('a block at the desk', () => {
  it('keeps an agent from the person, not from their agent, and ends', async () => {
    const toPerson = () => write(desk.other, { to_user_id: desk.ownerId }, 'Hi');
    const blocked = await server.console('PUT', `/messages/blocks/me/${desk.other.id}`);
    expect([blocked.status, blocked.body]).toEqual([200, { isBlocked: true }]);
    expect((await server.console('PUT', `/messages/blocks/me/${desk.other.id}`)).status).toBe(200);
    const refused = await toPerson();
    expect([refused.status, refused.body]).toEqual([403, { detail: 'This message can’t be delivered.' }]);
    expect((await write(desk.other, { to_agent_id: desk.own.id }, 'Hi')).status).toBe(200);
    const ended = await server.console('DELETE', `/messages/blocks/me/${desk.other.id}`);
    expect(ended.body).toEqual({ isBlocked: false });
    expect((await toPerson()).status).toBe(200);
  });

  it('is made for nobody else’s agent, against nobody unknown, and by nobody against itself', async () => {
    for (const path of [`${desk.other.id}/${desk.own.id}`, 'me/unknown', `${desk.own.id}/${desk.own.id}`]) {
      expect((await server.console('PUT', `/messages/blocks/${path}`)).status).toBe(404);
    }
  });
});

describe('what happened to agents', () => {
  it('is told agent by agent, the latest first, with what the agent fetched', async () => {
    const second = await addNbAgent(server, 'Second');
    await claimAtDesk(server, second);
    for (const n of [1, 2, 3, 4, 5]) await write(desk.other, { to_agent_id: desk.own.id }, `No ${n}`);
    server.clock.advance(HOUR);
    await write(desk.own, { to_agent_id: second.id }, 'Hello second');
    await inboxOf(second);
    const { items } = (await server.console<{ items: Group[] }>('GET', '/messages/events')).body;
    expect(items.map(({ agent, unreadCount, hasMore }) => [agent.name, unreadCount, hasMore])).toEqual([
      ['Second', 0, false],
      ['MatchMaker Pro', 5, true],
    ]);
    expect(items[0]?.events).toEqual([
      {
        id: expect.stringMatching(/^evt_/),
        event: 'new_dm',
        at: expect.any(String),
        isRead: true,
        who: 'MatchMaker Pro',
        text: 'Hello second',
        about: null,
        matchCount: null,
        conversationId: expect.stringMatching(/^cnv_/),
        postId: null,
      },
    ]);
    expect(items[1]?.events.map(({ text }) => text)).toEqual(['No 5', 'No 4', 'No 3', 'No 2']);
  });

  it('comes in pages for one agent, and for nobody else’s', async () => {
    for (const n of [1, 2, 3]) await write(desk.other, { to_agent_id: desk.own.id }, `No ${n}`);
    const url = `/messages/events/${desk.own.id}?limit=2`;
    const first = (await server.console<Page<AgentEvent>>('GET', url)).body;
    const next = (await server.console<Page<AgentEvent>>('GET', `${url}&cursor=${first.nextCursor}`)).body;
    expect([...first.items, ...next.items].map(({ text }) => text)).toEqual(['No 3', 'No 2', 'No 1']);
    expect(next.nextCursor).toBeNull();
    expect((await server.console('GET', `/messages/events/${desk.other.id}`)).status).toBe(404);
  });

  it('tells the windows of whoever it concerns', async () => {
    const told: string[] = [];
    const stop = server.context.live.subscribe(desk.ownerId, ({ topic }) => told.push(topic));
    await write(desk.other, { to_agent_id: desk.own.id }, 'Hi');
    await server.processAll();
    expect(told).toContain('messages');
    stop?.();
  });
});

describe('in server mode', () => {
  it('lets a signed-in person read and answer, and nobody else', async () => {
    const { server: office, person } = await openOffice();
    const scout = await addNbAgent(office, 'Scout');
    office.clock.advance(HOUR);
    const bob = await signIn(office, 'bob@example.org');
    const anna = await signIn(office, person.email);
    await scout.call('POST', `/api/protocol/agents/${scout.id}/dm`, {
      to_user_id: person.userId,
      message: 'Hi',
    });
    const url = '/api/console/messages/conversations';
    const own = await office.call<Page<ConversationRow>>('GET', url, { key: anna.token });
    const id = own.body.items[0]?.id ?? '';
    expect(own.status).toBe(200);
    expect((await office.call('GET', `${url}/${id}`, { key: bob.token })).status).toBe(404);
    expect((await office.call('GET', url)).status).toBe(401);
    const sent = await office.call('POST', `${url}/${id}/messages`, {
      key: anna.token,
      body: { text: 'Yes' },
    });
    expect(sent.status).toBe(200);
  });
});
