import { QueryClient } from '@tanstack/react-query';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { createLive } from './live';

/** Stands in for the network alone: what the browser's EventSource would do is driven by the test. */
class FakeEventSource extends EventTarget {
  static readonly CLOSED = 2;
  static opened: FakeEventSource[] = [];
  readyState = 0;
  readonly url: string;

  constructor(url: string) {
    super();
    this.url = url;
    FakeEventSource.opened.push(this);
  }

  close() {
    this.readyState = 2;
  }

  send(topic: string, data: unknown) {
    this.readyState = 1;
    this.dispatchEvent(
      new MessageEvent(topic, { data: typeof data === 'string' ? data : JSON.stringify(data) }),
    );
  }

  break(isFinal: boolean) {
    this.readyState = isFinal ? 2 : 0;
    this.dispatchEvent(new Event('error'));
  }
}

const newest = () => {
  const source = FakeEventSource.opened.at(-1);
  if (!source) throw new Error('nothing was opened');
  return source;
};
const hello = { topic: 'hello', id: null, change: 'connected' };

let client: QueryClient;
let invalidated: (string | undefined)[];

beforeEach(() => {
  vi.useFakeTimers();
  FakeEventSource.opened = [];
  vi.stubGlobal('EventSource', FakeEventSource);
  vi.stubGlobal('location', { origin: 'app://console', protocol: 'app:' });
  client = new QueryClient();
  invalidated = [];
  vi.spyOn(client, 'invalidateQueries').mockImplementation((filters) => {
    invalidated.push(filters?.queryKey?.[0] as string | undefined);
    return Promise.resolve();
  });
});

afterEach(() => {
  vi.useRealTimers();
  vi.unstubAllGlobals();
});

describe('the live stream', () => {
  it('is live after hello, and reads a topic again once for a burst of its events', () => {
    const live = createLive(client);
    live.start();
    expect(newest().url).toBe('app://console/api/console/events');
    expect(live.getState()).toBe('connecting');
    newest().send('hello', hello);
    expect(live.getState()).toBe('live');
    vi.advanceTimersByTime(2000);
    invalidated.length = 0;
    for (let index = 0; index < 50; index += 1) {
      newest().send('inbox', { topic: 'inbox', id: `act_${index}`, change: 'proposed' });
    }
    vi.advanceTimersByTime(500);
    expect(invalidated).toEqual(['inbox', 'agents']);
    live.stop();
  });

  it('reads what everybody says again less often, and holds nothing else up for it', () => {
    const live = createLive(client);
    live.start();
    newest().send('hello', hello);
    vi.advanceTimersByTime(2000);
    invalidated.length = 0;
    const say = () => newest().send('posts', { topic: 'posts', id: null, change: 'published' });
    say();
    newest().send('keys', { topic: 'keys', id: null, change: 'minted' });
    vi.advanceTimersByTime(120);
    expect(invalidated).toEqual(['keys']);
    say();
    vi.advanceTimersByTime(880);
    expect(invalidated).toEqual(['keys', 'posts']);
    vi.advanceTimersByTime(2000);
    expect(invalidated).toEqual(['keys', 'posts']);
    live.stop();
  });

  it('opens a new one when the old one is closed for good, slower each time, and reads everything after hello', () => {
    const live = createLive(client);
    live.start();
    newest().send('hello', hello);
    vi.advanceTimersByTime(2000);
    newest().break(true);
    expect(live.getState()).toBe('reconnecting');
    vi.advanceTimersByTime(99);
    expect(FakeEventSource.opened).toHaveLength(1);
    vi.advanceTimersByTime(1);
    expect(FakeEventSource.opened).toHaveLength(2);
    newest().break(true);
    vi.advanceTimersByTime(199);
    expect(FakeEventSource.opened).toHaveLength(2);
    vi.advanceTimersByTime(1);
    expect(FakeEventSource.opened).toHaveLength(3);
    invalidated.length = 0;
    newest().send('hello', hello);
    vi.advanceTimersByTime(0);
    expect(live.getState()).toBe('live');
    expect(invalidated).toEqual([undefined]);
    live.stop();
  });

  it('leaves reconnecting to the browser while it still tries', () => {
    const live = createLive(client);
    live.start();
    newest().send('hello', hello);
    newest().break(false);
    expect(live.getState()).toBe('reconnecting');
    vi.advanceTimersByTime(10_000);
    expect(FakeEventSource.opened).toHaveLength(1);
    newest().send('hello', hello);
    expect(live.getState()).toBe('live');
    live.stop();
  });

  it('tells listeners each event and ignores what is no event of ours', () => {
    const live = createLive(client);
    const heard: string[] = [];
    live.subscribeEvents((event) => heard.push(`${event.topic} ${event.change}`));
    live.start();
    newest().send('hello', hello);
    newest().send('inbox', 'not json');
    newest().send('inbox', { topic: 'elsewhere', id: null, change: 'x' });
    newest().send('joining', { topic: 'joining', id: 'a', change: 'registered' });
    expect(heard).toEqual(['hello connected', 'joining registered']);
    live.stop();
  });

  it('stops for good, and may be started again', () => {
    const live = createLive(client);
    live.start();
    newest().break(true);
    live.stop();
    vi.advanceTimersByTime(10_000);
    expect(FakeEventSource.opened).toHaveLength(1);
    expect(live.getState()).toBe('idle');
    live.start();
    expect(FakeEventSource.opened).toHaveLength(2);
    live.stop();
  });
});
