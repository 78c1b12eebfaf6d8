import { useLingui } from '@lingui/react/macro';
import { useCallback, useState } from 'react';
import type { RejectReason } from '../../../src-server/contract/common';
import type { InboxItem } from '../../../src-server/contract/console/inbox';
import { announce } from '../../components/announcer';
import { wordRefusal } from '../../api/problem-words';
import { useErrorWords } from '../../components/states';
import { useDecideBulk, useUndoExecuted } from './api';
import { markAll, markRefusal, stillMarked, toggleMark, type MarkRefusal } from './marks';

/** What a decision on several did. */
export interface BulkReceipt {
  readonly verdict: 'approve' | 'reject';
  readonly done: readonly string[];
  readonly refused: readonly { readonly title: string; readonly detail: string }[];
  readonly isUndone?: boolean;
}

/** Marked rows and the one decision on all of them. Each keeps its own hash and its own result. */
export function useMarks(items: readonly InboxItem[]) {
  const { t } = useLingui();
  const wordsOf = useErrorWords();
  const [ids, setIds] = useState<ReadonlySet<string>>(new Set());
  const [hint, setHint] = useState<string | null>(null);
  const [receipt, setReceipt] = useState<BulkReceipt | null>(null);
  const { mutateAsync: decideBulk, isPending } = useDecideBulk();
  const { mutateAsync: undo } = useUndoExecuted();
  const marked = stillMarked(items, ids);

  const refusalWords = useCallback(
    (refusal: MarkRefusal) =>
      ({
        unread: t`Read it first: only what you have read can be decided together.`,
        not_reversible: t`This kind can't be undone: decide on it alone.`,
        decided: t`This was decided already.`,
        too_many: t`At most 50 at a time.`,
      })[refusal],
    [t],
  );
  const say = (words: string | null) => {
    setHint(words);
    if (words) announce(words);
  };

  const decide = async (
    verdict: 'approve' | 'reject',
    answer: { reasonCode?: RejectReason | undefined; note?: string | undefined } = {},
  ) => {
    if (marked.length === 0 || isPending) return;
    try {
      const seen = marked.map(({ id, version, hash }) => ({ id, version, hash }));
      const { results } = await decideBulk({ verdict, items: seen, ...answer });
      const titles = new Map(marked.map(({ id, title }) => [id, title]));
      const done = results.filter(({ ok }) => ok).map(({ id }) => id);
      setReceipt({
        verdict,
        done,
        refused: results
          .filter(({ ok }) => !ok)
          .map((result) => ({ title: titles.get(result.id) ?? result.id, detail: wordRefusal(result) })),
      });
      setIds(new Set());
      say(null);
      announce(verdict === 'approve' ? t`${done.length} approved` : t`${done.length} rejected`);
    } catch (error) {
      const words = wordsOf(error);
      say(words.detail || words.title);
    }
  };

  return {
    marked,
    isMarked: (id: string) => ids.has(id),
    hint,
    isBusy: isPending,
    receipt,
    closeReceipt: () => setReceipt(null),
    clear: () => {
      setIds(new Set());
      setHint(null);
    },
    toggle: (row: InboxItem | undefined) => {
      if (!row) return;
      const refusal = ids.has(row.id) ? undefined : markRefusal(row, new Set(marked.map(({ id }) => id)));
      say(refusal === undefined ? null : refusalWords(refusal));
      if (refusal === undefined) {
        setIds((old) => toggleMark(row, old));
        announce(ids.has(row.id) ? t`Unmarked: ${row.title}` : t`Marked: ${row.title}`);
      }
    },
    all: () => {
      const next = markAll(items);
      setIds(next);
      say(next.size === 0 ? t`Nothing here was read and can be undone: nothing is marked.` : null);
      if (next.size > 0) announce(t`${next.size} marked`);
    },
    decide,
    undo: async () => {
      if (!receipt || receipt.isUndone === true) return;
      const refused: { title: string; detail: string }[] = [];
      const done: string[] = [];
      for (const id of receipt.done) {
        try {
          await undo(id);
          done.push(id);
        } catch (error) {
          const words = wordsOf(error);
          const title = items.find((item) => item.id === id)?.title ?? id;
          refused.push({ title, detail: words.detail || words.title });
        }
      }
      setReceipt({ verdict: receipt.verdict, done, refused, isUndone: true });
      announce(t`${done.length} taken back`);
    },
  };
}

export type Marks = ReturnType<typeof useMarks>;
