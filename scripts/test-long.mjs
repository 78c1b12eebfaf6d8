// npm run test:long: what takes longer than `npm test` may.
import { spawnSync } from 'node:child_process';
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { buildIfStale, root } from './build-if-stale.mjs';

await buildIfStale();
const vitest = join(root, 'node_modules', '.bin', process.platform === 'win32' ? 'vitest.cmd' : 'vitest');
const { status } = spawnSync(vitest, ['run', '--config', 'vitest.long.config.ts', ...process.argv.slice(2)], {
  cwd: root,
  stdio: 'inherit',
  shell: process.platform === 'win32',
});
process.exitCode = status ?? 1;

// Without arguments: also walks over every page and their pictures, which find what does not fit,
// and the deb of this machine, installed, tried and removed again.
if (process.argv.length === 2) {
  if (
    spawnSync(process.execPath, [join(root, 'scripts/sheets.mjs'), 'long', 'sheet'], {
      cwd: root,
      stdio: 'inherit',
    }).status !== 0
  )
    process.exitCode = 1;
  const missing = whatPackagingNeeds();
  if (missing !== undefined) {
    process.stdout.write(`\nNot run here: the smoke test of the package (${missing})\n`);
    if (process.env.CI === 'true') process.exitCode = 1;
  } else if (!smokePackage()) process.exitCode = 1;
}

function whatPackagingNeeds() {
  if (process.platform !== 'linux') return 'it is a deb';
  if (spawnSync('dpkg-deb', ['--version']).status !== 0) return 'no dpkg-deb';
  if (process.getuid() !== 0) return 'installing a package takes root';
  if (!process.env.DISPLAY && !process.env.WAYLAND_DISPLAY)
    return 'no display: xvfb-run -a npm run test:long';
  return undefined;
}

function smokePackage() {
  const run = (script, ...args) =>
    spawnSync(process.execPath, [join(root, 'scripts', script), ...args], { cwd: root, stdio: 'inherit' })
      .status === 0;
  if (!run('package.mjs', '--linux', 'deb')) return false;
  const file = readdirSync(join(root, 'dist')).find((name) => name.endsWith('.deb'));
  return file !== undefined && run('smoke-package.mjs', '--deb', join(root, 'dist', file));
}
