// Builds the app into out/ unless what is there is newer than everything it was made from.
import { spawn } from 'node:child_process';
import {
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { dirname, join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';

export const root = dirname(dirname(fileURLToPath(import.meta.url)));
const out = join(root, 'out');
/** Made when a build has ended, dated when it began. */
const stamp = join(out, '.built');
const lock = join(out, '.building');
const sources = [
  'src-main',
  'src-server',
  'src-renderer',
  'package.json',
  'electron.vite.config.ts',
  'scripts/standalone-verifier.ts',
  'lingui.config.ts',
  'tsconfig.json',
];
const products = [
  'main/index.js',
  'main/server.js',
  'main/cli.js',
  'main/countersign-verify.mjs',
  'preload/index.cjs',
  'renderer/index.html',
];
const LOCK_TIMEOUT_MS = 180_000;

/**
 * Builds when a source, or a folder of them, changed after the last build began. Two calls at once make one build.
 * Whatever the build prints goes to stderr: stdout may be promised to somebody. Answers whether it built.
 * @throws {Error} when the build fails
 */
export async function buildIfStale() {
  if (!isStale()) return false;
  mkdirSync(out, { recursive: true });
  await takeLock();
  try {
    if (!isStale()) return false;
    const began = new Date();
    process.stderr.write('Building Countersign …\n');
    await build();
    writeFileSync(stamp, '');
    utimesSync(stamp, began, began);
    return true;
  } finally {
    rmSync(lock, { force: true });
  }
}

function isStale() {
  if (!existsSync(stamp) || products.some((product) => !existsSync(join(out, product)))) return true;
  const built = statSync(stamp).mtimeMs;
  return sources.some((source) => isNewer(join(root, source), built));
}

/** A folder's own time tells of files that were removed from it. */
function isNewer(path, builtMs) {
  if (/\.test\.tsx?$/.test(path) || !existsSync(path)) return false;
  const stat = statSync(path);
  if (stat.mtimeMs > builtMs) return true;
  return stat.isDirectory() && readdirSync(path).some((name) => isNewer(join(path, name), builtMs));
}

function build() {
  const bin = join(root, 'node_modules', 'electron-vite', 'bin', 'electron-vite.js');
  return new Promise((resolve, reject) => {
    const child = spawn(process.execPath, [bin, 'build'], { cwd: root, stdio: ['ignore', 2, 2] });
    child.on('error', reject);
    child.on('exit', (code, signal) => {
      if (code === 0) resolve(undefined);
      else reject(new Error(`The build failed (${signal ?? `exit code ${code}`}); its output is above.`));
    });
  });
}

async function takeLock() {
  const until = Date.now() + LOCK_TIMEOUT_MS;
  for (;;) {
    try {
      writeFileSync(lock, String(process.pid), { flag: 'wx' });
      return;
    } catch (error) {
      if (error.code !== 'EEXIST') throw error;
    }
    if (isAbandoned()) rmSync(lock, { force: true });
    else if (Date.now() > until) throw new Error(`Another build holds ${lock} for too long.`);
    else await delay(100);
  }
}

/** Its process is gone; a lock that is being written holds no number for a moment. */
function isAbandoned() {
  try {
    const pid = Number(readFileSync(lock, 'utf8'));
    if (pid > 0) process.kill(pid, 0);
    return false;
  } catch (error) {
    return error.code === 'ESRCH';
  }
}

if (process.argv[1] === fileURLToPath(import.meta.url)) await buildIfStale();
