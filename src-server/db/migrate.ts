import type { Sqlite } from './open';

// The SQL travels inside the bundle: nothing to unpack from an archive.
const FILES = import.meta.glob<string>('./migrations/*.sql', {
  query: '?raw',
  import: 'default',
  eager: true,
});

export interface MigrationHooks {
  /** Called before the first pending migration touches a file that already has data. */
  readonly beforeMigrating?: (pending: readonly string[]) => void;
}

/** Runs the numbered migrations that a file has not seen, each in its own transaction. */
export function migrate(sqlite: Sqlite, hooks: MigrationHooks = {}): void {
  sqlite.exec(
    'CREATE TABLE IF NOT EXISTS _migrations (name TEXT PRIMARY KEY, applied_at INTEGER NOT NULL) STRICT',
  );
  const applied = new Set(sqlite.prepare('SELECT name FROM _migrations').pluck().all() as string[]);
  const pending = Object.keys(FILES)
    .sort()
    .filter((name) => !applied.has(name));
  if (pending.length === 0) return;
  if (applied.size > 0) hooks.beforeMigrating?.(pending);
  for (const name of pending) {
    sqlite
      .transaction(() => {
        for (const statement of (FILES[name] ?? '').split('--> statement-breakpoint')) sqlite.exec(statement);
        sqlite.prepare('INSERT INTO _migrations VALUES (?, ?)').run(name, Date.now());
      })
      .immediate();
  }
}
