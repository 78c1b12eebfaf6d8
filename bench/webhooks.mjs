// Deliveries a second, beside bare undici POSTs to the same receivers, while one endpoint in ten hangs; and how long the
// healthy ones take then, beside a run without hangers.
import { join } from 'node:path';
import Database from 'better-sqlite3';
import { Agent, request as post } from 'undici';
import {
  keepAlive,
  load,
  makeFolder,
  median,
  percentile,
  raceInRounds,
  request,
  root,
  startProgram,
} from './lib.mjs';
import { SERVER } from './world.mjs';

const ENDPOINTS = 100;
const HANGING = ENDPOINTS / 10;
const CONNECTIONS = 64;
const BODY_CHARACTERS = 400;
const WATCH_MS = 15;
const GIVEN_UP_MS = 120_000;

const startServer = (folder) =>
  startProgram(SERVER, ['--data', folder, '--port', '0', '--limits', 'off', '--allow-local-targets'], {
    COUNTERSIGN_LOG_LEVEL: 'error',
  });

async function callJson(agent, url, body, { method = 'POST', headers = {} } = {}) {
  const text = JSON.stringify(body);
  const answer = await request(agent, url, {
    method,
    headers: { 'content-type': 'application/json', 'content-length': Buffer.byteLength(text), ...headers },
    body: text,
  });
  if (answer.status !== 200) throw new Error(`${url} answered ${answer.status}: ${answer.text}`);
  return JSON.parse(answer.text);
}

/** An agent with its webhook at each receiver; only what the benchmark queues is delivered. */
async function registerAll(url, ports) {
  const agent = keepAlive(8);
  const agents = [];
  for (const [index, port] of ports.entries()) {
    const made = await callJson(agent, `${url}/api/protocol/register`, {
      name: `Bench ${index}`,
      capabilities: ['bench'],
      owner_name: 'Bench',
      owner_email: `bench-${index}@example.org`,
    });
    const webhook = { webhook_url: `http://127.0.0.1:${port}/hook`, events: ['new_dm'] };
    await callJson(agent, `${url}/api/protocol/agents/${made.agent_id}/webhook`, webhook, {
      method: 'PATCH',
      headers: { 'x-api-key': made.api_key },
    });
    agents.push({ id: made.agent_id, key: made.api_key });
  }
  agent.destroy();
  return agents;
}

function bodyOf(agentId) {
  const data = { message: 'x'.repeat(BODY_CHARACTERS) };
  return JSON.stringify({ event: 'new_dm', agent_id: agentId, timestamp: new Date().toISOString(), data });
}

export async function benchWebhooks({ isQuick }) {
  const each = isQuick ? 20 : 60;
  const rounds = isQuick ? 3 : 7;
  const { folder, remove } = makeFolder('webhooks');
  const receivers = await startProgram(join(root, 'bench/receivers.mjs'), [
    String(ENDPOINTS),
    String(HANGING),
  ]);
  const server = await startServer(folder);
  const agents = await registerAll(server.url, receivers.ports);
  const agentIds = agents.map(({ id }) => id);
  const control = keepAlive(1);
  const dispatcher = new Agent({ connections: 8 });
  const db = new Database(join(folder, 'countersign.db'));
  db.pragma('busy_timeout = 10000');
  const insert = db.prepare(`insert into webhook_deliveries
    (id, agent_id, event, body, trace_id, status, tries_left, next_at, created_at)
    values (?, ?, 'new_dm', ?, 'tr_bench', 'pending', 3, ?, ?)`);
  const delivered = db.prepare(
    `select count(*) from webhook_deliveries where status = 'delivered' and seq > ?`,
  );
  const lastSeq = db.prepare('select coalesce(max(seq), 0) from webhook_deliveries').pluck();
  const latencies = db.prepare(
    `select d.finished_at - d.created_at from webhook_deliveries d where d.seq > ? and d.status = 'delivered'`,
  );
  let made = 0;

  /** Queues as one commit what the server then delivers; the hanging ones get theirs too, and none of it counts. */
  const queue = (perAgent) => {
    db.transaction(() => {
      const now = Date.now();
      for (let turn = 0; turn < perAgent; turn += 1) {
        for (const agentId of agentIds)
          insert.run(`whd_bench${(made += 1)}`, agentId, bodyOf(agentId), now, now);
      }
    })();
  };
  const healthy = ENDPOINTS - HANGING;
  /** A commit of the server's own has it look at what is queued; another process's it sees only after a while. */
  const wake = () => {
    const [{ id, key }] = agents;
    return callJson(
      control,
      `${server.url}/api/protocol/agents/${id}/webhook`,
      { events: ['new_dm'] },
      {
        method: 'PATCH',
        headers: { 'x-api-key': key },
      },
    );
  };
  const deliver = async (perAgent, expected) => {
    const from = lastSeq.get();
    queue(perAgent);
    const began = performance.now();
    await wake();
    while (delivered.pluck().get(from) < expected) {
      if (performance.now() - began > GIVEN_UP_MS) throw new Error('the deliveries did not arrive in time');
      await new Promise((resolve) => setTimeout(resolve, WATCH_MS));
    }
    const perSecond = expected / ((performance.now() - began) / 1_000);
    return { perSecond, latencies: latencies.pluck().all(from) };
  };
  const clear = () => db.exec("delete from webhook_deliveries where status <> 'delivered'");
  /** What hangs is taken away after each run, so that the next one finds as many. */
  const runOurs = async () => {
    await request(control, `${receivers.url}/hang`);
    const run = await deliver(each, each * healthy);
    clear();
    return run;
  };
  const healthyPorts = receivers.ports.slice(HANGING);
  const runReference = async () => {
    const total = each * healthy;
    return load({
      connections: CONNECTIONS,
      durationMs: GIVEN_UP_MS,
      next: (index) => {
        if (index >= total) return undefined;
        const at = index % healthy;
        return post(`http://127.0.0.1:${healthyPorts[at]}/hook`, {
          method: 'POST',
          dispatcher,
          headers: { 'content-type': 'application/json' },
          body: bodyOf(agentIds[HANGING + at]),
        }).then(({ body }) => body.dump());
      },
    });
  };

  const speeds = await raceInRounds({ rounds, ours: runOurs, reference: runReference });

  const spread = Math.max(2, Math.round(each / 20));
  const p95 = { hanging: [], none: [] };
  for (let round = -1; round < rounds; round += 1) {
    await request(control, `${receivers.url}/answer`);
    const free = await deliver(spread, spread * ENDPOINTS);
    await request(control, `${receivers.url}/hang`);
    const beside = await deliver(spread, spread * healthy);
    clear();
    if (round < 0) continue;
    p95.none.push(percentile(free.latencies, 0.95));
    p95.hanging.push(percentile(beside.latencies, 0.95));
  }
  db.close();
  await dispatcher.destroy();
  control.destroy();
  await server.stop();
  await receivers.stop();
  remove();
  const ratio = median(p95.hanging.map((value, round) => value / Math.max(1, p95.none[round])));
  return [
    {
      name: 'webhooks, one in ten endpoints hangs',
      ours: `${Math.round(speeds.ours)}/s`,
      reference: `${Math.round(speeds.reference)}/s (bare undici)`,
      ratio: speeds.ratio,
      better: 'more',
      bound: 0.2,
      goal: '≥ 0.20',
    },
    {
      name: 'webhooks, p95 of the healthy ones beside hangers',
      ours: `${Math.round(median(p95.hanging))} ms`,
      reference: `${Math.round(median(p95.none))} ms (none hangs)`,
      ratio,
      better: 'less',
      bound: 2,
      goal: '≤ 2.00',
    },
  ];
}
