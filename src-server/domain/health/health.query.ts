import { sql } from 'drizzle-orm';
import type { z } from 'zod';
import { emptyPayload } from '../../contract/mma/tools';
import type { Reader } from '../../db/open';
import { defineQuery, type QueryDefinition } from '../../gate/define-action';
import { SECOND, toIso } from '../../lib/clock';

export interface HealthSnapshot {
  readonly status: 'ok' | 'degraded';
  readonly version: string;
  readonly uptimeSeconds: number;
  readonly startedAt: string;
  readonly now: string;
  readonly database: 'ok' | 'failing';
}

/** Reads one page of the file, whatever it holds. */
function isDatabaseReadable(db: Reader): boolean {
  try {
    db.get(sql`select name from _migrations limit 1`);
    return true;
  } catch {
    return false;
  }
}

/** `health.snapshot`, open to everybody: nothing about what is stored, and nothing that costs more as it grows. */
export function createHealthQuery({
  version,
  startedAt,
}: {
  /** Of the product, as in package.json. */
  readonly version: string;
  /** When this process started, in milliseconds. */
  readonly startedAt: number;
}): QueryDefinition<z.infer<typeof emptyPayload>, HealthSnapshot> {
  return defineQuery({
    name: 'health.snapshot',
    summary: 'Whether the platform is well, and since when it runs',
    input: emptyPayload,
    scope: null,
    isOpen: true,
    limits: ['mma.agent'],
    handle(db, { now }): HealthSnapshot {
      const isReadable = isDatabaseReadable(db);
      return {
        status: isReadable ? 'ok' : 'degraded',
        version,
        uptimeSeconds: Math.max(0, Math.floor((now - startedAt) / SECOND)),
        startedAt: toIso(startedAt),
        now: toIso(now),
        database: isReadable ? 'ok' : 'failing',
      };
    },
  });
}
