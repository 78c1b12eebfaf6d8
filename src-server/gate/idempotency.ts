import { and, eq, lt, sql } from 'drizzle-orm';
import type { Db, Tx } from '../db/open';
import { prepared } from '../db/prepared';
import { DAY } from '../lib/clock';
import { AppError } from '../lib/errors';
import type { Caller, IdempotencyRequest } from './caller';
import { idempotencyKeys } from './gate.tables';

export const IDEMPOTENCY_TTL_MS = DAY;

/** An answer as bytes, made inside the transaction of its effect so that neither exists without the other. */
export interface StoredAnswer {
  readonly status: number;
  readonly body: string;
}

const selectKey = prepared((db) =>
  db
    .select()
    .from(idempotencyKeys)
    .where(
      and(
        eq(idempotencyKeys.credentialId, sql.placeholder('credentialId')),
        eq(idempotencyKeys.route, sql.placeholder('route')),
        eq(idempotencyKeys.key, sql.placeholder('key')),
      ),
    )
    .prepare(),
);

/**
 * The first answer to this key, if there was one in the last 24 hours.
 * @throws AppError `idempotency_mismatch` for another body, or for an answer that held a secret
 */
export function findAnswer(
  db: Db,
  request: IdempotencyRequest | undefined,
  now: number,
): StoredAnswer | undefined {
  if (!request) return undefined;
  const { credentialId, route, key } = request;
  const row = selectKey(db).get({ credentialId, route, key });
  if (!row || row.createdAt <= now - IDEMPOTENCY_TTL_MS) return undefined;
  if (row.bodyHash !== request.bodyHash) {
    throw new AppError(
      'idempotency_mismatch',
      'Idempotency-Key: was used for another body in the last 24 hours; use a new key for a new request.',
      { fields: [{ path: 'Idempotency-Key', message: 'was used for another body' }] },
    );
  }
  if (row.answer === null) {
    throw new AppError(
      'idempotency_mismatch',
      'Idempotency-Key: already delivered. The first answer held a secret, which is not kept.',
      { details: { alreadyDelivered: true } },
    );
  }
  return { status: row.status, body: row.answer };
}

export function storeAnswer(
  tx: Tx,
  request: IdempotencyRequest | undefined,
  answer: StoredAnswer,
  { now, hasSecret }: { readonly now: number; readonly hasSecret: boolean },
): void {
  if (!request) return;
  const row = {
    ...request,
    status: answer.status,
    answer: hasSecret ? null : answer.body,
    createdAt: now,
  };
  tx.insert(idempotencyKeys)
    .values(row)
    .onConflictDoUpdate({
      target: [idempotencyKeys.credentialId, idempotencyKeys.route, idempotencyKeys.key],
      set: { bodyHash: row.bodyHash, status: row.status, answer: row.answer, createdAt: row.createdAt },
    })
    .run();
}

/** Called at the end of an effect's transaction: what it writes stands or falls with the effect. */
export type InTransaction<Result> = (tx: Tx, result: Result, now: number) => void;

/** Turns what a door prints of an effect into the last step of that effect's transaction. */
export type Answering<Answer> = <Result>(
  present: (tx: Tx, result: Result) => Answer,
) => InTransaction<Result>;

/** Another request with the same key was first: this one's effect is rolled back, and it gets the same bytes. */
class AnsweredMeanwhile extends Error {
  constructor(readonly answer: StoredAnswer) {
    super('Answered meanwhile');
  }
}

export type OnceAnswer<Answer> =
  | { readonly type: 'first'; readonly made: Answer; readonly sealed: StoredAnswer }
  | { readonly type: 'replayed'; readonly sealed: StoredAnswer };

/**
 * Does a person's write once per `Idempotency-Key` (decisions §3). `work` hands `answering(…)` to the one gate or
 * session call it makes; the answer is presented and stored inside that call's transaction, so that no moment lies
 * between the effect and the answer to its repeats.
 * @throws Error when `work` made no answer: a door without it is a bug
 */
export async function answerOnce<Answer>(
  gate: { findAnswer(caller: Caller): StoredAnswer | undefined },
  caller: Caller,
  seal: (answer: Answer) => StoredAnswer & { readonly hasSecret?: boolean },
  work: (answering: Answering<Answer>) => unknown,
): Promise<OnceAnswer<Answer>> {
  const earlier = gate.findAnswer(caller);
  if (earlier) return { type: 'replayed', sealed: earlier };
  let first: OnceAnswer<Answer> | undefined;
  try {
    await work((present) => (tx, result, now) => {
      const meanwhile = findAnswer(tx, caller.idempotency, now);
      if (meanwhile) throw new AnsweredMeanwhile(meanwhile);
      const made = present(tx, result);
      const { hasSecret = false, ...sealed } = seal(made);
      storeAnswer(tx, caller.idempotency, sealed, { now, hasSecret });
      first = { type: 'first', made, sealed };
    });
  } catch (error) {
    if (error instanceof AnsweredMeanwhile) return { type: 'replayed', sealed: error.answer };
    throw error;
  }
  if (!first) throw new Error('A write was done without an answer in its transaction');
  return first;
}

export function pruneAnswers(tx: Tx, now: number): void {
  tx.delete(idempotencyKeys)
    .where(lt(idempotencyKeys.createdAt, now - IDEMPOTENCY_TTL_MS))
    .run();
}
