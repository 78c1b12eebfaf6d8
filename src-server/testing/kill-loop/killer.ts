import { once } from 'node:events';
import { Worker } from 'node:worker_threads';
import type { BuiltServer } from './built-server';
import { sendCall, type Answer, type Call } from './http-calls';
import { STEPS, type Step } from './ledger';
import type { Random } from './random';
import type { WatchMessage, WatchOrder } from './commit-watcher';

/** When the server is killed. All of them from outside: the product knows nothing of it. */
export type KillPoint =
  /** Any moment of a round, each as likely. */
  | { readonly kind: 'moment' }
  /** Some time between the last byte of the request and the first of its answer; `isAtOnce`: at the first. */
  | { readonly kind: 'sent'; readonly step: Step; readonly isAtOnce: boolean }
  /** The answer has begun. */
  | { readonly kind: 'answered'; readonly step: Step }
  /** A row of the audit log is there, so its transaction is; the answer and what comes next are not. */
  | { readonly kind: 'committed'; readonly type: string }
  /** While it starts on what an interrupted approval left. */
  | { readonly kind: 'starting' }
  /** While it drains after SIGTERM. */
  | { readonly kind: 'stopping' };

const COMMITTED = [
  'action.proposed',
  'action.revised',
  'action.withdrawn',
  'action.read',
  'action.edited',
  'action.approved',
  'action.rejected',
  'action.declined',
  'action.undecided',
  'action.executed',
];

/** Fifty points: every step at every stage, and moments. */
export const KILL_POINTS: readonly KillPoint[] = [
  ...COMMITTED.map((type) => ({ kind: 'committed', type }) as const),
  // Between a decision and its effect is where most is to lose.
  ...Array.from({ length: 3 }, () => ({ kind: 'committed', type: 'action.approved' }) as const),
  ...STEPS.map((step) => ({ kind: 'sent', step, isAtOnce: false }) as const),
  ...STEPS.map((step) => ({ kind: 'sent', step, isAtOnce: true }) as const),
  ...STEPS.map((step) => ({ kind: 'answered', step }) as const),
  ...Array.from({ length: 3 }, () => ({ kind: 'starting' }) as const),
  ...Array.from({ length: 2 }, () => ({ kind: 'stopping' }) as const),
  ...Array.from({ length: 8 }, () => ({ kind: 'moment' }) as const),
];

/** The middle of what was seen last, so that moments follow the machine's load. */
export class Durations {
  readonly #last: number[] = [];

  constructor(readonly fallback: number) {}

  add(ms: number): void {
    this.#last.push(ms);
    if (this.#last.length > 15) this.#last.shift();
  }

  median(): number {
    return this.#last.toSorted((a, b) => a - b)[Math.floor(this.#last.length / 2)] ?? this.fallback;
  }
}

/** Kills one server at one point. */
export interface Killer extends AsyncDisposable {
  /** Makes a call and keeps an eye on it. */
  send(step: Step, url: string, call: Call): Promise<Answer>;
  /** Gets ready for the next round. */
  arm(server: BuiltServer, point: KillPoint): Promise<void>;
  /** The round begins now. */
  begin(): void;
  /** The round is over. Kills where the point was not met; resolves with the time of the kill in milliseconds. */
  end(): Promise<{ readonly killedAt: number; readonly wasMet: boolean }>;
  /** How long a round takes that nobody disturbs, in milliseconds. */
  noteRound(ms: number): void;
}

export function createKiller({ file, random }: { readonly file: string; readonly random: Random }): Killer {
  const isOver = new Int32Array(new SharedArrayBuffer(4));
  const worker = new Worker(new URL('commit-watcher.ts', import.meta.url), { workerData: { file, isOver } });
  const rounds = new Durations(60);
  const latencies = new Map(STEPS.map((step) => [step, new Durations(8)]));
  let server: BuiltServer | undefined;
  let point: KillPoint | undefined;
  let killedAt: number | undefined;
  let watching: Promise<number | null> | undefined;
  let timers: NodeJS.Timeout[] = [];
  let beganAt = 0;

  const kill = (): void => {
    if (killedAt !== undefined || !server) return;
    server.signal('SIGKILL');
    killedAt = Date.now();
  };

  /** Exact to some microseconds, which timers are not. The loop of this process has nothing better to do. */
  const killIn = (ms: number): void => {
    const at = performance.now() + ms;
    while (performance.now() < at);
    kill();
  };

  return {
    async send(step, url, call) {
      const sentAt = performance.now();
      return sendCall(url, {
        ...call,
        onSent: () => {
          if (point?.kind !== 'sent' || point.step !== step) return;
          if (point.isAtOnce) kill();
          else killIn(random() * (latencies.get(step)?.median() ?? 0));
        },
        onFirstByte: () => {
          latencies.get(step)?.add(performance.now() - sentAt);
          if (point?.kind === 'answered' && point.step === step) kill();
        },
      });
    },

    async arm(next, nextPoint) {
      server = next;
      point = nextPoint;
      killedAt = undefined;
      watching = undefined;
      timers = [];
      if (point.kind !== 'committed') return;
      Atomics.store(isOver, 0, 0);
      const order: WatchOrder = { pid: next.pid, type: point.type };
      worker.postMessage(order);
      if ((await nextMessage(worker)).type !== 'watching') throw new Error('Nobody watches the file');
      watching = nextMessage(worker).then((message) => (message.type === 'done' ? message.killedAt : null));
    },

    begin() {
      beganAt = performance.now();
      if (point?.kind === 'moment') timers.push(setTimeout(kill, random() * rounds.median()));
      if (point?.kind === 'stopping') {
        timers.push(
          setTimeout(() => {
            server?.signal('SIGTERM');
            timers.push(setTimeout(kill, random() * 40));
          }, random() * rounds.median()),
        );
      }
    },

    async end() {
      for (const timer of timers) clearTimeout(timer);
      Atomics.store(isOver, 0, 1);
      killedAt ??= (await watching) ?? undefined;
      const wasMet = killedAt !== undefined;
      if (!wasMet) rounds.add(performance.now() - beganAt);
      kill();
      await server?.exit;
      return { killedAt: killedAt ?? Date.now(), wasMet };
    },

    noteRound: (ms) => rounds.add(ms),

    async [Symbol.asyncDispose]() {
      Atomics.store(isOver, 0, 1);
      await worker.terminate();
    },
  };
}

async function nextMessage(worker: Worker): Promise<WatchMessage> {
  const [message] = (await once(worker, 'message')) as [WatchMessage];
  return message;
}
