import { closeSync, existsSync, fsyncSync, openSync, renameSync } from 'node:fs';
import { dirname } from 'node:path';
import Database from 'better-sqlite3';

/**
 * Putting one database file in the place of another that nobody has open; nothing is ever overwritten. Each step may
 * be the last one before a power cut, and all may be done again: what was there is always whole under one of its two
 * names, and no write-ahead log is ever left beside a file it does not belong to.
 */

/** Files that belong to a database, after its own name. */
const COMPANIONS = ['-wal', '-shm'];

/** Names the steps as they are done, for tests that end the process there. */
export type OnStep = (step: string) => void;

/**
 * Puts `made` in the place of a database, on the same disk. What was there gets a dated name beside it, which is the
 * answer; null where nothing was.
 */
export function swapDatabase(file: string, made: string): string | null {
  const replaced = existsSync(file) ? freeNameFor(file, new Date()) : null;
  if (replaced !== null) moveAside(file, replaced);
  putInPlace(file, made);
  return replaced;
}

/** `<file>.replaced-<time>`, which is not taken. */
export function freeNameFor(file: string, now: Date): string {
  for (let at = now.getTime(); ; at += 1) {
    const name = `${file}.replaced-${new Date(at).toISOString().replaceAll(':', '-')}`;
    if (!existsSync(name)) return name;
  }
}

/** Moves a database with its log to `replaced`; harmless when it was begun before. */
export function moveAside(file: string, replaced: string, onStep: OnStep = () => undefined): void {
  if (existsSync(file) && !existsSync(replaced)) {
    foldInLog(file);
    onStep('folded');
    renameSync(file, replaced);
    onStep('moved');
  }
  for (const suffix of COMPANIONS) {
    if (existsSync(file + suffix) && !existsSync(replaced + suffix)) {
      renameSync(file + suffix, replaced + suffix);
      onStep(`moved${suffix}`);
    }
  }
  syncFolder(dirname(file));
  onStep('aside');
}

/** @throws Error when something is in that place */
export function putInPlace(file: string, made: string): void {
  for (const taken of [file, ...COMPANIONS.map((suffix) => file + suffix)]) {
    if (existsSync(taken)) throw new Error(`${taken} is there; nothing was put in its place.`);
  }
  renameSync(made, file);
  syncFolder(dirname(file));
}

/** Names of a folder are on disk before we go on; Windows has no such call and needs none. */
export function syncFolder(folder: string): void {
  if (process.platform === 'win32') return;
  const handle = openSync(folder, 'r');
  try {
    fsyncSync(handle);
  } finally {
    closeSync(handle);
  }
}

/** The write-ahead log becomes part of the file that is kept; a damaged one is kept with its log beside it. */
function foldInLog(file: string): void {
  try {
    const sqlite = new Database(file);
    sqlite.pragma('wal_checkpoint(TRUNCATE)');
    sqlite.close();
  } catch {
    return;
  }
}
