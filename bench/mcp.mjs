// tools/call of search.query over MCP with a key, against the official SDK's stateless example with an echo tool.
import { join } from 'node:path';
import { keepAlive, load, makeFolder, postJson, raceInRounds, root, startProgram } from './lib.mjs';
import { fillWorld, makeQueries, startServer } from './world.mjs';

const CONNECTIONS = 8;
const HEADERS = { accept: 'application/json, text/event-stream', 'mcp-protocol-version': '2025-11-25' };

export async function benchMcp({ isQuick }) {
  const durationMs = isQuick ? 700 : 3_000;
  const rounds = isQuick ? 5 : 11;
  const { folder, remove } = makeFolder('mcp');
  const key = await fillWorld(folder, 2_000, 1);
  const ours = await startServer(folder);
  const reference = await startProgram(join(root, 'bench/mcp-reference.mjs'));
  // Distinct over the whole run: what is measured is searching, not the cache.
  const queries = makeQueries(isQuick ? 20_000 : 60_000, 2);
  const agent = keepAlive(CONNECTIONS);
  let asked = 0;
  let id = 0;

  const call = async (url, name, args, headers) => {
    id += 1;
    const answer = await postJson(
      agent,
      url,
      { jsonrpc: '2.0', id, method: 'tools/call', params: { name, arguments: args } },
      headers,
    );
    if (answer.status !== 200 || answer.text.includes('"isError":true') || answer.text.includes('"error"')) {
      throw new Error(`tools/call answered ${answer.status}: ${answer.text.slice(0, 300)}`);
    }
  };
  const runOurs = () =>
    load({
      connections: CONNECTIONS,
      durationMs,
      next: () => {
        const q = queries[asked % queries.length];
        asked += 1;
        return call(
          `${ours.url}/api/mcp/stream`,
          'search.query',
          { q, type: 'posts' },
          { ...HEADERS, authorization: `Bearer ${key}` },
        );
      },
    });
  const runReference = () =>
    load({
      connections: CONNECTIONS,
      durationMs,
      next: (index) => call(reference.url, 'echo', { text: `hello ${index}` }, HEADERS),
    });

  const speeds = await raceInRounds({ rounds, ours: runOurs, reference: runReference });
  await ours.stop();
  await reference.stop();
  agent.destroy();
  remove();
  const repeats = Math.max(0, asked - queries.length);
  return [
    {
      name: 'MCP tools/call search.query',
      ours: `${Math.round(speeds.ours)}/s`,
      reference: `${Math.round(speeds.reference)}/s (SDK v1 stateless echo)`,
      ratio: speeds.ratio,
      better: 'more',
      bound: 1,
      goal: '≥ 1.00',
      note: `${Math.min(asked, queries.length)} distinct queries, cache hit rate ${((100 * repeats) / asked).toFixed(1)} % at most`,
    },
  ];
}
