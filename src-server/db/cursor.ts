import { AppError } from '../lib/errors';

/**
 * Keyset cursors: the sort value and the id of the last row shown, so that the cost of a page does not grow with
 * its distance from the start. Opaque to clients, checked for shape; they carry nothing secret.
 */
export interface Keyset {
  readonly at: number;
  readonly id: string;
}

export function encodeKeyset({ at, id }: Keyset): string {
  return Buffer.from(`${at}.${id}`).toString('base64url');
}

/** @throws AppError `validation` naming `cursor` */
export function decodeKeyset(cursor: string): Keyset {
  const match = /^(-?\d{1,16})\.([A-Za-z0-9_-]{1,64})$/.exec(
    Buffer.from(cursor, 'base64url').toString('utf8'),
  );
  if (!match?.[1] || !match[2]) {
    throw new AppError('validation', 'cursor: is not one that this list gave out', {
      fields: [{ path: 'cursor', message: 'is not one that this list gave out' }],
    });
  }
  return { at: Number(match[1]), id: match[2] };
}

/** Cuts a page read with `limit + 1` and makes the cursor to the next one. */
export function toPage<Row>(
  rows: readonly Row[],
  limit: number,
  keyOf: (row: Row) => Keyset,
): { items: Row[]; nextCursor: string | null } {
  const items = rows.slice(0, limit);
  const last = items.at(-1);
  return { items, nextCursor: rows.length > limit && last ? encodeKeyset(keyOf(last)) : null };
}
