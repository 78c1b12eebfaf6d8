import { describe, expect, it } from 'vitest';
import type { CaseFile } from '../../contract/console/activity';
import type { UpdatedWebhook, WebhookHealth } from '../../contract/nb/webhooks';
import { registerNbAgent, type NbAgent } from '../../testing/nb-fixture';
import { startReceiver } from '../../testing/receiver';
import {
  createOwner,
  createTestServer,
  decideOn,
  newestProposal,
  type Answer,
  type TestServer,
} from '../../testing/test-server';
import { deliveriesOf, localServer, patchWebhook, raiseDm, runOut } from '../../testing/webhook-fixture';

const EVENTS = ['new_dm', 'new_match', 'new_comment', 'networkbot_ping'];
/** As the document prints it (N:611). */
const PRINTED_URL = 'https://myserver.com/miu-events';
const STRANGER = '018f0000-0000-7000-8000-000000000000';
const SECRET = /^miu_whsec_[A-Za-z0-9_-]{43}$/;

function expectDetail(answer: Answer<unknown>, status: number, words: string | RegExp): void {
  expect([answer.status, (answer.body as { detail?: string }).detail]).toEqual([
    status,
    expect.stringMatching(words),
  ]);
}

const withKey = ({ key }: Pick<NbAgent, 'key'>, headers: Record<string, string> = {}) => ({
  headers: { 'x-api-key': key, ...headers },
});
const getWebhook = (server: TestServer, agent: Pick<NbAgent, 'id' | 'key'>) =>
  server.call('GET', `/api/protocol/agents/${agent.id}/webhook`, withKey(agent));
const regenerate = (server: TestServer, agent: NbAgent, headers: Record<string, string> = {}) =>
  server.call<{ webhook_secret: string; message: string }>(
    'POST',
    `/api/protocol/agents/${agent.id}/webhook/regenerate-secret`,
    withKey(agent, headers),
  );
const testFire = (server: TestServer, agent: NbAgent, headers: Record<string, string> = {}) =>
  server.call('POST', '/api/agent/webhooks/test-fire', withKey(agent, headers));
const health = (server: TestServer, agent: NbAgent) =>
  server.call<WebhookHealth>('GET', '/api/agent/webhooks/health', withKey(agent));

/** The desktop's owner claims the agent and wants to be asked about one kind. */
async function askFor(server: TestServer, agent: NbAgent, kind: string): Promise<void> {
  await createOwner(server);
  await server.console('POST', '/joining/claim', { claimCode: agent.claimToken });
  server.context.database.raw.write
    .prepare("insert into policies (agent_id, kind, verdict, set_by, set_at) values (?, ?, 'hold', '', 0)")
    .run(agent.id, kind);
}

describe('GET /api/protocol/agents/{agent_id}/webhook (N023)', () => {
  it('answers the printed fields', async () => {
    const server = await createTestServer();
    const agent = await registerNbAgent(server);
    expect((await getWebhook(server, agent)).body).toEqual({
      webhook_url: null,
      has_secret: false,
      events: EVENTS,
      available_events: EVENTS,
      enabled: false,
    });
    await patchWebhook(server, agent, { webhook_url: PRINTED_URL });
    const { status, body } = await getWebhook(server, agent);
    expect([status, body]).toEqual([
      200,
      {
        webhook_url: PRINTED_URL,
        has_secret: true,
        events: EVENTS,
        available_events: EVENTS,
        enabled: true,
      },
    ]);
  });

  it('knows what was registered', async () => {
    const server = await createTestServer();
    const { body } = await server.call<{ agent_id: string; api_key: string }>(
      'POST',
      '/api/protocol/register',
      {
        body: {
          name: 'MyBot v1',
          capabilities: ['founder-matching'],
          owner_name: 'Anika Sharma',
          owner_email: 'anika@example.com',
          webhook_url: PRINTED_URL,
        },
      },
    );
    const agent = { id: body.agent_id, key: body.api_key };
    expect((await getWebhook(server, agent)).body).toMatchObject({
      webhook_url: PRINTED_URL,
      has_secret: true,
    });
    expect(deliveriesOf(server, agent.id)).toMatchObject([{ event: 'networkbot_ping', status: 'pending' }]);
  });
});

describe('PATCH /api/protocol/agents/{agent_id}/webhook (N024)', () => {
  it('takes the printed request, before any URL is set too', async () => {
    const server = await createTestServer();
    const agent = await registerNbAgent(server);
    const { status, body } = await patchWebhook(server, agent, { events: ['new_dm'] });
    expect([status, body]).toEqual([
      200,
      {
        webhook_url: null,
        has_secret: false,
        events: ['new_dm'],
        available_events: EVENTS,
        enabled: false,
        message: 'Webhook updated.',
      },
    ]);
  });

  it('makes a secret for the first URL, tells it once, and says hello with a ping', async () => {
    const server = await localServer();
    const receiver = await startReceiver();
    const agent = await registerNbAgent(server);
    const first = await patchWebhook(server, agent, { webhook_url: receiver.url });
    expect(first.body).toMatchObject({ webhook_url: receiver.url, has_secret: true, enabled: true });
    expect(first.body.webhook_secret).toMatch(SECRET);
    await server.processAll();
    expect(receiver.received.map(({ headers }) => headers['x-matchitup-event'])).toEqual(['networkbot_ping']);
    const again = await patchWebhook(server, agent, { webhook_url: `${receiver.url}/two` });
    expect(again.body).not.toHaveProperty('webhook_secret');
    await patchWebhook(server, agent, { webhook_url: `${receiver.url}/two` });
    await server.processAll();
    expect(receiver.received).toHaveLength(2);
    const { read } = server.context.database.raw;
    const stored = read.prepare('select result from actions').pluck().all() as string[];
    expect(stored.join()).not.toContain(first.body.webhook_secret);
  });

  it('leaves what is left out (C-43), and takes null as off, [] as none, null events as all', async () => {
    const server = await createTestServer();
    const agent = await registerNbAgent(server);
    const url = { webhook_url: PRINTED_URL };
    await patchWebhook(server, agent, { ...url, events: ['new_dm', 'new_dm'] });
    const steps: [object, object][] = [
      [{ webhook_url: `${PRINTED_URL}/2` }, { webhook_url: `${PRINTED_URL}/2`, events: ['new_dm'] }],
      [{ events: [] }, { webhook_url: `${PRINTED_URL}/2`, events: [], enabled: true }],
      [{ events: null }, { events: EVENTS }],
      [{ webhook_url: null }, { webhook_url: null, has_secret: true, enabled: false }],
      [url, { ...url, has_secret: true, enabled: true }],
    ];
    for (const [change, expected] of steps) {
      expect((await patchWebhook(server, agent, change)).body).toMatchObject(expected);
    }
  });

  it('delivers what is subscribed, nothing while that is [], and gives up what waits when turned off', async () => {
    const server = await localServer();
    const receiver = await startReceiver();
    const agent = await registerNbAgent(server);
    await patchWebhook(server, agent, { webhook_url: receiver.url, events: ['new_match'] });
    raiseDm(server, agent.id);
    await patchWebhook(server, agent, { events: [] });
    raiseDm(server, agent.id);
    expect(deliveriesOf(server, agent.id)).toEqual([]);
    await patchWebhook(server, agent, { events: ['new_dm'] });
    raiseDm(server, agent.id);
    await patchWebhook(server, agent, { webhook_url: null });
    raiseDm(server, agent.id);
    await server.processAll();
    expect(receiver.received).toEqual([]);
    expect(deliveriesOf(server, agent.id)).toMatchObject([{ status: 'failed', error: 'webhook_off' }]);
  });

  it.each([
    ['webhook_url', { webhook_url: 'http://myserver.com/plain' }],
    ['webhook_url', { webhook_url: 'https://127.0.0.1/' }],
    ['webhook_url', { webhook_url: 'https://localhost/' }],
    ['webhook_url', { webhook_url: 'https://me:secret@myserver.com/' }],
    ['webhook_url', { webhook_url: 'nonsense' }],
    ['webhook_url', { webhook_url: '' }],
    ['webhook_url', { webhook_url: `https://a.example/${'x'.repeat(2_000 - 17)}` }],
    ['webhook_url', { webhook_url: 5 }],
    ['events', { events: ['new_dm', 'everything'] }],
    ['events', { events: ['test_fire'] }],
    ['events', { events: 'new_dm' }],
    ['events', { events: Array.from({ length: 21 }, () => 'new_dm') }],
    ['at least one', {}],
  ])('refuses a bad %s with 400 that names it', async (words, change) => {
    const server = await createTestServer();
    const agent = await registerNbAgent(server);
    expectDetail(await patchWebhook(server, agent, change), 400, words);
  });

  it('takes a URL of 2,000 characters', async () => {
    const server = await createTestServer();
    const agent = await registerNbAgent(server);
    const webhook_url = `https://a.example/${'x'.repeat(2_000 - 18)}`;
    expect(webhook_url).toHaveLength(2_000);
    expect((await patchWebhook(server, agent, { webhook_url })).status).toBe(200);
  });

  it('answers a repeat byte for byte, one that held a secret with 409, and another body with 409', async () => {
    const server = await createTestServer();
    const agent = await registerNbAgent(server);
    const one = { 'idempotency-key': 'one' };
    const first = await patchWebhook(server, agent, { webhook_url: PRINTED_URL }, one);
    expect(first.body.webhook_secret).toMatch(SECRET);
    expectDetail(await patchWebhook(server, agent, { webhook_url: PRINTED_URL }, one), 409, 'already');
    const two = { 'idempotency-key': 'two' };
    const plain = await patchWebhook(server, agent, { events: ['new_dm'] }, two);
    const again = await patchWebhook(server, agent, { events: ['new_dm'] }, two);
    expect([again.body, again.headers['idempotent-replayed']]).toEqual([plain.body, 'true']);
    expectDetail(await patchWebhook(server, agent, { events: [] }, two), 409, 'another body');
  });

  it('is held where the owner wants to be asked, done by their approval, and taken back by them', async () => {
    const server = await createTestServer();
    const agent = await registerNbAgent(server);
    await patchWebhook(server, agent, { webhook_url: PRINTED_URL });
    await askFor(server, agent, 'channel.configure');
    const held = await patchWebhook(server, agent, { webhook_url: 'https://else.example/', events: [] });
    expect([held.status, held.body]).toEqual([
      202,
      {
        status: 'PENDING_CONFIRMATION',
        draft_id: expect.stringMatching(/^whc_/),
        expires_at: expect.any(String),
      },
    ]);
    expect((await getWebhook(server, agent)).body['webhook_url']).toBe(PRINTED_URL);
    const item = await newestProposal(server);
    expect([item.kind, item.risk, item.title, item.effects]).toEqual([
      'channel.configure',
      'costly',
      'https://else.example/ · []',
      [
        { code: 'webhook.url', params: { url: 'https://else.example/' } },
        { code: 'webhook.events', params: { events: '' } },
      ],
    ]);
    await decideOn(server, item, 'approve');
    expect((await getWebhook(server, agent)).body).toMatchObject({
      webhook_url: 'https://else.example/',
      events: [],
    });
    expect((await server.console('POST', `/inbox/${item.id}/undo`)).status).toBe(200);
    expect((await getWebhook(server, agent)).body).toMatchObject({
      webhook_url: PRINTED_URL,
      events: EVENTS,
    });
  });

  it('shows what it sent out in the case file of its proposal', async () => {
    const server = await localServer();
    const receiver = await startReceiver();
    const agent = await registerNbAgent(server);
    await askFor(server, agent, 'channel.configure');
    await patchWebhook(server, agent, { webhook_url: receiver.url });
    const item = await newestProposal(server);
    await decideOn(server, item, 'approve');
    await server.processAll();
    const { body } = await server.console<CaseFile>('GET', `/activity/cases/${item.id}`);
    expect(body.entries.filter(({ form }) => form === 'delivery')).toEqual([
      {
        form: 'delivery',
        id: expect.stringMatching(/^whd_/),
        seq: 1,
        at: expect.any(String),
        event: 'networkbot_ping',
        agent: expect.objectContaining({ id: agent.id }),
        status: 'delivered',
        attempts: 1,
        statusCode: 200,
      },
    ]);
  });

  it('ends with the agent’s owner: nothing waits, nothing is kept, and the next one starts from none', async () => {
    const server = await localServer();
    const receiver = await startReceiver();
    const agent = await registerNbAgent(server);
    await createOwner(server);
    await server.console('POST', '/joining/claim', { claimCode: agent.claimToken });
    await patchWebhook(server, agent, { webhook_url: receiver.url });
    await server.processAll();
    raiseDm(server, agent.id);
    const foretold = await server.console('GET', `/agents/${agent.id}/leaving?how=unbind`);
    expect(foretold.body['webhooksEnded']).toBe(1);
    expect((await server.console('POST', `/agents/${agent.id}/unbind`)).status).toBe(200);
    await server.processAll();
    expect(receiver.received).toHaveLength(1);
    const { read } = server.context.database.raw;
    for (const table of ['agent_webhooks', 'webhook_deliveries', 'webhook_attempts']) {
      expect([table, read.prepare(`select count(*) from ${table}`).pluck().get()]).toEqual([table, 0]);
    }
  });

  it('made a first URL by approval, has a secret that regenerating tells', async () => {
    const server = await createTestServer();
    const agent = await registerNbAgent(server);
    await askFor(server, agent, 'channel.configure');
    await patchWebhook(server, agent, { webhook_url: PRINTED_URL });
    await decideOn(server, await newestProposal(server), 'approve');
    expect((await getWebhook(server, agent)).body).toMatchObject({ has_secret: true });
    expect((await regenerate(server, agent)).body.webhook_secret).toMatch(SECRET);
  });
});

describe('POST …/webhook/regenerate-secret (N025)', () => {
  it('gives a new secret, which signs from then on, and tells it once', async () => {
    const server = await localServer();
    const receiver = await startReceiver();
    const agent = await registerNbAgent(server);
    const first = await patchWebhook(server, agent, { webhook_url: receiver.url, events: ['new_dm'] });
    const headers = { 'idempotency-key': 'one' };
    const { status, body } = await regenerate(server, agent, headers);
    expect([status, body]).toEqual([
      200,
      { webhook_secret: expect.stringMatching(SECRET), message: expect.stringContaining('shown once') },
    ]);
    expect(body.webhook_secret).not.toBe(first.body.webhook_secret);
    expectDetail(await regenerate(server, agent, headers), 409, 'already');
    raiseDm(server, agent.id);
    await server.processAll();
    const { Webhook } = await import('standardwebhooks');
    const [got] = receiver.received;
    const verify = (secret: string) =>
      new Webhook(secret, { format: 'raw' }).verify(got?.body ?? '', got?.headers as Record<string, string>);
    expect(verify(body.webhook_secret)).toMatchObject({ event: 'new_dm' });
    expect(() => verify(first.body.webhook_secret ?? '')).toThrow(/signature/i);
    const { read } = server.context.database.raw;
    const actions = read.prepare('select * from actions').all();
    expect(JSON.stringify(actions)).not.toContain(body.webhook_secret);
  });

  it('is refused where the owner wants to be asked, since it could not be told later', async () => {
    const server = await createTestServer();
    const agent = await registerNbAgent(server);
    await askFor(server, agent, 'credential.rotate');
    expectDetail(await regenerate(server, agent), 403, 'Ask them');
  });
});

describe('GET /api/agent/webhooks/health (N074)', () => {
  it('tells of the last ten attempts, and of nothing before the first', async () => {
    const server = await localServer();
    const receiver = await startReceiver();
    const agent = await registerNbAgent(server);
    expect((await health(server, agent)).body).toEqual({
      webhook_url: null,
      success_rate_pct: null,
      p95_latency_ms: null,
      deliveries: [],
    });
    await patchWebhook(server, agent, { webhook_url: receiver.url, events: ['new_dm'] });
    for (let index = 0; index < 8; index += 1) raiseDm(server, agent.id);
    await server.processAll();
    receiver.answer((response) => response.writeHead(500).end());
    raiseDm(server, agent.id);
    await runOut(server);
    const { body } = await health(server, agent);
    expect(body).toMatchObject({ webhook_url: receiver.url, success_rate_pct: 70 });
    expect(body.deliveries).toHaveLength(10);
    expect(body.p95_latency_ms).toBe(Math.max(...body.deliveries.map(({ latency_ms: ms }) => ms)));
    expect(body.deliveries[0]).toEqual({
      delivery_id: deliveriesOf(server, agent.id).at(-1)?.id,
      event: 'new_dm',
      attempt: 3,
      success: false,
      status_code: 500,
      latency_ms: expect.any(Number),
      error: 'HTTP 500',
      timestamp: expect.stringMatching(/\+00:00$/),
    });
    expect(body.deliveries[9]).toMatchObject({ success: true, status_code: 200, error: null, attempt: 1 });
  });
});

describe('POST /api/agent/webhooks/test-fire (N075)', () => {
  it('sends a test whatever is subscribed, once, and answers how it went', async () => {
    const server = await localServer();
    const receiver = await startReceiver();
    const agent = await registerNbAgent(server);
    await patchWebhook(server, agent, { webhook_url: receiver.url, events: [] });
    const { status, body } = await testFire(server, agent);
    expect([status, body]).toEqual([
      200,
      {
        ok: true,
        event: 'test_fire',
        delivery_id: expect.stringMatching(/^whd_/),
        status_code: 200,
        latency_ms: expect.any(Number),
        error: null,
      },
    ]);
    expect(JSON.parse(receiver.received[0]?.body ?? '')).toMatchObject({
      event: 'test_fire',
      agent_id: agent.id,
    });
    for (const code of [500, 404, 302]) {
      receiver.answer((response) => response.writeHead(code).end());
      const failed = await testFire(server, agent);
      expect([failed.status, failed.body['ok'], failed.body['status_code']]).toEqual([200, false, code]);
    }
    await runOut(server);
    expect(receiver.received).toHaveLength(4);
  });

  it('answers ok: false for a target that may not be reached, and 400 without a URL', async () => {
    const server = await createTestServer({
      resolve: (_hostname, callback) => callback(null, [{ address: '10.0.0.1', family: 4 }]),
    });
    const agent = await registerNbAgent(server);
    expectDetail(await testFire(server, agent), 400, 'webhook_url');
    await patchWebhook(server, agent, { webhook_url: PRINTED_URL });
    expect((await testFire(server, agent)).body).toMatchObject({
      ok: false,
      status_code: null,
      error: expect.stringContaining('may not go'),
    });
  });

  it('counts towards turning the endpoint off', async () => {
    const server = await localServer({ hasLimits: false });
    const receiver = await startReceiver();
    receiver.answer((response) => response.writeHead(500).end());
    const agent = await registerNbAgent(server);
    await patchWebhook(server, agent, { webhook_url: receiver.url, events: ['new_dm'] });
    for (let index = 0; index < 20; index += 1) await testFire(server, agent);
    expect((await getWebhook(server, agent)).body['enabled']).toBe(false);
    receiver.answer((response) => response.end());
    expect((await testFire(server, agent)).body['ok']).toBe(true);
    expect((await getWebhook(server, agent)).body['enabled']).toBe(false);
  });

  it('is sent once for an Idempotency-Key, and answers the same', async () => {
    const server = await localServer();
    const receiver = await startReceiver();
    const agent = await registerNbAgent(server);
    await patchWebhook(server, agent, { webhook_url: receiver.url, events: [] });
    const headers = { 'idempotency-key': 'one' };
    const [first, second] = await Promise.all([
      testFire(server, agent, headers),
      testFire(server, agent, headers),
    ]);
    expect(second.body).toEqual(first.body);
    expect((await testFire(server, agent, headers)).body).toEqual(first.body);
    expect(receiver.received).toHaveLength(1);
  });

  it('is refused where the owner wants to be asked, since nobody would wait for how it went', async () => {
    const server = await localServer();
    const receiver = await startReceiver();
    const agent = await registerNbAgent(server);
    await patchWebhook(server, agent, { webhook_url: receiver.url, events: [] });
    await askFor(server, agent, 'channel.configure');
    expectDetail(await testFire(server, agent), 403, 'send a test in Countersign');
    await server.processAll();
    expect(receiver.received).toEqual([]);
  });
});

describe('strangers', () => {
  const calls = (id: string): ['GET' | 'PATCH' | 'POST', string, object?][] => [
    ['GET', `/api/protocol/agents/${id}/webhook`],
    ['PATCH', `/api/protocol/agents/${id}/webhook`, { events: [] }],
    ['POST', `/api/protocol/agents/${id}/webhook/regenerate-secret`],
  ];

  it('are refused: 401 without a key, 403 with another agent’s', async () => {
    const server = await createTestServer();
    const agent = await registerNbAgent(server);
    const other = await registerNbAgent(server);
    for (const id of [agent.id, STRANGER]) {
      for (const [method, url, body] of calls(id)) {
        expectDetail(await server.call(method, url, { body }), 401, 'X-API-Key');
        expectDetail(await server.call(method, url, { ...withKey(other), body }), 403, 'another agent');
      }
    }
    expectDetail(await server.call('GET', '/api/agent/webhooks/health'), 401, 'X-API-Key');
    expectDetail(await server.call('POST', '/api/agent/webhooks/test-fire'), 401, 'X-API-Key');
  });

  it('count in the window of their own writes: 50 an hour, each of the three', async () => {
    const server = await createTestServer({ hasLimits: true });
    const agent = await registerNbAgent(server);
    for (let index = 0; index < 50; index += 1) {
      expect((await patchWebhook(server, agent, { events: [] })).status).toBe(200);
    }
    const over: Answer<UpdatedWebhook> = await patchWebhook(server, agent, { events: [] });
    expectDetail(over, 429, '50 per hour');
    expect(Number(over.headers['retry-after'])).toBeGreaterThan(0);
    expect((await regenerate(server, agent)).status).toBe(429);
  });
});
