// drafts.create over REST, durable, against a bare Fastify route with one prepared insert and the same SQLite settings.
import { join } from 'node:path';
import { keepAlive, load, makeFolder, median, postJson, root, startProgram } from './lib.mjs';
import { register, startServer } from './world.mjs';

const CONNECTIONS = 8;
/** What may wait per agent. */
const PER_AGENT = 195;

export async function benchDrafts({ isQuick }) {
  const durationMs = isQuick ? 1_500 : 4_000;
  const rounds = isQuick ? 3 : 5;
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

  const speeds = { ours: [], reference: [] };
  for (let round = -1; round < rounds; round += 1) {
    keys = [];
    for (let index = 0; index < Math.ceil((durationMs * 2) / PER_AGENT); index += 1)
      keys.push(await register(ours.url));
    const first = await runOurs();
    const second = await runReference();
    if (round < 0) continue;
    speeds.ours.push(first.perSecond);
    speeds.reference.push(second.perSecond);
  }
  await ours.stop();
  await reference.stop();
  agent.destroy();
  remove();
  const mine = median(speeds.ours);
  const theirs = median(speeds.reference);
  return [
    {
      name: 'REST drafts.create, durable',
      ours: `${Math.round(mine)}/s`,
      reference: `${Math.round(theirs)}/s (bare insert)`,
      ratio: mine / theirs,
      better: 'more',
      bound: 0.25,
      goal: '≥ 0.25',
    },
  ];
}
