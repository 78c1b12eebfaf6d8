// npm run package [-- --dir | --linux deb | --mac | --win …]: builds what is stale and packages it with
// electron-builder; whatever is given goes to it. What comes out lies in dist/.
import { spawn, spawnSync } from 'node:child_process';
import { cpSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { buildIfStale, root } from './build-if-stale.mjs';

await buildIfStale();
const runtime = copyRuntime();
try {
  process.exitCode = await run([
    ...process.argv.slice(2),
    ...(runtime === undefined ? [] : [`-c.electronDist=${runtime}`]),
  ]);
} finally {
  if (runtime !== undefined) rmSync(join(runtime, '..'), { recursive: true, force: true });
}

/**
 * A machine that names its own Electron packages that one, and says so: it is for trying out, not for shipping. An
 * `app` folder in it would win over our archive, so it is left out of the copy.
 */
function copyRuntime() {
  const named = process.env.ELECTRON_OVERRIDE_DIST_PATH;
  if (!named) return undefined;
  console.error(`Packaging the Electron of ELECTRON_OVERRIDE_DIST_PATH (${named}): not for release.`);
  const copy = join(mkdtempSync(join(tmpdir(), 'countersign-electron-')), 'dist');
  cpSync(named, copy, { recursive: true, verbatimSymlinks: true });
  rmSync(join(copy, 'resources', 'app'), { recursive: true, force: true });
  return copy;
}

function run(args) {
  const builder = join(root, 'node_modules', 'electron-builder', 'cli.js');
  const hasFpm = spawnSync('fpm', ['--version']).status === 0;
  const needsStandIn = process.platform === 'linux' && !hasFpm && !process.env.CUSTOM_FPM_PATH;
  const env = {
    ...process.env,
    ...(needsStandIn ? { CUSTOM_FPM_PATH: join(root, 'scripts', 'fpm-deb.mjs') } : {}),
  };
  return new Promise((resolve, reject) => {
    const child = spawn(process.execPath, [builder, '--publish', 'never', ...args], {
      cwd: root,
      stdio: 'inherit',
      env,
    });
    child.on('error', reject);
    child.on('exit', (code) => resolve(code ?? 1));
  });
}
