import { randomInt } from 'node:crypto';
import { v7 } from 'uuid';

const BASE62 = '0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz';
/** No 0/O, 1/I/L, 5/S, 2/Z, 8/B: codes are read aloud and typed (decisions §2). */
const UNMISTAKABLE = '34679ACDEFGHJKMNPQRTUVWXY';

function pick(alphabet: string, length: number): string {
  let out = '';
  for (let index = 0; index < length; index += 1) out += alphabet[randomInt(alphabet.length)];
  return out;
}

/** Makes identifiers and codes. Injected beside the clock. */
export interface Ids {
  /** UUIDv7, for users and agents (decisions §1). */
  uuid(): string;
  /** A prefix and 22 base-62 characters: `post_…`, `act_…`. */
  prefixed(prefix: string): string;
  /** `MMA-XXXX-XXXX` (REG-3). */
  claimCode(): string;
  /** Six digits. */
  oneTimeCode(): string;
  /** Groups of four for people to write down; 25^24 ≈ 2^111. */
  recoveryCode(): string;
}

export const randomIds: Ids = {
  uuid: () => v7(),
  prefixed: (prefix) => `${prefix}_${pick(BASE62, 22)}`,
  claimCode: () => `MMA-${pick(UNMISTAKABLE, 4)}-${pick(UNMISTAKABLE, 4)}`,
  oneTimeCode: () => String(randomInt(1_000_000)).padStart(6, '0'),
  recoveryCode: () => Array.from({ length: 6 }, () => pick(UNMISTAKABLE, 4)).join('-'),
};

/** What a person typed as a code, without case, spaces and dashes; look-alikes are not in the alphabet. */
export function normaliseCode(typed: string): string {
  return typed
    .normalize('NFKC')
    .toUpperCase()
    .replaceAll(/[^A-Z0-9]/g, '');
}
