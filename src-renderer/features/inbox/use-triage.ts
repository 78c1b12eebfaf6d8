import { useQueryClient } from '@tanstack/react-query';
import { useLingui } from '@lingui/react/macro';
import { useCallback, useRef, useState } from 'react';
import type { RejectReason } from '../../../src-server/contract/common';
import type { InboxDetail } from '../../../src-server/contract/console/inbox';
import { ProblemError } from '../../api/problem';
import { wordField } from '../../api/problem-words';
import { meQuery } from '../../api/session';
import { announce } from '../../components/announcer';
import { useErrorWords } from '../../components/states';
import {
  inboxItemQuery,
  type Seen,
  useDecide,
  useEditProposal,
  useMarkRead,
  useAddGuidance,
  useRetryFailed,
  useSnooze,
  useUndoExecuted,
  type Verdict,
} from './api';
import { type EditDraft, editDrafts } from './edit-drafts';

/** Two taps of one intention lie closer together than this, ms. */
const SECOND_TAP_MS = 250;

/** Something to say about one proposal, beside its decision bar, until the selection or the version changes. */
export interface Notice {
  readonly id: string;
  readonly kind: 'read_first' | 'irreversible' | 'unsaved_edit' | 'stale' | 'decided' | 'saved' | 'error';
  /** The version the person looked at when it was refused. */
  readonly version?: number;
  readonly detail?: string;
  /** Refused fields of an edit, by name. */
  readonly fields?: Readonly<Record<string, string>>;
}

/** The last thing decided here, for the receipt and for `z`. */
export interface Receipt {
  readonly id: string;
  readonly title: string;
  readonly did: 'approved' | 'rejected' | 'snoozed' | 'unsnoozed' | 'undone' | 'retried' | 'told' | 'error';
  readonly detail?: string;
}

/** What goes with a no. */
export interface RejectAnswer {
  readonly reasonCode?: RejectReason | undefined;
  readonly note?: string | undefined;
  /** The note is kept as guidance as well. */
  readonly guidance?: string | undefined;
}

function fieldErrors(error: ProblemError): Record<string, string> {
  return Object.fromEntries(
    (error.problem.errors ?? []).map((entry) => [
      entry.path.split(/[./]/).at(-1) ?? entry.path,
      wordField(entry, error.problem.reason),
    ]),
  );
}

/**
 * Decisions as the Inbox makes them: read record first, then exactly the version and hash that were shown. It lives
 * above the open proposal, so that a decision goes on while the next one is looked at.
 */
export function useTriage(onDecided: (id: string) => void) {
  const { t } = useLingui();
  const client = useQueryClient();
  const wordsOf = useErrorWords();
  const { mutateAsync: markRead } = useMarkRead();
  const { mutateAsync: decide } = useDecide();
  const { mutateAsync: saveEdit } = useEditProposal();
  const { mutateAsync: retry } = useRetryFailed();
  const { mutateAsync: undo } = useUndoExecuted();
  const { mutateAsync: setSnooze } = useSnooze();
  const { mutateAsync: addGuidance } = useAddGuidance();
  const [notice, setNotice] = useState<Notice | null>(null);
  const [receipt, setReceipt] = useState<Receipt | null>(null);
  const [busy, setBusy] = useState<ReadonlySet<string>>(new Set());
  const running = useRef(new Set<string>());
  const movedAt = useRef(0);
  const [isSettling, setIsSettling] = useState(false);

  const refuse = (seen: Pick<Seen, 'id' | 'version'>, error: unknown) => {
    const { id, version } = seen;
    void client.invalidateQueries({ queryKey: inboxItemQuery(id).queryKey });
    const words = wordsOf(error);
    const detail = words.detail || words.title;
    if (!(error instanceof ProblemError))
      setNotice({ id, kind: 'error', detail: `${words.title}. ${words.detail}` });
    else if (error.code === 'stale_version') setNotice({ id, kind: 'stale', version });
    else if (error.code === 'already_decided') setNotice({ id, kind: 'decided' });
    else if (error.code === 'not_read') setNotice({ id, kind: 'read_first' });
    else setNotice({ id, kind: 'error', version, detail, fields: fieldErrors(error) });
    announce(detail);
  };

  /** One at a time per proposal; a second press while the first is under way does nothing. */
  const once = async (id: string, run: () => Promise<void>) => {
    if (running.current.has(id)) return;
    running.current.add(id);
    setBusy(new Set(running.current));
    try {
      await run();
    } finally {
      running.current.delete(id);
      setBusy(new Set(running.current));
    }
  };

  const seenOf = (detail: InboxDetail): Seen => ({
    id: detail.id,
    version: detail.version,
    hash: detail.versions.find((entry) => entry.version === detail.version)?.hash ?? '',
  });

  /** The answer to a call may be lost in a restart of the server. Then what was asked for has happened already. */
  const happenedAlready = async (error: unknown, seen: Seen, isIt: (detail: InboxDetail) => boolean) => {
    const isConflict =
      error instanceof ProblemError && ['already_decided', 'stale_version'].includes(error.code);
    if (!isConflict) throw error;
    const detail = await client.fetchQuery({ ...inboxItemQuery(seen.id), staleTime: 0 });
    if (!isIt(detail)) throw error;
    return detail;
  };

  const decideShown = async (verdict: Verdict) => {
    const isIt = ({ decisions }: InboxDetail) => {
      const last = decisions.at(-1);
      const mine = client.getQueryData(meQuery.queryKey)?.user?.displayName;
      return (
        last?.isInForce === true &&
        last.hash === verdict.hash &&
        last.verdict === verdict.verdict &&
        last.decidedBy === mine
      );
    };
    await decide(verdict).catch((error: unknown) => happenedAlready(error, verdict, isIt));
  };

  const saveShown = async (seen: Seen, fields: EditDraft): Promise<InboxDetail> => {
    const isIt = ({ versions }: InboxDetail) => {
      const last = versions.at(-1);
      return (
        last?.by === 'owner' &&
        last.version === seen.version + 1 &&
        Object.entries(fields).every(([name, text]) =>
          last.fields.some((field) => field.name === name && field.value === text),
        )
      );
    };
    return saveEdit({ ...seen, fields: { ...fields } }).catch((error: unknown) =>
      happenedAlready(error, seen, isIt),
    );
  };

  const settle = () => {
    movedAt.current = Date.now();
    setIsSettling(true);
    setTimeout(() => setIsSettling(Date.now() - movedAt.current < SECOND_TAP_MS), SECOND_TAP_MS);
  };

  const approveShown = async (detail: InboxDetail) => {
    const seen = seenOf(detail);
    // The server refuses an approval without a read record of the same hash.
    if (!detail.isRead) await markRead(seen);
    await decideShown({ ...seen, verdict: 'approve' });
    setNotice(null);
    setReceipt({ id: detail.id, title: detail.title, did: 'approved' });
    announce(t`Approved: ${detail.title}`);
    settle();
    onDecided(detail.id);
  };

  return {
    notice,
    receipt,
    isBusy: (id: string) => busy.has(id),
    /** A second tap of the key that decided the last one must not decide the one that took its place. */
    isSettling,
    isSecondTap: () => Date.now() - movedAt.current < SECOND_TAP_MS,
    say: useCallback((next: Notice | null) => setNotice(next), []),
    closeReceipt: useCallback(() => setReceipt(null), []),

    /** Records the read once the whole version was in sight; a failure shows when somebody decides. */
    recordRead: useCallback(
      (seen: Seen) => {
        markRead(seen).catch(() => undefined);
      },
      [markRead],
    ),

    /** Approves what is on screen. Whoever calls has made sure that all of it was shown. */
    approve: (detail: InboxDetail) =>
      once(detail.id, () => approveShown(detail).catch((error: unknown) => refuse(detail, error))),

    reject: (detail: InboxDetail, answer: RejectAnswer) =>
      once(detail.id, async () => {
        try {
          await decideShown({ ...seenOf(detail), verdict: 'reject', ...answer });
          editDrafts.remove(detail.id, detail.version);
          setNotice(null);
          setReceipt({ id: detail.id, title: detail.title, did: 'rejected' });
          announce(t`Rejected: ${detail.title}`);
          settle();
          onDecided(detail.id);
        } catch (error) {
          refuse(detail, error);
        }
      }),

    /** Saves the edit as a new version; with `thenApprove`, approves that version's hash in the same press. */
    save: (detail: InboxDetail, fields: EditDraft, thenApprove: boolean) =>
      once(detail.id, async () => {
        try {
          const saved = await saveShown(seenOf(detail), fields);
          editDrafts.remove(detail.id, detail.version);
          setNotice({ id: detail.id, kind: 'saved' });
          if (thenApprove) await approveShown(saved);
          else announce(t`Saved as version ${saved.version}`);
        } catch (error) {
          refuse(detail, error);
        }
      }),

    /** Out of sight until then, or with `null` back at once. Its expiry does not move. */
    snooze: (detail: Pick<InboxDetail, 'id' | 'title' | 'version'>, until: string | null) =>
      once(detail.id, async () => {
        try {
          await setSnooze({ id: detail.id, until });
          setNotice(null);
          setReceipt({ id: detail.id, title: detail.title, did: until === null ? 'unsnoozed' : 'snoozed' });
          announce(until === null ? t`Back in the list: ${detail.title}` : t`Snoozed: ${detail.title}`);
          if (until !== null) onDecided(detail.id);
        } catch (error) {
          refuse(detail, error);
        }
      }),

    /** Tells the agent something for good, beside this proposal; decides nothing. */
    guide: (detail: InboxDetail, text: string, isForKind: boolean) =>
      once(detail.id, async () => {
        try {
          await addGuidance({
            agentId: detail.agent.id,
            actionId: detail.id,
            text,
            ...(isForKind ? { kind: detail.kind } : {}),
          });
          setReceipt({ id: detail.id, title: detail.title, did: 'told' });
          announce(t`${detail.agent.name} reads this from now on`);
        } catch (error) {
          refuse(detail, error);
        }
      }),

    retry: (detail: InboxDetail) =>
      once(detail.id, async () => {
        try {
          await retry(detail.id);
          setReceipt({ id: detail.id, title: detail.title, did: 'retried' });
        } catch (error) {
          refuse(detail, error);
        }
      }),

    undo: (item: { id: string; title: string }) =>
      once(item.id, async () => {
        try {
          await undo(item.id);
          setReceipt({ id: item.id, title: item.title, did: 'undone' });
          announce(t`Undone: ${item.title}`);
        } catch (error) {
          const words = wordsOf(error);
          setReceipt({ id: item.id, title: item.title, did: 'error', detail: words.detail || words.title });
        }
      }),
  };
}

export type Triage = ReturnType<typeof useTriage>;
