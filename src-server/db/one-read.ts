import type { Reader } from './open';
import { clientOf, prepared } from './prepared';

const begin = prepared((db) => clientOf(db).prepare('BEGIN'));
const end = prepared((db) => clientOf(db).prepare('COMMIT'));

/**
 * Runs several reads as of one moment. It is also what makes them cheap: outside a transaction each statement takes
 * and gives back the locks on the log, which costs several times a lookup.
 * @throws TypeError when `read` awaits: the moment would last as long, and no log could be emptied
 */
export function inOneRead<T>(db: Reader, read: () => T): T {
  if (clientOf(db).inTransaction) return read();
  begin(db).run();
  try {
    const result = read();
    if (result instanceof Promise) throw new TypeError('Reads of one moment must not await');
    return result;
  } finally {
    end(db).run();
  }
}
