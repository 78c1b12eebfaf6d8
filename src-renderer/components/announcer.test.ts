import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { createAnnouncer } from './announcer';

beforeEach(() => {
  vi.useFakeTimers();
});
afterEach(() => {
  vi.useRealTimers();
});

function listen() {
  const announcer = createAnnouncer({ gapMs: 1000, maxWaiting: 2 });
  const spoken: string[] = [];
  announcer.subscribe(() => spoken.push(announcer.getSpoken().text));
  return { announcer, spoken };
}

describe('announcements', () => {
  it('are spoken at once, and the next ones after a pause each', () => {
    const { announcer, spoken } = listen();
    announcer.announce('one');
    announcer.announce('two');
    expect(spoken).toEqual(['one']);
    vi.advanceTimersByTime(1000);
    expect(spoken).toEqual(['one', 'two']);
  });

  it('keep only the newest of a burst, and no text twice while it waits', () => {
    const { announcer, spoken } = listen();
    for (const text of ['a', 'b', 'b', 'c', 'd', 'e']) announcer.announce(text);
    vi.advanceTimersByTime(10_000);
    expect(spoken).toEqual(['a', 'd', 'e']);
  });

  it('say the same text again when it happens again', () => {
    const { announcer } = listen();
    announcer.announce('Approved');
    const first = announcer.getSpoken();
    vi.advanceTimersByTime(5000);
    announcer.announce('Approved');
    expect(announcer.getSpoken().text).toBe('Approved');
    expect(announcer.getSpoken().id).not.toBe(first.id);
  });
});
