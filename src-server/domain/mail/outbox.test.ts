import { describe, expect, it } from 'vitest';
import type { MailDetail, MailRow } from '../../contract/console/outbox';
import { HOUR } from '../../lib/clock';
import { signIn } from '../../testing/mma-fixture';
import { createOwner, createTestServer, type TestServer } from '../../testing/test-server';

interface Page {
  readonly items: MailRow[];
  readonly nextCursor: string | null;
  readonly delivery: string;
}

/** Nobody listens there: every delivery fails at once. */
const DEAD_SMTP = 'smtp://127.0.0.1:1';

function write(server: TestServer, count: number, to = 'bob@example.com'): void {
  const { database, identity } = server.context;
  database.writer.transaction((tx) => {
    for (let index = 1; index <= count; index += 1) {
      identity.mail.send(tx, { to, subject: `No ${index}`, text: `Code 00000${index}\n` });
    }
  });
}

async function openDesk(smtpUrl?: string): Promise<TestServer> {
  const server = await createTestServer(smtpUrl === undefined ? {} : { smtpUrl });
  await createOwner(server);
  return server;
}

const list = (server: TestServer, query = '') => server.console<Page>('GET', `/outbox${query}`);

function auditTypes(server: TestServer, type: string): unknown[] {
  return server.context.database.raw.read
    .prepare('SELECT subject_id FROM audit WHERE type = ?')
    .pluck()
    .all(type);
}

describe('the outbox in the window', () => {
  it('lists mails without their text, page by page, each once', async () => {
    const server = await openDesk();
    write(server, 5);
    const seen: MailRow[] = [];
    let cursor: string | null = '';
    while (cursor !== null) {
      const { status, body }: { status: number; body: Page } = await list(
        server,
        `?limit=2${cursor ? `&cursor=${cursor}` : ''}`,
      );
      expect(status).toBe(200);
      expect(body.delivery).toBe('local');
      seen.push(...body.items);
      cursor = body.nextCursor;
    }
    expect(seen.map(({ subject }) => subject).toSorted()).toEqual(['No 1', 'No 2', 'No 3', 'No 4', 'No 5']);
    expect(seen.every((mail) => !('text' in mail) && mail.state === 'local' && !mail.canResend)).toBe(true);
    expect(seen.map(({ createdAt }) => createdAt)).toEqual(
      seen
        .map(({ createdAt }) => createdAt)
        .toSorted()
        .toReversed(),
    );
  });

  it('narrows to a state and to one recipient', async () => {
    const server = await openDesk();
    write(server, 2);
    write(server, 1, 'carol@example.com');
    expect((await list(server, '?to=Carol@example.com')).body.items).toMatchObject([
      { to: 'carol@example.com' },
    ]);
    expect((await list(server, '?state=failed')).body.items).toEqual([]);
    expect((await list(server, '?state=local')).body.items).toHaveLength(3);
  });

  it('shows a text to an admin in the window, and writes down who read which', async () => {
    const server = await openDesk();
    write(server, 1);
    const [mail] = (await list(server)).body.items;
    expect(auditTypes(server, 'mail.read')).toEqual([]);
    const opened = await server.console<MailDetail>('POST', `/outbox/${mail?.id}/open`);
    expect(opened).toMatchObject({ status: 200, body: { text: 'Code 000001\n', to: 'bob@example.com' } });
    expect(auditTypes(server, 'mail.read')).toEqual([mail?.id]);
  });

  it('keeps no text for repeats of a request', async () => {
    const server = await openDesk();
    write(server, 1);
    const [mail] = (await list(server)).body.items;
    await server.console('POST', `/outbox/${mail?.id}/open`);
    const kept = server.context.database.raw.read
      .prepare('SELECT answer FROM idempotency_keys')
      .pluck()
      .all();
    expect(kept.filter((answer) => String(answer).includes('Code 000001'))).toEqual([]);
  });

  it('answers bad cursors, bad filters and unknown mails plainly', async () => {
    const server = await openDesk();
    const bad = await list(server, '?cursor=nonsense');
    expect(bad.status).toBe(400);
    expect(JSON.stringify(bad.body)).toContain('cursor');
    expect((await list(server, '?state=lost')).status).toBe(400);
    expect((await list(server, '?to=nobody')).status).toBe(400);
    expect((await list(server, '?surprise=1')).status).toBe(400);
    for (const act of ['open', 'resend']) {
      expect((await server.console('POST', `/outbox/mail_nothing/${act}`)).status).toBe(404);
    }
  });
});

describe('sending again', () => {
  it('queues a failed mail once, however often it is asked for', async () => {
    const server = await openDesk(DEAD_SMTP);
    write(server, 1);
    for (let attempt = 0; attempt < 5; attempt += 1) {
      await server.processAll();
      server.clock.advance(HOUR);
    }
    const page = (await list(server)).body;
    expect(page.delivery).toBe('smtp');
    expect(page.items).toMatchObject([{ state: 'failed', canResend: true }]);
    expect(page.items[0]?.error).toMatch(/^SMTP /);
    const id = page.items[0]?.id ?? '';
    const waiting = () =>
      server.context.database.raw.read
        .prepare("SELECT count(*) FROM jobs WHERE type = 'mail.send' AND status = 'waiting'")
        .pluck()
        .get();

    await server.context.jobs[Symbol.asyncDispose]();
    for (let asked = 0; asked < 2; asked += 1) {
      const again = await server.console<MailRow>('POST', `/outbox/${id}/resend`);
      expect(again).toMatchObject({ status: 200, body: { state: 'queued', error: null, canResend: false } });
    }
    expect(waiting()).toBe(1);
    expect(auditTypes(server, 'mail.resent')).toEqual([id]);
  });

  it('is refused where no mail leaves the machine', async () => {
    const server = await openDesk();
    write(server, 1);
    const [mail] = (await list(server)).body.items;
    expect((await server.console('POST', `/outbox/${mail?.id}/resend`)).status).toBe(409);
  });
});

describe('the outbox of a server', () => {
  it('is closed to people who are no admins and to nobody at all', async () => {
    const server = await createTestServer({ mode: 'server' });
    const person = await signIn(server, 'anna@example.org');
    const [mail] = server.context.identity.mail.listMails({});
    const calls = [
      ['GET', '/api/console/outbox'],
      ['POST', `/api/console/outbox/${mail?.id}/open`],
      ['POST', `/api/console/outbox/${mail?.id}/resend`],
    ] as const;
    for (const [method, path] of calls) {
      expect((await server.call(method, path)).status).toBe(401);
      expect((await server.call(method, path, { key: person.token })).status).toBe(403);
    }
    expect(auditTypes(server, 'mail.read')).toEqual([]);
  });
});
