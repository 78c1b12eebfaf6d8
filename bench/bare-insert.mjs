// The yardstick of a durable write: a bare Fastify route that does one prepared insert, with our SQLite settings.
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import Database from 'better-sqlite3';
import Fastify from 'fastify';

const folder = mkdtempSync(join(tmpdir(), 'countersign-bare-'));
const db = new Database(join(folder, 'bare.db'));
db.pragma('journal_mode = WAL');
db.pragma('synchronous = FULL');
db.pragma('busy_timeout = 5000');
db.pragma('foreign_keys = ON');
db.pragma('cache_size = -8000');
db.pragma('wal_autocheckpoint = 10000');
db.exec(
  'create table drafts (id integer primary key, title text not null, content text not null, at integer not null) strict',
);
const insert = db.prepare('insert into drafts (title, content, at) values (?, ?, ?)');

const app = Fastify({ logger: false, forceCloseConnections: true });
app.post('/drafts', async (request) => {
  const { title, content } = request.body;
  return { id: Number(insert.run(title, content, Date.now()).lastInsertRowid) };
});
await app.listen({ port: 0, host: '127.0.0.1' });
process.stdout.write(
  `${JSON.stringify({ ready: true, url: `http://127.0.0.1:${app.server.address().port}` })}\n`,
);
process.on('SIGTERM', () => {
  void app.close().then(() => {
    db.close();
    rmSync(folder, { recursive: true, force: true });
    process.exit(0);
  });
});
