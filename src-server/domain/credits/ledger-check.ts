import type { Sqlite } from '../../db/open';
import type { Finding } from '../diagnostics/examine';

/** Each finds what breaks one invariant of the ledger; the first column says where. */
const BREACHES: readonly { readonly words: string; readonly sql: string }[] = [
  {
    words: 'does not sum to zero',
    sql: `SELECT t.id FROM credit_transactions t LEFT JOIN credit_entries e ON e.transaction_id = t.id
      GROUP BY t.id HAVING count(e.amount) < 2 OR sum(e.amount) <> 0 LIMIT 1`,
  },
  {
    words: 'has another balance than its entries',
    sql: `SELECT a.id FROM credit_accounts a LEFT JOIN credit_entries e ON e.account_id = a.id
      GROUP BY a.id HAVING a.balance <> coalesce(sum(e.amount), 0) LIMIT 1`,
  },
  {
    words: 'is below its floor',
    sql: 'SELECT id FROM credit_accounts WHERE floor IS NOT NULL AND balance < floor LIMIT 1',
  },
  {
    words: 'holds another sum than its open reservations',
    sql: `SELECT a.id FROM credit_accounts a
      LEFT JOIN credit_reservations r ON r.agent_id = a.agent_id AND r.settled_at IS NULL
      WHERE a.type = 'reserved' GROUP BY a.id HAVING a.balance <> coalesce(sum(r.amount), 0) LIMIT 1`,
  },
];

/** For `cli doctor`: whether the ledger keeps its invariants, every row looked at. */
export function checkLedger(sqlite: Sqlite): Finding {
  const check = 'credits';
  const hasLedger = sqlite.prepare("SELECT 1 FROM sqlite_master WHERE name = 'credit_transactions'").get();
  // A folder of an older version; the server adds the tables when it starts.
  if (!hasLedger) return { check, verdict: 'ok', message: 'no ledger yet' };
  for (const { words, sql } of BREACHES) {
    const [id] = sqlite.prepare(sql).pluck().all().map(String);
    if (id !== undefined) return { check, verdict: 'problem', message: `${id} ${words}` };
  }
  const count = Number(sqlite.prepare('SELECT count(*) FROM credit_transactions').pluck().get());
  return { check, verdict: 'ok', message: `${count} transactions, each sums to zero` };
}
