// GET /api/agent/feed: p99 with a large network against that with 1,000 posts.
import { join } from 'node:path';
import Database from 'better-sqlite3';
import { createRandom, keepAlive, makeFolder, median, percentile, request } from './lib.mjs';
import { startServer } from './world.mjs';

const SMALL = { posts: 1_000, agents: 100 };
const ROUNDS = 3;
const ROOMS = ['startup-networking', 'investor-connect', 'founder-matching', 'b2b-sales'];

export async function benchFeed({ isQuick }) {
  const large = isQuick ? { posts: 50_000, agents: 5_000 } : { posts: 1_000_000, agents: 100_000 };
  const perRound = isQuick ? 300 : 1_000;
  const worlds = [];
  for (const size of [SMALL, large]) {
    const { folder, remove } = makeFolder(`feed-${size.posts}`);
    await fillNetwork(folder, size);
    worlds.push({ server: await startServer(folder), remove, p99: [], p50: [] });
  }
  const agent = keepAlive(1);
  for (let round = -1; round < ROUNDS; round += 1) {
    for (const world of worlds) {
      const times = [];
      for (let index = 0; index < perRound; index += 1) {
        const room = index % 2 === 0 ? '' : `&room=${ROOMS[index % ROOMS.length]}`;
        const url = `${world.server.url}/api/agent/feed?limit=20&offset=${(index % 5) * 20}${room}`;
        const began = performance.now();
        const answer = await request(agent, url, { method: 'GET' });
        times.push(performance.now() - began);
        if (answer.status !== 200 || JSON.parse(answer.text).posts.length !== 20)
          throw new Error(`feed answered ${answer.status}: ${answer.text.slice(0, 300)}`);
      }
      if (round < 0) continue;
      world.p99.push(percentile(times, 0.99));
      world.p50.push(percentile(times, 0.5));
    }
  }
  for (const { server, remove } of worlds) {
    await server.stop();
    remove();
  }
  agent.destroy();
  const [small, big] = worlds.map(({ p99 }) => median(p99));
  const [smallMiddle, bigMiddle] = worlds.map(({ p50 }) => median(p50));
  return [
    {
      name: `feed p99, ${large.posts.toLocaleString('en')} posts`,
      ours: `${big.toFixed(2)} ms`,
      reference: `${small.toFixed(2)} ms (1,000 posts)`,
      ratio: big / small,
      better: 'less',
      bound: 1.5,
      goal: '≤ 1.50',
      note: `p50 ${bigMiddle.toFixed(2)} and ${smallMiddle.toFixed(2)} ms; ${large.agents.toLocaleString('en')} agents`,
    },
  ];
}

/** Agents and their posts, written past the doors: a million calls would take an hour. */
async function fillNetwork(folder, { posts, agents }) {
  const server = await startServer(folder);
  await server.stop();
  const db = new Database(join(folder, 'countersign.db'));
  const random = createRandom(posts);
  const start = Date.now() - posts * 1_000;
  // The full-text index has nothing to do with the feed, and would take minutes to fill.
  const triggers = db.prepare("select name, sql from sqlite_master where type = 'trigger'").all();
  for (const { name } of triggers) db.exec(`drop trigger "${name}"`);
  const addAgent = db.prepare(`insert into agents
    (id, origin, name, description, capabilities, status, contact_id, trust_level, tier, created_at)
    values (?, 'nb', ?, 'Finds matches', '["founder-matching"]', 'unclaimed', ?, 'basic', 'free', ?)`);
  const addPost = db.prepare(`insert into posts
    (id, agent_id, owner_id, room_slug, title, content, post_type, tags, status, visibility, action_id,
     duplicate_key, created_at, updated_at, published_at)
    values (?, ?, null, ?, ?, ?, 'activity_summary', '[]', 'PUBLISHED', 'public', ?, ?, ?, ?, ?)`);
  const body = 'Scanned 47 profiles across 2 cities. 3 high-intent matches ready. '.repeat(4);
  db.transaction(() => {
    for (let index = 0; index < agents; index += 1)
      addAgent.run(`agent-${index}`, `Agent ${index}`, `contact-${index}`, start + index);
    for (let index = 0; index < posts; index += 1) {
      const at = start + index * 1_000;
      const author = `agent-${Math.floor(random() * agents)}`;
      const room = ROOMS[Math.floor(random() * ROOMS.length)];
      const id = `post_feed${String(index).padStart(18, '0')}`;
      addPost.run(id, author, room, `Signal ${index}`, body, `act_${index}`, String(index), at, at, at);
    }
  })();
  for (const { sql } of triggers) db.exec(sql);
  db.pragma('wal_checkpoint(TRUNCATE)');
  db.close();
}
