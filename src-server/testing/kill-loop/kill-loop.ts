import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { DATABASE_FILE } from '../../db/open';
import { AGENTS, openAccounts } from './accounts';
import { startBuiltServer } from './built-server';
import { dataOf, sendCall, stringOf, UnansweredError } from './http-calls';
import { FileView } from './invariants';
import { createKiller, Durations, KILL_POINTS, type KillPoint } from './killer';
import { Ledger, type LedgerEntry, type Step } from './ledger';
import { createOperations, type Desk, type Operation, type Operations } from './operations';
import { createRandom, type Random } from './random';

export interface KillLoopOptions {
  readonly kills: number;
  /** The same seed makes the same plan; times are the machine's. */
  readonly seed: number;
  /** Walks the whole audit log after every so many kills, and at the end. */
  readonly verifyEvery: number;
  /** Told of every hundredth kill: a long loop is not silent. */
  readonly onProgress?: (kills: number) => void;
}

interface Fate {
  /** A 2xx was seen. */
  acknowledged: number;
  /** It took effect, but its answer was lost. */
  unheard: number;
  /** It did not take effect. */
  undone: number;
}

export interface KillLoopReport {
  readonly seed: number;
  kills: number;
  /** Kills by their plan, and how many of them came while calls were open. */
  readonly points: Record<string, { planned: number; met: number }>;
  /** What had been committed last when the kill came. */
  readonly lastSteps: Record<string, number>;
  /** What became of the calls of all rounds. */
  readonly fates: Record<Step, Fate>;
  /** Approvals whose effect came after a restart. */
  splitApprovals: number;
  /** Milliseconds from process start to the ready line after a kill. */
  medianRestartMs: number;
  proposals: number;
  executed: number;
}

const DRAIN_TIMEOUT_MS = 30_000;
/** Well before an access token ends. */
const TOKEN_AGE_MS = 8 * 60_000;
/** More waiting proposals than this are decided between the rounds, so that one page of the Inbox holds all. */
const MOST_WAITING = 30;
const LEAST_WAITING = 8;
const WARM_ROUNDS = 3;

/**
 * Kills a built server with SIGKILL again and again while agents propose and their owner decides, starts it on the
 * same folder, and checks after each start that nothing acknowledged was lost, run twice, or public without a
 * person's yes. @throws Error at the first thing that is wrong, with the seed and the server's last words
 */
export async function runKillLoop(options: KillLoopOptions): Promise<KillLoopReport> {
  const dataFolder = mkdtempSync(join(tmpdir(), 'countersign-kills-'));
  const loop = createLoop(dataFolder, options);
  try {
    await loop.run();
    return loop.report;
  } catch (error) {
    throw new Error(
      `After ${loop.report.kills} kills with seed ${options.seed}; server log:\n${loop.log()}`,
      {
        cause: error,
      },
    );
  } finally {
    await loop.close();
    rmSync(dataFolder, { recursive: true, force: true, maxRetries: 5 });
  }
}

function createLoop(dataFolder: string, options: KillLoopOptions) {
  const random = createRandom(options.seed);
  const file = join(dataFolder, DATABASE_FILE);
  const ledger = new Ledger();
  const report = newReport(options.seed);
  const starts = new Durations(500);
  let server = startBuiltServer(dataFolder);
  const killer = createKiller({ file, random });
  const desk: Desk = {
    url: '',
    ownerToken: '',
    agentKeys: [],
    send: (step, call) => killer.send(step, desk.url, call),
  };
  const operations = createOperations(desk, ledger);
  let refreshToken = '';
  let tokenAt = Date.now();

  const open = async (): Promise<void> => {
    const people = await openAccounts(server);
    desk.url = await server.ready;
    desk.ownerToken = people.accessToken;
    desk.agentKeys = people.agentKeys;
    ({ refreshToken } = people);
  };

  const start = async (): Promise<void> => {
    const startedAt = performance.now();
    server = startBuiltServer(dataFolder);
    desk.url = await server.ready;
    starts.add(performance.now() - startedAt);
    if (Date.now() - tokenAt < TOKEN_AGE_MS) return;
    const call = {
      method: 'POST',
      path: '/api/auth/refresh',
      body: { refresh_token: refreshToken },
    } as const;
    const pair = dataOf(await sendCall(desk.url, call), 'refresh');
    desk.ownerToken = stringOf(pair, 'access_token');
    refreshToken = stringOf(pair, 'refresh_token');
    tokenAt = Date.now();
  };

  /** Kills it once more, while it starts. */
  const killStart = async (): Promise<number> => {
    server = startBuiltServer(dataFolder);
    await Promise.race([delay(random() * 1.1 * starts.median()), server.exit]);
    const killedAt = Date.now();
    server.signal('SIGKILL');
    await server.exit;
    return killedAt;
  };

  const check = async (touched: readonly LedgerEntry[]): Promise<void> => {
    using view = new FileView(file);
    const until = Date.now() + DRAIN_TIMEOUT_MS;
    while (view.hasUnfinished()) {
      if (Date.now() > until) throw new Error('An approved action was not executed');
      await delay(2);
    }
    await checkThroughDoors(desk, operations, touched);
    view.assertWhole(ledger.entries);
    if (report.kills % options.verifyEvery === 0 || report.kills === options.kills) {
      view.assertAuditWhole();
      view.assertSound();
    }
  };

  let graceSeconds = 0;
  const setGrace = async (wanted: number): Promise<void> => {
    if (wanted === graceSeconds) return;
    const path = '/api/console/preferences';
    const call = { method: 'PATCH', path, token: desk.ownerToken, body: { graceSeconds: wanted } } as const;
    dataOf(await sendCall(desk.url, call), path);
    graceSeconds = wanted;
  };

  const playRound = async (point: KillPoint): Promise<void> => {
    await fillStock(operations, ledger, desk, random);
    const isGraceful = needsGrace(point) || random() < 0.05;
    await setGrace(isGraceful ? GRACE_SECONDS : 0);
    const round = planRound(operations, ledger, random, isGraceful);
    await killer.arm(server, point.kind === 'starting' ? APPROVED : point);
    killer.begin();
    await playChains(round.chains);
    const end = await killer.end();
    let { killedAt } = end;
    if (point.kind === 'starting') killedAt = await killStart();
    report.kills += 1;
    countPoint(report, point, end.wasMet);
    await start();
    for (const chain of round.chains) await settleChain(chain, report);
    await check(round.entries);
    using view = new FileView(file);
    const step = view.lastStepBefore(killedAt);
    report.lastSteps[step] = (report.lastSteps[step] ?? 0) + 1;
    report.splitApprovals += view.countSplitBy(killedAt);
  };

  return {
    report,
    log: () => server.log().join('\n'),
    async run() {
      await open();
      for (let warm = 0; warm < WARM_ROUNDS; warm += 1) {
        await fillStock(operations, ledger, desk, random);
        const startedAt = performance.now();
        const round = planRound(operations, ledger, random, false);
        await playChains(round.chains);
        killer.noteRound(performance.now() - startedAt);
        await check(round.entries);
      }
      while (report.kills < options.kills) {
        const point = KILL_POINTS[report.kills % KILL_POINTS.length];
        if (point) await playRound(point);
        if (report.kills % 100 === 0) options.onProgress?.(report.kills);
      }
      report.medianRestartMs = Math.round(starts.median());
      report.proposals = ledger.entries.length;
      report.executed = ledger.listOf('executed').length;
    },
    async close() {
      server.signal('SIGKILL');
      await server.exit;
      await killer[Symbol.asyncDispose]();
    },
  };
}

/** Long enough that a server killed and started again can take a decision back, short enough to wait for. */
const GRACE_SECONDS = 4;

/** What happens only where a decision waits to be carried out. */
function needsGrace(point: KillPoint): boolean {
  if (point.kind === 'starting') return true;
  if (point.kind === 'committed') return ['action.declined', 'action.undecided'].includes(point.type);
  return (point.kind === 'sent' || point.kind === 'answered') && point.step === 'undo';
}

/** A start is worth killing when an approval waits for its effect. */
const APPROVED: KillPoint = { kind: 'committed', type: 'action.approved' };

/** What is done at once in a round: each chain is one caller who waits for an answer before the next call. */
function planRound(operations: Operations, ledger: Ledger, random: Random, isGraceful: boolean) {
  const waiting = ledger.listOf('pending');
  const entries: LedgerEntry[] = [];
  const take = (from: LedgerEntry[]): LedgerEntry => {
    const [taken] = from.splice(Math.floor(random() * from.length), 1);
    if (!taken) throw new Error('Too few proposals wait');
    entries.push(taken);
    return taken;
  };
  const added = Array.from({ length: AGENTS }, (_, agent) => ledger.add(agent));
  entries.push(...added);
  const chains: Operation[][] = added.map((entry) => [operations.create(entry)]);
  chains.push([operations.revise(take(waiting))], [operations.withdraw(take(waiting))]);
  const approved = take(waiting);
  chains.push([operations.read(approved), operations.decide(approved, 'approve')]);
  const edited = take(waiting);
  chains.push([operations.edit(edited), operations.decide(edited, 'approve')]);
  chains.push([operations.decide(take(waiting), 'reject')]);
  if (isGraceful) {
    const [approval, rejection] = [take(waiting), take(waiting)];
    chains.push([
      operations.read(approval),
      operations.decide(approval, 'approve'),
      operations.undo(approval),
    ]);
    chains.push([operations.decide(rejection, 'reject'), operations.undo(rejection)]);
  }
  const again = ledger.listOf('rejected').filter(({ version }) => version < 40);
  if (again.length > 0) chains.push([operations.revise(take(again))]);
  return { chains, entries };
}

async function playChains(chains: readonly (readonly Operation[])[]): Promise<void> {
  const results = await Promise.allSettled(
    chains.map(async (chain) => {
      for (const operation of chain) await operation.run();
    }),
  );
  for (const result of results) {
    // A dead server answers nobody; anything else that goes wrong is wrong.
    if (result.status === 'rejected' && !(result.reason instanceof UnansweredError)) throw result.reason;
  }
}

async function settleChain(chain: readonly Operation[], report: KillLoopReport): Promise<void> {
  for (const operation of chain) {
    const outcome = operation.outcome();
    const isNew = operation.step === 'create';
    // What never left its caller needs no settling, but for a proposal that the next rounds count on.
    if (outcome === 'unsent' && !isNew) return;
    const wasApplied = await operation.settle();
    const fate = report.fates[operation.step];
    if (outcome === 'acknowledged') fate.acknowledged += 1;
    else if (wasApplied) fate.unheard += 1;
    else fate.undone += 1;
  }
}

/** Keeps enough waiting for a round, and few enough for one page. */
async function fillStock(operations: Operations, ledger: Ledger, desk: Desk, random: Random): Promise<void> {
  for (let waiting = ledger.listOf('pending'); waiting.length < LEAST_WAITING;) {
    const entry = ledger.add(Math.floor(random() * AGENTS));
    await operations.create(entry).run();
    waiting = ledger.listOf('pending');
  }
  for (const entry of ledger.listOf('pending').slice(MOST_WAITING)) await operations.withdraw(entry).run();
  const missing = ledger.listOf('pending').filter(({ actionId }) => actionId === '');
  if (missing.length === 0) return;
  const call = { method: 'GET', path: '/api/console/inbox?limit=100', token: desk.ownerToken } as const;
  const { items } = dataOf(await sendCall(desk.url, call), 'the Inbox');
  const ids = new Map((items as { id: string; title: string }[]).map(({ id, title }) => [title, id]));
  for (const entry of missing) {
    const id = ids.get(`On ${entry.word}`);
    if (id === undefined) throw new Error(`The Inbox does not show the proposal about ${entry.word}`);
    entry.actionId = id;
  }
}

const AGENT_STATUS = {
  unknown: '',
  pending: 'PENDING_CONFIRMATION',
  withdrawn: 'WITHDRAWN',
  rejected: 'REJECTED',
  executed: 'PUBLISHED',
} as const;

/** The doors tell agents the same as the file: status, hash, words; and search finds what is public, once. */
async function checkThroughDoors(
  desk: Desk,
  { ask }: Operations,
  entries: readonly LedgerEntry[],
): Promise<void> {
  for (const entry of entries) {
    const proposal = await ask(entry, 'proposals.get', { draftId: entry.draftId });
    const { status, payloadSha256 } = proposal;
    if (status !== AGENT_STATUS[entry.standing] || payloadSha256 !== entry.hash) {
      throw new Error(`${desk.url} says ${JSON.stringify(proposal)}, known is ${JSON.stringify(entry)}`);
    }
    const found = await ask(entry, 'search.query', { q: entry.word, type: 'posts' });
    const ids = (found['results'] as { id: string }[]).map(({ id }) => id);
    const expected = entry.standing === 'executed' ? entry.draftId : '';
    if (ids.join() !== expected) throw new Error(`Search finds “${ids.join()}” instead of “${expected}”`);
  }
}

function newReport(seed: number): KillLoopReport {
  const fate = (): Fate => ({ acknowledged: 0, unheard: 0, undone: 0 });
  return {
    seed,
    kills: 0,
    points: {},
    lastSteps: {},
    fates: {
      create: fate(),
      revise: fate(),
      withdraw: fate(),
      read: fate(),
      edit: fate(),
      approve: fate(),
      reject: fate(),
      undo: fate(),
    },
    splitApprovals: 0,
    medianRestartMs: 0,
    proposals: 0,
    executed: 0,
  };
}

function countPoint(report: KillLoopReport, point: KillPoint, wasMet: boolean): void {
  const counted = (report.points[point.kind] ??= { planned: 0, met: 0 });
  counted.planned += 1;
  if (wasMet) counted.met += 1;
}
