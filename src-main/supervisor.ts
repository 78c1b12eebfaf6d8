/**
 * Keeps one server running.
 *
 *     idle ── start ──► starting ── ready ──► up ── exit ──► restarting ── ready ──► up
 *                          │                                     │
 *                          └── failed message, silence, or too many exits in a row ──► failed ── start ──► starting
 */
import { randomBytes } from 'node:crypto';
import type { AuditCheckpoint, FailedMessage, ReadyMessage } from '../src-server/contract/process';
import type { Log } from './redact';
import type { LaunchServer, ServerChild } from './server-process';

export type SupervisorState =
  | { readonly status: 'idle' | 'starting' | 'restarting' }
  | { readonly status: 'up'; readonly upstream: Upstream }
  | { readonly status: 'failed'; readonly failure: FailedMessage };

/** A server that answers: where, and with which secret. */
export interface Upstream {
  readonly url: string;
  readonly socketPath: string;
  readonly secret: string;
  readonly pid: number | undefined;
}

export interface SupervisorTiming {
  readonly readyTimeoutMs: number;
  readonly firstBackoffMs: number;
  readonly maxBackoffMs: number;
  /** A server that was up this long has earned a fresh count of restarts. */
  readonly stableAfterMs: number;
  /** How long a server may drain before it is ended. */
  readonly stopTimeoutMs: number;
}

const TIMING: SupervisorTiming = {
  readyTimeoutMs: 20_000,
  firstBackoffMs: 100,
  maxBackoffMs: 5000,
  stableAfterMs: 30_000,
  stopTimeoutMs: 10_000,
};
/** With the backoff above the last try comes about 16 s after the first exit. */
const MAX_EXITS_IN_A_ROW = 8;
const MAX_WAITING = 1000;

interface Run {
  readonly child: ServerChild;
  readonly gone: Promise<void>;
}

export interface Supervisor {
  readonly state: SupervisorState;
  /** Starts the server unless one runs or is on its way. */
  readonly start: () => void;
  /** Asks the server to drain, ends it after 10 s; resolves when it is gone. It is not restarted. */
  readonly stop: () => Promise<void>;
  /** Ends a server that is up and starts it again with what it is to be launched with now; what became of it. */
  readonly restart: () => Promise<SupervisorState>;
  /** The running server; waits for one that is starting, undefined when there will be none in that time. */
  readonly whenUp: (timeoutMs: number, signal?: AbortSignal) => Promise<Upstream | undefined>;
}

export function createSupervisor(deps: {
  readonly launch: LaunchServer;
  /** Read at every launch. */
  readonly getLaunch: () => {
    readonly args: readonly string[];
    readonly masterKey: string;
    readonly checkpoint: AuditCheckpoint | undefined;
    readonly recoveryCode?: string | undefined;
    readonly restoreCopy?: string | undefined;
  };
  readonly onChange: (state: SupervisorState) => void;
  readonly onCheckpoint: (checkpoint: AuditCheckpoint) => void;
  readonly log: Log;
  readonly timing?: Partial<SupervisorTiming>;
}): Supervisor {
  const { log } = deps;
  const timing = { ...TIMING, ...deps.timing };
  let state: SupervisorState = { status: 'idle' };
  let active: Run | undefined;
  /** Every process not yet gone: the active one, and one that failed and still closes. */
  const running = new Set<Run>();
  let timer: NodeJS.Timeout | undefined;
  let exitsInARow = 0;
  let upSince = 0;
  let isStopping = false;
  const waiting = new Set<() => void>();

  function change(next: SupervisorState): void {
    state = next;
    if (next.status !== 'starting' && next.status !== 'restarting') {
      for (const wake of waiting) wake();
    }
    deps.onChange(next);
  }

  function launch(): void {
    const secret = randomBytes(32).toString('base64');
    const { args, ...keys } = deps.getLaunch();
    let markGone = (): void => undefined;
    const gone = new Promise<void>((resolve) => (markGone = resolve));
    const child = deps.launch(args, {
      onMessage(message) {
        if (run !== active) return;
        if (message.type === 'checkpoint') deps.onCheckpoint(message.checkpoint);
        else if (message.type === 'ready') up(run, message, secret);
        else fail(message);
      },
      onExit(how) {
        running.delete(run);
        markGone();
        if (run === active) exited(how);
      },
      onLine: (line) => log.info('[server]', line),
    });
    const run: Run = { child, gone };
    active = run;
    running.add(run);
    timer = setTimeout(() => {
      fail(unexpected(`The server did not get ready within ${timing.readyTimeoutMs / 1000} s.`));
      child.kill();
    }, timing.readyTimeoutMs);
    child.send({ type: 'init', socketSecret: secret, ...keys });
  }

  function up(run: Run, ready: ReadyMessage, secret: string): void {
    if (state.status === 'failed') return;
    clearTimeout(timer);
    upSince = Date.now();
    const { pid } = run.child;
    log.info('server is up', { url: ready.url, pid });
    change({ status: 'up', upstream: { url: ready.url, socketPath: ready.socket, secret, pid } });
  }

  function fail(failure: FailedMessage): void {
    clearTimeout(timer);
    log.error('server can not start:', failure.code, failure.message);
    change({ status: 'failed', failure });
  }

  function exited(how: string): void {
    clearTimeout(timer);
    active = undefined;
    if (isStopping || state.status === 'failed') return;
    if (state.status === 'up' && Date.now() - upSince >= timing.stableAfterMs) exitsInARow = 0;
    exitsInARow += 1;
    log.error(`server ended by itself (${how}), ${exitsInARow} in a row`);
    if (exitsInARow > MAX_EXITS_IN_A_ROW) {
      fail(unexpected(`The server ended ${exitsInARow} times in a row, last with ${how}.`));
      return;
    }
    const backoffMs = Math.min(timing.maxBackoffMs, timing.firstBackoffMs * 2 ** (exitsInARow - 1));
    timer = setTimeout(launch, backoffMs);
    change({ status: 'restarting' });
  }

  function start(): void {
    if (isStopping || (state.status !== 'idle' && state.status !== 'failed')) return;
    exitsInARow = 0;
    active = undefined;
    change({ status: 'starting' });
    // One that failed may still hold port and data folder for a moment. Otherwise at once, within this turn: what the
    // shell does next, opening its window, then happens while the server's process comes up.
    if (running.size > 0) void endAll().then(launchUnlessStopped);
    else launch();
  }

  function launchUnlessStopped(): void {
    if (!isStopping && !active) launch();
  }

  async function restart(): Promise<SupervisorState> {
    if (isStopping || state.status !== 'up') return state;
    exitsInARow = 0;
    // Its exit is expected and nobody's failure.
    active = undefined;
    change({ status: 'restarting' });
    await endAll();
    launchUnlessStopped();
    await whenUp(timing.readyTimeoutMs * 2);
    return state;
  }

  async function stop(): Promise<void> {
    isStopping = true;
    clearTimeout(timer);
    if (state.status !== 'failed') change({ status: 'idle' });
    await endAll();
  }

  async function endAll(): Promise<void> {
    await Promise.all(
      [...running].map(async ({ child, gone }) => {
        child.terminate();
        const late = setTimeout(() => child.kill(), timing.stopTimeoutMs);
        await gone;
        clearTimeout(late);
      }),
    );
  }

  function whenUp(timeoutMs: number, signal?: AbortSignal): Promise<Upstream | undefined> {
    const isOnItsWay = state.status === 'starting' || state.status === 'restarting';
    if (!isOnItsWay || waiting.size >= MAX_WAITING) return Promise.resolve(upstreamOf(state));
    return new Promise((resolve) => {
      const wake = (): void => {
        clearTimeout(late);
        signal?.removeEventListener('abort', wake);
        waiting.delete(wake);
        resolve(upstreamOf(state));
      };
      const late = setTimeout(wake, timeoutMs);
      signal?.addEventListener('abort', wake);
      waiting.add(wake);
    });
  }

  return {
    get state() {
      return state;
    },
    start,
    restart,
    stop,
    whenUp,
  };
}

function upstreamOf(state: SupervisorState): Upstream | undefined {
  return state.status === 'up' ? state.upstream : undefined;
}

function unexpected(message: string): FailedMessage {
  return { type: 'failed', code: 'unexpected', message, details: {} };
}
