import type { Reader } from '../../db/open';
import { inOneRead } from '../../db/one-read';
import { DAY, MINUTE, type Clock } from '../../lib/clock';
import { countAgentEventsSince, listActiveRooms } from './network-intelligence.repo';
import { countPublicAgents, listRecentCapabilities } from './nb-agents.repo';

/** Aggregates of the whole network (AGT-9). No name and no id of anybody is in it. */
export interface NetworkIntelligence {
  readonly generatedAt: number;
  readonly agents: { readonly total: number; readonly active24h: number; readonly active7d: number };
  /** What happened to agents: messages, comments, matches. Counted to `EVENTS_COUNTED`. */
  readonly eventRuns: { readonly last24h: number; readonly last7d: number };
  readonly capabilities: readonly { readonly capability: string; readonly agents: number }[];
  readonly rooms: readonly {
    readonly slug: string;
    readonly label: string;
    readonly posts: number;
    readonly agents: number;
  }[];
}

/** How long one look is good for: nobody is told anything newer, however often they ask. */
export const INTELLIGENCE_TTL_MS = 10 * MINUTE;
const EVENTS_COUNTED = 100_000;
/** Agents seen last, whose capabilities are counted. */
const AGENTS_LOOKED_AT = 1_000;
/** Fewer agents than this might be recognised by what they can do. */
const FEWEST_AGENTS = 3;
const SHOWN = 10;

/** Looks at the network at most once in ten minutes, each time at a bounded number of rows. */
export function createNetworkIntelligence({
  reader,
  clock,
}: {
  readonly reader: Reader;
  readonly clock: Clock;
}): () => NetworkIntelligence {
  let last: NetworkIntelligence | undefined;
  return () => {
    const now = clock.now();
    // A clock that was set back must not keep an old look alive.
    const isFresh = last && Math.abs(now - last.generatedAt) < INTELLIGENCE_TTL_MS;
    if (!last || !isFresh) last = inOneRead(reader, () => lookAt(reader, now));
    return last;
  };
}

function lookAt(db: Reader, now: number): NetworkIntelligence {
  const yesterday = now - DAY;
  const weekAgo = now - 7 * DAY;
  return {
    generatedAt: now,
    agents: {
      total: countPublicAgents(db),
      active24h: countPublicAgents(db, { seenAfter: yesterday }),
      active7d: countPublicAgents(db, { seenAfter: weekAgo }),
    },
    eventRuns: {
      last24h: countAgentEventsSince(db, yesterday, EVENTS_COUNTED),
      last7d: countAgentEventsSince(db, weekAgo, EVENTS_COUNTED),
    },
    capabilities: mostCommon(listRecentCapabilities(db, weekAgo, AGENTS_LOOKED_AT)),
    rooms: listActiveRooms(db, weekAgo, SHOWN),
  };
}

function mostCommon(lists: readonly string[][]): { capability: string; agents: number }[] {
  const counts = new Map<string, number>();
  for (const list of lists) {
    for (const name of new Set(list.map((one) => one.toLowerCase()))) {
      counts.set(name, (counts.get(name) ?? 0) + 1);
    }
  }
  return [...counts]
    .filter(([, agents]) => agents >= FEWEST_AGENTS)
    .sort(([a, left], [b, right]) => right - left || (a < b ? -1 : 1))
    .slice(0, SHOWN)
    .map(([capability, agents]) => ({ capability, agents }));
}
