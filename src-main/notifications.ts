/**
 * What the operating system shows over other programs: bursts as one, nothing in quiet hours but a summary after
 * them, gone again once decided elsewhere. Buttons decide through the endpoint that the window uses, on the version
 * and hash that the notification showed whole; everything else opens the window.
 */
import { listActivity } from '../src-server/contract/console/activity';
import type { ActivityEvent } from '../src-server/contract/console/activity';
import { listJoining } from '../src-server/contract/console/agents';
import { getAgentCredits } from '../src-server/contract/console/credits';
import type { LiveEvent } from '../src-server/contract/console/events';
import { decide, getInboxItem, markRead } from '../src-server/contract/console/inbox';
import type { InboxDetail } from '../src-server/contract/console/inbox';
import { getMe } from '../src-server/contract/console/session';
import type { NotificationPreferences } from '../src-server/contract/console/session';
import { getWebhook } from '../src-server/contract/console/webhooks';
import type { WebhookView } from '../src-server/contract/console/webhooks';
import { ConsoleCallError } from './console-client';
import type { ConsoleCall } from './console-client';
import type { LinkTarget } from './ipc/contract';
import { findWholeText, toLine } from './plain-text';
import { isQuiet, wallClockAt } from './quiet-hours';
import type { WallClock } from './quiet-hours';
import type { Log } from './redact';
import type { Texts } from './texts';

export interface NotificationRequest {
  readonly title: string;
  readonly body: string;
  /** Labels of its buttons; empty where there are none. */
  readonly actions: readonly string[];
  readonly onClick: () => void;
  readonly onAction: (index: number) => void;
  /** The person or the system put it away. */
  readonly onClose: () => void;
}
export interface ShownNotification {
  close(): void;
}

export interface NotificationDeps {
  readonly show: (request: NotificationRequest) => ShownNotification;
  readonly call: ConsoleCall;
  readonly openLink: (target: LinkTarget) => void;
  readonly texts: () => Texts;
  /** Buttons exist here (macOS, Windows). */
  readonly hasButtons: boolean;
  /** The person looks at the window already. */
  readonly isWatching: () => boolean;
  readonly log: Log;
  readonly now?: () => number;
  readonly toWallClock?: (ms: number) => WallClock;
  /** Runs `work` later; the answer takes it back. */
  readonly schedule?: (work: () => void, ms: number) => () => void;
}

export interface Notifications extends Disposable {
  note(event: LiveEvent): void;
  /** A stream opened: what came while there was none is looked for and told as if it had been noted. */
  catchUp(): void;
  /** The stream ended. */
  lose(): void;
  /** Shows a plain message of our own; a click opens `target`. */
  tell(title: string, body: string, target: LinkTarget): void;
  /** Resolves when nothing that was noted waits to be looked at. */
  settle(): Promise<void>;
}

/** After the last of a burst, and at most after the first. */
const BURST_GAP_MS = 1200;
const BURST_MAX_MS = 5000;
const QUIET_CHECK_MS = 20_000;
const MAX_LOOKED_AT = 100;
const MAX_KEPT = 2000;
/** Changes after which nobody is asked about the item any more. */
const OVER = new Set([
  'approved',
  'rejected',
  'executed',
  'expired',
  'withdrawn',
  'cancelled',
  'failed',
  'snoozed',
]);

const NEWS_OF: Readonly<Record<string, NewsKind>> = {
  'action.proposed': 'proposal',
  'action.revised': 'proposal',
  'action.failed': 'failure',
  'spending.threshold': 'spending',
  'webhook.disabled': 'webhook',
};
/** Groups of the timeline that hold them. */
const NEWS_GROUPS = ['proposals', 'effects', 'agents'] as const;

/** `proposal` and `failure` are of an item of the Inbox, the others of an agent. */
type NewsKind = 'proposal' | 'failure' | 'joining' | 'spending' | 'webhook';
type News = { readonly kind: NewsKind; readonly id: string };
interface Wanted extends NotificationPreferences {
  readonly spendingAlerts: boolean;
}
const INBOX: LinkTarget = { page: 'inbox' };
const AGENTS: LinkTarget = { page: 'agents' };

export function createNotifications(deps: NotificationDeps): Notifications {
  const { show, call, openLink, texts, hasButtons, isWatching, log } = deps;
  const now = deps.now ?? Date.now;
  const toWallClock = deps.toWallClock ?? wallClockAt;
  const schedule = deps.schedule ?? scheduleWithTimer;
  const burst = new Map<string, News>();
  /** What came in quiet hours, for the summary. */
  const kept = new Map<string, News>();
  /** On the screen, with the keys of what each is about. */
  const shown = new Map<ShownNotification, Set<string>>();
  let burstSince = 0;
  /** From here on nothing is known to have been noted, Unix ms. */
  let unheardSince = now();
  let cancelBurst: (() => void) | undefined;
  let cancelQuiet: (() => void) | undefined;
  let work: Promise<void> = Promise.resolve();

  function note({ topic, id, change }: LiveEvent): void {
    if (id === null) return;
    if (topic === 'joining') {
      if (change === 'registered') arrive({ kind: 'joining', id });
      else forget(keyOf({ kind: 'joining', id }));
      return;
    }
    if (topic === 'credits' && change === 'threshold') arrive({ kind: 'spending', id });
    if (topic === 'webhooks' && change === 'disabled') arrive({ kind: 'webhook', id });
    if (topic !== 'inbox') return;
    // An answer that is on the screen for an older version would be refused: it goes, and the new one is shown.
    if (change === 'proposed' || change === 'revised') {
      if (change === 'revised') forget(id);
      arrive({ kind: 'proposal', id });
    } else if (OVER.has(change)) {
      forget(id);
      if (change === 'failed') arrive({ kind: 'failure', id });
    } else if (change === 'edited') forget(id);
  }

  async function readMissed(from: number, to: number): Promise<void> {
    const query = {
      from: new Date(from).toISOString(),
      to: new Date(to).toISOString(),
      limit: MAX_LOOKED_AT,
    };
    const isShown = (key: string): boolean => [...shown.values()].some((keys) => keys.has(key));
    for (const group of NEWS_GROUPS) {
      const { items } = await call(listActivity, { query: { ...query, group } });
      // The answer is newest first; what is told is told in its order.
      for (const item of items.toReversed()) {
        const news = item.form === 'event' ? newsOf(item) : undefined;
        if (news && !isShown(keyOf(news))) arrive(news);
      }
    }
    unheardSince = to;
  }

  function forget(key: string): void {
    burst.delete(key);
    kept.delete(key);
    for (const [notification, keys] of shown) {
      if (!keys.delete(key) || keys.size > 0) continue;
      shown.delete(notification);
      notification.close();
    }
  }

  function arrive(news: News): void {
    if (burst.size >= MAX_KEPT) return;
    if (burst.size === 0) burstSince = now();
    burst.set(keyOf(news), news);
    cancelBurst?.();
    const wait = Math.max(0, Math.min(BURST_GAP_MS, burstSince + BURST_MAX_MS - now()));
    cancelBurst = schedule(() => enqueue(flush), wait);
  }

  function enqueue(step: () => Promise<void>): void {
    work = work.then(step).catch((error: unknown) => log.warn('a notification was not shown', error));
  }

  async function flush(): Promise<void> {
    const news = [...burst.values()];
    burst.clear();
    const preferences = await readPreferences();
    if (!preferences?.isOn || news.length === 0) return;
    if (isQuiet(toWallClock(now()), preferences.quietHours)) {
      for (const one of news) if (kept.size < MAX_KEPT) kept.set(keyOf(one), one);
      watchQuietHours();
      return;
    }
    if (isWatching()) return;
    await showNews(news, preferences);
  }

  function watchQuietHours(): void {
    cancelQuiet ??= schedule(() => {
      cancelQuiet = undefined;
      enqueue(endQuietHours);
    }, QUIET_CHECK_MS);
  }

  async function endQuietHours(): Promise<void> {
    if (kept.size === 0) return;
    const preferences = await readPreferences();
    if (preferences && !preferences.isOn) kept.clear();
    else if (!preferences || isQuiet(toWallClock(now()), preferences.quietHours)) watchQuietHours();
    else {
      const news = [...kept.values()];
      kept.clear();
      if (!isWatching()) await showSummary(news, preferences);
    }
  }

  async function readPreferences(): Promise<Wanted | undefined> {
    try {
      const { user, preferences } = await call(getMe, {});
      if (user === null) return undefined;
      return { ...preferences.notifications, spendingAlerts: preferences.spendingAlerts };
    } catch (error) {
      log.warn('notification settings were not read', error);
      return undefined;
    }
  }

  async function showNews(news: readonly News[], preferences: Wanted): Promise<void> {
    const proposals = await lookAt(news, 'proposal', preferences);
    const [only] = proposals.items;
    if (proposals.items.length === 1 && !proposals.isMore && only) showProposal(only);
    else if (proposals.items.length > 0) showGroup(proposals.items, proposals.isMore);
    const failures = (await lookAt(news, 'failure', preferences)).items;
    const [failed] = failures;
    if (failures.length === 1 && failed) {
      const title = texts().failedTitle(toLine(failed.agent.name, 40));
      put({
        title,
        body: toLine(failed.title),
        target: { page: 'inbox', item: failed.id },
        keys: [failed.id],
      });
    } else if (failures.length > 1) {
      put({
        title: texts().failedMany(failures.length),
        body: '',
        target: INBOX,
        keys: failures.map(({ id }) => id),
      });
    }
    await showJoining(news.filter(({ kind }) => kind === 'joining'));
    await showSpending(spendingOf(news, preferences));
    for (const webhook of await lookAtWebhooks(news, preferences)) showTurnedOff(webhook);
  }

  /** One for each agent: a person is told at most once per threshold, so that there are few. */
  async function showSpending(news: readonly News[]): Promise<void> {
    for (const one of news) {
      const found = await call(getAgentCredits, { params: { id: one.id } }).catch(ignoreNotFound);
      const [alert] = found?.alerts ?? [];
      if (!found || !alert) continue;
      const title = texts().spendingTitle(toLine(found.agent.name, 40), alert.threshold);
      put({ title, body: texts().spendingBody, target: { page: 'credits' }, keys: [keyOf(one)] });
    }
  }

  function showTurnedOff({ agent, disabledReason }: WebhookView): void {
    put({
      title: texts().webhookOffTitle(toLine(agent.name, 40)),
      body: disabledReason === 'gone' ? texts().webhookGoneBody : texts().webhookFailingBody,
      target: { page: 'webhooks', agent: agent.id },
      keys: [keyOf({ kind: 'webhook', id: agent.id })],
    });
  }

  /** The webhooks that are still turned off, without those of muted agents. */
  async function lookAtWebhooks(
    news: readonly News[],
    { mutedAgentIds }: NotificationPreferences,
  ): Promise<readonly WebhookView[]> {
    const wanted = news.filter(({ kind, id }) => kind === 'webhook' && !mutedAgentIds.includes(id));
    const found: WebhookView[] = [];
    for (const { id } of wanted.slice(0, MAX_LOOKED_AT)) {
      const webhook = await call(getWebhook, { params: { id } }).catch(ignoreNotFound);
      if (webhook?.disabledAt) found.push(webhook);
    }
    return found;
  }

  async function showJoining(news: readonly News[]): Promise<void> {
    if (news.length === 0) return;
    const { items } = await call(listJoining, {});
    const joining = items.filter(({ id }) => news.some((one) => one.id === id));
    const [only] = joining;
    if (!only) return;
    const title =
      joining.length === 1
        ? texts().joiningTitle(toLine(only.name, 40))
        : texts().joiningMany(joining.length);
    put({
      title,
      body: texts().joiningBody,
      target: AGENTS,
      keys: joining.map(({ id }) => keyOf({ kind: 'joining', id })),
    });
  }

  /** The items that are still what the news said, without those of muted agents. */
  async function lookAt(
    news: readonly News[],
    kind: 'proposal' | 'failure',
    { mutedAgentIds }: NotificationPreferences,
  ): Promise<{ readonly items: InboxDetail[]; readonly isMore: boolean }> {
    const wanted = news.filter((one) => one.kind === kind);
    const items: InboxDetail[] = [];
    for (const { id } of wanted.slice(0, MAX_LOOKED_AT)) {
      const item = await findItem(id);
      if (item?.status !== (kind === 'proposal' ? 'pending' : 'failed')) continue;
      if (!mutedAgentIds.includes(item.agent.id)) items.push(item);
    }
    return { items, isMore: wanted.length > MAX_LOOKED_AT };
  }

  function findItem(id: string): Promise<InboxDetail | undefined> {
    return call(getInboxItem, { params: { id } }).catch(ignoreNotFound);
  }

  function showProposal(item: InboxDetail): void {
    const version = item.versions.find((one) => one.version === item.version);
    const whole = hasButtons && version ? findWholeText(item, version) : undefined;
    const title = texts().asksYou(toLine(item.agent.name, 40));
    const target: LinkTarget = { page: 'inbox', item: item.id };
    if (whole === undefined || !version) {
      put({ title, body: toLine(item.title), target, keys: [item.id] });
      return;
    }
    const seen = { id: item.id, version: version.version, hash: version.hash };
    put({
      title,
      body: whole,
      target,
      keys: [item.id],
      actions: [texts().approveOnce, texts().reject],
      onAction: (index) => enqueue(() => takeDecision(seen, index === 0 ? 'approve' : 'reject')),
    });
  }

  /** On exactly what was shown: the server refuses any other version, and what was decided before. */
  async function takeDecision(
    { id, version, hash }: { readonly id: string; readonly version: number; readonly hash: string },
    verdict: 'approve' | 'reject',
  ): Promise<void> {
    const params = { id };
    try {
      if (verdict === 'approve') await call(markRead, { params, body: { version, hash } });
      await call(decide, { params, body: { version, hash, verdict } });
      forget(id);
    } catch (error) {
      const code = error instanceof ConsoleCallError ? error.code : 'unexpected';
      log.warn('a decision on a notification was refused', code);
      const [title, body] = refusalOf(code, texts());
      put({ title, body, target: { page: 'inbox', item: id }, keys: [] });
    }
  }

  function showGroup(items: readonly InboxDetail[], isMore: boolean): void {
    const agents = new Set(items.map(({ agent }) => agent.id)).size;
    const body = items
      .slice(0, 3)
      .map(({ title }) => toLine(title, 60))
      .join('\n');
    const keys = items.map(({ id }) => id);
    put({ title: texts().newProposals(items.length, agents, isMore), body, target: INBOX, keys });
  }

  async function showSummary(news: readonly News[], preferences: Wanted): Promise<void> {
    const proposals = await lookAt(news, 'proposal', preferences);
    const failures = (await lookAt(news, 'failure', preferences)).items;
    const joining = news.filter(({ kind }) => kind === 'joining');
    const spending = spendingOf(news, preferences);
    const turnedOff = await lookAtWebhooks(news, preferences);
    const agents = new Set(proposals.items.map(({ agent }) => agent.id)).size;
    const lines = [
      proposals.items.length > 0
        ? texts().newProposals(proposals.items.length, agents, proposals.isMore)
        : '',
      failures.length > 0 ? texts().quietFailed(failures.length) : '',
      joining.length > 0 ? texts().joiningMany(joining.length) : '',
      spending.length > 0 ? texts().quietSpending(spending.length) : '',
      turnedOff.length > 0 ? texts().quietWebhooks(turnedOff.length) : '',
    ].filter((line) => line !== '');
    if (lines.length === 0) return;
    const items = [...proposals.items, ...failures].map(({ id }) => id);
    const keys = [...items, ...joining.map(keyOf)];
    put({ title: texts().quietTitle, body: lines.join('\n'), target: INBOX, keys });
  }

  function put(given: {
    readonly title: string;
    readonly body: string;
    readonly target: LinkTarget;
    /** Of what it is about: it goes once all of that is over. */
    readonly keys: readonly string[];
    readonly actions?: readonly string[];
    readonly onAction?: (index: number) => void;
  }): void {
    const notification = show({
      title: given.title,
      body: given.body,
      actions: given.actions ?? [],
      onClick: () => openLink(given.target),
      onAction: (index) => given.onAction?.(index),
      onClose: () => void shown.delete(notification),
    });
    shown.set(notification, new Set(given.keys));
    // What nobody puts away must not be held for ever.
    for (const oldest of shown.keys()) {
      if (shown.size <= MAX_LOOKED_AT) break;
      shown.delete(oldest);
      oldest.close();
    }
  }

  return {
    note,
    catchUp() {
      enqueue(() => readMissed(unheardSince, now()));
    },
    lose() {
      unheardSince = now();
    },
    tell: (title, body, target) => put({ title, body, target, keys: [] }),
    settle: () => work,
    [Symbol.dispose]() {
      cancelBurst?.();
      cancelQuiet?.();
      for (const notification of shown.keys()) notification.close();
      shown.clear();
    },
  };
}

/** The id of an item; of an agent there can be news of several kinds. */
function keyOf({ kind, id }: News): string {
  return kind === 'proposal' || kind === 'failure' ? id : `${kind} ${id}`;
}

/** What a line of the timeline tells, if it is told at all. */
function newsOf({ type, action, agent }: ActivityEvent): News | undefined {
  const kind = NEWS_OF[type];
  const id = kind === 'proposal' || kind === 'failure' ? action?.id : agent?.id;
  return kind === undefined || id === undefined ? undefined : { kind, id };
}

/** Who came near what they may spend, as far as the person wants to hear of it. */
function spendingOf(news: readonly News[], { spendingAlerts, mutedAgentIds }: Wanted): readonly News[] {
  if (!spendingAlerts) return [];
  return news
    .filter(({ kind, id }) => kind === 'spending' && !mutedAgentIds.includes(id))
    .slice(0, MAX_LOOKED_AT);
}

/** It went meanwhile: there is nothing to tell of it. */
function ignoreNotFound(error: unknown): undefined {
  if (error instanceof ConsoleCallError && error.code === 'not_found') return undefined;
  throw error;
}

function refusalOf(code: string, t: Texts): readonly [string, string] {
  if (code === 'already_decided') return [t.alreadyDecided, t.alreadyDecidedBody];
  if (code === 'stale_version') return [t.changedTitle, t.changedBody];
  if (code === 'gone' || code === 'not_found') return [t.goneTitle, t.goneBody];
  return [t.notDecided, t.notDecidedBody];
}

function scheduleWithTimer(run: () => void, ms: number): () => void {
  const timer = setTimeout(run, ms);
  return () => clearTimeout(timer);
}
