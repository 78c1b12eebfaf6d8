// A thread beside the test: looks at the file until a row of the audit log says that a step was committed, and kills
// the server at once. It needs no hand in the product, and reacts within some microseconds.
import { parentPort, workerData } from 'node:worker_threads';
import Database from 'better-sqlite3';

/** Told by the thread, per order: that it looks from now on, then the end of it. */
export type WatchMessage =
  | { readonly type: 'watching' }
  /** Milliseconds; null when it was called off before the row came. */
  | { readonly type: 'done'; readonly killedAt: number | null };

export interface WatchOrder {
  readonly pid: number;
  /** Type of the audit row to wait for. */
  readonly type: string;
}

const { file, isOver } = workerData as { readonly file: string; readonly isOver: Int32Array };

function tell(message: WatchMessage): void {
  parentPort?.postMessage(message);
}

function watch({ pid, type }: WatchOrder): number | null {
  const db = new Database(file, { readonly: true });
  try {
    const last = db.prepare('SELECT max(seq) FROM audit').pluck();
    const isThere = db.prepare('SELECT 1 FROM audit WHERE seq > ? AND type = ? LIMIT 1').pluck();
    const from = last.get();
    tell({ type: 'watching' });
    while (Atomics.load(isOver, 0) === 0) {
      if (isThere.get(from, type) === undefined) continue;
      process.kill(pid, 'SIGKILL');
      return Date.now();
    }
    return null;
  } finally {
    // No connection of ours may be open when the server starts again: it is to recover the file alone.
    db.close();
  }
}

parentPort?.on('message', (order: WatchOrder) => tell({ type: 'done', killedAt: watch(order) }));
