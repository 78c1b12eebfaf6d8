// npm run sheets [-- FILE...]: pictures of every page in its sizes, themes and languages, in artifacts/contact-sheets.
import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { buildIfStale, root } from './build-if-stale.mjs';

const args = process.argv.slice(2);
await buildIfStale();
const playwright = join(
  root,
  'node_modules',
  '.bin',
  process.platform === 'win32' ? 'playwright.cmd' : 'playwright',
);
const { status } = spawnSync(
  playwright,
  ['test', '--config', 'playwright.long.config.ts', ...(args.length > 0 ? args : ['sheet'])],
  { cwd: root, stdio: 'inherit', shell: process.platform === 'win32' },
);
process.exitCode = status ?? 1;
