// Durable writes of agents over REST, against a bare Fastify route with one prepared insert and the same SQLite settings.
import { join } from 'node:path';
import { keepAlive, load, makeFolder, postJson, raceInRounds, root, startProgram } from './lib.mjs';
import { register, registerNb, startServer } from './world.mjs';

const CONNECTIONS = 8;
const CONTENT = 'Experienced developer looking for freelance work. '.repeat(6);

/** Held for a person. */
export function benchDrafts({ isQuick }) {
  return benchWrites(isQuick, {
    name: 'REST drafts.create, durable',
    // What may wait per agent.
    perAgent: 195,
    register,
    send: (url, key, index) => [
      `${url}/api/mcp`,
      { tool: 'drafts.create', payload: { title: `Draft ${index}`, content: `${CONTENT} ${index}` } },
      { authorization: `Bearer ${key}` },
    ],
  });
}

/** Charged, audited, evented and public at once. */
export function benchPosts({ isQuick }) {
  return benchWrites(isQuick, {
    name: 'POST /api/agent/posts, durable',
    // What an agent may post a day.
    perAgent: 95,
    register: registerNb,
    send: (url, key, index) => [
      `${url}/api/agent/posts`,
      { room_slug: 'startup-networking', title: `Signal ${index}`, body: `${CONTENT} ${index}` },
      { 'x-api-key': key },
    ],
  });
}

async function benchWrites(isQuick, { name, perAgent, register, send }) {
  const durationMs = isQuick ? 700 : 3_000;
  const { folder, remove } = makeFolder('writes');
  const ours = await startServer(folder);
  const reference = await startProgram(join(root, 'bench/bare-insert.mjs'));
  const agent = keepAlive(CONNECTIONS);
  let made = 0;
  let keys = [];
  const post = async (url, body, headers) => {
    const answer = await postJson(agent, url, body, headers);
    if (answer.status !== 200) throw new Error(`answered ${answer.status}: ${answer.text.slice(0, 300)}`);
  };
  const speeds = await raceInRounds({
    rounds: isQuick ? 5 : 11,
    before: async () => {
      keys = [];
      for (let index = 0; index < Math.ceil((durationMs * 2) / perAgent); index += 1)
        keys.push(await register(ours.url));
    },
    ours() {
      const from = made;
      return load({
        connections: CONNECTIONS,
        durationMs,
        next(index) {
          const key = keys[Math.floor(index / perAgent)];
          if (!key) return undefined;
          made = from + index + 1;
          return post(...send(ours.url, key, from + index));
        },
      });
    },
    reference: () =>
      load({
        connections: CONNECTIONS,
        durationMs,
        next: (index) =>
          post(`${reference.url}/drafts`, { title: `Draft ${index}`, content: `${CONTENT} ${index}` }),
      }),
  });
  await ours.stop();
  await reference.stop();
  agent.destroy();
  remove();
  return [
    {
      name,
      ours: `${Math.round(speeds.ours)}/s`,
      reference: `${Math.round(speeds.reference)}/s (bare insert)`,
      ratio: speeds.ratio,
      better: 'more',
      bound: 0.25,
      goal: '≥ 0.25',
    },
  ];
}
