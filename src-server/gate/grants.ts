import type { AgentOrigin, Kind } from '../contract/common';
import { MINUTE, SECOND, type Clock, type Monotonic } from '../lib/clock';
import { KIND_TABLE, type Face } from './kinds';

/** Why a time-boxed allow ended. `restart`: no process remembers it. */
export type GrantEnd =
  | 'time'
  | 'clock'
  | 'owner'
  | 'policy'
  | 'replaced'
  | 'paused'
  | 'frozen'
  | 'released'
  | 'restart';

/** One kind of one agent runs without asking, for a while. */
export interface Grant {
  readonly id: string;
  readonly agentId: string;
  readonly ownerId: string;
  readonly kind: Kind;
  /** Wall clock, milliseconds. */
  readonly startedAt: number;
  readonly until: number;
}

/** What is asked about an agent. */
interface Who {
  readonly agentId: string;
  readonly ownerId: string | null;
  readonly origin: AgentOrigin;
}

/**
 * Time-boxed allows (decisions §3, console.md A1). They live in this process alone, so that none outlives it, and end
 * with whichever comes first: the wall clock's time, the monotonic clock's, or the two clocks drifting apart, which is
 * a clock that was set, or a computer that slept. Once over, one stays over, wherever the clocks go.
 */
export interface Grants {
  /** Never through an mma door or for an mma agent (GOV-2), and never for what can't be taken back. */
  covers(who: Who, kind: Kind, face: Face): boolean;
  /** Until when, for whom it still is; null otherwise. */
  untilOf(agent: { readonly id: string; readonly ownerId: string | null }, kind: Kind): number | null;
  find(agentId: string, kind: Kind): Grant | undefined;
  has(grantId: string): boolean;
  open(grant: Grant): void;
  close(grantId: string): void;
  list(): Grant[];
  /** Those that are over and not closed yet. */
  listOver(): { readonly grant: Grant; readonly end: 'time' | 'clock' }[];
  /** Calls back, now and then while there are any, when one is over. */
  watch(onOver: () => void): Disposable;
}

/** How far the clocks may differ: more than a slewed clock, less than anybody would set one by. */
export const CLOCK_TOLERANCE_MS = 5 * SECOND;
const LOOK_EVERY_MS = MINUTE / 4;

interface Held {
  readonly grant: Grant;
  readonly startedAtElapsed: number;
  end?: 'time' | 'clock';
}

export function createGrants({
  clock,
  monotonic,
}: {
  readonly clock: Clock;
  readonly monotonic: Monotonic;
}): Grants {
  const held = new Map<string, Held>();
  let timer: NodeJS.Timeout | undefined;
  let onOver: (() => void) | undefined;

  const endOf = (one: Held): Held['end'] => {
    const { startedAt, until } = one.grant;
    const elapsed = monotonic.elapsed() - one.startedAtElapsed;
    const walled = clock.now() - startedAt;
    if (one.end === undefined) {
      if (Math.abs(walled - elapsed) > CLOCK_TOLERANCE_MS) one.end = 'clock';
      else if (elapsed >= until - startedAt || walled >= until - startedAt) one.end = 'time';
    }
    return one.end;
  };

  const findLive = (agentId: string, ownerId: string | null, kind: Kind): Held | undefined => {
    for (const one of held.values()) {
      const { grant } = one;
      if (grant.agentId !== agentId || grant.kind !== kind || grant.ownerId !== ownerId) continue;
      if (endOf(one) === undefined) return one;
    }
    return undefined;
  };

  const stop = (): void => {
    clearInterval(timer);
    timer = undefined;
  };
  const look = (): void => {
    if (held.size === 0) stop();
    else if ([...held.values()].some((one) => endOf(one) !== undefined)) onOver?.();
  };

  return {
    covers({ agentId, ownerId, origin }, kind, face) {
      if (face === 'mma' || origin !== 'nb') return false;
      if (KIND_TABLE[kind].risk === 'irreversible' || KIND_TABLE[kind].isAlwaysHeld) return false;
      return findLive(agentId, ownerId, kind) !== undefined;
    },
    untilOf: ({ id, ownerId }, kind) => findLive(id, ownerId, kind)?.grant.until ?? null,
    find(agentId, kind) {
      return [...held.values()]
        .map(({ grant }) => grant)
        .find((one) => one.agentId === agentId && one.kind === kind);
    },
    has: (grantId) => held.has(grantId),
    open(grant) {
      held.set(grant.id, { grant, startedAtElapsed: monotonic.elapsed() });
      timer ??= setInterval(look, LOOK_EVERY_MS).unref();
    },
    close(grantId) {
      held.delete(grantId);
    },
    list: () => [...held.values()].map(({ grant }) => grant),
    listOver() {
      return [...held.values()].flatMap((one) => {
        const end = endOf(one);
        return end === undefined ? [] : [{ grant: one.grant, end }];
      });
    },
    watch(callBack) {
      onOver = callBack;
      return {
        [Symbol.dispose]() {
          onOver = undefined;
          stop();
        },
      };
    },
  };
}
