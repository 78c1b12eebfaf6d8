import {
  closeSync,
  fsyncSync,
  mkdirSync,
  openSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  writeSync,
} from 'node:fs';
import { basename, dirname, join } from 'node:path';
import type { z } from 'zod';

/** None of the shell's own files is anywhere near this; a larger one is not ours. */
const MAX_BYTES = 64 * 1024;

/** A file of ours that exists and does not hold what it should. */
export class DamagedFileError extends Error {
  override readonly name = 'DamagedFileError';
  constructor(
    readonly path: string,
    options?: ErrorOptions,
  ) {
    super(`${path} is damaged or of another version`, options);
  }
}

/**
 * Reads a small JSON file; undefined when there is none.
 * @throws {DamagedFileError} when it is not JSON, does not fit the schema or is larger than 64 KB
 */
export function findJsonFile<T>(path: string, schema: z.ZodType<T>): T | undefined {
  let text: string;
  try {
    if (statSync(path).size > MAX_BYTES) throw new DamagedFileError(path);
    text = readFileSync(path, 'utf8');
  } catch (error) {
    if (isMissing(error)) return undefined;
    throw error;
  }
  try {
    return schema.parse(JSON.parse(text));
  } catch (cause) {
    throw new DamagedFileError(path, { cause });
  }
}

/** Replaces the file as a whole, on disk before it returns, readable by this user alone. */
export function writeJsonFile(path: string, value: unknown): void {
  mkdirSync(dirname(path), { recursive: true });
  const draft = join(dirname(path), `.${basename(path)}.${process.pid}.new`);
  try {
    const file = openSync(draft, 'w', 0o600);
    try {
      writeSync(file, `${JSON.stringify(value, null, 2)}\n`);
      fsyncSync(file);
    } finally {
      closeSync(file);
    }
    renameSync(draft, path);
  } catch (error) {
    rmSync(draft, { force: true });
    throw error;
  }
}

export function isMissing(error: unknown): boolean {
  return error instanceof Error && 'code' in error && error.code === 'ENOENT';
}
