// npm run serve -- --data DIR --port N …: builds what is stale and runs the server on this Node until it is stopped.
import { spawn } from 'node:child_process';
import { join } from 'node:path';
import { buildIfStale, root } from './build-if-stale.mjs';

let server;
let stopped;
// From the start: a signal during the build must not leave a server behind that nobody can reach.
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) {
  process.on(signal, () => {
    stopped = signal;
    server?.kill('SIGTERM');
  });
}

try {
  await buildIfStale();
  if (stopped === undefined) {
    const entry = join(root, 'out', 'main', 'server.js');
    // stdout carries exactly the server's ready line.
    server = spawn(process.execPath, [entry, ...process.argv.slice(2)], { stdio: 'inherit' });
    process.exitCode = await new Promise((resolve, reject) => {
      server.on('error', reject);
      // Ended by a signal it did not handle: 1, so that nobody takes it for a clean stop.
      server.on('exit', (code) => resolve(code ?? 1));
    });
  }
} catch (error) {
  process.stderr.write(`${error.message}\n`);
  process.exitCode = 1;
}
