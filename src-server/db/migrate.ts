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

/** One of the migrations failed and was rolled back, with those of the same run that came after it. */
export class MigrationError extends Error {
  constructor(name: string, cause: unknown) {
    super(`${name} failed and was undone: ${cause instanceof Error ? cause.message : String(cause)}`, {
      cause,
    });
    this.name = 'MigrationError';
  }
}

/** The file has migrations that this version does not know: a newer one made them. */
export class NewerDataError extends Error {
  constructor(names: readonly string[]) {
    super(`A newer version of Countersign changed this data (${names.slice(0, 3).join(', ')}).`);
    this.name = 'NewerDataError';
  }
}

/**
 * Runs the numbered migrations that a file has not seen, each in its own transaction.
 * @throws MigrationError, NewerDataError; and what `beforeMigrating` throws, before anything is changed
 */
export function migrate(sqlite: Sqlite, hooks: MigrationHooks = {}): void {
  sqlite.exec(
    'CREATE TABLE IF NOT EXISTS _migrations (name TEXT PRIMARY KEY, applied_at INTEGER NOT NULL) STRICT',
  );
  const applied = new Set(sqlite.prepare('SELECT name FROM _migrations').pluck().all() as string[]);
  const unknown = [...applied].filter((name) => FILES[name] === undefined);
  if (unknown.length > 0) throw new NewerDataError(unknown);
  const pending = Object.keys(FILES)
    .sort()
    .filter((name) => !applied.has(name));
  if (pending.length === 0) return;
  if (applied.size > 0) hooks.beforeMigrating?.(pending);
  for (const name of pending) {
    try {
      sqlite
        .transaction(() => {
          for (const statement of (FILES[name] ?? '').split('--> statement-breakpoint'))
            sqlite.exec(statement);
          sqlite.prepare('INSERT INTO _migrations VALUES (?, ?)').run(name, Date.now());
        })
        .immediate();
    } catch (cause) {
      throw new MigrationError(name, cause);
    }
  }
}
