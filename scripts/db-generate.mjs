// `npm run db:generate -- NAME`: drizzle-kit writes the migration, we make its tables STRICT. Read it before committing.
import { execFileSync } from 'node:child_process';
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

const folder = join(import.meta.dirname, '../src-server/db/migrations');
const before = new Set(readdirSync(folder));
execFileSync('drizzle-kit', ['generate', '--name', process.argv[2] ?? 'change', ...process.argv.slice(3)], {
  stdio: 'inherit',
});
for (const name of readdirSync(folder).filter((name) => name.endsWith('.sql') && !before.has(name))) {
  const file = join(folder, name);
  const text = readFileSync(file, 'utf8');
  writeFileSync(file, text.replaceAll(/^(CREATE TABLE [^;]*?\n\));/gm, '$1 STRICT;'));
}
