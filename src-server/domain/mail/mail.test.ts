import { createServer, type Server, type Socket } from 'node:net';
import { afterEach, describe, expect, it } from 'vitest';
import { createIdentityWorld, type IdentityWorld, type WorldOptions } from '../identity/identity.fixture';
import { DAY, HOUR, SECOND } from '../../lib/clock';
import type { OutgoingMail } from './mail.service';

const cleanUps: (() => PromiseLike<unknown>)[] = [];
afterEach(async () => {
  for (const cleanUp of cleanUps.splice(0).toReversed()) await cleanUp();
});

async function makeWorld(
  options?: WorldOptions,
): Promise<IdentityWorld & { send: (mail: OutgoingMail) => string }> {
  const world = await createIdentityWorld(options);
  cleanUps.push(() => world[Symbol.asyncDispose]());
  const { writer } = world.database;
  return { ...world, send: (mail) => writer.transaction((tx) => world.identity.mail.send(tx, mail)) };
}

const letter = { to: 'Alice@Example.com', subject: 'Hello', text: 'A very particular sentence.\n' };

describe('the local outbox', () => {
  it('keeps mails sealed and opens them newest first, by recipient', async () => {
    const { send, identity, bytesOnDisk, clock } = await makeWorld();
    const id = send(letter);
    clock.advance(SECOND);
    send({ ...letter, to: 'bob@example.com', subject: 'Second' });
    expect(identity.mail.listMails({}).map(({ subject }) => subject)).toEqual(['Second', 'Hello']);
    expect(identity.mail.listMails({ limit: 1 })).toHaveLength(1);
    expect(identity.mail.listMails({ to: 'alice@EXAMPLE.com' })).toMatchObject([
      { id, to: 'alice@example.com', text: letter.text, status: 'local', lastError: null, sentAt: null },
    ]);
    const bytes = bytesOnDisk();
    const readable = ['particular sentence', 'alice@example.com', 'Hello'].filter((text) =>
      bytes.includes(text),
    );
    expect(readable).toEqual([]);
  });

  it('opens no mail whose bytes were swapped with another’s', async () => {
    const { send, identity, database } = await makeWorld();
    send(letter);
    send({ ...letter, subject: 'Other' });
    database.raw.write.exec('UPDATE mails SET sealed = (SELECT sealed FROM mails ORDER BY rowid LIMIT 1)');
    expect(() => identity.mail.listMails({})).toThrow('unable to authenticate data');
  });

  it('keeps subjects on one line and everything within bounds', async () => {
    const { send, identity } = await makeWorld();
    send({
      ...letter,
      subject: `Hi\r\nBcc: all@example.com\u2028${'x'.repeat(300)}`,
      text: 'é'.repeat(30_000),
    });
    const [mail] = identity.mail.listMails({});
    expect(mail?.subject).toMatch(/^Hi Bcc: all@example\.com x+$/);
    expect(mail?.subject).toHaveLength(200);
    expect(mail?.text).toHaveLength(20_000);
  });

  it('keeps the newest thousand, and none longer than 30 days', async () => {
    const { database, identity, clock, send } = await makeWorld();
    database.writer.transaction((tx) => {
      for (let index = 0; index < 1_003; index += 1)
        identity.mail.send(tx, { ...letter, subject: `No ${index}` });
    });
    const rows = () => database.raw.read.prepare('SELECT count(*) FROM mails').pluck().get();
    expect(rows()).toBe(1_000);
    expect(identity.mail.listMails({ limit: 1 })[0]?.subject).toBe('No 1002');
    clock.advance(30 * DAY + 1);
    send(letter);
    expect(rows()).toBe(1);
  });
});

interface SmtpStub {
  url: string;
  /** What was delivered: envelope recipient and data. */
  readonly received: { to: string; data: string }[];
  /** Whether recipients are refused for now. */
  isRefusing: boolean;
}

/** The few lines of RFC 5321 that a client needs, on a free port. */
async function startSmtp(): Promise<SmtpStub> {
  const sockets = new Set<Socket>();
  const stub: SmtpStub = { url: '', received: [], isRefusing: false };
  const server: Server = createServer((socket) => {
    sockets.add(socket);
    let to = '';
    let data: string[] | undefined;
    let pending = '';
    socket.write('220 stub ESMTP\r\n');
    socket.on('data', (chunk) => {
      pending += chunk.toString('utf8');
      const lines = pending.split('\r\n');
      pending = lines.pop() ?? '';
      for (const line of lines) {
        if (data) {
          if (line === '.') {
            stub.received.push({ to, data: data.join('\n') });
            data = undefined;
            socket.write('250 kept\r\n');
          } else data.push(line);
        } else if (line.startsWith('EHLO')) socket.write('250 stub\r\n');
        else if (line.startsWith('RCPT TO:')) {
          to = line.slice('RCPT TO:'.length);
          socket.write(stub.isRefusing ? `550 no such person ${to}\r\n` : '250 ok\r\n');
        } else if (line === 'DATA') {
          data = [];
          socket.write('354 go on\r\n');
        } else if (line === 'QUIT') socket.end('221 bye\r\n');
        else socket.write('250 ok\r\n');
      }
    });
    socket.on('error', () => undefined);
  });
  await new Promise<void>((resolve) => {
    server.listen(0, '127.0.0.1', resolve);
  });
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('no port');
  stub.url = `smtp://127.0.0.1:${address.port}`;
  cleanUps.push(
    () =>
      new Promise<void>((resolve) => {
        for (const socket of sockets) socket.destroy();
        server.close(() => resolve());
      }),
  );
  return stub;
}

describe('mail over SMTP', () => {
  const from = 'Countersign <noreply@example.org>';

  it('is delivered by a job after the commit, as plain text', async () => {
    const smtp = await startSmtp();
    const { send, jobs, identity, clock } = await makeWorld({ smtp: { url: smtp.url, from } });
    send({ ...letter, subject: 'Grüße' });
    expect(identity.mail.listMails({})).toMatchObject([{ status: 'queued' }]);
    expect(smtp.received).toHaveLength(0);
    await jobs.processAll();
    expect(identity.mail.listMails({})).toMatchObject([{ status: 'sent', sentAt: clock.now() }]);
    expect(smtp.received).toHaveLength(1);
    const [{ to, data } = { to: '', data: '' }] = smtp.received;
    expect(to).toBe('<alice@example.com>');
    expect(data).toContain('From: Countersign <noreply@example.org>');
    expect(data).toContain('Content-Type: text/plain; charset=utf-8');
    expect(data).toContain('A very particular sentence.');
    expect(data).toContain('Auto-Submitted: auto-generated');
    await jobs.processAll();
    expect(smtp.received).toHaveLength(1);
  });

  it('is not sent when its transaction rolls back', async () => {
    const smtp = await startSmtp();
    const { database, jobs, identity } = await makeWorld({ smtp: { url: smtp.url, from } });
    expect(() =>
      database.writer.transaction((tx) => {
        identity.mail.send(tx, letter);
        throw new Error('changed my mind');
      }),
    ).toThrow('changed my mind');
    await jobs.processAll();
    expect(smtp.received).toHaveLength(0);
    expect(identity.mail.listMails({})).toHaveLength(0);
  });

  it('is tried again, and arrives once the server takes it', async () => {
    const smtp = await startSmtp();
    const { send, jobs, identity, clock } = await makeWorld({ smtp: { url: smtp.url, from } });
    smtp.isRefusing = true;
    send(letter);
    await jobs.processAll();
    expect(identity.mail.listMails({})).toMatchObject([{ status: 'queued' }]);
    smtp.isRefusing = false;
    clock.advance(HOUR);
    await jobs.processAll();
    expect(identity.mail.listMails({})).toMatchObject([{ status: 'sent' }]);
  });

  it('is given up after five attempts, and the reason on disk names nobody', async () => {
    const smtp = await startSmtp();
    const { send, jobs, identity, clock, bytesOnDisk } = await makeWorld({ smtp: { url: smtp.url, from } });
    smtp.isRefusing = true;
    send(letter);
    for (let attempt = 0; attempt < 4; attempt += 1) {
      await jobs.processAll();
      expect(identity.mail.listMails({})).toMatchObject([{ status: 'queued' }]);
      clock.advance(HOUR);
    }
    await jobs.processAll();
    expect(identity.mail.listMails({})).toMatchObject([
      { status: 'failed', lastError: 'SMTP EENVELOPE 550' },
    ]);
    smtp.isRefusing = false;
    clock.advance(HOUR);
    await jobs.processAll();
    expect(smtp.received).toHaveLength(0);
    expect(bytesOnDisk().includes('alice@example.com')).toBe(false);
  });

  it('that still waits is not dropped for newer mail', async () => {
    const smtp = await startSmtp();
    const { database, identity } = await makeWorld({ smtp: { url: smtp.url, from } });
    database.writer.transaction((tx) => {
      for (let index = 0; index < 1_005; index += 1) identity.mail.send(tx, letter);
    });
    const waiting = database.raw.read
      .prepare("SELECT count(*) FROM mails WHERE status = 'queued'")
      .pluck()
      .get();
    expect(waiting).toBe(1_005);
  });

  it('is refused when five thousand wait', async () => {
    const { database, identity, send } = await makeWorld({ smtp: { url: 'smtp://127.0.0.1:1', from } });
    database.writer.transaction((tx) => {
      for (let index = 0; index < 5_000; index += 1) identity.mail.send(tx, letter);
    });
    expect(() => send(letter)).toThrow('The mail queue is full: 5000 mails wait.');
    await expect(
      identity.codes.request({ purpose: 'sign-in', address: 'a@example.com', ip: null }),
    ).rejects.toThrow('The mail queue is full');
  });
});
