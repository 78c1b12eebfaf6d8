import { Webhook } from 'standardwebhooks';
import { describe, expect, it } from 'vitest';
import { DAY, HOUR } from '../../lib/clock';
import { registerNbAgent, type NbAgent } from '../../testing/nb-fixture';
import { startReceiver, type Received, type Receiver } from '../../testing/receiver';
import { createTestServer, type TestServer } from '../../testing/test-server';
import { deliveriesOf, localServer, patchWebhook, raiseDm, runOut } from '../../testing/webhook-fixture';
import { createSender } from './sender';
import { signatureOf } from './signing';
import type { Resolve } from './targets';

interface Desk {
  readonly server: TestServer;
  readonly agent: NbAgent;
  readonly receiver: Receiver;
  readonly secret: string;
}

/** An agent whose pings are not subscribed, so that a test counts its own deliveries alone. */
async function openDesk(options: Parameters<typeof localServer>[0] = {}): Promise<Desk> {
  const server = await localServer(options);
  const receiver = await startReceiver();
  const agent = await registerNbAgent(server);
  const { body } = await patchWebhook(server, agent, { webhook_url: receiver.url, events: ['new_dm'] });
  return { server, agent, receiver, secret: body.webhook_secret ?? '' };
}

const NOTHING: Received = { headers: {}, body: '', at: 0 };

const stateOf = ({ server, agent }: Desk) =>
  server.context.database.raw.read
    .prepare('select disabled_at, disabled_reason, failures_in_row from agent_webhooks where agent_id = ?')
    .get(agent.id) as {
    disabled_at: number | null;
    disabled_reason: string | null;
    failures_in_row: number;
  };

const attemptsOf = ({ server, agent }: Desk) =>
  server.context.database.raw.read
    .prepare('select * from webhook_attempts where agent_id = ? order by seq')
    .all(agent.id) as Record<string, unknown>[];

describe('a delivery', () => {
  it('arrives with the envelope and headers as printed, signed for both kinds of receivers', async () => {
    const { server, agent, receiver, secret } = await openDesk();
    const eventId = raiseDm(server, agent.id, 'Let’s connect on the SaaS deal.');
    await server.processAll();
    expect(receiver.received).toHaveLength(1);
    const { headers, body } = receiver.received[0] ?? NOTHING;
    expect(JSON.parse(body)).toEqual({
      event: 'new_dm',
      agent_id: agent.id,
      timestamp: expect.stringMatching(/^\d{4}-\d\d-\d\dT[\d:.]+\+00:00$/),
      data: expect.objectContaining({
        from_name: 'MatchMaker Pro',
        message: 'Let’s connect on the SaaS deal.',
      }),
    });
    const timestamp = String(headers['x-matchitup-timestamp']);
    expect(headers).toMatchObject({
      'content-type': 'application/json',
      'x-matchitup-event': 'new_dm',
      'x-matchitup-agent-id': agent.id,
      'x-matchitup-signature': signatureOf(secret, timestamp, body),
    });
    expect(Math.abs(Date.parse(timestamp) - Date.now())).toBeLessThan(60_000);
    const standard = new Webhook(secret, { format: 'raw' });
    expect(standard.verify(body, headers as Record<string, string>)).toEqual(JSON.parse(body));
    const [delivery] = deliveriesOf(server, agent.id);
    expect(delivery).toMatchObject({ status: 'delivered', attempts: 1, status_code: 200, error: null });
    expect(headers['webhook-id']).toBe(delivery?.id);
    const { read } = server.context.database.raw;
    expect(read.prepare('select event_id, trace_id from webhook_deliveries').get()).toEqual({
      event_id: eventId,
      trace_id: 'tr_test',
    });
  });

  it('is tried three times in all, each signed anew under the same id, then given up', async () => {
    const desk = await openDesk();
    const { server, agent, receiver } = desk;
    receiver.answer((response) => response.writeHead(503, { 'x-why': 'busy' }).end('try later'));
    raiseDm(server, agent.id);
    await server.processAll();
    expect(receiver.received).toHaveLength(1);
    server.clock.advance(3_900);
    await server.processAll();
    expect(receiver.received).toHaveLength(1);
    server.clock.advance(2_200);
    await server.processAll();
    expect(receiver.received).toHaveLength(2);
    server.clock.advance(23_000);
    await server.processAll();
    expect(receiver.received).toHaveLength(2);
    server.clock.advance(13_500);
    await server.processAll();
    server.clock.advance(DAY);
    await server.processAll();
    expect(receiver.received).toHaveLength(3);
    const sent = receiver.received.map(({ headers }) => headers);
    expect(new Set(sent.map((headers) => headers['webhook-id'])).size).toBe(1);
    expect(new Set(sent.map((headers) => headers['x-matchitup-timestamp'])).size).toBe(3);
    expect(new Set(sent.map((headers) => headers['x-matchitup-signature'])).size).toBe(3);
    expect(deliveriesOf(server, agent.id)).toMatchObject([
      { status: 'failed', attempts: 3, status_code: 503, error: 'http_status' },
    ]);
    expect(attemptsOf(desk)[0]).toMatchObject({
      attempt: 1,
      url: receiver.url,
      status_code: 503,
      response_body: 'try later',
      is_cut: 0,
      is_success: 0,
      error: 'http_status',
      address: '127.0.0.1',
    });
    expect(JSON.parse(String(attemptsOf(desk)[0]?.['response_headers']))).toMatchObject({ 'x-why': 'busy' });
    expect(stateOf(desk).failures_in_row).toBe(1);
  });

  it.each([200, 201, 204, 299])('counts %s as taken', async (status) => {
    const { server, agent, receiver } = await openDesk();
    receiver.answer((response) => response.writeHead(status).end());
    raiseDm(server, agent.id);
    await server.processAll();
    expect(deliveriesOf(server, agent.id)[0]).toMatchObject({ status: 'delivered', status_code: status });
  });

  it.each([
    [302, 'redirect'],
    [308, 'redirect'],
    [400, 'http_status'],
    [404, 'http_status'],
    [500, 'http_status'],
  ])('counts %s as not taken, and follows nothing', async (status, error) => {
    const { server, agent, receiver } = await openDesk();
    const other = await startReceiver();
    receiver.answer((response) => response.writeHead(status, { location: other.url }).end());
    raiseDm(server, agent.id);
    await runOut(server);
    expect(other.received).toHaveLength(0);
    expect(deliveriesOf(server, agent.id)[0]).toMatchObject({ status: 'failed', status_code: status, error });
  });

  it('waits while its agent is paused or its owner froze all, and goes afterwards', async () => {
    const { server, agent, receiver } = await openDesk();
    const { write } = server.context.database.raw;
    for (const [stop, go] of [
      ["status = 'paused'", "status = 'unclaimed'"],
      ['frozen_at = 1', 'frozen_at = null'],
    ]) {
      receiver.received.length = 0;
      write.prepare(`update agents set ${stop} where id = ?`).run(agent.id);
      raiseDm(server, agent.id);
      await server.processAll();
      expect(receiver.received).toHaveLength(0);
      write.prepare(`update agents set ${go} where id = ?`).run(agent.id);
      server.context.webhooks.dispatcher.touch();
      await server.processAll();
      expect(receiver.received).toHaveLength(1);
    }
  });

  it('is sent by the next server when one ended before it could, under the same id', async () => {
    const desk = await openDesk();
    const { server, agent, receiver } = desk;
    raiseDm(server, agent.id);
    const [before] = deliveriesOf(server, agent.id);
    await server.stop();
    const { dataFolder, masterKey } = server;
    const next = await localServer({ dataFolder, masterKey });
    await next.processAll();
    expect(receiver.received.map(({ headers }) => headers['webhook-id'])).toEqual([before?.id]);
  });

  it('that is cut off by the end of the server is no failure, and is sent again', async () => {
    const { server, agent, receiver } = await openDesk();
    receiver.answer(() => {});
    raiseDm(server, agent.id);
    server.context.webhooks.dispatcher.start();
    await receiver.until(1);
    await server.stop();
    receiver.answer((response) => response.end());
    const { dataFolder, masterKey } = server;
    const next = await localServer({ dataFolder, masterKey });
    expect(deliveriesOf(next, agent.id)).toMatchObject([{ status: 'pending', attempts: 0 }]);
    await next.processAll();
    expect(deliveriesOf(next, agent.id)).toMatchObject([{ status: 'delivered', attempts: 1 }]);
    const ids = receiver.received.map(({ headers }) => headers['webhook-id']);
    expect(ids).toEqual([ids[0], ids[0]]);
  });

  it('goes out although the clock was set back by days between two tries', async () => {
    const { server, agent, receiver } = await openDesk();
    receiver.answer((response) => response.writeHead(500).end());
    raiseDm(server, agent.id);
    await server.processAll();
    server.clock.advance(-3 * DAY);
    receiver.answer((response) => response.end());
    await server.processAll();
    expect(deliveriesOf(server, agent.id)).toMatchObject([{ status: 'delivered', attempts: 2 }]);
    server.clock.advance(9 * DAY);
    raiseDm(server, agent.id);
    await server.processAll();
    expect(receiver.received).toHaveLength(3);
  });
});

describe('an endpoint', () => {
  it('that sends 100 MB is cut, and what it said first is kept', async () => {
    const desk = await openDesk();
    const { server, agent, receiver } = desk;
    let sent = 0;
    const closed = new Promise<void>((resolve) => {
      receiver.answer((response) => {
        const chunk = 'x'.repeat(1_000_000);
        response.once('close', resolve);
        const more = (): void => {
          while (sent < 100_000_000 && !response.destroyed) {
            sent += chunk.length;
            if (!response.write(chunk)) {
              response.once('drain', more);
              return;
            }
          }
          response.end();
        };
        more();
      });
    });
    raiseDm(server, agent.id);
    await server.processAll();
    await closed;
    expect(sent).toBeLessThan(100_000_000);
    expect(deliveriesOf(server, agent.id)).toMatchObject([{ status: 'delivered' }]);
    const [attempt] = attemptsOf(desk);
    expect(String(attempt?.['response_body'])).toHaveLength(16 * 1_024);
    expect(attempt?.['is_cut']).toBe(1);
  });

  it.each([
    ['before it answers', (response: { socket: { destroy(): void } | null }) => response.socket?.destroy()],
    [
      'within its answer',
      (response: {
        writeHead(status: number, headers: object): unknown;
        write(text: string, done: () => void): unknown;
        socket: { destroy(): void } | null;
      }) => {
        response.writeHead(200, { 'content-length': '1000' });
        response.write('only this', () => response.socket?.destroy());
      },
    ],
  ])('that closes early, %s, has not taken it', async (_when, answer) => {
    const { server, agent, receiver } = await openDesk();
    receiver.answer((response) => answer(response as never));
    raiseDm(server, agent.id);
    await server.processAll();
    expect(deliveriesOf(server, agent.id)[0]).toMatchObject({ status: 'pending', error: 'closed_early' });
  });

  it('that nobody listens at, or whose name nobody knows, has not taken it', async () => {
    const { server, agent, receiver } = await openDesk();
    await receiver[Symbol.asyncDispose]();
    raiseDm(server, agent.id);
    await server.processAll();
    expect(deliveriesOf(server, agent.id)[0]).toMatchObject({ status: 'pending', error: 'refused' });
    await patchWebhook(server, agent, { webhook_url: 'https://nobody.example/' });
    server.clock.advance(HOUR);
    await server.processAll();
    expect(deliveriesOf(server, agent.id)[0]).toMatchObject({ status: 'pending', error: 'unknown_host' });
  });

  it('that hangs is given up after ten seconds, and delays no other meanwhile', async () => {
    const { server, agent, receiver } = await openDesk();
    receiver.answer(() => {});
    const healthy = await startReceiver();
    const other = await registerNbAgent(server);
    await patchWebhook(server, other, { webhook_url: healthy.url, events: ['new_dm'] });
    server.context.webhooks.dispatcher.start();
    const began = Date.now();
    for (let index = 0; index < 10; index += 1) raiseDm(server, agent.id);
    await receiver.until(1);
    for (let index = 0; index < 20; index += 1) raiseDm(server, other.id);
    await healthy.until(20);
    expect(Date.now() - began).toBeLessThan(5_000);
    // One at a time, as long as it does not answer.
    expect(receiver.received).toHaveLength(1);
    await expect
      .poll(() => deliveriesOf(server, agent.id)[0], { timeout: 15_000, interval: 200 })
      .toMatchObject({ status: 'pending', attempts: 1, status_code: null, error: 'timeout' });
    expect(Date.now() - began).toBeGreaterThan(9_000);
  }, 30_000);

  it('that answers 410 is turned off at once; its owner and its agent are told', async () => {
    const desk = await openDesk();
    const { server, agent, receiver } = desk;
    receiver.answer((response) => response.writeHead(410).end());
    for (let index = 0; index < 3; index += 1) raiseDm(server, agent.id);
    await runOut(server);
    expect(receiver.received).toHaveLength(1);
    expect(stateOf(desk)).toMatchObject({ disabled_at: expect.any(Number), disabled_reason: 'gone' });
    expect(deliveriesOf(server, agent.id).map(({ status, error }) => [status, error])).toEqual([
      ['failed', 'http_status'],
      ['failed', 'webhook_disabled'],
      ['failed', 'webhook_disabled'],
    ]);
    const { read } = server.context.database.raw;
    expect(
      read.prepare("select data from agent_events where event = 'webhook_disabled'").pluck().all(),
    ).toEqual([JSON.stringify({ webhook_url: receiver.url, reason: 'gone', failures_in_row: 1 })]);
    expect(read.prepare("select count(*) from audit where type = 'webhook.disabled'").pluck().get()).toBe(1);
    const [mail] = server.context.identity.mail.listMails({});
    expect(mail?.subject).toContain('was turned off');
    expect(mail?.text).toContain(receiver.url);
    // Off means off: what happens now is for the inbox alone.
    raiseDm(server, agent.id);
    expect(deliveriesOf(server, agent.id)).toHaveLength(3);
  });

  it('is turned off by 20 failures in a row, not by 19, and PATCH turns it on again', async () => {
    const desk = await openDesk();
    const { server, agent, receiver } = desk;
    receiver.answer((response) => response.writeHead(500).end());
    for (let index = 0; index < 19; index += 1) raiseDm(server, agent.id);
    await runOut(server);
    await runOut(server);
    expect(stateOf(desk)).toMatchObject({ disabled_at: null, failures_in_row: 19 });
    receiver.answer((response) => response.end());
    raiseDm(server, agent.id);
    await runOut(server);
    expect(stateOf(desk)).toMatchObject({ disabled_at: null, failures_in_row: 0 });
    receiver.answer((response) => response.writeHead(500).end());
    for (let index = 0; index < 20; index += 1) raiseDm(server, agent.id);
    await runOut(server);
    await runOut(server);
    expect(stateOf(desk)).toMatchObject({ disabled_reason: 'failing', failures_in_row: 20 });
    const { body } = await patchWebhook(server, agent, { events: ['new_dm'] });
    expect(body).toMatchObject({ webhook_url: receiver.url, events: ['new_dm'], enabled: true });
    expect(stateOf(desk)).toEqual({ disabled_at: null, disabled_reason: null, failures_in_row: 0 });
  });
});

describe('a target', () => {
  const steered = (address: () => string): Resolve => {
    return (_hostname, callback) => callback(null, [{ address: address(), family: 4 }]);
  };

  it.each(['127.0.0.1', '10.1.2.3', '169.254.169.254', '100.64.0.1'])(
    'whose name leads to %s is not connected to',
    async (address) => {
      const receiver = await startReceiver();
      const server = await createTestServer({ resolve: steered(() => address) });
      const agent = await registerNbAgent(server);
      const webhook_url = `https://rebind.example:${receiver.port}/`;
      await patchWebhook(server, agent, { webhook_url, events: ['new_dm'] });
      raiseDm(server, agent.id);
      await server.processAll();
      expect(receiver.received).toHaveLength(0);
      expect(deliveriesOf(server, agent.id)[0]).toMatchObject({ error: 'blocked_target', attempts: 1 });
      const { read } = server.context.database.raw;
      expect(read.prepare('select address from webhook_attempts').pluck().get()).toBe(address);
    },
  );

  it('is connected to at the very address that was looked at, whatever its name says a moment later', async () => {
    const receiver = await startReceiver();
    const asked: string[] = [];
    await using sender = createSender({
      resolve: (hostname, callback) => {
        asked.push(hostname);
        callback(null, [{ address: asked.length === 1 ? '127.0.0.1' : '169.254.169.254', family: 4 }]);
      },
    });
    const url = `http://rebind.example:${receiver.port}/`;
    const post = () => sender.post({ url, headers: {}, body: '{}', mayBeLocal: true });
    receiver.answer((response) => response.writeHead(200, { connection: 'close' }).end());
    expect(await post()).toMatchObject({ statusCode: 200, address: '127.0.0.1' });
    expect(asked).toEqual(['rebind.example']);
    expect(await post()).toMatchObject({ error: 'blocked_target', address: '169.254.169.254' });
    expect(receiver.received).toHaveLength(1);
  });
});
