import { describe, expect, it } from 'vitest';
import type { InboxDetail, PayloadField } from '../src-server/contract/console/inbox';
import { DEFAULT_PREFERENCES } from '../src-server/contract/console/session';
import type { NotificationPreferences } from '../src-server/contract/console/session';
import { ConsoleCallError } from './console-client';
import type { ConsoleCall } from './console-client';
import type { LinkTarget } from './ipc/contract';
import { createNotifications } from './notifications';
import type { NotificationRequest } from './notifications';
import { findWholeText, toLine } from './plain-text';
import { getTexts } from './texts';

const HASH = 'a'.repeat(64);

function field(name: string, value: unknown, form: PayloadField['form'] = 'line'): PayloadField {
  return { name, form, value, isEditable: true, maxLength: null };
}

function itemOf(
  id: string,
  change: Partial<InboxDetail> = {},
  fields = [field('bio', 'I like maps.', 'prose')],
) {
  const version = change.version ?? 1;
  const item = {
    id,
    agent: { id: 'agent-1', name: 'Atlas', handle: 'atlas', origin: 'mma', isSample: false },
    actionName: 'profile.update',
    kind: 'profile.update',
    risk: 'reversible',
    status: 'pending',
    version,
    title: `Title of ${id}`,
    cost: 0,
    versions: [
      {
        version,
        by: 'agent',
        createdAt: '',
        hash: HASH,
        canonical: '{}',
        fields,
        targets: [],
        note: null,
        diff: [],
      },
    ],
    ...change,
  };
  return item as unknown as InboxDetail;
}

/** A desk whose answers the test holds, and a system that remembers what it was given to show. */
function world(options: { hasButtons?: boolean } = {}) {
  const items = new Map<string, InboxDetail>();
  const calls: { path: string; method: string; parts: unknown }[] = [];
  const shown: (NotificationRequest & { isClosed: boolean })[] = [];
  const opened: LinkTarget[] = [];
  const refusals = new Map<string, string>();
  const timers = new Map<() => void, number>();
  let preferences: NotificationPreferences = DEFAULT_PREFERENCES.notifications;
  let spendingAlerts = true;
  /** Agents whose webhook is turned off. */
  const turnedOff = new Map<string, 'failing' | 'gone'>();
  let clock = { day: 3, minutes: 12 * 60 };
  let isWatching = false;
  let clockMs = 0;
  const written: { at: number; type: string; group: string; action?: object; agent?: object }[] = [];
  const missed = ({ query }: { query: { from: string; to: string; group: string } }): unknown => ({
    items: written
      .filter(({ at }) => at >= Date.parse(query.from) && at <= Date.parse(query.to))
      .filter(({ group }) => group === query.group)
      .toReversed()
      .map(({ type, action = null, agent = null }) => ({ form: 'event', type, action, agent })),
  });
  const answer = (path: string, parts: { params?: { id: string } }): unknown => {
    const refusal = refusals.get(path);
    if (refusal) throw new ConsoleCallError(refusal, refusal);
    if (path === '/me')
      return { user: { id: 'u' }, preferences: { notifications: preferences, spendingAlerts } };
    if (path === '/activity') return missed(parts as never);
    if (path === '/agents/:id/credits') {
      const isOver = parts.params?.id === 'agent-2';
      return {
        agent: { name: isOver ? 'Rook' : 'Atlas' },
        alerts: [{ scope: 'all', threshold: isOver ? 100 : 75, at: '' }],
      };
    }
    if (path === '/webhooks/:id') {
      const id = parts.params?.id ?? '';
      const disabledReason = turnedOff.get(id) ?? null;
      return { agent: { id, name: 'Atlas' }, disabledReason, disabledAt: disabledReason ? '2026' : null };
    }
    if (path === '/joining') return { items: [{ id: 'join-1', name: 'New\u202e\nAgent' }] };
    const item = items.get(parts.params?.id ?? '');
    if (!item) throw new ConsoleCallError('not_found', 'none');
    return item;
  };
  const call = (async (endpoint, parts) => {
    calls.push({ path: endpoint.path, method: endpoint.method, parts });
    return answer(endpoint.path, parts as { params?: { id: string } });
  }) as ConsoleCall;
  const notifications = createNotifications({
    show(request) {
      const entry = { ...request, isClosed: false };
      shown.push(entry);
      return {
        close() {
          entry.isClosed = true;
        },
      };
    },
    call,
    openLink: (target) => opened.push(target),
    texts: () => getTexts('en'),
    hasButtons: options.hasButtons ?? true,
    isWatching: () => isWatching,
    log: { info: () => undefined, warn: () => undefined, error: () => undefined },
    now: () => clockMs,
    toWallClock: () => clock,
    schedule(work, ms) {
      timers.set(work, ms);
      return () => timers.delete(work);
    },
  });
  const settle = async (): Promise<void> => {
    for (const work of timers.keys()) {
      timers.delete(work);
      work();
    }
    await notifications.settle();
  };
  return {
    notifications,
    calls,
    shown,
    opened,
    refusals,
    settle,
    put: (item: InboxDetail) => items.set(item.id, item),
    prefer: (next: Partial<NotificationPreferences>) => (preferences = { ...preferences, ...next }),
    wallClock: (day: number, hours: number) => (clock = { day, minutes: hours * 60 }),
    watch: () => (isWatching = true),
    /** The server writes something down that no stream tells of. */
    write: (at: number, type: string, item: InboxDetail) => {
      items.set(item.id, item);
      const group = type === 'action.failed' ? 'effects' : 'proposals';
      written.push({ at, type, group, action: { id: item.id } });
    },
    writeOfAgent: (at: number, type: string, id: string) =>
      written.push({ at, type, group: 'agents', agent: { id } }),
    turnedOff,
    wantSpendingAlerts: (isWanted: boolean) => (spendingAlerts = isWanted),
    passTo: (ms: number) => (clockMs = ms),
    inbox: (id: string, change: string) => notifications.note({ topic: 'inbox', id, change }),
    propose: async (...given: InboxDetail[]): Promise<void> => {
      for (const item of given) {
        items.set(item.id, item);
        notifications.note({ topic: 'inbox', id: item.id, change: 'proposed' });
      }
      await settle();
    },
    writes: () => calls.filter(({ method }) => method !== 'GET'),
  };
}

describe('a burst', () => {
  it('is one notification that counts proposals and agents', async () => {
    const { propose, shown, opened } = world();
    const other = { id: 'agent-2', name: 'Bora', handle: null, origin: 'nb', isSample: false } as const;
    await propose(itemOf('a'), itemOf('b'), itemOf('c'), itemOf('d', { agent: other }));
    expect(shown.map(({ title, actions }) => [title, actions])).toEqual([
      ['4 new proposals from 2 agents', []],
    ]);
    expect(shown[0]?.body).toBe('Title of a\nTitle of b\nTitle of c');
    shown[0]?.onClick();
    expect(opened).toEqual([{ page: 'inbox' }]);
  });

  it('loses what was decided before it was shown, and goes when all of it was decided elsewhere', async () => {
    const { propose, shown, inbox, put, settle } = world();
    await propose(itemOf('a'), itemOf('b'));
    inbox('a', 'rejected');
    expect(shown[0]?.isClosed).toBe(false);
    inbox('b', 'executed');
    expect(shown[0]?.isClosed).toBe(true);
    put(itemOf('c'));
    inbox('c', 'proposed');
    inbox('c', 'withdrawn');
    await settle();
    expect(shown).toHaveLength(1);
  });
});

describe('a stream that was away', () => {
  it('is made up for: what was proposed or failed meanwhile is told, once, and nothing older', async () => {
    const { notifications, write, passTo, settle, shown } = world();
    write(-5, 'action.proposed', itemOf('before the start'));
    write(10, 'action.proposed', itemOf('a'));
    write(20, 'action.failed', itemOf('b', { status: 'failed' }));
    write(30, 'action.withdrawn', itemOf('c'));
    passTo(40);
    notifications.catchUp();
    await notifications.settle();
    await settle();
    expect(shown.map(({ title }) => title)).toEqual(['Atlas asks you', 'Approved, but it failed: Atlas']);

    passTo(60);
    notifications.lose();
    write(50, 'action.proposed', itemOf('heard by the stream'));
    write(70, 'action.revised', itemOf('d'));
    passTo(80);
    notifications.catchUp();
    await notifications.settle();
    await settle();
    expect(shown.slice(2).map(({ title, body }) => [title, body])).toEqual([
      ['Atlas asks you', 'I like maps.'],
    ]);

    write(90, 'action.proposed', itemOf('e'));
    write(95, 'action.proposed', itemOf('f'));
    passTo(100);
    notifications.catchUp();
    await notifications.settle();
    await settle();
    expect(shown.at(-1)?.body).toBe('Title of e\nTitle of f');
  });
});

describe('one proposal', () => {
  it('opens its item; buttons only where the system has them', async () => {
    const { propose, shown, opened } = world({ hasButtons: false });
    await propose(itemOf('a'));
    expect(shown[0]).toMatchObject({ title: 'Atlas asks you', body: 'Title of a', actions: [] });
    shown[0]?.onClick();
    expect(opened).toEqual([{ page: 'inbox', item: 'a' }]);
  });

  it('that is one short text is shown whole and decided on its version and hash, read first', async () => {
    const { propose, shown, settle, writes } = world();
    await propose(itemOf('a', { version: 4 }));
    expect(shown[0]).toMatchObject({ body: 'I like maps.', actions: ['Approve once', 'Reject'] });
    shown[0]?.onAction(0);
    await settle();
    expect(writes()).toEqual([
      {
        path: '/inbox/:id/read',
        method: 'POST',
        parts: { params: { id: 'a' }, body: { version: 4, hash: HASH } },
      },
      {
        path: '/inbox/:id/decide',
        method: 'POST',
        parts: { params: { id: 'a' }, body: { version: 4, hash: HASH, verdict: 'approve' } },
      },
    ]);
    expect(shown[0]?.isClosed).toBe(true);
  });

  it('is rejected without a read', async () => {
    const { propose, shown, settle, writes } = world();
    await propose(itemOf('a'));
    shown[0]?.onAction(1);
    await settle();
    expect(writes().map(({ path }) => path)).toEqual(['/inbox/:id/decide']);
  });

  it('that changed is refused and says so, with the old version and hash and no other', async () => {
    const { propose, shown, refusals, settle, writes, put, opened } = world();
    await propose(itemOf('a'));
    put(itemOf('a', { version: 2 }));
    refusals.set('/inbox/:id/read', 'stale_version');
    shown[0]?.onAction(0);
    await settle();
    expect(writes().map(({ path, parts }) => [path, parts])).toEqual([
      ['/inbox/:id/read', { params: { id: 'a' }, body: { version: 1, hash: HASH } }],
    ]);
    expect(shown.at(-1)).toMatchObject({ title: 'Not decided: it changed', actions: [] });
    shown.at(-1)?.onClick();
    expect(opened).toEqual([{ page: 'inbox', item: 'a' }]);
  });

  it('that is decided already says so at a second click', async () => {
    const { propose, shown, refusals, settle } = world();
    await propose(itemOf('a'));
    shown[0]?.onAction(0);
    await settle();
    refusals.set('/inbox/:id/decide', 'already_decided');
    shown[0]?.onAction(0);
    await settle();
    expect(shown.at(-1)).toMatchObject({ title: 'Already decided' });
  });

  it('that a revision replaced leaves the screen, and the new version comes', async () => {
    const { propose, shown, put, inbox, settle } = world();
    await propose(itemOf('a'));
    put(itemOf('a', { version: 2 }, [field('bio', 'Other words.', 'prose')]));
    inbox('a', 'revised');
    expect(shown[0]?.isClosed).toBe(true);
    await settle();
    expect(shown[1]).toMatchObject({ body: 'Other words.', isClosed: false });
  });
});

describe('a payload', () => {
  const whole = (fields: PayloadField[], change: Partial<InboxDetail> = {}) => {
    const item = itemOf('a', change, fields);
    const [version] = item.versions;
    return version && findWholeText(item, version);
  };

  it('is drawn with everything in it, or not at all', () => {
    expect(
      whole([
        field('content', 'Hello world!', 'prose'),
        field('title', 'First'),
        field('tags', ['a', 'b'], 'list'),
      ]),
    ).toBe('Hello world! · title: First · tags: a, b');
    expect(whole([field('bio', 'x'.repeat(120), 'prose')])).toHaveLength(120);
    expect(whole([field('bio', 'x'.repeat(121), 'prose')])).toBeUndefined();
    expect(whole([field('bio', 'a\nb\nc\nd', 'prose')])).toBeUndefined();
    expect(whole([field('bio', 'a', 'prose'), field('more', 'b', 'prose')])).toBeUndefined();
    expect(whole([field('bio', 'a', 'prose'), field('price', 5, 'data')])).toBeUndefined();
    expect(whole([field('name', 'a')])).toBeUndefined();
  });

  it('of another risk or state, or with a price, is not decided here', () => {
    const text = [field('bio', 'a', 'prose')];
    expect(whole(text, { risk: 'irreversible' })).toBeUndefined();
    expect(whole(text, { risk: 'costly' })).toBeUndefined();
    expect(whole(text, { status: 'approved' })).toBeUndefined();
    expect(whole(text, { cost: 1 })).toBeUndefined();
  });

  it.each([
    ['a tag character', 'pay\u{e0061}'],
    ['a bidi override', 'a\u202eb'],
    ['a zero-width space', 'a\u200bb'],
    ['a Hangul filler', 'a\u3164b'],
    ['a space that only looks like one', 'a\u00a0b'],
    ['a line separator', 'a\u2028b'],
    ['a variation selector', 'a\ufe0f'],
    ['a pile of marks', 'a\u0301\u0301\u0301\u0301'],
    ['a lone surrogate', 'a\ud800'],
  ])('with %s in it is not decided here', (_name, text) => {
    expect(whole([field('bio', text, 'prose')])).toBeUndefined();
  });

  it('is cut to a harmless line elsewhere', () => {
    expect(toLine('a\u202e\n\tb\u200b c')).toBe('a b c');
    expect([...toLine('ä'.repeat(500))]).toHaveLength(80);
    expect(toLine('👍'.repeat(200), 5)).toBe('👍👍👍👍…');
  });
});

describe('what a person asked for', () => {
  it('is kept: off, muted agents, and no notification while they look at the window', async () => {
    const off = world();
    off.prefer({ isOn: false });
    await off.propose(itemOf('a'));
    expect(off.shown).toEqual([]);
    const muted = world();
    muted.prefer({ mutedAgentIds: ['agent-1'] });
    await muted.propose(itemOf('a'), itemOf('b', { agent: { ...itemOf('b').agent, id: 'agent-2' } }));
    expect(muted.shown.map(({ title }) => title)).toEqual(['Atlas asks you']);
    const watching = world();
    watching.watch();
    await watching.propose(itemOf('a'));
    expect(watching.shown).toEqual([]);
  });

  it('holds in quiet hours: nothing is shown, then one summary of what is still there', async () => {
    const { propose, shown, prefer, wallClock, settle, inbox, put, notifications } = world();
    prefer({ quietHours: { from: '22:00', to: '07:00', days: [0, 1, 2, 3, 4, 5, 6] } });
    wallClock(3, 23);
    await propose(itemOf('a'), itemOf('b'), itemOf('c'));
    put(itemOf('f', { status: 'failed' }));
    inbox('f', 'failed');
    notifications.note({ topic: 'joining', id: 'join-1', change: 'registered' });
    await settle();
    wallClock(4, 6);
    await settle();
    expect(shown).toEqual([]);
    inbox('b', 'expired');
    wallClock(4, 7);
    await settle();
    expect(shown.map(({ title, body }) => [title, body])).toEqual([
      [
        'While it was quiet',
        '2 new proposals from 1 agent\n1 approved action failed\n1 agents want to join you',
      ],
    ]);
    await settle();
    expect(shown).toHaveLength(1);
  });
});

describe('besides proposals', () => {
  it('failures and agents that want to join are told', async () => {
    const { notifications, put, inbox, settle, shown, opened } = world();
    put(itemOf('f', { status: 'failed' }));
    inbox('f', 'failed');
    notifications.note({ topic: 'joining', id: 'join-1', change: 'registered' });
    await settle();
    expect(shown.map(({ title }) => title)).toEqual([
      'Approved, but it failed: Atlas',
      'New Agent wants to join you',
    ]);
    for (const one of shown) one.onClick();
    expect(opened).toEqual([{ page: 'inbox', item: 'f' }, { page: 'agents' }]);
    notifications.note({ topic: 'joining', id: 'join-1', change: 'claimed' });
    expect(shown[1]?.isClosed).toBe(true);
  });

  it('agents that come near what they may spend are told, muted ones are not', async () => {
    const { notifications, settle, shown, opened, prefer } = world();
    const cross = (id: string) => notifications.note({ topic: 'credits', id, change: 'threshold' });
    cross('agent-1');
    cross('agent-2');
    notifications.note({ topic: 'credits', id: 'agent-3', change: 'cap-set' });
    await settle();
    expect(shown.map(({ title }) => title)).toEqual([
      'Atlas used 75 % of what it may spend',
      'Rook used up what it may spend',
    ]);
    shown[0]?.onClick();
    expect(opened).toEqual([{ page: 'credits' }]);
    prefer({ mutedAgentIds: ['agent-1'] });
    cross('agent-1');
    await settle();
    expect(shown).toHaveLength(2);
  });

  it('a webhook that was turned off is told while it is off, muted agents’ are not', async () => {
    const { notifications, settle, shown, opened, prefer, turnedOff } = world();
    const turnOff = async (id: string, reason: 'failing' | 'gone'): Promise<void> => {
      turnedOff.set(id, reason);
      notifications.note({ topic: 'webhooks', id, change: 'disabled' });
      await settle();
    };
    await turnOff('agent-1', 'failing');
    await turnOff('agent-2', 'gone');
    expect(shown.map(({ title, body }) => [title, body.split('.')[0]])).toEqual([
      ['The webhook of Atlas was turned off', 'Too many deliveries in a row failed'],
      ['The webhook of Atlas was turned off', 'Its endpoint answered 410 Gone: it wants no more'],
    ]);
    shown[0]?.onClick();
    expect(opened).toEqual([{ page: 'webhooks', agent: 'agent-1' }]);
    notifications.note({ topic: 'webhooks', id: 'agent-1', change: 'sent' });
    turnedOff.delete('agent-3');
    notifications.note({ topic: 'webhooks', id: 'agent-3', change: 'disabled' });
    await settle();
    prefer({ mutedAgentIds: ['agent-1'] });
    await turnOff('agent-1', 'failing');
    expect(shown).toHaveLength(2);
  });

  it('what became of agents while no stream was open is told at the next one, as the person wants it', async () => {
    const { notifications, writeOfAgent, passTo, settle, shown, turnedOff, ...person } = world();
    const reopen = async (ms: number): Promise<void> => {
      passTo(ms);
      notifications.catchUp();
      await notifications.settle();
      await settle();
    };
    turnedOff.set('agent-1', 'failing');
    writeOfAgent(-5, 'spending.threshold', 'agent-2');
    writeOfAgent(10, 'webhook.disabled', 'agent-1');
    writeOfAgent(20, 'spending.threshold', 'agent-1');
    writeOfAgent(30, 'spending.cap-set', 'agent-2');
    await reopen(40);
    expect(shown.map(({ title }) => title)).toEqual([
      'Atlas used 75 % of what it may spend',
      'The webhook of Atlas was turned off',
    ]);

    person.wantSpendingAlerts(false);
    writeOfAgent(50, 'spending.threshold', 'agent-2');
    await reopen(60);
    expect(shown).toHaveLength(2);
    person.wantSpendingAlerts(true);

    person.prefer({ quietHours: { from: '22:00', to: '07:00', days: [3] }, mutedAgentIds: ['agent-3'] });
    person.wallClock(3, 23);
    turnedOff.set('agent-2', 'gone').set('agent-3', 'gone');
    for (const id of ['agent-2', 'agent-3']) {
      writeOfAgent(70, 'webhook.disabled', id);
      writeOfAgent(70, 'spending.threshold', id);
    }
    await reopen(80);
    expect(shown).toHaveLength(2);
    person.wallClock(4, 8);
    await settle();
    expect(shown.slice(2).map(({ body }) => body)).toEqual([
      '1 agent came near what it may spend\n1 webhook was turned off',
    ]);
  });
});
