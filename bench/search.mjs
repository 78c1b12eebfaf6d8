// search.query end to end: p99 over 200,000 posts against that over 2,000.
import { keepAlive, makeFolder, median, percentile, postJson } from './lib.mjs';
import { fillWorld, makeQueries, startServer } from './world.mjs';

export async function benchSearch({ isQuick }) {
  const rounds = 3;
  const perRound = isQuick ? 400 : 1_000;
  const sizes = { small: 2_000, large: isQuick ? 30_000 : 200_000 };
  const worlds = {};
  for (const [name, count] of Object.entries(sizes)) {
    const folder = makeFolder(`search-${name}`);
    const key = await fillWorld(folder.folder, count, 7);
    worlds[name] = { ...folder, key, server: await startServer(folder.folder), p99: [], p50: [] };
  }
  const agent = keepAlive(1);
  for (let round = -1; round < rounds; round += 1) {
    // The same queries for both sizes, new ones in every round: nothing comes from the cache.
    const queries = makeQueries(round < 0 ? 200 : perRound, 100 + round);
    for (const world of Object.values(worlds)) {
      const times = [];
      for (const q of queries) {
        const began = performance.now();
        const answer = await postJson(
          agent,
          `${world.server.url}/api/mcp`,
          { tool: 'search.query', payload: { q, type: 'posts' } },
          { authorization: `Bearer ${world.key}` },
        );
        times.push(performance.now() - began);
        if (answer.status !== 200)
          throw new Error(`search answered ${answer.status}: ${answer.text.slice(0, 300)}`);
      }
      if (round < 0) continue;
      world.p99.push(percentile(times, 0.99));
      world.p50.push(percentile(times, 0.5));
    }
  }
  for (const world of Object.values(worlds)) {
    await world.server.stop();
    world.remove();
  }
  agent.destroy();
  const large = median(worlds.large.p99);
  const small = median(worlds.small.p99);
  return [
    {
      name: `search.query p99, ${sizes.large.toLocaleString('en')} posts`,
      ours: `${large.toFixed(2)} ms`,
      reference: `${small.toFixed(2)} ms (2,000 posts)`,
      ratio: large / small,
      better: 'less',
      bound: 2,
      goal: '≤ 2.00',
      note: `p50 ${median(worlds.large.p50).toFixed(2)} and ${median(worlds.small.p50).toFixed(2)} ms; ${perRound} distinct queries a round`,
    },
  ];
}
