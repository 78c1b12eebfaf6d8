import { join } from 'node:path';
import Database from 'better-sqlite3';

/** Gives the credits of a desktop's agent a limit, as on a server: its person has none. */
export function limitCredits(dataDir: string, agentId: string, tier: 'free' | 'pro'): void {
  const sqlite = new Database(join(dataDir, 'countersign.db'));
  sqlite.prepare("update users set plan = 'free'").run();
  sqlite.prepare('update agents set tier = ? where id = ?').run(tier, agentId);
  sqlite.close();
}
