import type { Sqlite } from '../../db/open';
import type { Finding } from '../diagnostics/examine';

/** Each finds what breaks one invariant between payments and the ledger; the first column says where. */
const BREACHES: readonly { readonly words: string; readonly sql: string }[] = [
  {
    words: 'was given without a payment',
    sql: `SELECT t.id FROM credit_transactions t LEFT JOIN payments p ON p.transaction_id = t.id
      WHERE t.type = 'topup' AND p.id IS NULL LIMIT 1`,
  },
  {
    words: 'says that it topped up, and the ledger does not',
    sql: `SELECT p.id FROM payments p LEFT JOIN credit_transactions t ON t.id = p.transaction_id
      WHERE p.credits IS NOT NULL AND p.fulfilled_at IS NOT NULL
        AND (t.amount IS NULL OR t.amount <> p.credits OR t.agent_id <> p.agent_id) LIMIT 1`,
  },
  {
    words: 'was fulfilled and never paid',
    sql: `SELECT id FROM payments WHERE fulfilled_at IS NOT NULL AND paid_at IS NULL LIMIT 1`,
  },
];

/** For `cli doctor`: whether what was paid is what the ledger was given. */
export function checkPayments(sqlite: Sqlite): Finding {
  const check = 'payments';
  const hasPayments = sqlite.prepare("SELECT 1 FROM sqlite_master WHERE name = 'payments'").get();
  // A folder of an older version; the server adds the table when it starts.
  if (!hasPayments) return { check, verdict: 'ok', message: 'no payments yet' };
  for (const { words, sql } of BREACHES) {
    const [id] = sqlite.prepare(sql).pluck().all().map(String);
    if (id !== undefined) return { check, verdict: 'problem', message: `${id} ${words}` };
  }
  const count = Number(sqlite.prepare("SELECT count(*) FROM payments WHERE status = 'paid'").pluck().get());
  return { check, verdict: 'ok', message: `${count} paid, each as the ledger has it` };
}
