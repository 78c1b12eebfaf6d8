import { expect, it, describe } from 'vitest';
import type { InboxDetail } from '../../contract/console/inbox';
import { approve, openDesk, openOffice, signIn, type HeldData, type MmaOk } from '../../testing/mma-fixture';
import { openNbPairAtDesk } from '../../testing/nb-pair';
import { createTestServer, registerAgent, type TestServer } from '../../testing/test-server';
import { SOCKET_SECRET_HEADER } from '../../contract/process';
import { HOUR } from '../../lib/clock';

/** decisions §3: what a person does runs once per key, and its first answer comes back byte for byte. */

interface Write {
  readonly method: 'POST' | 'PUT' | 'PATCH' | 'DELETE';
  /** As the table of routes names it, below `/api/console`. */
  readonly route: string;
  readonly path: string;
  readonly body?: object;
  readonly hasSecret?: boolean;
}

interface Sent {
  readonly status: number;
  readonly bytes: string;
  readonly isReplayed: boolean;
}

async function send(server: TestServer, write: Write, key: string): Promise<Sent> {
  const answer = await server.consoleApp.inject({
    method: write.method,
    url: `/api/console${write.path}`,
    headers: { [SOCKET_SECRET_HEADER]: server.socketSecret, 'idempotency-key': key },
    payload: write.body ?? {},
  });
  return {
    status: answer.statusCode,
    bytes: answer.body,
    isReplayed: answer.headers['idempotent-replayed'] === 'true',
  };
}

/** Everything that a write may leave behind: where it failed, nothing of it is there. */
function contentOf(server: TestServer): string {
  const { read } = server.context.database.raw;
  const tables = [
    'users',
    'agents',
    'agent_keys',
    'actions',
    'action_versions',
    'decisions',
    'reads',
    'posts',
    'messages',
    'conversation_members',
    'blocks',
    'payments',
  ];
  const rows = [...tables, 'policies', 'connections', 'jobs', 'outbox', 'audit', 'settings', 'instance'].map(
    (name) => read.prepare(`select * from ${name}`).all(),
  );
  return JSON.stringify(rows);
}

/** While it is on, no answer can be stored: the moment between effect and answer, made as long as one likes. */
function breakAnswers(server: TestServer): Disposable {
  const { write } = server.context.database.raw;
  write.exec(
    `create temp trigger no_answers before insert on main.idempotency_keys begin select raise(abort, 'broken'); end`,
  );
  return { [Symbol.dispose]: () => void write.exec('drop trigger no_answers') };
}

const COVERED = new Set<string>();

async function expectOnce(server: TestServer, write: Write): Promise<void> {
  COVERED.add(`${write.method} /api/console${write.route}`);
  const key = `key-${write.route}`;
  // When keys were used last is written by itself, at some moment.
  server.context.usage.flush();
  const before = contentOf(server);
  {
    using _broken = breakAnswers(server);
    expect([write.path, (await send(server, write, key)).status]).toEqual([write.path, 500]);
    expect(contentOf(server)).toBe(before);
  }
  const first = await send(server, write, key);
  expect([write.path, first.status, first.isReplayed]).toEqual([write.path, 200, false]);
  const after = contentOf(server);
  const repeat = await send(server, write, key);
  if (write.hasSecret) {
    expect([write.path, repeat.status]).toEqual([write.path, 409]);
    expect(repeat.bytes).toContain('already delivered');
  } else {
    expect(repeat).toEqual({ ...first, isReplayed: true });
  }
  expect(contentOf(server)).toBe(after);
}

describe('a person’s write and its answer are one transaction', () => {
  it('in first run', async () => {
    const server = await createTestServer();
    const person = { displayName: 'Anna', email: 'anna@example.org', locale: 'en' };
    await expectOnce(server, { method: 'POST', route: '/setup', path: '/setup', body: person });
    const code = { method: 'POST', route: '/setup/recovery-code', path: '/setup/recovery-code' } as const;
    await expectOnce(server, { ...code, hasSecret: true });
    const made = JSON.parse((await send(server, code, 'another')).bytes) as { recoveryCode: string };
    await expectOnce(server, {
      method: 'POST',
      route: '/setup/recovery-code/confirm',
      path: '/setup/recovery-code/confirm',
      body: { lastGroup: made.recoveryCode.split('-').at(-1) ?? '' },
    });
    await expectOnce(server, { method: 'POST', route: '/setup/dismiss', path: '/setup/dismiss' });
    await expectOnce(server, {
      method: 'PATCH',
      route: '/preferences',
      path: '/preferences',
      body: { expiryDays: 3 },
    });
  });

  it('for the sample world, which is made in several steps and counted once', async () => {
    const { server } = await openDesk();
    const load = { method: 'POST', route: '/sample-world', path: '/sample-world' } as const;
    COVERED.add('POST /api/console/sample-world');
    const [first, second] = await Promise.all([send(server, load, 'k'), send(server, load, 'k')]);
    expect([first.status, second.bytes]).toEqual([200, first.bytes]);
    expect([first.isReplayed, second.isReplayed].filter(Boolean)).toHaveLength(1);
    expect(await send(server, load, 'k')).toEqual({ ...first, isReplayed: true });
    await expectOnce(server, { method: 'DELETE', route: '/sample-world', path: '/sample-world' });
  });

  it('for decisions, whose repeat says what the first one said, whatever came after', async () => {
    const desk = await openDesk();
    const { server, key } = desk;
    const propose = async (content: string): Promise<InboxDetail> => {
      const held = await server.tool<MmaOk<HeldData>>(key, 'drafts.create', { content });
      const id = server.context.database.raw.read
        .prepare('select id from actions where subject_id = ?')
        .pluck()
        .get(held.body.data.draftId) as string;
      return (await server.console<InboxDetail>('GET', `/inbox/${id}`)).body;
    };
    const write = (id: string, verb: string, body: object): Write => ({
      method: 'POST',
      route: `/inbox/:id/${verb}`,
      path: `/inbox/${id}/${verb}`,
      body,
    });
    const item = await propose('Fresh marmalade');
    const until = new Date(server.clock.now() + 3_600_000).toISOString();
    await expectOnce(server, write(item.id, 'snooze', { until }));
    await expectOnce(server, write(item.id, 'unsnooze', {}));
    await expectOnce(server, write(item.id, 'edit', { ...seen(item), fields: { content: 'Fresh jam' } }));
    const edited = (await server.console<InboxDetail>('GET', `/inbox/${item.id}`)).body;
    await expectOnce(server, write(item.id, 'read', seen(edited)));
    const decide = write(item.id, 'decide', { ...seen(edited), verdict: 'approve' });
    await expectOnce(server, decide);
    const decided = await send(server, decide, 'key-/inbox/:id/decide');
    expect(JSON.parse(decided.bytes)).toMatchObject({ status: 'executed', isUndone: false });
    await expectOnce(server, write(item.id, 'undo', {}));
    expect(await send(server, decide, 'key-/inbox/:id/decide')).toEqual(decided);

    const bob = server.context.ids.uuid();
    server.context.database.raw.write
      .prepare(
        "insert into users (id, email, display_name, role, plan, created_at) values (?, 'b@example.org', 'Bob', 'owner', 'free', 0)",
      )
      .run(bob);
    const ask = async () =>
      (await server.tool<MmaOk<HeldData>>(key, 'connections.request', { targetUserId: bob })).body.data
        .draftId;
    const [one, two] = [await ask(), await ask()];
    await approve(server, one);
    await approve(server, two);
    const { id } = server.context.database.raw.read
      .prepare("select id from actions where subject_id = ? and status = 'failed'")
      .get(two) as { id: string };
    await expectOnce(server, write(id, 'retry', {}));
  });

  it('for agents, keys and policies', async () => {
    const { server, agent } = await openDesk();
    const path = `/agents/${agent.agentId}`;
    const own = { route: '/agents/:id', path } as const;
    const created = { name: 'Second', handle: 'second' };
    await expectOnce(server, {
      method: 'POST',
      route: '/agents',
      path: '/agents',
      body: created,
      hasSecret: true,
    });
    await expectOnce(server, { ...own, method: 'PATCH', body: { name: 'Renamed' } });
    await expectOnce(server, {
      method: 'POST',
      route: '/agents/:id/guidance',
      path: `${path}/guidance`,
      body: { text: 'Be brief.' },
    });
    const lines = await server.console<{ items: { id: string }[] }>('GET', `${path}/guidance`);
    await expectOnce(server, {
      method: 'DELETE',
      route: '/agents/:id/guidance/:guidanceId',
      path: `${path}/guidance/${lines.body.items[0]?.id}`,
    });
    server.context.database.raw.write.exec("update agents set origin = 'nb'");
    const held = { kind: 'post.publish', verdict: 'hold' };
    await server.console('PUT', `${path}/policy`, held);
    await expectOnce(server, {
      method: 'POST',
      route: '/agents/:id/allow',
      path: `${path}/allow`,
      body: { kind: 'post.publish', minutes: 5 },
    });
    await expectOnce(server, {
      method: 'DELETE',
      route: '/agents/:id/allow/:kind',
      path: `${path}/allow/post.publish`,
    });
    await expectOnce(server, { method: 'POST', route: '/agents/freeze', path: '/agents/freeze' });
    await expectOnce(server, { method: 'POST', route: '/agents/thaw', path: '/agents/thaw' });
    await expectOnce(server, { method: 'POST', route: '/agents/:id/pause', path: `${path}/pause` });
    await expectOnce(server, { method: 'POST', route: '/agents/:id/resume', path: `${path}/resume` });
    await expectOnce(server, {
      method: 'PUT',
      route: '/agents/:id/policy',
      path: `${path}/policy`,
      body: { kind: 'reaction', verdict: 'deny' },
    });
    await expectOnce(server, {
      method: 'POST',
      route: '/agents/:id/keys',
      path: `${path}/keys`,
      body: { name: 'Two' },
      hasSecret: true,
    });
    const keyId = server.context.database.raw.read
      .prepare("select id from agent_keys where name = 'Two'")
      .pluck()
      .get() as string;
    const one = { route: '/agents/:id/keys/:keyId', path: `${path}/keys/${keyId}` } as const;
    await expectOnce(server, { ...one, method: 'PATCH', body: { name: 'Renamed' } });
    for (const verb of ['freeze', 'thaw', 'leak/settle']) {
      await expectOnce(server, {
        method: 'POST',
        route: `${one.route}/${verb}`,
        path: `${one.path}/${verb}`,
      });
    }
    await expectOnce(server, {
      method: 'POST',
      route: `${one.route}/rotate`,
      path: `${one.path}/rotate`,
      body: { overlapHours: 1 },
      hasSecret: true,
    });
    await expectOnce(server, { ...one, method: 'DELETE' });
    await expectOnce(server, {
      method: 'POST',
      route: '/agents/:id/regenerate-key',
      path: `${path}/regenerate-key`,
      hasSecret: true,
    });
    await expectOnce(server, {
      method: 'PUT',
      route: '/agents/:id/credits/caps',
      path: `${path}/credits/caps`,
      body: { kind: 'all', creditsPerDay: 1.5 },
    });
    const { write, read } = server.context.database.raw;
    write.exec("update users set plan = 'free'; update agents set tier = 'pro'");
    await expectOnce(server, {
      method: 'POST',
      route: '/agents/:id/top-ups',
      path: `${path}/top-ups`,
      body: { packSize: 50 },
    });
    await expectOnce(server, {
      method: 'POST',
      route: '/agents/:id/plans',
      path: `${path}/plans`,
      body: { planKey: 'elite_monthly' },
    });
    const paymentId = String(read.prepare('select id from payments').pluck().get());
    await expectOnce(server, {
      method: 'POST',
      route: '/credits/payments/:id/checkout',
      path: `/credits/payments/${paymentId}/checkout`,
    });
  });

  it('for agents that leave and come', async () => {
    const server = await createTestServer({ mode: 'server' });
    const anna = await signIn(server, 'anna@example.org');
    const bob = await signIn(server, 'bob@example.org');
    const add = async (token: string, handle: string): Promise<string> => {
      const made = await server.call<{ agent: { id: string } }>('POST', '/api/console/agents', {
        key: token,
        body: { name: handle, handle },
      });
      return made.body.agent.id;
    };
    // The private socket speaks for the first person: Anna.
    const own = await add(anna.token, 'own');
    const offer = { route: '/agents/:id/offer', path: `/agents/${own}/offer` } as const;
    await expectOnce(server, { ...offer, method: 'POST', body: { email: 'bob@example.org' } });
    await expectOnce(server, { ...offer, method: 'DELETE' });
    for (const verb of ['accept', 'decline']) {
      const theirs = await add(bob.token, `for-${verb}`);
      const made = await server.call<{ offer: { id: string } }>(
        'POST',
        `/api/console/agents/${theirs}/offer`,
        {
          key: bob.token,
          body: { email: 'anna@example.org' },
        },
      );
      await expectOnce(server, {
        method: 'POST',
        route: `/joining/offers/:offerId/${verb}`,
        path: `/joining/offers/${made.body.offer.id}/${verb}`,
        hasSecret: verb === 'accept',
      });
    }
    await expectOnce(server, {
      method: 'POST',
      route: '/agents/:id/unbind',
      path: `/agents/${own}/unbind`,
      hasSecret: true,
    });
    const last = await add(anna.token, 'last');
    await expectOnce(server, {
      method: 'POST',
      route: '/agents/:id/delete',
      path: `/agents/${last}/delete`,
      body: { confirm: 'last' },
    });
  });

  it('for messages and blocks', async () => {
    const { server, own, other } = await openNbPairAtDesk();
    await other.call('POST', `/api/protocol/agents/${other.id}/dm`, { to_agent_id: own.id, message: 'Hi' });
    const id = String(server.context.database.raw.read.prepare('select id from conversations').pluck().get());
    const one = { route: '/messages/conversations/:id', path: `/messages/conversations/${id}` } as const;
    for (const [verb, body] of [
      ['seen', {}],
      ['messages', { text: 'Hello' }],
    ] as const) {
      await expectOnce(server, {
        method: 'POST',
        route: `${one.route}/${verb}`,
        path: `${one.path}/${verb}`,
        body,
      });
    }
    const block = {
      route: '/messages/blocks/:seat/:agentId',
      path: `/messages/blocks/me/${other.id}`,
    } as const;
    await expectOnce(server, { ...block, method: 'PUT' });
    await expectOnce(server, { ...block, method: 'DELETE' });
  });

  it('for what a person says in rooms', async () => {
    const { server, own } = await openNbPairAtDesk();
    const write = { roomSlug: 'b2b-sales', title: 'By hand', content: 'Words', agentId: own.id };
    await expectOnce(server, { method: 'POST', route: '/posts', path: '/posts', body: write });
    const { read } = server.context.database.raw;
    const postId = String(read.prepare('select id from posts').pluck().get());
    await expectOnce(server, {
      method: 'POST',
      route: '/posts/:id/comments',
      path: `/posts/${postId}/comments`,
      body: { agentId: own.id, content: 'More words' },
    });
    const commentId = String(read.prepare('select id from comments').pluck().get());
    await expectOnce(server, { method: 'DELETE', route: '/comments/:id', path: `/comments/${commentId}` });
    await expectOnce(server, { method: 'DELETE', route: '/posts/:id', path: `/posts/${postId}` });
  });

  it('for claims', async () => {
    const { server } = await openDesk();
    const email = server.context.database.raw.read.prepare('select email from users').pluck().get();
    const [first, second, third] = [
      await registerAgent(server, 'one@example.org'),
      await registerAgent(server, 'two@example.org'),
      await registerAgent(server, String(email)),
    ];
    const claim = { method: 'POST', route: '/joining/claim', path: '/joining/claim' } as const;
    await expectOnce(server, { ...claim, body: { claimCode: first.claimCode } });
    const replacing = { ...claim, body: { claimCode: second.claimCode, replaceKeys: true } };
    expect((await send(server, replacing, 'secret')).status).toBe(200);
    expect((await send(server, replacing, 'secret')).bytes).toContain('already delivered');
    await expectOnce(server, {
      method: 'POST',
      route: '/joining/:id/disown',
      path: `/joining/${third.agentId}/disown`,
    });
  });

  it('for mails that are opened and sent again', async () => {
    const { server } = await openDesk({ smtpUrl: 'smtp://127.0.0.1:1' });
    const { database, identity } = server.context;
    const id = database.writer.transaction((tx) =>
      identity.mail.send(tx, { to: 'bob@example.org', subject: 'Hello', text: 'Code' }),
    );
    // Nobody listens at that port: it is given up after its last attempt.
    for (let attempt = 0; attempt < 5; attempt += 1) {
      await server.processAll();
      server.clock.advance(HOUR);
    }
    await server.context.jobs[Symbol.asyncDispose]();
    const mail = { method: 'POST', route: '/outbox/:id/open', path: `/outbox/${id}/open` } as const;
    await expectOnce(server, { ...mail, hasSecret: true });
    await expectOnce(server, { ...mail, route: '/outbox/:id/resend', path: `/outbox/${id}/resend` });
  });

  it('for backups, restores, copies of the own data and erasure', async () => {
    const { server } = await openDesk();
    const write = (method: Write['method'], route: string, body?: object, path = route): Promise<void> =>
      expectOnce(server, { method, route, path, ...(body ? { body } : {}) });
    await write('PATCH', '/data/backups/settings', { keepDaily: 3 });
    // What follows it is written by itself, later.
    const make = { method: 'POST', route: '/data/backups', path: '/data/backups' } as const;
    COVERED.add('POST /api/console/data/backups');
    const made = await send(server, make, 'k');
    await server.processAll();
    expect(await send(server, make, 'k')).toEqual({ ...made, isReplayed: true });
    const { body } = await server.console<{ items: { name: string }[] }>('GET', '/data/backups');
    expect(body.items).toHaveLength(1);
    const name = body.items[0]?.name ?? '';
    await write('POST', '/data/restore', { source: { type: 'listed', name } });
    await write('DELETE', '/data/restore');
    await write('DELETE', '/data/backups/:name', undefined, `/data/backups/${name}`);
    await write('POST', '/data/exports');
    await server.processAll();
    const exports = await server.console<{ items: { id: string }[] }>('GET', '/data/exports');
    const id = exports.body.items[0]?.id ?? '';
    await write('DELETE', '/data/exports/:id', undefined, `/data/exports/${id}`);
    const target = { type: 'contact', agentId: (await registerAgent(server)).agentId };
    const asked = await server.console<{ confirmation: string }>('POST', '/data/erasure/preview', { target });
    await write('POST', '/data/erasure', { target, confirmation: asked.body.confirmation });
  });

  it('for webhooks', async () => {
    const { server, agent } = await openDesk();
    const base = `/webhooks/${agent.agentId}`;
    const write = (method: Write['method'], route: string, body: object, hasSecret = false) =>
      expectOnce(server, {
        method,
        route: `/webhooks/:id${route}`,
        path: `${base}${route}`,
        body,
        hasSecret,
      });
    const address = { host: 'localhost', port: 9_000 };
    const exceptions = '/webhooks/exceptions';
    await expectOnce(server, { method: 'POST', route: exceptions, path: exceptions, body: address });
    await expectOnce(server, {
      method: 'DELETE',
      route: `${exceptions}/:host/:port`,
      path: `${exceptions}/localhost/9000`,
    });
    await write('PATCH', '', { useCatcher: true }, true);
    await write('POST', '/secret', { overlapHours: 1 }, true);
    await write('POST', '/test', { event: 'new_dm' });
    await server.processAll();
    const list = await server.console<{ items: { id: string }[] }>('GET', `${base}/deliveries`);
    const id = list.body.items[0]?.id ?? '';
    await expectOnce(server, {
      method: 'POST',
      route: '/webhooks/:id/deliveries/:deliveryId/resend',
      path: `${base}/deliveries/${id}/resend`,
    });
    await write('POST', '/recover', { since: new Date(0).toISOString() });
  });

  it('through the tools for people, too', async () => {
    const { server, key, person } = await openOffice();
    const held = await server.tool<MmaOk<HeldData>>(key, 'drafts.create', { content: 'Fresh marmalade' });
    const decide = () =>
      server.tool(
        person.token,
        'drafts.updateStatus',
        { postId: held.body.data.draftId, action: 'approve' },
        { 'idempotency-key': 'k' },
      );
    const before = contentOf(server);
    {
      using _broken = breakAnswers(server);
      expect((await decide()).status).toBe(500);
      expect(contentOf(server)).toBe(before);
    }
    const first = await decide();
    expect(first.body).toMatchObject({ ok: true, data: { status: 'PUBLISHED' } });
    const repeat = await decide();
    expect([repeat.body, repeat.headers['idempotent-replayed']]).toEqual([first.body, 'true']);
  });

  it('and no write of the console is left out', async () => {
    const { server } = await openDesk();
    const writes = server.consoleApp.routeTable
      .filter(({ isWrite }) => isWrite)
      .map(({ method, path }) => `${method} ${path}`);
    // Several decisions are several transactions (gate/bulk.test.ts); a look at a code, at the log, or at what something
    // would do, writes nothing.
    expect(writes.filter((one) => !COVERED.has(one)).toSorted()).toEqual([
      'POST /api/console/audit/verification',
      'POST /api/console/data/erasure/preview',
      'POST /api/console/data/restore/preview',
      'POST /api/console/inbox/bulk',
      'POST /api/console/joining/preview',
    ]);
    expect(writes.length).toBeGreaterThan(15);
  });
});

function seen({ version, versions }: InboxDetail): { version: number; hash: string | undefined } {
  return { version, hash: versions.find((one) => one.version === version)?.hash };
}
