// drafts.create over REST, durable, against a bare Fastify route with one prepared insert and the same SQLite settings.
import { join } from 'node:path';
import { keepAlive, load, makeFolder, postJson, raceInRounds, root, startProgram } from './lib.mjs';
import { register, startServer } from './world.mjs';

const CONNECTIONS = 8;
/** What may wait per agent. */
const PER_AGENT = 195;

export async function benchDrafts({ isQuick }) {
  const durationMs = isQuick ? 1_000 : 3_000;
  const rounds = isQuick ? 7 : 11;
  const { folder, remove } = makeFolder('drafts');
  const ours = await startServer(folder);
  const reference = await startProgram(join(root, 'bench/bare-insert.mjs'));
  const agent = keepAlive(CONNECTIONS);
  const content = 'Experienced developer looking for freelance work. '.repeat(6);
  let made = 0;
  let keys = [];

  const post = async (url, body, headers) => {
    const answer = await postJson(agent, url, body, headers);
    if (answer.status !== 200) throw new Error(`answered ${answer.status}: ${answer.text.slice(0, 300)}`);
  };
  const runOurs = () => {
    const from = made;
    return load({
      connections: CONNECTIONS,
      durationMs,
      next: (index) => {
        const key = keys[Math.floor(index / PER_AGENT)];
        if (!key) return undefined;
        made = from + index + 1;
        return post(
          `${ours.url}/api/mcp`,
          {
            tool: 'drafts.create',
            payload: { title: `Draft ${from + index}`, content: `${content} ${from + index}` },
          },
          { authorization: `Bearer ${key}` },
        );
      },
    });
  };
  const runReference = () =>
    load({
      connections: CONNECTIONS,
      durationMs,
      next: (index) =>
        post(`${reference.url}/drafts`, { title: `Draft ${index}`, content: `${content} ${index}` }),
    });

  const speeds = await raceInRounds({
    rounds,
    before: async () => {
      keys = [];
      for (let index = 0; index < Math.ceil((durationMs * 2) / PER_AGENT); index += 1)
        keys.push(await register(ours.url));
    },
    ours: runOurs,
    reference: runReference,
  });
  await ours.stop();
  await reference.stop();
  agent.destroy();
  remove();
  return [
    {
      name: 'REST drafts.create, durable',
      ours: `${Math.round(speeds.ours)}/s`,
      reference: `${Math.round(speeds.reference)}/s (bare insert)`,
      ratio: speeds.ratio,
      better: 'more',
      bound: 0.25,
      goal: '≥ 0.25',
    },
  ];
}
