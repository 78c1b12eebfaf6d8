import { once } from 'node:events';
import { get } from 'node:http';
import { mkdtempSync, rmSync } from 'node:fs';
import { randomInt } from 'node:crypto';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it, onTestFinished } from 'vitest';
import { openAccounts } from './kill-loop/accounts';
import { startBuiltServer, type BuiltServer } from './kill-loop/built-server';
import { dataOf, sendCall, stringOf, type Answer } from './kill-loop/http-calls';
import { runKillLoop } from './kill-loop/kill-loop';

const KILLS = 50;

it(
  `loses nothing acknowledged and does nothing twice when it is killed ${KILLS} times`,
  { timeout: 600_000 },
  async () => {
    const report = await runKillLoop({ kills: KILLS, seed: randomInt(2 ** 31), verifyEvery: 1 });
    const met = Object.values(report.points).reduce((sum, point) => sum + point.met, 0);
    // Kills that come when all is done prove nothing.
    expect(met).toBeGreaterThan(KILLS / 2);
    // Without grace a decision and its effect are one commit; in rounds with grace, kills fall between the two.
    expect(report.splitApprovals, 'kills between a decision and its effect').toBeGreaterThan(0);
    const { acknowledged, unheard } = report.fates.undo;
    expect(acknowledged + unheard, 'decisions taken back').toBeGreaterThan(0);
  },
);

function openServer(dataFolder: string): BuiltServer {
  const server = startBuiltServer(dataFolder);
  onTestFinished(async () => {
    server.signal('SIGKILL');
    await server.exit;
  });
  return server;
}

// Windows has no signal that asks a process to end.
it.skipIf(process.platform === 'win32')(
  'answers what it began and ends with 0 at SIGTERM, although a window listens',
  { timeout: 60_000 },
  async () => {
    const dataFolder = mkdtempSync(join(tmpdir(), 'countersign-term-'));
    onTestFinished(() => rmSync(dataFolder, { recursive: true, force: true, maxRetries: 5 }));
    const first = openServer(dataFolder);
    const url = await first.ready;
    const { accessToken, agentKeys } = await openAccounts(first);

    const headers = { authorization: `Bearer ${accessToken}`, accept: 'text/event-stream' };
    const listening = get(new URL('/api/console/events', url), { headers });
    const [stream] = await once(listening, 'response');
    expect(stream.statusCode).toBe(200);
    await once(stream, 'data');
    const streamEnd = new Promise((resolve) => stream.on('error', resolve).on('end', resolve).resume());

    let answered = 0;
    const answers = Array.from({ length: 20 }, (_, index) =>
      sendCall(url, {
        method: 'POST',
        path: '/api/mcp',
        token: agentKeys[index % agentKeys.length] ?? '',
        body: { tool: 'drafts.create', payload: { content: `Text ${index} of twenty.` } },
        onFirstByte() {
          answered += 1;
          if (answered === 3) first.signal('SIGTERM');
        },
      }),
    );
    const settled = await Promise.allSettled(answers);
    expect(await first.exit).toEqual({ code: 0, signal: null });
    await streamEnd;

    const acknowledged = settled
      .filter((result): result is PromiseFulfilledResult<Answer> => result.status === 'fulfilled')
      .map(({ value }) => value)
      .filter(({ status }) => status === 200)
      .map((answer) => stringOf(dataOf(answer, 'create'), 'draftId'));
    expect(acknowledged.length).toBeGreaterThanOrEqual(3);
    const second = openServer(dataFolder);
    const call = { method: 'GET', path: '/api/console/inbox?limit=100', token: accessToken } as const;
    const { items } = dataOf(await sendCall(await second.ready, call), 'the Inbox') as {
      items: { id: string }[];
    };
    // What the server had not begun was cut off and did not happen; what happened was answered.
    expect(items).toHaveLength(acknowledged.length);
    for (const draftId of acknowledged) {
      const { status } = await findProposal(await second.ready, agentKeys, draftId);
      expect(status).toBe('PENDING_CONFIRMATION');
    }
  },
);

async function findProposal(url: string, agentKeys: readonly string[], draftId: string) {
  for (const token of agentKeys) {
    const body = { tool: 'proposals.get', payload: { draftId } };
    const answer = await sendCall(url, { method: 'POST', path: '/api/mcp', token, body });
    if (answer.status === 200) return dataOf(answer, 'proposals.get');
  }
  throw new Error(`Nobody's proposal: ${draftId}`);
}

it('refuses a second server on its folder and goes on', { timeout: 60_000 }, async () => {
  const dataFolder = mkdtempSync(join(tmpdir(), 'countersign-twice-'));
  onTestFinished(() => rmSync(dataFolder, { recursive: true, force: true, maxRetries: 5 }));
  const first = openServer(dataFolder);
  const url = await first.ready;
  const second = openServer(dataFolder);
  expect(await second.exit).toEqual({ code: 1, signal: null });
  expect(second.log().join('\n')).toContain(`(pid ${first.pid})`);
  expect((await sendCall(url, { method: 'GET', path: '/api/mcp' })).status).toBe(200);
});
