import { useSyncExternalStore } from 'react';

/**
 * What assistive technology is told without moving the focus. Messages are spaced, the same one is not repeated, and a
 * burst keeps its newest few: an agent that proposes fifty drafts must not talk for a minute.
 */
export function createAnnouncer(options: { gapMs: number; maxWaiting: number }) {
  const waiting: string[] = [];
  const listeners = new Set<() => void>();
  let spoken = { text: '', id: 0 };
  let timer: ReturnType<typeof setTimeout> | undefined;

  function speakNext() {
    const text = waiting.shift();
    if (text === undefined) {
      timer = undefined;
      return;
    }
    spoken = { text, id: spoken.id + 1 };
    for (const listener of listeners) listener();
    timer = setTimeout(speakNext, options.gapMs);
  }

  return {
    announce: (text: string) => {
      if (waiting.includes(text)) return;
      waiting.push(text);
      if (waiting.length > options.maxWaiting) waiting.shift();
      if (timer === undefined) speakNext();
    },
    getSpoken: () => spoken,
    subscribe: (listener: () => void) => {
      listeners.add(listener);
      return () => {
        listeners.delete(listener);
      };
    },
  };
}

const announcer = createAnnouncer({ gapMs: 1500, maxWaiting: 3 });

/** Tells assistive technology something, politely. */
export const announce = announcer.announce;

/** The live region; once, at the root. */
export function Announcer() {
  const spoken = useSyncExternalStore(announcer.subscribe, announcer.getSpoken);
  return (
    <output className="sr-only" aria-live="polite" aria-atomic="true" data-testid="announcer">
      {/* A new element is read even when the text is the same as before. */}
      <span key={spoken.id}>{spoken.text}</span>
    </output>
  );
}
