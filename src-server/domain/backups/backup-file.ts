import { createCipheriv, createDecipheriv, createHash, hkdfSync, randomBytes } from 'node:crypto';
import { closeSync, fstatSync, fsyncSync, openSync, readSync, writeSync } from 'node:fs';
import { setImmediate } from 'node:timers/promises';
import { z } from 'zod';
import type { Vault } from '../../lib/vault';

/**
 * An encrypted backup (decisions §5): the database as one file, sealed under a key that comes from the data key.
 *
 *   "COUNTERSIGN-BACKUP\n" · length of the header (4 bytes, big endian) · header (JSON) · records
 *   record: AES-256-GCM of at most 1 MiB, then its tag
 *
 * The header carries the data key as it is wrapped by master key and recovery code, so that either opens the backup
 * anywhere; both are useless without. A record's nonce is its number, and whether it is the last: the key is used for
 * this one file, so no nonce comes twice, and a record that is changed, moved or missing fails to open. The header is
 * bound to each of them.
 */
const MAGIC = Buffer.from('COUNTERSIGN-BACKUP\n');
const SQLITE_MAGIC = Buffer.from('SQLite format 3\0');
const CHUNK_BYTES = 1024 * 1024;
const TAG_BYTES = 16;
const MAX_HEADER_BYTES = 16 * 1024;

const base64 = z.base64().max(2_000);
const headerSchema = z.object({
  v: z.literal(1),
  createdAt: z.iso.datetime(),
  appVersion: z.string().max(40),
  mode: z.enum(['desktop', 'server']),
  instanceId: z.string().max(64),
  dataKey: base64,
  dataKeyRecovery: base64.nullable(),
  salt: base64,
});
export type BackupHeader = z.infer<typeof headerSchema>;

/** The file is no backup, was damaged or changed since it was made (`damaged`), or is of a newer version (`outdated`). */
export class BackupFileError extends Error {
  constructor(
    message: string,
    cause?: unknown,
    readonly code: 'damaged' | 'outdated' = 'damaged',
  ) {
    super(message, { cause });
    this.name = 'BackupFileError';
  }
}

export type OpenedBackup =
  | { readonly type: 'plain' }
  | { readonly type: 'encrypted'; readonly header: BackupHeader; readonly headerBytes: Buffer };

/** Looks at the start of a file. @throws BackupFileError */
export function readBackupHeader(file: string): OpenedBackup {
  const handle = openSync(file, 'r');
  try {
    const start = readExactly(handle, MAGIC.length + 4, 0);
    if (start.subarray(0, SQLITE_MAGIC.length).equals(SQLITE_MAGIC)) return { type: 'plain' };
    if (start.length < MAGIC.length + 4 || !start.subarray(0, MAGIC.length).equals(MAGIC)) {
      throw new BackupFileError(`${file} is not a backup of Countersign.`);
    }
    const length = start.readUInt32BE(MAGIC.length);
    if (length > MAX_HEADER_BYTES) throw new BackupFileError(`${file} is damaged: its header is too long.`);
    const headerBytes = readExactly(handle, length, start.length);
    try {
      const header = headerSchema.parse(JSON.parse(headerBytes.toString('utf8')));
      return { type: 'encrypted', header, headerBytes };
    } catch (cause) {
      throw new BackupFileError(
        `${file} is damaged, or of a newer version: its header can't be read.`,
        cause,
      );
    }
  } finally {
    closeSync(handle);
  }
}

interface Sealing {
  readonly source: string;
  readonly target: string;
  readonly vault: Pick<Vault, 'key'>;
  readonly about: Omit<BackupHeader, 'v' | 'salt'>;
}

interface Opening {
  readonly source: string;
  /** Must not be there; null only looks, and writes nothing. */
  readonly target: string | null;
  readonly vault: Pick<Vault, 'key'>;
  readonly opened: Extract<OpenedBackup, { type: 'encrypted' }>;
}

/** Told how much of the whole is done, from 0 to 1, between pieces. */
export type OnProgress = (share: number) => void;

/** Writes `source` encrypted to `target`, which must not be there. Needs memory for one record. */
export function encryptBackup(request: Sealing): void {
  runNow(encryptSteps(request));
}

/** The same, leaving the thread to others between records. */
export function encryptBackupInSteps(request: Sealing, onProgress?: OnProgress): Promise<void> {
  return runInSteps(encryptSteps(request), onProgress);
}

/**
 * Writes what an encrypted backup holds to `target`. What was written is the caller's to remove when this fails.
 * @throws BackupFileError
 */
export function decryptBackup(request: Opening): void {
  runNow(decryptSteps(request));
}

/** The same, leaving the thread to others between records; gives the SHA-256 of the content. @throws BackupFileError */
export function decryptBackupInSteps(request: Opening, onProgress?: OnProgress): Promise<string> {
  return runInSteps(decryptSteps(request), onProgress);
}

/** SHA-256 of a file, leaving the thread to others between pieces. */
export function hashFileInSteps(file: string): Promise<string> {
  return runInSteps(hashSteps(file));
}

function runNow<Result>(steps: Generator<number, Result>): Result {
  for (;;) {
    const step = steps.next();
    if (step.done === true) return step.value;
  }
}

async function runInSteps<Result>(
  steps: Generator<number, Result>,
  onProgress?: OnProgress,
): Promise<Result> {
  for (;;) {
    const step = steps.next();
    if (step.done === true) return step.value;
    onProgress?.(step.value);
    await setImmediate();
  }
}

function* encryptSteps({ source, target, vault, about }: Sealing): Generator<number, void> {
  const salt = randomBytes(32);
  const header: BackupHeader = { v: 1, ...about, salt: salt.toString('base64') };
  const headerBytes = Buffer.from(JSON.stringify(header));
  const length = Buffer.alloc(4);
  length.writeUInt32BE(headerBytes.length);
  const seal = createRecords(vault, salt, headerBytes);
  const input = openSync(source, 'r');
  const output = openSync(target, 'wx', 0o600);
  try {
    writeAll(output, Buffer.concat([MAGIC, length, headerBytes]));
    const { size } = fstatSync(input);
    let position = 0;
    let index = 0;
    do {
      const chunk = readExactly(input, Math.min(CHUNK_BYTES, size - position), position);
      position += chunk.length;
      writeAll(output, seal.encrypt(chunk, index, position >= size));
      index += 1;
      yield size === 0 ? 1 : position / size;
    } while (position < size);
    fsyncSync(output);
  } finally {
    closeSync(input);
    closeSync(output);
  }
}

function* decryptSteps({ source, target, vault, opened }: Opening): Generator<number, string> {
  const { header, headerBytes } = opened;
  const records = createRecords(vault, Buffer.from(header.salt, 'base64'), headerBytes);
  const content = createHash('sha256');
  const input = openSync(source, 'r');
  const output = target === null ? null : openSync(target, 'wx', 0o600);
  try {
    const { size } = fstatSync(input);
    let position = MAGIC.length + 4 + headerBytes.length;
    let index = 0;
    do {
      const record = readExactly(input, Math.min(CHUNK_BYTES + TAG_BYTES, size - position), position);
      position += record.length;
      if (record.length < TAG_BYTES) throw new BackupFileError(`${source} is cut off.`);
      const plain = openRecord(records, record, { index, isLast: position >= size, source });
      content.update(plain);
      if (output !== null) writeAll(output, plain);
      index += 1;
      yield position / size;
    } while (position < size);
    if (output !== null) fsyncSync(output);
    return content.digest('hex');
  } finally {
    closeSync(input);
    if (output !== null) closeSync(output);
  }
}

function openRecord(
  records: Records,
  record: Buffer,
  { index, isLast, source }: { readonly index: number; readonly isLast: boolean; readonly source: string },
): Buffer {
  try {
    return records.decrypt(record, index, isLast);
  } catch (cause) {
    throw new BackupFileError(`${source} is damaged or cut off: record ${index + 1} can't be opened.`, cause);
  }
}

function* hashSteps(file: string): Generator<number, string> {
  const content = createHash('sha256');
  const input = openSync(file, 'r');
  try {
    const { size } = fstatSync(input);
    for (let position = 0; position < size;) {
      const chunk = readExactly(input, Math.min(CHUNK_BYTES, size - position), position);
      if (chunk.length === 0) break;
      position += chunk.length;
      content.update(chunk);
      yield position / size;
    }
    return content.digest('hex');
  } finally {
    closeSync(input);
  }
}

interface Records {
  encrypt(plain: Buffer, index: number, isLast: boolean): Buffer;
  decrypt(record: Buffer, index: number, isLast: boolean): Buffer;
}

function createRecords(vault: Pick<Vault, 'key'>, salt: Buffer, headerBytes: Buffer): Records {
  const key = Buffer.from(hkdfSync('sha256', vault.key('backups'), salt, 'countersign/backup/v1', 32));
  const bound = createHash('sha256').update(headerBytes).digest();
  const nonceOf = (index: number, isLast: boolean): Buffer => {
    const nonce = Buffer.alloc(12);
    nonce.writeUInt8(isLast ? 1 : 0, 0);
    nonce.writeUInt32BE(index, 8);
    return nonce;
  };
  return {
    encrypt(plain, index, isLast) {
      const cipher = createCipheriv('aes-256-gcm', key, nonceOf(index, isLast)).setAAD(bound);
      return Buffer.concat([cipher.update(plain), cipher.final(), cipher.getAuthTag()]);
    },
    decrypt(record, index, isLast) {
      const body = record.subarray(0, -TAG_BYTES);
      const decipher = createDecipheriv('aes-256-gcm', key, nonceOf(index, isLast))
        .setAAD(bound)
        .setAuthTag(record.subarray(-TAG_BYTES));
      return Buffer.concat([decipher.update(body), decipher.final()]);
    },
  };
}

/** Up to `length` bytes; fewer only at the end of the file. */
function readExactly(handle: number, length: number, position: number): Buffer {
  const bytes = Buffer.alloc(length);
  let filled = 0;
  while (filled < length) {
    const count = readSync(handle, bytes, filled, length - filled, position + filled);
    if (count === 0) break;
    filled += count;
  }
  return bytes.subarray(0, filled);
}

function writeAll(handle: number, bytes: Buffer): void {
  let written = 0;
  while (written < bytes.length) written += writeSync(handle, bytes, written);
}
