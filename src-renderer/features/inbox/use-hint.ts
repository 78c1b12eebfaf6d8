import { useLingui } from '@lingui/react/macro';
import type { InboxDetail } from '../../../src-server/contract/console/inbox';
import { useKeysOf } from '../../hotkeys/hotkeys';
import { printKeys } from '../../hotkeys/registry';
import { isMac } from '../../shell';
import type { Notice } from './use-triage';

/** A notice in words, for the line above the decision buttons; null when it is said elsewhere. */
export function useHint(notice: Notice | null, detail: InboxDetail, isRead: boolean): string | null {
  const { t } = useLingui();
  const forGood = useKeysOf('inbox.approveForGood');
  const edit = useKeysOf('inbox.edit');
  if (notice === null) return null;
  const combination = forGood === undefined ? undefined : printKeys(forGood, isMac).join(' ');
  const editKeys = edit === undefined ? undefined : printKeys(edit, isMac).join(' ');
  switch (notice.kind) {
    case 'read_first':
      return isRead ? null : t`Read it to the end first: the next part is shown now.`;
    case 'irreversible':
      return combination === undefined
        ? t`Nobody can take this back. Click once more to approve it for good.`
        : t`Nobody can take this back. Press ${combination}, or click once more, to approve it for good.`;
    case 'unsaved_edit':
      return editKeys === undefined
        ? t`Your edit is not saved. Continue with it, or discard it.`
        : t`Your edit is not saved. Continue with ${editKeys}, or discard it.`;
    case 'stale':
      return notice.version === detail.version ? t`The agent changed this. Reading the new version…` : null;
    case 'decided': {
      const last = detail.decisions.at(-1);
      if (!last) return t`This was decided already.`;
      return last.verdict === 'approve'
        ? t`Already approved by ${last.decidedBy}.`
        : t`Already rejected by ${last.decidedBy}.`;
    }
    case 'saved':
      return detail.status === 'pending'
        ? t`Saved as version ${detail.version}. Approve it when you have read it.`
        : null;
    case 'error':
      return notice.detail ?? t`That did not work.`;
  }
}
