import { listLastAttempts, type LastAttempt } from './deliveries.repo';
import type { Db } from '../../db/open';

/** HOOK-12: how many attempts health is made of. */
export const HEALTH_ATTEMPTS = 10;

export interface EndpointHealth {
  /** Null before anything was sent. */
  readonly successRatePct: number | null;
  readonly p95LatencyMs: number | null;
  /** The newest first. */
  readonly last: readonly LastAttempt[];
}

/** Of the last ten attempts, tests and repeats included. */
export function readHealth(db: Db, agentId: string): EndpointHealth {
  const last = listLastAttempts(db, agentId, HEALTH_ATTEMPTS);
  if (last.length === 0) return { successRatePct: null, p95LatencyMs: null, last };
  const successes = last.filter(({ isSuccess }) => isSuccess).length;
  return {
    successRatePct: Math.round((1_000 * successes) / last.length) / 10,
    p95LatencyMs: percentile(
      last.map(({ latencyMs }) => latencyMs),
      0.95,
    ),
    last,
  };
}

/** The smallest value that at least `share` of all do not exceed. */
function percentile(values: readonly number[], share: number): number | null {
  const sorted = values.toSorted((a, b) => a - b);
  return sorted[Math.ceil(sorted.length * share) - 1] ?? null;
}
