import { randomInt } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { expect, it, onTestFinished } from 'vitest';
import { startBuiltServer, type BuiltServer } from './kill-loop/built-server';
import { sendCall, UnansweredError, type Answer } from './kill-loop/http-calls';
import { startReceiver, type Receiver } from './receiver';

const KILLS = 12;
const COMMENTS_PER_LIFE = 30;
/** A kill comes within this after a life's first comment, ms. */
const KILLED_WITHIN_MS = 150;
const ARRIVED_WITHIN_MS = 60_000;

interface NbAgent {
  readonly id: string;
  readonly key: string;
}

async function call(url: string, key: string, method: 'POST' | 'PATCH', path: string, body: unknown) {
  return sendCall(url, { method, path, body, headers: { 'x-api-key': key } });
}

async function register(url: string, name: string): Promise<NbAgent> {
  const body = {
    name,
    capabilities: ['founder-matching'],
    owner_name: 'Anika Sharma',
    owner_email: `${name}@example.com`,
  };
  const { json } = await sendCall(url, { method: 'POST', path: '/api/protocol/register', body });
  return { id: String(json['agent_id']), key: String(json['api_key']) };
}

const commentIdOf = (body: string): string =>
  (JSON.parse(body) as { data: { comment_id: string } }).data.comment_id;

/** Comments until the server is killed under it; gives the ids that were answered. */
async function commentUntilKilled(server: BuiltServer, key: string, postId: string, life: number) {
  const url = await server.ready;
  const answered: string[] = [];
  let killed: Promise<void> | undefined;
  for (let index = 0; index < COMMENTS_PER_LIFE; index += 1) {
    const content = `Comment ${index} of life ${life}.`;
    try {
      const path = `/api/agent/posts/${postId}/comments`;
      const answer: Answer = await call(url, key, 'POST', path, { content });
      if (answer.status === 200) answered.push(String(answer.json['comment_id']));
    } catch (error) {
      if (!(error instanceof UnansweredError)) throw error;
      break;
    }
    // The first call of a process takes long; what is to be met comes after it.
    killed ??= pause(randomInt(KILLED_WITHIN_MS)).then(() => server.signal('SIGKILL'));
  }
  await killed;
  server.signal('SIGKILL');
  await server.exit;
  return answered;
}

function idsByComment({ received }: Receiver): Map<string, Set<string>> {
  const ids = new Map<string, Set<string>>();
  for (const { headers, body } of received) {
    const comment = commentIdOf(body);
    ids.set(comment, (ids.get(comment) ?? new Set()).add(String(headers['webhook-id'])));
  }
  return ids;
}

it(
  `delivers everything at least once, each under one id, however it is killed (${KILLS} times)`,
  { timeout: 300_000 },
  async () => {
    const dataFolder = mkdtempSync(join(tmpdir(), 'countersign-webhook-kills-'));
    onTestFinished(() => rmSync(dataFolder, { recursive: true, force: true, maxRetries: 5 }));
    const start = (): BuiltServer => {
      const server = startBuiltServer(dataFolder, ['--allow-local-targets']);
      onTestFinished(async () => {
        server.signal('SIGKILL');
        await server.exit;
      });
      return server;
    };
    const receiver = await startReceiver();
    // Slow enough that a kill finds requests under way.
    receiver.answer((response) => void setTimeout(() => response.end(), randomInt(30)));

    let server = start();
    const url = await server.ready;
    const author = await register(url, 'author');
    const other = await register(url, 'other');
    await call(url, author.key, 'PATCH', `/api/protocol/agents/${author.id}/webhook`, {
      webhook_url: receiver.url,
      events: ['new_comment'],
    });
    const post = await call(url, author.key, 'POST', '/api/agent/posts', {
      room_slug: 'founder-matching',
      title: 'Looking for a co-founder',
      body: 'B2B SaaS, seed stage.',
      post_type: 'signal_found',
    });
    expect([post.status, post.text]).toEqual([200, expect.any(String)]);
    const postId = String(post.json['post_id']);

    const answered: string[] = [];
    for (let life = 0; life < KILLS; life += 1) {
      answered.push(...(await commentUntilKilled(server, other.key, postId, life)));
      server = start();
    }
    await server.ready;
    await expect
      .poll(() => answered.filter((id) => !idsByComment(receiver).has(id)), { timeout: ARRIVED_WITHIN_MS })
      .toEqual([]);
    expect(answered.length).toBeGreaterThan(KILLS);
    const ids = [...idsByComment(receiver).values()];
    expect(ids.filter((of) => of.size !== 1)).toEqual([]);
    expect(new Set(ids.map((of) => [...of][0])).size).toBe(ids.length);
  },
);
