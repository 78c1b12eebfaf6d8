// npm run cli -- COMMAND --data DIR [--json]: builds what is stale and runs the command on this Node.
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { buildIfStale, root } from './build-if-stale.mjs';

try {
  await buildIfStale();
  await import(pathToFileURL(join(root, 'out', 'main', 'cli.js')).href);
} catch (error) {
  // stdout belongs to the command's answer alone.
  process.stderr.write(`${error.message}\n`);
  process.exitCode = 1;
}
