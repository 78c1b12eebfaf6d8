// npm run sheets: pictures of every page in its sizes, themes and languages, in artifacts/contact-sheets.
import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { buildIfStale, root } from './build-if-stale.mjs';

await buildIfStale();
const playwright = join(
  root,
  'node_modules',
  '.bin',
  process.platform === 'win32' ? 'playwright.cmd' : 'playwright',
);
const { status } = spawnSync(
  playwright,
  ['test', '--config', 'playwright.sheets.config.ts', ...process.argv.slice(2)],
  { cwd: root, stdio: 'inherit', shell: process.platform === 'win32' },
);
process.exitCode = status ?? 1;
