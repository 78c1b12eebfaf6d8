import type { QueryClient } from '@tanstack/react-query';
import { LIVE_TOPICS, type LiveEvent, liveEvent } from '../../src-server/contract/console/events';
import { apiUrl } from './client';

/**
 * - `idle`: not asked for yet, e.g. before sign-in;
 * - `connecting`: first connection of this run;
 * - `live`: events arrive;
 * - `reconnecting`: the stream broke and is being opened again.
 */
export type LiveState = 'idle' | 'connecting' | 'live' | 'reconnecting';

type EventListenerFn = (event: LiveEvent) => void;

/** Bursts (an agent proposing fifty drafts) become one re-read per topic. */
const COALESCE_MS = 120;
/** What all agents say in public is read again less often: of a busy network there is always something new. */
const TALK_COALESCE_MS = 1000;
const TALK: ReadonlySet<string> = new Set<LiveEvent['topic']>(['posts', 'rooms']);
/** The first `hello` re-reads late, so that it does not restart the first page's own requests. */
const FIRST_HELLO_MS = 800;
const EVERYTHING = '*';
const MIN_BACKOFF_MS = 100;
const MAX_BACKOFF_MS = 3000;

/**
 * The one live stream of the window. An EventSource that met a status other than 200 is CLOSED for good, so a new
 * one is opened with backoff; after every new `hello` everything on screen is read again, since events were missed.
 */
export function createLive(client: QueryClient) {
  let state: LiveState = 'idle';
  let source: EventSource | undefined;
  let reopenTimer: ReturnType<typeof setTimeout> | undefined;
  let failures = 0;
  let hellos = 0;
  /** Topics to be read again, and when. */
  const dirty = new Map<string, ReturnType<typeof setTimeout>>();
  const stateListeners = new Set<() => void>();
  const eventListeners = new Set<EventListenerFn>();

  function setState(next: LiveState) {
    if (next === state) return;
    state = next;
    for (const listener of stateListeners) listener();
  }

  function readAgain(topic: string) {
    dirty.delete(topic);
    void client.invalidateQueries(topic === EVERYTHING ? undefined : { queryKey: [topic] });
  }

  function invalidate(topic: string, delayMs: number) {
    if (dirty.has(topic) || dirty.has(EVERYTHING)) return;
    if (topic === EVERYTHING) {
      for (const timer of dirty.values()) clearTimeout(timer);
      dirty.clear();
    }
    dirty.set(topic, setTimeout(readAgain, delayMs, topic));
  }

  function handleMessage(message: MessageEvent<string>) {
    let event: LiveEvent;
    try {
      const parsed = liveEvent.safeParse(JSON.parse(message.data));
      if (!parsed.success) return;
      event = parsed.data;
    } catch {
      return;
    }
    if (event.topic === 'hello') {
      failures = 0;
      hellos += 1;
      setState('live');
      invalidate(EVERYTHING, hellos === 1 ? FIRST_HELLO_MS : 0);
    } else {
      invalidate(event.topic, TALK.has(event.topic) ? TALK_COALESCE_MS : COALESCE_MS);
      // Pending counts of an agent's row follow its proposals.
      if (event.topic === 'inbox') invalidate('agents', COALESCE_MS);
    }
    for (const listener of eventListeners) listener(event);
  }

  function open() {
    source = new EventSource(apiUrl('/api/console/events'), { withCredentials: true });
    for (const topic of LIVE_TOPICS) source.addEventListener(topic, handleMessage);
    source.addEventListener('message', handleMessage);
    source.addEventListener('error', handleBreak);
  }

  function handleBreak() {
    setState(state === 'connecting' ? 'connecting' : 'reconnecting');
    if (source?.readyState !== EventSource.CLOSED) return;
    source.close();
    // It may have been refused because the session ran out, which reading `me` renews or finds out.
    void client.invalidateQueries({ queryKey: ['me'] });
    clearTimeout(reopenTimer);
    reopenTimer = setTimeout(open, Math.min(MAX_BACKOFF_MS, MIN_BACKOFF_MS * 2 ** failures));
    failures = Math.min(failures + 1, 10);
  }

  return {
    start() {
      if (state !== 'idle') return;
      setState('connecting');
      open();
    },
    stop() {
      clearTimeout(reopenTimer);
      source?.close();
      source = undefined;
      setState('idle');
    },
    getState: () => state,
    /** Called when the state changes; returns the way to stop. For `useSyncExternalStore`. */
    subscribeState: (listener: () => void) => {
      stateListeners.add(listener);
      return () => {
        stateListeners.delete(listener);
      };
    },
    /** Every event as it arrives, for announcements; data comes through queries. */
    subscribeEvents(listener: EventListenerFn) {
      eventListeners.add(listener);
      return () => {
        eventListeners.delete(listener);
      };
    },
  };
}

export type Live = ReturnType<typeof createLive>;
