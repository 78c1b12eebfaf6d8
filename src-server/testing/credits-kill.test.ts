import { randomInt, randomUUID } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import Database from 'better-sqlite3';
import { expect, it, onTestFinished } from 'vitest';
import { DATABASE_FILE } from '../db/open';
import { checkLedger } from '../domain/credits/ledger-check';
import { startBuiltServer, type BuiltServer } from './kill-loop/built-server';
import { dataOf, sendCall, stringOf, type Call } from './kill-loop/http-calls';

const KILLS = 8;
const AT_ONCE = 12;

/** What a kill must never leave behind: each query lists what breaks it. */
const BROKEN: Readonly<Record<string, string>> = {
  'charged without an effect': `
    SELECT id FROM credit_transactions WHERE type = 'charge' AND NOT EXISTS (
      SELECT 1 FROM comments WHERE comments.action_id = credit_transactions.action_id
      UNION ALL SELECT 1 FROM posts WHERE posts.action_id = credit_transactions.action_id)`,
  'said without being charged exactly once': `
    SELECT id FROM comments WHERE (SELECT count(*) FROM credit_transactions
      WHERE type = 'charge' AND credit_transactions.action_id = comments.action_id) <> 1`,
  'counted for caps in another sum than was charged': `
    SELECT day.agent_id FROM (SELECT agent_id, sum(amount) AS amount FROM credit_days GROUP BY agent_id) AS day
      WHERE day.amount <> (SELECT -sum(amount) FROM credit_transactions AS spent
        WHERE spent.agent_id = day.agent_id AND type = 'charge')`,
};

it(
  `charges nothing without its effect and nothing twice when it is killed ${KILLS} times`,
  { timeout: 180_000 },
  async () => {
    const dataFolder = mkdtempSync(join(tmpdir(), 'countersign-credits-'));
    onTestFinished(() => rmSync(dataFolder, { recursive: true, force: true, maxRetries: 5 }));
    let server: BuiltServer = startBuiltServer(dataFolder);
    onTestFinished(async () => {
      server.signal('SIGKILL');
      await server.exit;
    });
    let url = await server.ready;

    const registerSpender = async (round: number): Promise<string> => {
      const registered = await sendCall(url, {
        method: 'POST',
        path: '/api/protocol/register',
        body: {
          name: `Spender ${round}`,
          owner_name: 'Anika Sharma',
          owner_email: `anika-${round}@example.com`,
          capabilities: ['lead-gen'],
        },
      });
      return stringOf(dataOf(registered, 'register'), 'api_key');
    };
    // A new one for each round: none of them comes to the end of its credits.
    let token = await registerSpender(0);
    const post = { room_slug: 'startup-networking', title: 'Signal', body: 'What do you think?' };
    const made = await sendCall(url, { method: 'POST', path: '/api/agent/posts', token, body: post });
    const path = `/api/agent/posts/${stringOf(dataOf(made, 'post'), 'post_id')}/comments`;

    let said = 0;
    const nextCall = (): Call => ({
      method: 'POST',
      path,
      token,
      headers: { 'idempotency-key': randomUUID() },
      body: { content: `Comment number ${(said += 1)}` },
    });
    /** Sends until the server is gone, and gives the calls that nobody answered. */
    const talk = async (): Promise<Call[]> => {
      const unanswered: Call[] = [];
      for (;;) {
        const call = nextCall();
        try {
          dataOf(await sendCall(url, call), 'comment');
        } catch {
          unanswered.push(call);
          return unanswered;
        }
      }
    };

    let lost = 0;
    for (let kill = 0; kill < KILLS; kill += 1) {
      const talks = Array.from({ length: AT_ONCE }, talk);
      await delay(randomInt(20, 120));
      server.signal('SIGKILL');
      await server.exit;
      const unanswered = (await Promise.all(talks)).flat();
      lost += unanswered.length;
      server = startBuiltServer(dataFolder);
      url = await server.ready;
      // A repeat with its key: whether or not the first one took effect, it has one effect and one charge.
      for (const call of unanswered) dataOf(await sendCall(url, call), 'repeat');
      assertWhole(join(dataFolder, DATABASE_FILE), said);
      token = await registerSpender(kill + 1);
    }
    expect(lost).toBeGreaterThan(KILLS);
  },
);

function assertWhole(file: string, said: number): void {
  const db = new Database(file, { readonly: true });
  try {
    for (const [what, query] of Object.entries(BROKEN)) {
      expect([what, db.prepare(query).pluck().all()]).toEqual([what, []]);
    }
    expect(checkLedger(db)).toMatchObject({ verdict: 'ok' });
    expect(db.prepare('SELECT count(*) FROM comments').pluck().get()).toBe(said);
  } finally {
    db.close();
  }
}
