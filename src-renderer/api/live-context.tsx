import { createContext, useContext, useEffect, useSyncExternalStore } from 'react';
import type { LiveEvent } from '../../src-server/contract/console/events';
import type { Live, LiveState } from './live';

const LiveContext = createContext<Live | null>(null);
export const LiveProvider = LiveContext.Provider;

function useLive(): Live {
  const live = useContext(LiveContext);
  if (!live) throw new Error('useLive needs a LiveProvider above it');
  return live;
}

/** State of the live connection, for status bar and banner. */
export function useLiveState(): LiveState {
  const live = useLive();
  return useSyncExternalStore(live.subscribeState, live.getState);
}

/** Opens the stream while `isOn`, e.g. once somebody is signed in. */
export function useLiveStream(isOn: boolean) {
  const live = useLive();
  useEffect(() => {
    if (!isOn) return;
    live.start();
    return () => live.stop();
  }, [live, isOn]);
}

/** Runs `handler` for each live event. Give a stable function. */
export function useLiveEvents(handler: (event: LiveEvent) => void) {
  const live = useLive();
  useEffect(() => live.subscribeEvents(handler), [live, handler]);
}
