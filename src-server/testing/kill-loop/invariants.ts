import { createHash } from 'node:crypto';
import Database from 'better-sqlite3';
import { drizzle } from 'drizzle-orm/better-sqlite3';
import * as schema from '../../db/schema';
import { verifyAuditLog } from '../../domain/audit/audit.source';
import type { LedgerEntry } from './ledger';

/** What must be true of the file whenever every job is done. Each query lists what breaks it. */
const BROKEN: Readonly<Record<string, string>> = {
  'executed, but not written down exactly once': `
    SELECT id FROM actions WHERE status = 'executed'
      AND (SELECT count(*) FROM audit WHERE type = 'action.executed' AND subject_id = actions.id) <> 1`,
  'written down as executed, but it was not': `
    SELECT seq FROM audit WHERE type = 'action.executed'
      AND NOT EXISTS (SELECT 1 FROM actions WHERE id = audit.subject_id AND status = 'executed')`,
  'told others not exactly once of what was executed': `
    SELECT id FROM actions WHERE status = 'executed'
      AND (SELECT count(*) FROM outbox WHERE topic = 'action.executed'
           AND json_extract(data, '$.actionId') = actions.id) <> 1`,
  'executed, but not public exactly once': `
    SELECT id FROM actions WHERE status = 'executed'
      AND (SELECT count(*) FROM posts WHERE action_id = actions.id AND id = actions.subject_id
           AND visibility = 'public' AND status = 'PUBLISHED') <> 1`,
  'public, but no person approved these bytes': `
    SELECT posts.id FROM posts LEFT JOIN actions ON actions.id = posts.action_id
      LEFT JOIN decisions ON decisions.id = actions.decision_id
      WHERE posts.visibility = 'public' AND (actions.status IS NOT 'executed'
        OR decisions.verdict IS NOT 'approve' OR decisions.hash IS NOT actions.hash)`,
  'two posts of one proposal': `SELECT action_id FROM posts GROUP BY action_id HAVING count(*) > 1`,
  'approved, but not read before': `
    SELECT id FROM decisions WHERE verdict = 'approve'
      AND NOT EXISTS (SELECT 1 FROM reads WHERE reads.action_id = decisions.action_id
        AND reads.version = decisions.version AND reads.hash = decisions.hash
        AND reads.user_id = decisions.decider_id AND reads.read_at <= decisions.decided_at)`,
  'approved more often than taken back': `
    SELECT action_id FROM decisions WHERE verdict = 'approve' GROUP BY action_id
      HAVING count(*) > 1 + (SELECT count(*) FROM audit
        WHERE type = 'action.undecided' AND subject_id = action_id)`,
  'decided on one version more often than taken back': `
    SELECT action_id FROM decisions GROUP BY action_id, version
      HAVING count(*) > 1 + (SELECT count(*) FROM audit WHERE type = 'action.undecided'
        AND subject_id = action_id AND json_extract(data, '$.version') = version)`,
  'taken back, but carried out': `
    SELECT seq FROM audit AS back WHERE type = 'action.undecided' AND EXISTS (SELECT 1 FROM audit AS effect
      WHERE effect.type IN ('action.executed', 'action.rejected') AND effect.subject_id = back.subject_id
        AND json_extract(effect.data, '$.decision') = json_extract(back.data, '$.decision'))`,
  'taken back, but still in force': `
    SELECT actions.id FROM actions JOIN audit ON audit.subject_id = actions.id AND type = 'action.undecided'
      WHERE json_extract(audit.data, '$.decision') = actions.decision_id`,
  'rejected, but not written down exactly once': `
    SELECT id FROM actions WHERE status = 'rejected'
      AND (SELECT count(*) FROM audit WHERE type = 'action.rejected' AND subject_id = actions.id
           AND json_extract(data, '$.decision') = actions.decision_id) <> 1`,
  'left between decision and effect': `
    SELECT id FROM actions WHERE status IN ('approved', 'failed')
      OR (status = 'rejected' AND run_at IS NOT NULL)`,
  'a job for an effect that is not done': `
    SELECT id FROM jobs WHERE type = 'action.execute' AND status <> 'done'`,
  'another hash than its newest version': `
    SELECT actions.id FROM actions LEFT JOIN action_versions
      ON action_versions.action_id = actions.id AND action_versions.version = actions.version
      WHERE action_versions.hash IS NOT actions.hash`,
  'a gap between its versions': `
    SELECT id FROM actions WHERE version <> (SELECT count(*) FROM action_versions WHERE action_id = actions.id)`,
};

interface StoredAction {
  readonly id: string;
  readonly title: string;
  readonly status: string;
  readonly version: number;
  readonly hash: string;
  readonly canonical: string;
  readonly content: string;
  readonly postContent: string;
}

/** A look at the file of a running server, which it can't change. */
export class FileView implements Disposable {
  readonly #db: Database.Database;

  constructor(file: string) {
    this.#db = new Database(file, { readonly: true });
  }

  [Symbol.dispose](): void {
    this.#db.close();
  }

  /** Effects that still have to come. */
  hasUnfinished(): boolean {
    const unsettled = `SELECT 1 FROM actions
      WHERE status = 'approved' OR (status = 'rejected' AND run_at IS NOT NULL) LIMIT 1`;
    return this.#db.prepare(unsettled).get() !== undefined;
  }

  /** The last thing that was written down before `at`, in milliseconds. */
  lastStepBefore(at: number): string {
    const last = this.#db.prepare('SELECT type FROM audit WHERE at <= ? ORDER BY seq DESC LIMIT 1').pluck();
    return String(last.get(at));
  }

  /** Approvals from before `at` whose effect came after it: the kill fell between the two. */
  countSplitBy(at: number): number {
    const split = this.#db.prepare(`
      SELECT count(*) FROM audit AS effect JOIN audit AS approval ON approval.subject_id = effect.subject_id
        AND approval.type = 'action.approved' AND approval.at <= @at
      WHERE effect.type = 'action.executed' AND effect.at > @at`);
    return Number(split.pluck().get({ at }));
  }

  /** @throws Error naming what is broken, and how */
  assertWhole(entries: readonly LedgerEntry[]): void {
    for (const [what, query] of Object.entries(BROKEN)) {
      const found = this.#db.prepare(query).pluck().all();
      if (found.length > 0) throw new Error(`${what}: ${found.slice(0, 5).join(', ')}`);
    }
    this.#assertAsTold(entries);
  }

  /** The file says what the callers were told: nothing lost, nothing twice, nothing else. */
  #assertAsTold(entries: readonly LedgerEntry[]): void {
    const stored = this.#db
      .prepare(
        `SELECT actions.id, actions.title, actions.status, actions.version, actions.hash, canonical,
           json_extract(canonical, '$.input.content') AS content, posts.content AS postContent
         FROM actions JOIN action_versions ON action_versions.action_id = actions.id
           AND action_versions.version = actions.version
         JOIN posts ON posts.action_id = actions.id`,
      )
      .all() as StoredAction[];
    if (stored.length !== entries.length) {
      throw new Error(`${entries.length} proposals were made, ${stored.length} are there`);
    }
    const byTitle = new Map(stored.map((action) => [action.title, action]));
    for (const entry of entries) {
      const action = byTitle.get(`On ${entry.word}`);
      if (!action) throw new Error(`The proposal about ${entry.word} is lost`);
      const told = {
        status: entry.standing,
        version: entry.version,
        hash: entry.hash,
        content: entry.content,
      };
      const there = {
        status: action.status,
        version: action.version,
        hash: createHash('sha256').update(action.canonical).digest('hex'),
        content: action.content,
      };
      if (JSON.stringify(told) !== JSON.stringify(there) || action.postContent !== entry.content) {
        throw new Error(`Told ${JSON.stringify(told)}, but there is ${JSON.stringify(action)}`);
      }
    }
  }

  /** @throws Error naming the rows of the audit log that are changed, missing or added */
  assertAuditWhole(): void {
    const report = verifyAuditLog(drizzle(this.#db, { schema }));
    if (!report.ok) throw new Error(`The audit log is broken: ${JSON.stringify(report.problems)}`);
  }

  /** SQLite's own checks. */
  assertSound(): void {
    const found = [...(this.#db.pragma('integrity_check') as { integrity_check: string }[])];
    if (found.length !== 1 || found[0]?.integrity_check !== 'ok') throw new Error(JSON.stringify(found));
    const strays = this.#db.pragma('foreign_key_check') as unknown[];
    if (strays.length > 0) throw new Error(`References to nothing: ${JSON.stringify(strays.slice(0, 5))}`);
  }
}
