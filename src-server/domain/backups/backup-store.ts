import { existsSync, lstatSync, mkdirSync, readdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import type { BackupKind } from '../../contract/console/data';
import { toIso, utcDay } from '../../lib/clock';
import { readBackupHeader } from './backup-file';
import { BACKUP_WORKSHOP } from './write-backup';

/**
 * The backups of a data folder, as files:
 *
 *   backups/auto-<time>.csb                    made by itself; pruned
 *   backups/hand-<time>.csb                    asked for
 *   backups/before-<migration>-<time>.csb      made before an update; see `update-copies.ts`
 *   backups/<any other name>.csb               put there by somebody
 *   countersign.db.replaced-<time>             what a restore replaced; never removed but by a person
 *
 * `.db` instead of `.csb` where they are not encrypted.
 */
export interface StoredBackup {
  readonly name: string;
  readonly file: string;
  readonly kind: BackupKind;
  readonly createdAt: number;
  readonly bytes: number;
  readonly isEncrypted: boolean;
  readonly appVersion: string | null;
}

const FOLDER = 'backups';
const STAMP = /(\d{4})(\d{2})(\d{2})T(\d{2})(\d{2})(\d{2})(\d{3})Z\.(?:csb|db)$/;
const NAME = /^[A-Za-z0-9][A-Za-z0-9._-]{0,150}\.(?:csb|db)$/;
const REPLACED = /^countersign\.db\.replaced-(\d{4}-\d{2}-\d{2})T(\d{2})-(\d{2})-(\d{2}\.\d{3}Z)$/;
/** More than that are not listed; no folder is read for ever. */
export const MAX_LISTED = 200;

export function backupsFolder(dataFolder: string): string {
  return join(dataFolder, FOLDER);
}

/** Where a new backup goes: `auto-20261121T120000000Z.csb`. */
export function newBackupFile(
  dataFolder: string,
  { kind, now, isPlain }: { readonly kind: 'auto' | 'hand'; readonly now: number; readonly isPlain: boolean },
): string {
  for (let at = now; ; at += 1) {
    const stamp = toIso(at).replaceAll(/[-:.]/g, '');
    const file = join(backupsFolder(dataFolder), `${kind}-${stamp}.${isPlain ? 'db' : 'csb'}`);
    if (!existsSync(file)) return file;
  }
}

/** Newest first. Files that can't be read as backups are left out. */
export function listBackups(dataFolder: string): StoredBackup[] {
  const inFolder = namesIn(backupsFolder(dataFolder)).filter((name) => NAME.test(name));
  const beside = namesIn(dataFolder).filter((name) => REPLACED.test(name));
  return [...inFolder, ...beside]
    .flatMap((name) => findBackup(dataFolder, name) ?? [])
    .toSorted((left, right) => right.createdAt - left.createdAt || right.name.localeCompare(left.name))
    .slice(0, MAX_LISTED);
}

/** By its name in the list; undefined for any other name, whatever it leads to. */
export function findBackup(dataFolder: string, name: string): StoredBackup | undefined {
  const isReplaced = REPLACED.test(name);
  if (!isReplaced && !NAME.test(name)) return undefined;
  const file = isReplaced ? join(dataFolder, name) : join(backupsFolder(dataFolder), name);
  try {
    const about = lstatSync(file);
    if (!about.isFile()) return undefined;
    const opened = readBackupHeader(file);
    const kind = isReplaced ? 'replaced' : kindOf(name);
    const fromHeader = opened.type === 'encrypted' ? Date.parse(opened.header.createdAt) : undefined;
    return {
      name,
      file,
      kind,
      createdAt: timeInName(name) ?? fromHeader ?? about.mtimeMs,
      bytes: about.size,
      isEncrypted: opened.type === 'encrypted',
      appVersion: opened.type === 'encrypted' ? opened.header.appVersion : null,
    };
  } catch {
    return undefined;
  }
}

export function removeBackup({ file }: StoredBackup): void {
  for (const suffix of ['', '-wal', '-shm']) rmSync(file + suffix, { force: true });
}

export interface Keep {
  /** Days, of those that have an automatic backup, of which the newest is kept. */
  readonly daily: number;
  /** Weeks before, in the same way. */
  readonly weekly: number;
}

/** The automatic ones that need not stay. Those of other kinds are a person's to remove. */
export function listSurplus(backups: readonly StoredBackup[], keep: Keep): StoredBackup[] {
  const automatic = backups
    .filter(({ kind }) => kind === 'auto')
    .toSorted((left, right) => right.createdAt - left.createdAt);
  const kept = new Set([
    ...newestOfEach(automatic, ({ createdAt }) => utcDay(createdAt), keep.daily),
    ...newestOfEach(automatic, ({ createdAt }) => weekOf(createdAt), keep.weekly),
  ]);
  return automatic.filter((backup) => !kept.has(backup));
}

/** Removes what a process that was killed left of its work. Called once at start, by the one holder of the folder. */
export function sweepWorkshops(dataFolder: string): void {
  const folder = backupsFolder(dataFolder);
  for (const name of namesIn(folder)) {
    if ([BACKUP_WORKSHOP, '.copy-', '.restore-'].some((prefix) => name.startsWith(prefix))) {
      rmSync(join(folder, name), { recursive: true, force: true });
    }
  }
}

export function makeBackupsFolder(dataFolder: string): void {
  mkdirSync(backupsFolder(dataFolder), { recursive: true, mode: 0o700 });
}

function kindOf(name: string): BackupKind {
  if (!STAMP.test(name)) return 'other';
  if (name.startsWith('auto-')) return 'auto';
  if (name.startsWith('hand-')) return 'hand';
  return name.startsWith('before-') ? 'update' : 'other';
}

function timeInName(name: string): number | undefined {
  const replaced = REPLACED.exec(name);
  const iso = replaced
    ? `${replaced[1]}T${replaced[2]}:${replaced[3]}:${replaced[4]}`
    : STAMP.exec(name)
        ?.slice(1)
        .join('')
        .replace(/^(\d{4})(\d\d)(\d\d)(\d\d)(\d\d)(\d\d)(\d{3})$/, '$1-$2-$3T$4:$5:$6.$7Z');
  const at = iso === undefined ? Number.NaN : Date.parse(iso);
  return Number.isNaN(at) ? undefined : at;
}

function newestOfEach(
  newestFirst: readonly StoredBackup[],
  groupOf: (backup: StoredBackup) => string | number,
  count: number,
): StoredBackup[] {
  const groups = new Map<string | number, StoredBackup>();
  for (const backup of newestFirst) {
    const group = groupOf(backup);
    if (!groups.has(group)) groups.set(group, backup);
  }
  return [...groups.values()].slice(0, count);
}

const DAY_MS = 86_400_000;
/** 5 January 1970 was a Monday. */
const FIRST_MONDAY_MS = 4 * DAY_MS;

function weekOf(at: number): number {
  return Math.floor((at - FIRST_MONDAY_MS) / (7 * DAY_MS));
}

/** None where there is no such folder, or something else in its place. */
function namesIn(folder: string): string[] {
  try {
    return readdirSync(folder);
  } catch {
    return [];
  }
}
