// npm run bench [-- --quick]: each benchmark beside its reference in the same run; what counts are the ratios.
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { buildIfStale } from '../scripts/build-if-stale.mjs';
import { benchFeed } from './feed.mjs';
import { benchInbox } from './inbox.mjs';
import { root } from './lib.mjs';
import { benchMcp } from './mcp.mjs';
import { benchMemory } from './memory.mjs';
import { benchSearch } from './search.mjs';
import { benchServerStart, benchWindow } from './start-up.mjs';
import { benchDrafts, benchPosts } from './writes.mjs';
import { benchWebhooks } from './webhooks.mjs';

const isQuick = process.argv.includes('--quick');
const only = process.argv.find((argument) => argument.startsWith('--only='))?.slice('--only='.length);

await buildIfStale();

/** `goal` is met when the ratio is at least (`more`) or at most (`less`) it. Quick runs fail only below half of it. */
const BENCHES = [
  { name: 'mcp', run: benchMcp },
  { name: 'drafts', run: benchDrafts },
  { name: 'posts', run: benchPosts },
  { name: 'search', run: benchSearch },
  { name: 'feed', run: benchFeed },
  { name: 'webhooks', run: benchWebhooks },
  { name: 'server-start', run: benchServerStart },
  { name: 'window', run: benchWindow },
  { name: 'inbox', run: benchInbox },
  { name: 'memory', run: benchMemory },
];

const results = [];
for (const { name, run } of BENCHES) {
  if (only !== undefined && only !== name) continue;
  process.stderr.write(`bench ${name} …\n`);
  results.push(...(await run({ isQuick })));
}

const header = ['benchmark', 'ours', 'reference', 'ratio', 'goal', ''];
const rows = results.map((result) => {
  if (result.skipped) return [result.name, '–', '–', '–', result.goal, `skipped: ${result.skipped}`];
  const isMet = result.better === 'more' ? result.ratio >= result.bound : result.ratio <= result.bound;
  return [
    result.name,
    result.ours,
    result.reference,
    result.ratio.toFixed(2),
    result.goal,
    isMet ? 'met' : 'NOT MET',
    result.note ?? '',
  ];
});
const widths = header.map((_, column) =>
  Math.max(...[header, ...rows].map((row) => String(row[column] ?? '').length)),
);
const print = (row) =>
  process.stdout.write(
    `${row
      .map((cell, column) => String(cell ?? '').padEnd(widths[column] ?? 0))
      .join('  ')
      .trimEnd()}\n`,
  );
print(header);
for (const row of rows) print(row);

mkdirSync(join(root, 'artifacts'), { recursive: true });
writeFileSync(join(root, 'artifacts/bench.json'), `${JSON.stringify({ isQuick, results }, null, 2)}\n`);

const failed = results.filter((result) => {
  if (result.skipped) return process.env['CI'] === 'true';
  const bound = isQuick ? (result.better === 'more' ? result.bound / 2 : result.bound * 2) : result.bound;
  return result.better === 'more' ? result.ratio < bound : result.ratio > bound;
});
if (failed.length > 0) {
  process.stderr.write(
    `below ${isQuick ? 'half a goal' : 'the goal'}: ${failed.map(({ name }) => name).join(', ')}\n`,
  );
  process.exitCode = 1;
}
