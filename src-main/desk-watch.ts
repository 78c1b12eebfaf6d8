/** What tray, dialogs and notifications need to know of the desk, kept current by the live stream. */
import { freezeAll, listAgents, pauseAgent } from '../src-server/contract/console/agents';
import type { AgentSummary } from '../src-server/contract/console/agents';
import type { LiveEvent } from '../src-server/contract/console/events';
import { listInbox } from '../src-server/contract/console/inbox';
import { DEFAULT_PREFERENCES, getMe } from '../src-server/contract/console/session';
import type { Preferences } from '../src-server/contract/console/session';
import type { ConsoleCall } from './console-client';
import type { Log } from './redact';

export interface DeskState {
  /** A server answers and somebody is set up. */
  readonly isLive: boolean;
  readonly pending: number;
  /** Agents that can call now: claimed and neither paused nor sanctioned. */
  readonly agents: number;
  readonly isFrozen: boolean;
  readonly preferences: Preferences;
}

export const NO_DESK: DeskState = {
  isLive: false,
  pending: 0,
  agents: 0,
  isFrozen: false,
  preferences: DEFAULT_PREFERENCES,
};

const COALESCE_MS = 150;
/** More agents than anybody has; a server that answers pages for ever ends here. */
const MAX_PAGES = 20;

type Part = 'me' | 'inbox' | 'agents';

export interface DeskWatch {
  readonly state: DeskState;
  /** Everything is read again, for a new stream. */
  refresh(): void;
  note(event: LiveEvent): void;
  /** What was known stays; nobody answers now. */
  lose(): void;
}

/** Re-reads what an event concerns, bursts once; `onChange` hears of every difference. */
export function createDeskWatch(deps: {
  readonly call: ConsoleCall;
  readonly onChange: (state: DeskState) => void;
  readonly log: Log;
  readonly coalesceMs?: number;
}): DeskWatch {
  const { call, onChange, log, coalesceMs = COALESCE_MS } = deps;
  let state = NO_DESK;
  const dirty = new Set<Part>();
  let timer: NodeJS.Timeout | undefined;
  let isReading = false;

  function change(part: Partial<DeskState>): void {
    const next = { ...state, ...part };
    if (JSON.stringify(next) === JSON.stringify(state)) return;
    state = next;
    onChange(state);
  }

  function mark(...parts: Part[]): void {
    for (const part of parts) dirty.add(part);
    timer ??= setTimeout(() => void read(), coalesceMs);
  }

  async function read(): Promise<void> {
    timer = undefined;
    if (isReading) return;
    isReading = true;
    try {
      while (dirty.size > 0) {
        const parts = new Set(dirty);
        dirty.clear();
        change(await readParts(parts));
      }
    } catch (error) {
      log.warn('the desk was not read', error);
    } finally {
      isReading = false;
    }
  }

  async function readParts(parts: ReadonlySet<Part>): Promise<Partial<DeskState>> {
    const me = parts.has('me') ? await call(getMe, {}) : undefined;
    if (me && me.user === null) return NO_DESK;
    const inbox = parts.has('inbox') ? await call(listInbox, { query: { limit: 1 } }) : undefined;
    const agents = parts.has('agents') ? (await listAllAgents(call)).filter(isActive) : undefined;
    return {
      isLive: true,
      ...(me ? { preferences: me.preferences, isFrozen: me.frozenAt !== null } : {}),
      ...(inbox ? { pending: inbox.counts.pending } : {}),
      ...(agents ? { agents: agents.length } : {}),
    };
  }

  return {
    get state() {
      return state;
    },
    refresh: () => mark('me', 'inbox', 'agents'),
    note({ topic }) {
      if (topic === 'inbox') mark('inbox');
      else if (topic === 'agents' || topic === 'joining') mark('agents', 'inbox', 'me');
      else if (topic === 'me' || topic === 'settings') mark('me');
    },
    lose: () => change({ isLive: false }),
  };
}

/** Refuses every call of every agent from now on. Thawing is a decision and only in the window. */
export async function freezeAgents(call: ConsoleCall): Promise<void> {
  await call(freezeAll, {});
}

/**
 * Pauses every agent that can call now; answers how many were.
 * @throws {ConsoleCallError} when one was not, after all others were tried
 */
export async function pauseAgents(call: ConsoleCall): Promise<number> {
  let paused = 0;
  let failure: unknown;
  for (const { id } of (await listAllAgents(call)).filter(isActive)) {
    try {
      await call(pauseAgent, { params: { id } });
      paused += 1;
    } catch (error) {
      failure = error;
    }
  }
  if (failure !== undefined) throw failure;
  return paused;
}

function isActive({ status }: AgentSummary): boolean {
  return status === 'active';
}

async function listAllAgents(call: ConsoleCall): Promise<AgentSummary[]> {
  const all: AgentSummary[] = [];
  let cursor: string | undefined;
  for (let page = 0; page < MAX_PAGES; page += 1) {
    const { items, nextCursor } = await call(listAgents, { query: { limit: 100, cursor } });
    all.push(...items);
    if (nextCursor === null) break;
    cursor = nextCursor;
  }
  return all;
}
