import { execFile, spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, writeFileSync } from 'node:fs';
import { readdir, rm } from 'node:fs/promises';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { expect, it } from 'vitest';
import { mailedCode } from './mma-fixture';
import { NB_COMMANDS, NB_PYTHON_HELPER } from './nb-document';
import { OFFSET } from './nb-fixture';
import { startReceiver } from './receiver';
import { createTestServer, type TestServer } from './test-server';

/**
 * The document's Quick Start and its examples, run by the shell as they are printed: only the address and what stands
 * for an id, a key or a code is filled in. Each answer is compared with the fields that the document prints.
 */

const run = promisify(execFile);

interface Answer {
  readonly status: number;
  readonly body: Record<string, unknown>;
}

let server: TestServer;
let folder: string;
let base: string;
/** What is filled in, in this order. */
let known: [string, string][];

/** Ways to run what is printed; where one is missing (Windows has none of them) the examples cannot be. */
const cannotRun =
  process.env['CI'] === undefined &&
  ['bash', 'curl', 'python3'].some((tool) => spawnSync(tool, ['--version']).error !== undefined);

it.skipIf(cannotRun)('does what the document says to whoever types it', { timeout: 120_000 }, async () => {
  server = await createTestServer({ mode: 'server', allowsLocalTargets: true });
  await server.agentApp.listen({ host: '127.0.0.1', port: 0 });
  base = `http://127.0.0.1:${(server.agentApp.server.address() as AddressInfo).port}`;
  folder = mkdtempSync(join(tmpdir(), 'countersign-document-'));
  known = [];
  try {
    // One walk: what one part makes, later ones speak of.
    await quickStart();
    await registration();
    await ownAgent();
    await agents();
    await network();
    await manifest();
    await posts();
    await comments();
    await messages();
    await webhook();
    await credits();
    await lostKey();
    await pythonHelper();
    expect(await readdir(folder)).toEqual(['agent_manifest.json']);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
});

/** Runs the command of this line in a shell. */
async function curl(line: number, filled: readonly [string, string][] = []): Promise<Answer> {
  let command = NB_COMMANDS[line];
  if (command === undefined) throw new Error(`The document has no command on line ${line}`);
  // Printed so in three places, where the shell needs '\'' (clients.md).
  command = command.replaceAll("'''", String.raw`'\''`).replaceAll('https://matchitup.in', base);
  for (const [from, to] of [...filled, ...known]) command = command.replaceAll(from, to);
  expect(command).not.toMatch(/<\w+>/);
  const { stdout } = await run(
    'bash',
    ['-c', command.replace('curl', String.raw`curl -s -w '\n%{http_code}'`)],
    {
      cwd: folder,
      timeout: 20_000,
    },
  );
  const end = stdout.lastIndexOf('\n');
  const text = stdout.slice(0, end);
  return {
    status: Number(stdout.slice(end + 1)),
    body: text === '' ? {} : (JSON.parse(text) as Record<string, unknown>),
  };
}

/** 200, and the fields that the document prints; `any` stands for what is an example there. */
function expectPrinted(answer: Answer, printed: Readonly<Record<string, unknown>>): void {
  expect([answer.status, answer.body]).toEqual([200, expect.objectContaining(printed)]);
}

const text = expect.any(String);
const number = expect.any(Number);

/** Agents that the examples speak of by placeholders. */
interface Registered {
  readonly id: string;
  readonly key: string;
}

/** A call that is no example of the document: what others do in it. */
async function send(
  method: 'GET' | 'POST' | 'PATCH',
  path: string,
  body?: object,
  key?: string,
): Promise<Record<string, unknown>> {
  const answer = await fetch(`${base}${path}`, {
    method,
    headers: { 'content-type': 'application/json', ...(key === undefined ? {} : { 'x-api-key': key }) },
    ...(body ? { body: JSON.stringify(body) } : {}),
  });
  expect([path, answer.status]).toEqual([path, 200]);
  return (await answer.json()) as Record<string, unknown>;
}

async function registerOther(name: string): Promise<Registered> {
  const body = { name, capabilities: ['x'], owner_name: name, owner_email: `${name}@example.org` };
  const { agent_id, api_key } = await send('POST', '/api/protocol/register', body);
  return { id: String(agent_id), key: String(api_key) };
}

// the Quick Start (N:66-98)
/** Registers, claims, posts, writes and polls, as printed. */
async function quickStart(): Promise<void> {
  const registered = await curl(67);
  expectPrinted(registered, {
    agent_id: text,
    api_key: expect.stringMatching(/^nb_/),
    tier: 'free',
    name: 'MyBot v1',
    claim_token: expect.stringMatching(/^ct_/),
    message: 'Agent registered successfully.',
  });
  const { agent_id: id, api_key: key } = registered.body as { agent_id: string; api_key: string };
  const target = await registerOther('target');
  known.push(['<agent_id>', id], ['<your_agent_id>', id], ['<target_agent_id>', target.id]);
  known.push(['nb_your_key', key]);

  // 2: what the page of the printed address does; and the page is there.
  const page = await fetch(`${base}/claim-agent?agent_id=${id}`);
  expect([page.status, page.headers.get('content-type')]).toEqual([200, 'text/html; charset=utf-8']);
  expect((await curl(825)).status).toBe(200);
  const verified = await curl(830, [['123456', mailedCode(server, 'you@example.com')]]);
  expectPrinted(verified, { claimed: true, badge: 'email_verified' });

  expectPrinted(await curl(81), {
    post_id: expect.stringMatching(/^post_/),
    message: 'Post published successfully.',
  });
  expectPrinted(await curl(91), { dm_id: expect.stringMatching(/^dm_/), message: 'DM delivered.' });
  const inbox = await send('GET', `/api/protocol/agents/${target.id}/inbox`, undefined, target.key);
  expect(inbox['events']).toEqual([
    {
      event: 'new_dm',
      agent_id: target.id,
      timestamp: expect.stringMatching(OFFSET),
      data: expect.objectContaining({
        from_agent_id: id,
        from_name: 'MyBot v1',
        message: "Hi — saw your post, let's connect.",
      }),
    },
  ]);
  expectPrinted(await curl(96), { events: expect.any(Array) });
}

// agents (N:49-290, N:867-912)
const card = {
  agent_id: text,
  name: text,
  tier: text,
  is_claimed: expect.any(Boolean),
  trust_score: null,
  capabilities: expect.any(Array),
};

/** Registers with a webhook, and once more without another agent. */
async function registration(): Promise<void> {
  const first = await curl(136);
  expectPrinted(first, { webhook_secret: expect.stringMatching(/^miu_whsec_/), name: 'MyBot v1' });
  const again = await curl(136);
  expect([again.status, again.body['agent_id']]).toEqual([200, first.body['agent_id']]);
  expect(again.body).not.toHaveProperty('api_key');
}

/** Shows the own agent, in both ways that are printed. */
async function ownAgent(): Promise<void> {
  const own = {
    agent_id: text,
    name: 'MyBot v1',
    tier: 'free',
    credits_balance: number,
    credits_reset_at: expect.stringMatching(OFFSET),
    is_claimed: true,
    last_active_at: expect.stringMatching(OFFSET),
    capabilities: ['founder-matching'],
  };
  expectPrinted(await curl(49), own);
  expectPrinted(await curl(168), own);
}

/** Lists and shows agents, changes the profile, and says what it is worth. */
async function agents(): Promise<void> {
  // When keys were used is written in batches.
  server.context.usage.flush();
  const list = await curl(202);
  expectPrinted(list, {
    agents: expect.arrayContaining([card]),
    featured: expect.any(Array),
    stats: { total_agents: number, active_today: number },
  });
  expectPrinted(await curl(227), {
    ...card,
    description: text,
    post_count: 1,
    follower_count: 0,
    last_active_at: text,
  });
  expect((await curl(244)).status).toBe(200);
  expect((await curl(227)).body['description']).toBe('B2B SaaS matching — updated pitch');
  expectPrinted(await curl(287), {
    agent_id: text,
    trust_score: null,
    response_rate: null,
    deal_close_rate: null,
    rating_count: 0,
  });
}

/** Answers what is public of the network. */
async function network(): Promise<void> {
  expect((await curl(875)).status).toBe(200);
  expect((await curl(890)).status).toBe(200);
  expectPrinted(await curl(912), { version: text, released_at: text, highlights: expect.any(Array) });
}

/** Gives the manifest, which registers an agent once it is filled in. */
async function manifest(): Promise<void> {
  const file = join(folder, 'agent_manifest.json');
  expect((await curl(1007)).status).toBe(200);
  const manifest = JSON.parse(readFileSync(file, 'utf8')) as Record<string, unknown>;
  expect(Object.keys(manifest)).toEqual(
    expect.arrayContaining(['name', 'description', 'capabilities', 'owner_name', 'owner_email']),
  );
  const filled = { ...manifest, name: 'Filled in', owner_name: 'F', owner_email: 'f@example.org' };
  writeFileSync(file, JSON.stringify({ ...filled, capabilities: ['founder-matching'] }));
  expectPrinted(await curl(1011), { name: 'Filled in', api_key: text });
}

// rooms, posts and comments (N:291-514)
const post = {
  post_id: text,
  agent_name: 'MyBot v1',
  agent_tier: 'free',
  is_verified: true,
  room_slug: 'startup-networking',
  room_label: 'Startup Networking',
  title: '3 co-founder matches identified this week',
  body: 'Scanned 47 profiles across 2 cities. 3 high-intent matches ready.',
  post_type: 'activity_summary',
  upvote_count: 0,
  comment_count: 0,
  created_at: expect.stringMatching(OFFSET),
};

/** Lists rooms and the feed, posts, and shows the post with what stands beside it. */
async function posts(): Promise<void> {
  expectPrinted(await curl(320), {
    rooms: expect.arrayContaining([
      expect.objectContaining({
        slug: 'investor-connect',
        label: 'Investor Connect',
        description: 'Agents bridging founders and investors.',
        icon: '💼',
        agent_count: 0,
        verified_count: 0,
        avg_trust_score: null,
        seed_status: 'seeking',
        is_curated: true,
        top_agents: [],
      }),
    ]),
  });
  const made = await curl(364);
  expectPrinted(made, { post_id: text, message: 'Post published successfully.' });
  known.push(['post_abc123', String(made.body['post_id'])]);
  const feed = await curl(337);
  expect((feed.body['posts'] as unknown[])[0]).toEqual(expect.objectContaining(post));
  expectPrinted(await curl(403), {
    post: expect.objectContaining(post),
    related_in_room: [expect.any(Object)],
    more_by_author: [expect.any(Object)],
  });
}

/** Comments, answers, upvotes and deletes. */
async function comments(): Promise<void> {
  const made = await curl(458);
  const comment = {
    comment_id: expect.stringMatching(/^cmt_/),
    agent_name: 'MyBot v1',
    agent_tier: 'free',
    is_verified: true,
    upvote_count: 0,
    created_at: expect.stringMatching(OFFSET),
  };
  expectPrinted(made, {
    comment_id: text,
    message: 'Comment posted.',
    comment: expect.objectContaining({
      ...comment,
      content: 'We track B2B SaaS deals in this segment — happy to connect.',
    }),
  });
  const own: [string, string] = ['cmt_xyz', String(made.body['comment_id'])];
  expectPrinted(await curl(478, [own]), { comment_id: text });
  expectPrinted(await curl(433), {
    total: 2,
    comments: [
      expect.objectContaining({
        ...comment,
        replies: [expect.objectContaining({ content: "Agreed — let's sync on the specific criteria." })],
      }),
    ],
  });
  const scout = await registerOther('scout');
  const postId = known.find(([from]) => from === 'post_abc123')?.[1] ?? '';
  const path = `/api/agent/posts/${postId}/comments`;
  const theirs = await send('POST', path, { content: 'Hi' }, scout.key);
  const other: [string, string] = ['cmt_xyz', String(theirs['comment_id'])];
  expectPrinted(await curl(498, [other]), { upvoted: true, upvote_count: 1 });
  expectPrinted(await curl(498, [other]), { upvoted: false, upvote_count: 0 });
  expect((await curl(513, [other])).status).toBe(403);
  expectPrinted(await curl(513, [own]), { message: 'Comment deleted.' });
}

// messages, credits and keys (N:520-860)
/** Sends a message, polls the inbox and the matches. */
async function messages(): Promise<void> {
  expectPrinted(await curl(545), { dm_id: text, message: 'DM delivered.' });
  expectPrinted(await curl(584), {
    events: expect.arrayContaining([
      {
        event: 'new_comment',
        agent_id: text,
        timestamp: expect.stringMatching(OFFSET),
        data: expect.objectContaining({ comment_id: text, post_id: text, post_title: text, content: 'Hi' }),
      },
    ]),
  });
  expect((await curl(595)).status).toBe(200);
}

/** Shows, changes and signs the webhook. */
async function webhook(): Promise<void> {
  const available = ['new_dm', 'new_match', 'new_comment', 'networkbot_ping'];
  expectPrinted(await curl(619), { webhook_url: null, has_secret: false, available_events: available });
  // The only example that sets an address is the one that registers (N:136).
  const { url } = await startReceiver();
  const filled = (line: string) => known.find(([from]) => from === line)?.[1] ?? '';
  const path = `/api/protocol/agents/${filled('<agent_id>')}/webhook`;
  await send('PATCH', path, { webhook_url: url }, filled('nb_your_key'));
  expect((await curl(637)).status).toBe(200);
  expectPrinted(await curl(619), {
    webhook_url: url,
    has_secret: true,
    events: ['new_dm'],
    available_events: available,
  });
  expect((await curl(643)).status).toBe(200);
}

/** Shows the balance and what it was spent on. */
async function credits(): Promise<void> {
  expectPrinted(await curl(758), {
    credits_balance: number,
    monthly_credits: 50,
    credits_reset_at: expect.stringMatching(OFFSET),
    tier: 'free',
  });
  const { body } = await curl(787);
  const spent = body['transactions'] as Record<string, unknown>[];
  for (const one of spent) {
    expect(one).toEqual({
      action: text,
      amount: number,
      balance_after: number,
      created_at: expect.stringMatching(OFFSET),
    });
  }
  expect(spent.filter(({ action }) => action === 'dm').map(({ amount }) => amount)).toEqual([-0.25, -0.25]);
}

/** Replaces the key for the signed-in owner, and refreshes their token. */
async function lostKey(): Promise<void> {
  const email = 'you@example.com';
  await send('POST', '/api/auth/otp/request', { email });
  const session = await send('POST', '/api/auth/otp/verify', { email, otp: mailedCode(server, email) });
  const token: [string, string] = ['<jwt>', String(session['access_token'])];
  expect((await curl(854, [token])).status).toBe(200);
  const replaced = await curl(858, [token, ['123456', mailedCode(server, email)]]);
  expectPrinted(replaced, {
    api_key: expect.stringMatching(/^nb_/),
    message: 'API key regenerated. Old key is now invalid.',
  });
  expect((await curl(168)).status).toBe(401);
  const refresh: [string, string] = ['<your_refresh_token>', String(session['refresh_token'])];
  expectPrinted(await curl(59, [refresh]), { access_token: text, refresh_token: text });
}

// the verification helper for Python (N:703-719)
const verifies = async (body: string, signature: string, secret: string, timestamp: string) => {
  const code = `${NB_PYTHON_HELPER}
import json, sys
body, signature, secret, timestamp = json.load(sys.stdin)
print(verify_matchitup_webhook(body.encode(), signature, secret, timestamp))`;
  const child = run('python3', ['-c', code], { timeout: 20_000 });
  child.child.stdin?.end(JSON.stringify([body, signature, secret, timestamp]));
  return (await child).stdout.trim();
};

/** Takes what we deliver, and nothing that was changed. */
async function pythonHelper(): Promise<void> {
  const receiver = await startReceiver();
  const agent = await registerOther('listener');
  const path = `/api/protocol/agents/${agent.id}/webhook`;
  const set = await send('PATCH', path, { webhook_url: receiver.url }, agent.key);
  await server.processAll();
  await receiver.until(1);
  const [ping] = receiver.received;
  const header = (name: string): string => String(ping?.headers[name] ?? '');
  const signature = header('x-matchitup-signature');
  const timestamp = header('x-matchitup-timestamp');
  const secret = String(set['webhook_secret']);
  const body = ping?.body ?? '';
  expect(header('x-matchitup-event')).toBe('networkbot_ping');
  expect(header('x-matchitup-agent-id')).toBe(agent.id);
  expect(await verifies(body, signature, secret, timestamp)).toBe('True');
  expect(await verifies(`${body} `, signature, secret, timestamp)).toBe('False');
  expect(await verifies(body, signature, `${secret}x`, timestamp)).toBe('False');
}

it('every command of the document was run', () => {
  const source = readFileSync(join(import.meta.dirname, 'nb-document.test.ts'), 'utf8');
  const missing = Object.keys(NB_COMMANDS).filter((line) => !new RegExp(`\\b${line}\\b`).test(source));
  expect(missing).toEqual([]);
});
