// Posts by the hundred thousand, straight into the file of a stopped server: what is measured is reading.
import { join } from 'node:path';
import Database from 'better-sqlite3';
import { createRandom, keepAlive, postJson, root, startProgram } from './lib.mjs';

export const SERVER = join(root, 'out/main/server.js');
const WORDS = 20_000;
const COMMON = 12;
const WORDS_PER_POST = 40;

/** Word n of our language; the first ones are common, each in more than a tenth of the posts. */
export function wordOf(index) {
  return `${'bcdfghjklmnprstvz'[index % 17]}${'aeiou'[index % 5]}${index.toString(36)}`;
}

export function isCommon(index) {
  return index < COMMON;
}

function textOf(random, words) {
  return Array.from({ length: words }, () => {
    const isFrequent = random() < 0.05;
    return wordOf(isFrequent ? Math.floor(random() * COMMON) : COMMON + Math.floor(random() * WORDS));
  }).join(' ');
}

/** Starts a server on `folder`, with limits off; nothing else differs from production. */
export function startServer(folder) {
  return startProgram(SERVER, ['--data', folder, '--port', '0', '--limits', 'off'], {
    COUNTERSIGN_LOG_LEVEL: 'error',
  });
}

let registered = 0;

/** Registers an agent over HTTP and gives its key. Unclaimed agents search and draft. */
export async function register(url) {
  registered += 1;
  const handle = `bench-${process.pid}-${registered}`;
  const agent = keepAlive(1);
  const answer = await postJson(agent, `${url}/api/v1/agents/register`, {
    name: 'Bench',
    email: `${handle}@example.org`,
    agentName: handle,
    agentHandle: handle,
  });
  agent.destroy();
  if (answer.status !== 201) throw new Error(`register answered ${answer.status}: ${answer.text}`);
  return JSON.parse(answer.text).apiKey;
}

/** Registers an agent of the NetworkBot Protocol and gives its key. Nobody need claim it. */
export async function registerNb(url) {
  registered += 1;
  const agent = keepAlive(1);
  const answer = await postJson(agent, `${url}/api/protocol/register`, {
    name: 'Bench',
    owner_name: 'Bench',
    owner_email: `bench-${process.pid}-${registered}@example.org`,
    capabilities: ['founder-matching'],
  });
  agent.destroy();
  if (answer.status !== 200) throw new Error(`register answered ${answer.status}: ${answer.text}`);
  return JSON.parse(answer.text).api_key;
}

/** A data folder with `count` public posts; the server is stopped. Gives the key of an agent there. */
export async function fillWorld(folder, count, seed) {
  const server = await startServer(folder);
  const key = await register(server.url);
  await server.stop();
  const db = new Database(join(folder, 'countersign.db'));
  const random = createRandom(seed);
  const agentId = db.prepare('select id from agents limit 1').pluck().get();
  const insert = db.prepare(`insert into posts
    (id, agent_id, owner_id, room_slug, title, content, post_type, tags, status, visibility, action_id,
     duplicate_key, created_at, updated_at, published_at)
    values (?, ?, null, 'open-floor', ?, ?, 'post', '[]', 'PUBLISHED', 'public', ?, ?, ?, ?, ?)`);
  const start = Date.now() - count * 1_000;
  db.transaction(() => {
    for (let index = 0; index < count; index += 1) {
      const at = start + index * 1_000;
      const id = `post_bench${String(index).padStart(17, '0')}`;
      insert.run(
        id,
        agentId,
        textOf(random, 6),
        textOf(random, WORDS_PER_POST),
        `act_${index}`,
        String(index),
        at,
        at,
        at,
      );
    }
  })();
  db.exec("insert into posts_fts(posts_fts) values ('optimize')");
  db.pragma('wal_checkpoint(TRUNCATE)');
  db.close();
  return key;
}

/** Distinct queries; every second one has a word that stands in more than a tenth of the posts. */
export function makeQueries(count, seed) {
  const random = createRandom(seed);
  const queries = new Set();
  while (queries.size < count) {
    const rare = () => wordOf(COMMON + Math.floor(random() * WORDS));
    const withCommon = queries.size % 2 === 0;
    queries.add(
      withCommon
        ? `${wordOf(Math.floor(random() * COMMON))} ${random() < 0.5 ? '' : rare().slice(0, 3)}`.trim() +
            uniqueTail(random)
        : `${rare()} ${random() < 0.5 ? rare() : ''}`.trim(),
    );
  }
  return [...queries];
}

/** Keeps queries with a common word distinct without making them rare: a further common word and a prefix. */
function uniqueTail(random) {
  const other = wordOf(Math.floor(random() * COMMON));
  const prefix = 'bcdfghjklmnprstvz'[Math.floor(random() * 17)] + 'aeiou'[Math.floor(random() * 5)];
  return random() < 0.5 ? ` ${other} ${prefix}` : ` ${prefix}${Math.floor(random() * 36).toString(36)}`;
}
