import {
  closeSync,
  existsSync,
  fsyncSync,
  mkdirSync,
  openSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  writeSync,
} from 'node:fs';
import { basename, join } from 'node:path';
import { z } from 'zod';
import { freeNameFor, moveAside, putInPlace, syncFolder, type OnStep } from './swap';

/**
 * What a running server leaves for its next start, which alone may change the database's file:
 *
 *   restore/plan.json     what is to be done; written last, removed last
 *   restore/staged.db     the database to put in place, opened, whole and migrated already
 *   restore/.work-*       being put together; rubbish after a crash
 *
 * Every step may be the last of this process; the next start does the rest. The file that is replaced is never
 * opened for writing after it was moved, and never removed by us.
 */
const FOLDER = 'restore';
const PLAN = 'plan.json';
const STAGED = 'staged.db';
export const RESTORE_WORKSHOP = '.work-';

const plan = z.discriminatedUnion('type', [
  z.object({
    type: z.literal('restore'),
    v: z.literal(1),
    id: z.string().max(100),
    stagedAt: z.string().max(40),
    sourceName: z.string().max(4_000),
    dataUntil: z.string().max(40).nullable(),
    userId: z.string().max(100),
    traceId: z.string().max(100),
    /** Chosen by the first start that takes it on: the name for what is replaced. */
    replacedName: z.string().max(200).nullable().optional(),
  }),
  z.object({ type: z.literal('erase-everything'), v: z.literal(1), id: z.string().max(100) }),
]);
export type RestorePlan = Extract<z.infer<typeof plan>, { type: 'restore' }>;
export type StartPlan = z.infer<typeof plan>;

export type StartOutcome =
  | { readonly type: 'nothing' }
  | { readonly type: 'restored'; readonly plan: RestorePlan; readonly replacedName: string | null }
  | { readonly type: 'failed'; readonly plan: RestorePlan; readonly problem: string }
  | { readonly type: 'erased' };

export function restoreFolder(dataFolder: string): string {
  return join(dataFolder, FOLDER);
}

export function makeRestoreFolder(dataFolder: string): string {
  const folder = restoreFolder(dataFolder);
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  return folder;
}

/** What waits for the next start; a file that can't be read is nothing. */
export function findPlan(dataFolder: string): StartPlan | undefined {
  try {
    return plan.parse(JSON.parse(readFileSync(join(restoreFolder(dataFolder), PLAN), 'utf8')));
  } catch {
    return undefined;
  }
}

/** Moves a database that is ready, and only then says what is to be done with it. Replaces an earlier plan. */
export function writePlan(dataFolder: string, next: StartPlan, made?: string): void {
  const folder = makeRestoreFolder(dataFolder);
  removePlan(dataFolder);
  if (made !== undefined) renameSync(made, join(folder, STAGED));
  storePlan(folder, next);
}

/** The plan first: a staged file without a plan is nothing. */
export function removePlan(dataFolder: string): void {
  const folder = restoreFolder(dataFolder);
  rmSync(join(folder, PLAN), { force: true });
  if (existsSync(folder)) syncFolder(folder);
  rmSync(join(folder, STAGED), { force: true });
}

/** Whatever was being put together when the process ended. */
export function sweepRestoreFolder(dataFolder: string): void {
  const folder = restoreFolder(dataFolder);
  if (!existsSync(folder)) return;
  const isPlanned = findPlan(dataFolder) !== undefined;
  for (const name of readdirSync(folder)) {
    if (name.startsWith(RESTORE_WORKSHOP) || (name === STAGED && !isPlanned)) {
      rmSync(join(folder, name), { recursive: true, force: true });
    }
  }
}

/**
 * Does what the last run left to do, under the folder's lock and before the database is opened. A plan stays until
 * `removePlan`: the caller writes down what was done first. When it can't be done, everything is as it was.
 */
export function carryOutPlan(
  {
    dataFolder,
    databaseFile,
    check,
    now,
  }: {
    readonly dataFolder: string;
    readonly databaseFile: string;
    /** @throws when the staged database can't be used */
    readonly check: (file: string) => void;
    readonly now: Date;
  },
  onStep: OnStep = () => undefined,
): StartOutcome {
  const found = findPlan(dataFolder);
  if (!found) return { type: 'nothing' };
  if (found.type === 'erase-everything') {
    eraseEverything(dataFolder, databaseFile, onStep);
    return { type: 'erased' };
  }
  const folder = restoreFolder(dataFolder);
  const staged = join(folder, STAGED);
  // Nothing staged and a name for what was replaced: an earlier start was ended after the last step.
  if (!existsSync(staged)) {
    if (found.replacedName !== undefined && existsSync(databaseFile)) {
      return { type: 'restored', plan: found, replacedName: found.replacedName };
    }
    return { type: 'failed', plan: found, problem: 'The data that was to be put in place is gone.' };
  }
  if (found.replacedName === undefined) {
    try {
      check(staged);
    } catch (error) {
      return { type: 'failed', plan: found, problem: error instanceof Error ? error.message : String(error) };
    }
    onStep('checked');
  }
  let replaced =
    found.replacedName === undefined || found.replacedName === null
      ? null
      : join(dataFolder, found.replacedName);
  // A database in place with the name for it taken: somebody made a new one since. That one is kept as well.
  if (existsSync(databaseFile) && (replaced === null || existsSync(replaced))) {
    replaced = freeNameFor(databaseFile, now);
  }
  const replacedName = replaced === null ? null : basename(replaced);
  storePlan(folder, { ...found, replacedName });
  onStep('named');
  if (replaced !== null) moveAside(databaseFile, replaced, onStep);
  putInPlace(databaseFile, staged);
  onStep('placed');
  return { type: 'restored', plan: found, replacedName };
}

function storePlan(folder: string, next: StartPlan): void {
  const draft = join(folder, `${PLAN}.new`);
  const handle = openSync(draft, 'w', 0o600);
  try {
    writeSync(handle, JSON.stringify(next));
    fsyncSync(handle);
  } finally {
    closeSync(handle);
  }
  renameSync(draft, join(folder, PLAN));
  syncFolder(folder);
}

/** The folder as it was before anybody used it. The plan goes last, so that what was begun is ended. */
function eraseEverything(dataFolder: string, databaseFile: string, onStep: OnStep): void {
  const database = basename(databaseFile);
  const names = readdirSync(dataFolder).filter(
    (name) => name.startsWith(database) || name === 'backups' || name === 'exports',
  );
  for (const name of names) {
    rmSync(join(dataFolder, name), { recursive: true, force: true });
    onStep(`erased ${name}`);
  }
  syncFolder(dataFolder);
  removePlan(dataFolder);
  onStep('erased');
}
