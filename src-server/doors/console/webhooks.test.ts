import { describe, expect, it } from 'vitest';
import type { Problem } from '../../contract/console/problem';
import type { CaughtView, DeliveryDetail, DeliveryView, WebhookView } from '../../contract/console/webhooks';
import { DAY, HOUR } from '../../lib/clock';
import { signIn } from '../../testing/mma-fixture';
import { registerNbAgent, type NbAgent } from '../../testing/nb-fixture';
import { startReceiver, type Receiver } from '../../testing/receiver';
import { createOwner, createTestServer, type TestServer } from '../../testing/test-server';
import { deliveriesOf, raiseDm, runOut } from '../../testing/webhook-fixture';

interface Desk {
  readonly server: TestServer;
  readonly agent: NbAgent;
  readonly path: string;
  readonly receiver: Receiver;
}

type Updated = { webhook: WebhookView; secret: string | null };
type Page = { items: DeliveryView[]; nextCursor: string | null };

/** The desktop's owner with one nb agent; webhooks go to this machine by an exception alone. */
async function openDesk(): Promise<Desk> {
  const server = await createTestServer();
  await createOwner(server);
  const agent = await registerNbAgent(server);
  await server.console('POST', '/joining/claim', { claimCode: agent.claimToken });
  return { server, agent, path: `/webhooks/${agent.id}`, receiver: await startReceiver() };
}

async function except({ server, receiver }: Desk): Promise<void> {
  const body = { host: '127.0.0.1', port: receiver.port };
  expect((await server.console('POST', '/webhooks/exceptions', body)).status).toBe(200);
}

/** A desk whose agent's webhook is the receiver, for direct messages alone. */
async function openConnected(): Promise<Desk> {
  const desk = await openDesk();
  await except(desk);
  await patch(desk, { url: desk.receiver.url, events: ['new_dm'] });
  return desk;
}

const patch = ({ server, path }: Desk, body: object) =>
  server.console<Updated & Problem>('PATCH', path, body);
const view = async ({ server, path }: Desk) => (await server.console<WebhookView>('GET', path)).body;
const page = async ({ server, path }: Desk, query = '') =>
  (await server.console<Page>('GET', `${path}/deliveries${query}`)).body;

describe('an endpoint', () => {
  it('is listed for every agent, also before it has a URL', async () => {
    const { server, agent, path } = await openDesk();
    const { body } = await server.console<{ items: WebhookView[] }>('GET', '/webhooks');
    expect(body.items).toEqual([
      {
        agent: { id: agent.id, name: agent.name, handle: null, isSample: false, isStopped: false },
        url: null,
        isCatcher: false,
        events: null,
        state: 'off',
        disabledReason: null,
        disabledAt: null,
        hasSecret: false,
        overlapUntil: null,
        failuresInRow: 0,
        waiting: 0,
        successRatePct: null,
        p95LatencyMs: null,
        beats: [],
        recovery: null,
      },
    ]);
    expect((await server.console('GET', path)).body).toEqual(body.items[0]);
  });

  it('gets its URL, its events and its secret, the last told once', async () => {
    const desk = await openConnected();
    const again = await patch(desk, { events: ['new_dm', 'new_match'] });
    expect(again.body).toMatchObject({
      secret: null,
      webhook: { state: 'on', events: ['new_dm', 'new_match'] },
    });
    const { read } = desk.server.context.database.raw;
    const [first] = read.prepare("select data from audit where type = 'webhook.changed'").pluck().all();
    expect(String(first)).not.toContain(desk.receiver.url);
    expect((await patch(desk, { url: null })).body.webhook).toMatchObject({ state: 'off', url: null });
  });

  it('is refused a private address with the field named, until its owner excepts that host and port', async () => {
    const desk = await openDesk();
    const refused = await patch(desk, { url: desk.receiver.url });
    expect([refused.status, refused.body.errors]).toEqual([
      400,
      [expect.objectContaining({ path: 'url', rule: 'https_url' })],
    ]);
    const local = await patch(desk, { url: `https://127.0.0.1:${desk.receiver.port}/` });
    expect(local.body.errors).toEqual([expect.objectContaining({ path: 'url', rule: 'local_target' })]);
    await except(desk);
    const taken = await patch(desk, { url: desk.receiver.url });
    expect(taken.body.secret).toMatch(/^miu_whsec_/);
    await desk.server.processAll();
    expect(desk.receiver.received).toHaveLength(1);
    // Another port of the same host is not meant by it.
    const other = await startReceiver();
    expect((await patch(desk, { url: other.url })).status).toBe(400);
  });

  it('loses what an exception allowed as soon as it is taken back', async () => {
    const desk = await openConnected();
    const gone = `/webhooks/exceptions/127.0.0.1/${desk.receiver.port}`;
    expect((await desk.server.console('DELETE', gone)).body).toEqual({ items: [], canAdd: true });
    expect((await desk.server.console('DELETE', gone)).status).toBe(404);
    raiseDm(desk.server, desk.agent.id);
    await desk.server.processAll();
    expect(desk.receiver.received).toHaveLength(0);
    expect(deliveriesOf(desk.server, desk.agent.id)[0]).toMatchObject({ error: 'blocked_target' });
  });

  it('waits while its owner paused it, whatever its agent sets, and goes on afterwards', async () => {
    const desk = await openConnected();
    await patch(desk, { isPaused: true });
    await desk.agent.call('PATCH', `/api/protocol/agents/${desk.agent.id}/webhook`, { events: ['new_dm'] });
    raiseDm(desk.server, desk.agent.id);
    await desk.server.processAll();
    expect(desk.receiver.received).toHaveLength(0);
    expect(await view(desk)).toMatchObject({ state: 'paused', waiting: 1 });
    await patch(desk, { isPaused: false });
    await desk.server.processAll();
    expect(desk.receiver.received).toHaveLength(1);
    expect(await view(desk)).toMatchObject({ state: 'on', waiting: 0, successRatePct: 100 });
  });

  it('shows why it was turned off, and is turned on again', async () => {
    const desk = await openConnected();
    desk.receiver.answer((response) => response.writeHead(410).end());
    raiseDm(desk.server, desk.agent.id);
    await desk.server.processAll();
    expect(await view(desk)).toMatchObject({
      state: 'disabled',
      disabledReason: 'gone',
      disabledAt: expect.any(String),
      successRatePct: 0,
      beats: [{ isSuccess: false, statusCode: 410, latencyMs: expect.any(Number), at: expect.any(String) }],
    });
    expect((await patch(desk, { enable: true })).body.webhook).toMatchObject({
      state: 'on',
      failuresInRow: 0,
    });
  });
});

describe('a secret', () => {
  it('is replaced with an overlap in which the old one goes on signing', async () => {
    const desk = await openConnected();
    const { server, path, receiver, agent } = desk;
    const { body } = await server.console<Updated>('POST', `${path}/secret`, { overlapHours: 24 });
    expect(body.secret).toMatch(/^miu_whsec_/);
    expect(body.webhook.overlapUntil).not.toBeNull();
    raiseDm(server, agent.id);
    await server.processAll();
    expect(receiver.received[0]?.headers).toHaveProperty('x-matchitup-signature-next');
    server.clock.advance(DAY + HOUR);
    raiseDm(server, agent.id);
    await server.processAll();
    expect(receiver.received[1]?.headers).not.toHaveProperty('x-matchitup-signature-next');
    server.context.webhooks.care();
    const { read } = server.context.database.raw;
    expect(read.prepare('select previous_secret from agent_webhooks').pluck().get()).toBeNull();
  });

  it.each([-1, 169, 1.5, 'x'])('takes no overlap of %s hours', async (overlapHours) => {
    const { server, path } = await openDesk();
    expect((await server.console('POST', `${path}/secret`, { overlapHours })).status).toBe(400);
  });
});

describe('deliveries', () => {
  it('are listed newest first, by status and event, in pages', async () => {
    const desk = await openConnected();
    const { server, agent, receiver } = desk;
    for (let index = 0; index < 5; index += 1) raiseDm(server, agent.id);
    await server.processAll();
    receiver.answer((response) => response.writeHead(500).end());
    raiseDm(server, agent.id);
    await runOut(server);
    const all = await page(desk);
    expect(all.items.map(({ status }) => status)).toEqual(['failed', ...Array(5).fill('delivered')]);
    expect((await page(desk, '?status=failed')).items).toEqual([all.items[0]]);
    expect((await page(desk, '?event=new_match')).items).toEqual([]);
    const first = await page(desk, '?limit=4');
    const second = await page(desk, `?limit=4&cursor=${first.nextCursor}`);
    expect([...first.items, ...second.items]).toEqual(all.items);
    expect(second.nextCursor).toBeNull();
  });

  it('are shown with their bytes and every attempt, and no secret', async () => {
    const desk = await openConnected();
    const { server, agent, path, receiver } = desk;
    receiver.answer((response) => response.writeHead(503, { 'x-why': 'busy' }).end('later'));
    raiseDm(server, agent.id, 'Hello');
    await runOut(server);
    const [item] = (await page(desk)).items;
    const { body } = await server.console<DeliveryDetail>('GET', `${path}/deliveries/${item?.id}`);
    expect(JSON.parse(body.body)).toMatchObject({ event: 'new_dm', data: { message: 'Hello' } });
    expect(body.attemptList.map(({ attempt }) => attempt)).toEqual([3, 2, 1]);
    expect(body.attemptList[0]).toMatchObject({
      url: receiver.url,
      statusCode: 503,
      responseBody: 'later',
      responseHeaders: expect.objectContaining({ 'x-why': 'busy' }),
      requestHeaders: expect.objectContaining({ 'webhook-id': item?.id }),
      address: '127.0.0.1',
      error: 'http_status',
    });
    expect(JSON.stringify(body)).not.toContain('miu_whsec_');
  });

  it('are sent again by hand, once, under the same id', async () => {
    const desk = await openConnected();
    const { server, agent, path, receiver } = desk;
    receiver.answer((response) => response.writeHead(500).end());
    raiseDm(server, agent.id);
    await runOut(server);
    const [item] = (await page(desk)).items;
    receiver.answer((response) => response.end());
    const resent = await server.console('POST', `${path}/deliveries/${item?.id}/resend`);
    expect([resent.status, resent.body['status']]).toEqual([200, 'pending']);
    await server.processAll();
    expect((await page(desk)).items).toMatchObject([{ id: item?.id, status: 'delivered', attempts: 4 }]);
    expect(new Set(receiver.received.map(({ headers }) => headers['webhook-id'])).size).toBe(1);
  });

  it('that failed since a time are sent again in the background, with progress', async () => {
    const desk = await openConnected();
    const { server, agent, path, receiver } = desk;
    receiver.answer((response) => response.writeHead(500).end());
    for (let index = 0; index < 3; index += 1) raiseDm(server, agent.id);
    await runOut(server);
    const since = new Date(server.clock.now()).toISOString();
    for (let index = 0; index < 7; index += 1) raiseDm(server, agent.id);
    await runOut(server);
    receiver.answer((response, { body }) => response.writeHead(body.includes('bad') ? 500 : 200).end());
    const started = await server.console<WebhookView>('POST', `${path}/recover`, { since });
    expect(started.body.recovery).toMatchObject({ queued: 0, isOver: false, since });
    const second = await server.console<Problem>('POST', `${path}/recover`, { since });
    expect([second.status, second.body.reason]).toEqual([409, 'recovery_running']);
    await server.processAll();
    expect((await view(desk)).recovery).toMatchObject({ queued: 7, delivered: 7, failed: 0, isOver: true });
    expect((await page(desk, '?status=failed')).items).toHaveLength(3);
  });

  it('of a thousand and more are found step by step', async () => {
    const desk = await openConnected();
    const { server, agent, path } = desk;
    const { write } = server.context.database.raw;
    raiseDm(server, agent.id);
    await server.processAll();
    write.exec(
      `with recursive n(i) as (select 1 union all select i + 1 from n where i < 1200)
       insert into webhook_deliveries (id, agent_id, event, body, trace_id, status, tries_left, next_at, created_at)
       select 'whd_x' || i, agent_id, event, body, trace_id, 'failed', 0, 0, created_at from webhook_deliveries, n`,
    );
    await server.console('POST', `${path}/recover`, { since: new Date(0).toISOString() });
    await server.processAll();
    await server.processAll();
    expect((await view(desk)).recovery).toMatchObject({ queued: 1_200, delivered: 1_200, isOver: true });
  });

  it('are forgotten after 30 days, attempts and all', async () => {
    const { server, agent } = await openConnected();
    raiseDm(server, agent.id);
    await server.processAll();
    const { read } = server.context.database.raw;
    const count = () => [
      read.prepare('select count(*) from webhook_deliveries').pluck().get(),
      read.prepare('select count(*) from webhook_attempts').pluck().get(),
    ];
    server.clock.advance(29 * DAY);
    server.context.webhooks.care();
    expect(count()).toEqual([1, 1]);
    server.clock.advance(2 * DAY);
    server.context.webhooks.care();
    expect(count()).toEqual([0, 0]);
  });
});

describe('trying it', () => {
  it('sends an example of each event, whatever is subscribed', async () => {
    const desk = await openConnected();
    const { server, path, receiver } = desk;
    const events = ['new_dm', 'new_match', 'new_comment', 'networkbot_ping', 'test_fire'];
    for (const event of events) {
      expect((await server.console('POST', `${path}/test`, { event })).body).toMatchObject({
        event,
        isTest: true,
      });
    }
    await server.processAll();
    expect(
      receiver.received.map(({ body }) => (JSON.parse(body) as { event: string }).event).toSorted(),
    ).toEqual(events.toSorted());
    expect((await server.console('POST', `${path}/test`, { event: 'everything' })).status).toBe(400);
  });

  it('needs a URL, and an agent that may send', async () => {
    const desk = await openDesk();
    const { server, path, agent } = desk;
    const test = () => server.console<Problem>('POST', `${path}/test`, { event: 'new_dm' });
    expect((await test()).body).toMatchObject({ status: 409, reason: 'webhook_off' });
    await patch(desk, { useCatcher: true });
    await server.console('POST', `/agents/${agent.id}/pause`);
    expect((await test()).body).toMatchObject({ status: 409, reason: 'agent_not_active' });
    await server.console('POST', `/agents/${agent.id}/resume`);
    expect((await test()).status).toBe(200);
  });

  it('goes to the built-in catcher without any exception or network, verified as a receiver would', async () => {
    const desk = await openDesk();
    const { server, path, agent } = desk;
    const { body } = await patch(desk, { useCatcher: true });
    expect(body.webhook).toMatchObject({ isCatcher: true, state: 'on' });
    raiseDm(server, agent.id, 'Caught');
    await server.processAll();
    const list = async () =>
      (await server.console<{ items: CaughtView[] }>('GET', `${path}/caught`)).body.items;
    const [newest, ping] = await list();
    expect(newest).toMatchObject({ isVerified: true });
    expect(JSON.parse(newest?.body ?? '')).toMatchObject({ event: 'new_dm', data: { message: 'Caught' } });
    expect(JSON.parse(ping?.body ?? '')).toMatchObject({ event: 'networkbot_ping' });
    for (let index = 0; index < 60; index += 1) raiseDm(server, agent.id);
    await server.processAll();
    expect(await list()).toHaveLength(50);
    expect(deliveriesOf(server, agent.id).every(({ status }) => status === 'delivered')).toBe(true);
  });
});

describe('exceptions', () => {
  it('are one host and port each, at most 20, and never a metadata service', async () => {
    const { server } = await openDesk();
    const add = (host: unknown, port: unknown) =>
      server.console<Problem & { items: unknown[] }>('POST', '/webhooks/exceptions', { host, port });
    expect((await add('169.254.169.254', 80)).body.errors?.[0]).toMatchObject({
      path: 'host',
      rule: 'local_target',
    });
    for (const [host, port] of [
      ['', 80],
      ['a b', 80],
      ['http://localhost', 80],
      ['localhost', 0],
      ['localhost', 65_536],
      ['localhost', '80'],
    ]) {
      expect([host, port, (await add(host, port)).status]).toEqual([host, port, 400]);
    }
    for (let port = 1; port <= 20; port += 1) expect((await add('LocalHost', port)).status).toBe(200);
    const over = await add('localhost', 21);
    expect([over.status, over.body.reason]).toEqual([409, 'exceptions_full']);
    const { body } = await server.console<{ items: { host: string }[] }>('GET', '/webhooks/exceptions');
    expect(body.items).toHaveLength(20);
    expect(body.items[0]?.host).toBe('localhost');
  });

  it('are not to be had on a server', async () => {
    const server = await createTestServer({ mode: 'server' });
    const { token } = await signIn(server, 'anika@example.com');
    const answer = await server.call<Problem>('POST', '/api/console/webhooks/exceptions', {
      key: token,
      body: { host: 'localhost', port: 80 },
    });
    expect([answer.status, answer.body.reason]).toEqual([403, 'desktop_only']);
  });
});

it('is nobody else’s: 404 for a stranger, 401 without a session', async () => {
  const server = await createTestServer({ mode: 'server' });
  const agent = await registerNbAgent(server);
  const stranger = await signIn(server, 'bob@example.com');
  const base = `/api/console/webhooks/${agent.id}`;
  const calls: ['GET' | 'POST' | 'PATCH', string, object?][] = [
    ['GET', base],
    ['PATCH', base, { events: [] }],
    ['POST', `${base}/secret`, { overlapHours: 0 }],
    ['POST', `${base}/test`, { event: 'new_dm' }],
    ['GET', `${base}/deliveries`],
    ['GET', `${base}/deliveries/whd_1`],
    ['POST', `${base}/deliveries/whd_1/resend`],
    ['POST', `${base}/recover`, { since: new Date(0).toISOString() }],
    ['GET', `${base}/caught`],
  ];
  for (const [method, url, body] of calls) {
    expect([url, (await server.call(method, url, { body })).status]).toEqual([url, 401]);
    expect([url, (await server.call(method, url, { key: stranger.token, body })).status]).toEqual([url, 404]);
  }
});
