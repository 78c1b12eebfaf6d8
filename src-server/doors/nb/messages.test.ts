import { describe, expect, it } from 'vitest';
import { HOUR, MINUTE, DAY } from '../../lib/clock';
import { addPerson, approve, signIn } from '../../testing/mma-fixture';
import { creditsOf, expectDetail, OFFSET, UNKNOWN_AGENT, type NbAgent } from '../../testing/nb-fixture';
import { addNbAgent, addressOf, openNbPair, openNbPairAtDesk, setPolicy } from '../../testing/nb-pair';
import { createTestServer, decideOn, newestProposal, type TestServer } from '../../testing/test-server';

const PRINTED = "Hi — saw your post about SaaS co-founders. Let's connect.";

interface Event {
  readonly event: string;
  readonly agent_id: string;
  readonly timestamp: string;
  readonly data: Readonly<Record<string, unknown>>;
}

const dm = (
  from: NbAgent,
  body: unknown,
  { at = from.id, headers = {} }: { at?: string; headers?: Record<string, string> } = {},
) => from.call('POST', `/api/protocol/agents/${at}/dm`, body, headers);

const inbox = (agent: NbAgent, query = '') =>
  agent.call<{ events: Event[] }>('GET', `/api/protocol/agents/${agent.id}/inbox${query}`);

const eventsOf = async (agent: NbAgent, query = ''): Promise<Event[]> =>
  (await inbox(agent, query)).body.events;

function countOf(server: TestServer, sql: string): number {
  return server.context.database.raw.read.prepare(sql).pluck().get() as number;
}

describe('POST /api/protocol/agents/{agent_id}/dm (N020)', () => {
  it('takes the request as printed, answers as printed and costs a quarter of a credit', async () => {
    const { sender, recipient } = await openNbPair();
    const answer = await dm(sender, { to_agent_id: recipient.id, message: PRINTED });
    expect([answer.status, answer.body]).toEqual([
      200,
      { dm_id: expect.stringMatching(/^dm_[A-Za-z0-9]{22}$/), message: 'DM delivered.' },
    ]);
    expect(await creditsOf(sender)).toBe(49.75);
    expect(await creditsOf(recipient)).toBe(50);
  });

  it('is told to its recipient with everything that a webhook has (C-36)', async () => {
    const { sender, recipient } = await openNbPair();
    const { body } = await dm(sender, { to_agent_id: recipient.id, message: PRINTED });
    expect((await inbox(recipient)).body).toEqual({
      events: [
        {
          event: 'new_dm',
          agent_id: recipient.id,
          timestamp: expect.stringMatching(OFFSET),
          data: {
            dm_id: body['dm_id'],
            from_agent_id: sender.id,
            from_name: 'MatchMaker Pro',
            message: PRINTED,
            sent_at: expect.stringMatching(OFFSET),
          },
        },
      ],
    });
    expect(await eventsOf(sender)).toEqual([]);
  });

  it('reaches a person by their id', async () => {
    const { server, sender } = await openNbPair();
    const userId = addPerson(server);
    expect((await dm(sender, { to_user_id: userId, message: 'Hello' })).status).toBe(200);
    const unread = countOf(
      server,
      `select unread_count from conversation_members where member_id = 'user:${userId}'`,
    );
    expect(unread).toBe(1);
  });

  it('reaches an address only where its person allows it, and says the same of one that nobody has', async () => {
    const { server, sender } = await openNbPair();
    const anna = await signIn(server, 'anna@example.org');
    const toEmail = (email: string) => dm(sender, { to_email: email, message: 'Hello' });
    const [hidden, unknown] = [await toEmail('anna@example.org'), await toEmail('nobody@example.org')];
    expect(hidden.status).toBe(404);
    expect([unknown.status, unknown.body]).toEqual([hidden.status, hidden.body]);
    expect(await creditsOf(sender)).toBe(50);

    server.context.database.writer.transaction((tx) =>
      server.context.identity.users.updatePreferences(tx, anna.userId, { isReachableByEmail: true }),
    );
    expect((await toEmail('Anna@Example.org')).status).toBe(200);
  });

  it('takes the agent of the path for the recipient when it is another’s and nobody is named', async () => {
    const { sender, recipient } = await openNbPair();
    const answer = await dm(sender, { message: 'By the path' }, { at: recipient.id });
    expect(answer.status).toBe(200);
    expect((await eventsOf(recipient))[0]?.data['message']).toBe('By the path');
    const other = { to_agent_id: recipient.id, message: 'Not mine' };
    expectDetail(await dm(sender, other, { at: recipient.id }), 403, /another agent/);
  });

  it('leaves nulls out, as clients send them', async () => {
    const { sender, recipient } = await openNbPair();
    const body = { to_user_id: null, to_email: null, to_agent_id: recipient.id, message: 'Hello' };
    expect((await dm(sender, body)).status).toBe(200);
  });

  it.each([
    ['nobody', {}],
    ['two', { to_agent_id: UNKNOWN_AGENT, to_user_id: UNKNOWN_AGENT }],
    ['all three', { to_agent_id: UNKNOWN_AGENT, to_user_id: UNKNOWN_AGENT, to_email: 'a@example.org' }],
  ])('refuses %s as the recipient (C-35)', async (_name, recipients) => {
    const { sender } = await openNbPair();
    expectDetail(await dm(sender, { ...recipients, message: 'Hi' }), 400, /exactly one of to_user_id/);
  });

  it.each([
    ['message', undefined],
    ['message', ' '],
    ['message', 7],
    ['message', 'x'.repeat(1_001)],
  ])('refuses a bad %s: %s', async (field, message) => {
    const { sender, recipient } = await openNbPair();
    expectDetail(await dm(sender, { to_agent_id: recipient.id, message }), 400, new RegExp(field));
    expect(await creditsOf(sender)).toBe(50);
  });

  it('takes 1,000 code points, and counts no others', async () => {
    const { sender, recipient } = await openNbPair();
    const message = '🤝'.repeat(1_000);
    expect((await dm(sender, { to_agent_id: recipient.id, message })).status).toBe(200);
  });

  it('refuses itself, whoever is unknown and whoever is not active', async () => {
    const { server, sender, recipient } = await openNbPair();
    expectDetail(await dm(sender, { to_agent_id: sender.id, message: 'Me' }), 400, /itself/);
    for (const recipients of [
      { to_agent_id: UNKNOWN_AGENT },
      { to_user_id: UNKNOWN_AGENT },
      { to_agent_id: 'x' },
    ]) {
      expectDetail(await dm(sender, { ...recipients, message: 'Hi' }), 404, /there is no such/);
    }
    const { write } = server.context.database.raw;
    for (const status of ['paused', 'suspended', 'banned']) {
      write.prepare('update agents set status = ? where id = ?').run(status, recipient.id);
      expectDetail(await dm(sender, { to_agent_id: recipient.id, message: 'Hi' }), 404, /not active/);
    }
    expect(await creditsOf(sender)).toBe(50);
  });

  it('answers 401 without a key, and 402 without credits', async () => {
    const { server, sender, recipient } = await openNbPair();
    const url = `/api/protocol/agents/${sender.id}/dm`;
    const body = { to_agent_id: recipient.id, message: 'Hi' };
    expectDetail(await server.call('POST', url, { body }), 401, /X-API-Key/);
    server.context.database.raw.write
      .prepare('update credit_accounts set balance = 249 where id = ?')
      .run(`${sender.id}:available`);
    const broke = await dm(sender, body);
    expect([broke.status, broke.body]).toEqual([402, expect.objectContaining({ credits_remaining: 0.249 })]);
    expect(countOf(server, 'select count(*) from messages')).toBe(0);
  });

  it('charges the same Idempotency-Key once, twice at once and again later', async () => {
    const { sender, recipient } = await openNbPair();
    const body = { to_agent_id: recipient.id, message: 'Once' };
    const once = () => dm(sender, body, { headers: { 'idempotency-key': 'one' } });
    const answers = [...(await Promise.all([once(), once(), once()])), await once()];
    expect(new Set(answers.map((answer) => answer.body['dm_id'])).size).toBe(1);
    expect(answers.filter(({ headers: given }) => given['idempotent-replayed'] === 'true')).toHaveLength(3);
    expect(await creditsOf(sender)).toBe(49.75);
    expect(await eventsOf(recipient)).toHaveLength(1);
    const changed = { ...body, message: 'Twice' };
    const other = await dm(sender, changed, { headers: { 'idempotency-key': 'one' } });
    expect(other.status).toBe(409);
  });
});

describe('the DM lock (DM-4, DM-5)', () => {
  async function fresh() {
    const server = await createTestServer({ mode: 'server' });
    const sender = await addNbAgent(server, 'MatchMaker Pro');
    const recipient = await addNbAgent(server, 'Scout');
    const write = () => dm(sender, { to_agent_id: recipient.id, message: 'Hi' });
    return { server, sender, recipient, write };
  }

  it('holds an unclaimed agent for its first hour and says how many seconds are left', async () => {
    const { server, sender, write } = await fresh();
    server.clock.advance(59 * MINUTE);
    const locked = await write();
    expectDetail(locked, 403, /DM lock/);
    expect(locked.body['seconds_left']).toBeGreaterThan(0);
    expect(locked.body['seconds_left']).toBeLessThanOrEqual(60);
    expect(Number(locked.headers['retry-after'])).toBe(locked.body['seconds_left']);
    expect(await creditsOf(sender)).toBe(50);
    server.clock.advance(MINUTE);
    expect((await write()).status).toBe(200);
  });

  it('does not open when the clock is set back', async () => {
    const { server, write } = await fresh();
    server.clock.advance(-2 * DAY);
    expectDetail(await write(), 403, /DM lock/);
    server.clock.advance(2 * DAY + HOUR);
    expect((await write()).status).toBe(200);
  });

  it('ends at once with a Lite Claim', async () => {
    const { server, sender, write } = await fresh();
    const base = `/api/protocol/agents/${sender.id}/claim/lite`;
    await server.call('POST', `${base}/request-otp`);
    const [mail] = server.context.identity.mail.listMails({ to: addressOf('MatchMaker Pro') });
    const otp = /\b\d{6}\b/.exec(mail?.text ?? '')?.[0];
    expect((await server.call('POST', `${base}/verify`, { body: { otp } })).status).toBe(200);
    expect((await write()).status).toBe(200);
  });

  it('is passed by two agents that follow each other, and by nothing less', async () => {
    const { server, sender, recipient, write } = await fresh();
    const userId = addPerson(server);
    await sender.call('POST', `/api/agent/follow/${recipient.id}`);
    expectDetail(await write(), 403, /DM lock/);
    await recipient.call('POST', `/api/agent/follow/${sender.id}`);
    expect((await write()).status).toBe(200);
    expectDetail(await dm(sender, { to_user_id: userId, message: 'Hi' }), 403, /DM lock/);
    await recipient.call('DELETE', `/api/agent/follow/${sender.id}`);
    expectDetail(await write(), 403, /DM lock/);
  });
});

describe('caps of messages (DM-7, C-37)', () => {
  it('lets Starter send five a day, whatever comes at once, and says when the next day starts', async () => {
    const { server, sender, recipient } = await openNbPair();
    const send = () => dm(sender, { to_agent_id: recipient.id, message: 'Hi' });
    const answers = await Promise.all(Array.from({ length: 12 }, send));
    expect(answers.filter(({ status }) => status === 200)).toHaveLength(5);
    const [refused] = answers.filter(({ status }) => status !== 200);
    expect([refused?.status, refused?.body]).toEqual([
      400,
      {
        detail: expect.stringMatching(/^Daily cap reached: 5 direct messages a day on Starter\./),
        cap: 'messages',
        limit: 5,
        reset_at: expect.stringMatching(/T00:00:00\.000\+00:00$/),
      },
    ]);
    expect(await creditsOf(sender)).toBe(48.75);
    expect(await eventsOf(recipient)).toHaveLength(5);
    server.clock.advance(DAY);
    expect((await send()).status).toBe(200);
  });

  it('lets other tiers send 200 a day', async () => {
    const { server, sender, recipient } = await openNbPair();
    const { write } = server.context.database.raw;
    write.prepare("update agents set tier = 'protocol_pro' where id = ?").run(sender.id);
    const send = () => dm(sender, { to_agent_id: recipient.id, message: 'Hi' });
    expect((await send()).status).toBe(200);
    write.prepare('update daily_counts set count = 199 where subject_id = ?').run(sender.id);
    expect((await send()).status).toBe(200);
    const refused = await send();
    expectDetail(refused, 400, /200 direct messages a day/);
    expect(refused.body['limit']).toBe(200);
  });

  it('counts with all other writes of the agent: 50 an hour', async () => {
    const { server, sender, recipient } = await openNbPair({ hasLimits: true });
    server.context.database.raw.write
      .prepare("update agents set tier = 'protocol_pro' where id = ?")
      .run(sender.id);
    for (let n = 0; n < 50; n += 1) {
      expect((await dm(sender, { to_agent_id: recipient.id, message: `${n}` })).status).toBe(200);
    }
    const refused = await dm(sender, { to_agent_id: recipient.id, message: 'One more' });
    expect(refused.status).toBe(429);
    expect(Number(refused.headers['retry-after'])).toBeGreaterThan(0);
  });
});

describe('a message that is held', () => {
  it('answers 202 with the reserved id, sets the credits aside and is delivered once approved', async () => {
    const { server, own, other } = await openNbPairAtDesk();
    await setPolicy(server, own.id, 'message.send', 'hold');
    const held = await dm(own, { to_agent_id: other.id, message: 'Please' });
    expect([held.status, held.body]).toEqual([
      202,
      {
        status: 'PENDING_CONFIRMATION',
        draft_id: expect.stringMatching(/^dm_/),
        dm_id: held.body['draft_id'],
        expires_at: expect.stringMatching(OFFSET),
      },
    ]);
    expect(await eventsOf(other)).toEqual([]);
    const proposal = await newestProposal(server);
    expect(proposal).toMatchObject({
      title: 'Please',
      kind: 'message.send',
      cost: 0.25,
      effects: [{ code: 'message.delivered', params: { to: 'Scout' } }],
    });
    await approve(server, String(held.body['dm_id']));
    expect((await eventsOf(other))[0]?.data).toMatchObject({
      dm_id: held.body['dm_id'],
      message: 'Please',
    });
  });

  it('fails, and costs nothing, when its recipient blocks the sender meanwhile', async () => {
    const { server, own, other } = await openNbPairAtDesk();
    await setPolicy(server, own.id, 'message.send', 'hold');
    await dm(own, { to_agent_id: other.id, message: 'Please' });
    await other.call('POST', `/api/agent/my-inbox/${own.id}/block`);
    const decided = await decideOn(server, await newestProposal(server), 'approve');
    expect(decided.body).toMatchObject({
      status: 'failed',
      failure: { message: expect.stringContaining('can’t be delivered') },
    });
    expect(await eventsOf(other)).toEqual([]);
    expect(countOf(server, "select count(*) from credit_reservations where outcome = 'released'")).toBe(1);
  });
});

describe('a block (SOC-8)', () => {
  it('refuses with 403 in words that tell nothing, charges nothing, and ends', async () => {
    const { server, sender, recipient } = await openNbPair();
    const send = () => dm(sender, { to_agent_id: recipient.id, message: 'Hi' });
    await recipient.call('POST', `/api/agent/my-inbox/${sender.id}/block`);
    const refused = await send();
    expect([refused.status, refused.body]).toEqual([403, { detail: 'This message can’t be delivered.' }]);
    expect(await creditsOf(sender)).toBe(50);
    expect(countOf(server, 'select count(*) from daily_counts')).toBe(0);
    expect(await eventsOf(sender)).toEqual([]);
    expect(await eventsOf(recipient)).toEqual([]);
    // It binds one way.
    expect((await dm(recipient, { to_agent_id: sender.id, message: 'I may' })).status).toBe(200);
    await recipient.call('DELETE', `/api/agent/my-inbox/${sender.id}/block`);
    expect((await send()).status).toBe(200);
  });

  it('stands above a mutual follow', async () => {
    const { sender, recipient } = await openNbPair();
    await sender.call('POST', `/api/agent/follow/${recipient.id}`);
    await recipient.call('POST', `/api/agent/follow/${sender.id}`);
    await recipient.call('POST', `/api/agent/my-inbox/${sender.id}/block`);
    expect((await dm(sender, { to_agent_id: recipient.id, message: 'Hi' })).status).toBe(403);
  });
});

describe('GET /api/protocol/agents/{agent_id}/inbox (N021)', () => {
  async function withMessages(count: number) {
    const world = await openNbPair();
    const { server, sender, recipient } = world;
    server.context.database.raw.write
      .prepare("update agents set tier = 'protocol_pro' where id = ?")
      .run(sender.id);
    for (let n = 1; n <= count; n += 1) {
      await dm(sender, { to_agent_id: recipient.id, message: String(n) });
    }
    return world;
  }
  const textsOf = (events: readonly Event[]): string[] => events.map(({ data }) => String(data['message']));

  it('gives the newest twenty unless told otherwise, the newest first, and at most fifty', async () => {
    const { recipient } = await withMessages(22);
    const events = await eventsOf(recipient);
    expect(textsOf(events)).toEqual(Array.from({ length: 20 }, (_, n) => String(22 - n)));
    expect(await eventsOf(recipient, '?limit=50')).toHaveLength(22);
    expect(textsOf(await eventsOf(recipient, '?limit=1'))).toEqual(['22']);
  });

  it('goes on after `since` without losing one, in whichever offset it is written', async () => {
    const { recipient } = await withMessages(7);
    const seen: string[] = [];
    let since = '2026-04-20T00:00:00Z';
    for (;;) {
      const page = await eventsOf(recipient, `?since=${encodeURIComponent(since)}&limit=3`);
      if (page.length === 0) break;
      seen.push(...textsOf(page));
      since = page.at(-1)?.timestamp ?? '';
    }
    expect(seen).toEqual(['1', '2', '3', '4', '5', '6', '7']);

    const [first] = await eventsOf(recipient, '?since=2026-04-20T00:00:00Z&limit=1');
    const local = new Date(Date.parse(first?.timestamp ?? '') + 2 * HOUR)
      .toISOString()
      .replace('Z', '+02:00');
    const after = textsOf(await eventsOf(recipient, `?since=${encodeURIComponent(local)}`));
    expect(after).toEqual(['2', '3', '4', '5', '6', '7']);
    // Not every client encodes the plus sign.
    expect(textsOf(await eventsOf(recipient, `?since=${local}`))).toEqual(after);
  });

  it('misses nothing when the clock is set back', async () => {
    const { server, sender, recipient } = await openNbPair();
    await dm(sender, { to_agent_id: recipient.id, message: 'before' });
    const [event] = await eventsOf(recipient);
    server.clock.advance(-30 * MINUTE);
    server.context.database.raw.write.prepare('update agents set created_at = 0').run();
    await dm(sender, { to_agent_id: recipient.id, message: 'after' });
    const since = encodeURIComponent(event?.timestamp ?? '');
    expect(textsOf(await eventsOf(recipient, `?since=${since}`))).toEqual(['after']);
  });

  it('marks what was fetched as read, in the conversation too, and writes nothing in the call itself', async () => {
    const { server, recipient } = await withMessages(3);
    const unread = (): number =>
      countOf(
        server,
        `select count(*) from agent_events where agent_id = '${recipient.id}' and read_at is null`,
      );
    const inConversation = (): number =>
      countOf(
        server,
        `select unread_count from conversation_members where member_id = 'agent:${recipient.id}'`,
      );
    expect([unread(), inConversation()]).toEqual([3, 3]);
    await eventsOf(recipient, '?limit=2');
    expect(unread()).toBe(3);
    await server.processAll();
    expect([unread(), inConversation()]).toEqual([1, 1]);
    await eventsOf(recipient);
    await eventsOf(recipient);
    await server.processAll();
    expect([unread(), inConversation()]).toEqual([0, 0]);
  });

  it('forgets what is older than 90 days', async () => {
    const { server, recipient } = await withMessages(2);
    server.clock.advance(91 * DAY);
    server.context.agentInbox.prune();
    expect(await eventsOf(recipient)).toEqual([]);
  });

  it.each(['limit=0', 'limit=51', 'limit=x', 'since=yesterday', 'since=2026-04-20T00:00:00'])(
    'refuses %s',
    async (query) => {
      const { recipient } = await openNbPair();
      const answer = await recipient.call('GET', `/api/protocol/agents/${recipient.id}/inbox?${query}`);
      expectDetail(answer, 400, new RegExp(query.split('=')[0] ?? ''));
    },
  );

  it.each(['inbox', 'matches'])('keeps %s from strangers: 401 and 403', async (what) => {
    const { server, sender, recipient } = await openNbPair();
    const url = `/api/protocol/agents/${recipient.id}/${what}`;
    expectDetail(await server.call('GET', url), 401, /X-API-Key/);
    expectDetail(await sender.call('GET', url), 403, /another agent/);
  });

  it('finds a page by an index', async () => {
    const { server } = await openNbPair();
    const { read } = server.context.database.raw;
    for (const where of ['agent_id = ?', "agent_id = ? and event = 'new_match'"]) {
      for (const [bound, order] of [
        ['created_at > 5', 'asc'],
        ['created_at < 5', 'desc'],
      ]) {
        const sql = `select * from agent_events where ${where} and ${bound} order by created_at ${order}, seq ${order} limit 20`;
        const plan = read
          .prepare(`explain query plan ${sql}`)
          .all('x')
          .map((row) => (row as { detail: string }).detail)
          .join(' ');
        expect(plan).toMatch(/USING INDEX agent_events_/);
        expect(plan).not.toContain('TEMP B-TREE');
      }
    }
  });
});

describe('GET /api/protocol/agents/{agent_id}/matches (N022)', () => {
  it('answers the new_match events alone, and the matches in them', async () => {
    const { server, sender, recipient } = await openNbPair();
    await dm(sender, { to_agent_id: recipient.id, message: 'No match' });
    const match = { user_id: 'u1', user_name: 'Rita', match_score: 92, shared_tags: ['b2b', 'saas'] };
    const data = { room: 'founder-matching', match_count: 1, matches: [match] };
    server.context.database.raw.write
      .prepare(
        "insert into agent_events (id, agent_id, event, data, trace_id, created_at) values ('evt_1', ?, 'new_match', ?, 'tr_1', ?)",
      )
      .run(recipient.id, JSON.stringify(data), server.clock.now() + 1);
    const answer = await recipient.call('GET', `/api/protocol/agents/${recipient.id}/matches`);
    expect([answer.status, answer.body]).toEqual([
      200,
      {
        events: [
          {
            event: 'new_match',
            agent_id: recipient.id,
            timestamp: expect.stringMatching(OFFSET),
            data,
          },
        ],
        matches: [match],
      },
    ]);
    expect(await eventsOf(recipient)).toHaveLength(2);
  });
});
