import { msg } from '@lingui/core/macro';
import { REJECT_REASONS, type RejectReason } from '../../../src-server/contract/common';
import { defineHotkeys, type HotkeyDefinition } from '../define';

const read = msg`Read`;
const reject = msg`Reject`;

const reasonHotkeys = Object.fromEntries(
  REJECT_REASONS.map((code, index): [string, HotkeyDefinition] => {
    const number = index + 1;
    return [
      `reject.${code}`,
      { place: 'dialog:reject', group: reject, label: msg`Reason ${number}`, keys: [String(number)] },
    ];
  }),
) as Record<`reject.${RejectReason}`, HotkeyDefinition>;

export const inboxHotkeys = {
  ...defineHotkeys('inbox', msg`Inbox`, {
    'inbox.down': { keys: ['j'], label: msg`Next proposal`, canRepeat: true },
    'inbox.up': { keys: ['k'], label: msg`Previous proposal`, canRepeat: true },
    'inbox.open': { keys: ['o', 'Enter'], label: msg`Read the open proposal` },
    'inbox.next': { keys: ['n'], label: msg`Next that waits`, canRepeat: true },
    'inbox.filter': { keys: ['/'], label: msg`Find` },
    'inbox.undo': { keys: ['z'], label: msg`Undo what was approved last, if it can be undone` },
  }),
  ...defineHotkeys('inbox', msg`Decide`, {
    'inbox.approve': { keys: ['a'], label: msg`Approve` },
    'inbox.approveForGood': {
      keys: ['mod+Enter'],
      label: msg`Approve, also what is irreversible; save and approve an edit`,
      // What can't be taken back takes another press than everything else, wherever a person puts it.
      needsModifier: true,
    },
    'inbox.edit': { keys: ['e'], label: msg`Edit` },
    'inbox.save': { keys: ['mod+s'], label: msg`Save an edit`, worksInFields: true },
    'inbox.leaveEdit': { keys: ['Escape'], label: msg`Leave an edit, keeping it`, worksInFields: true },
    'inbox.reject': { keys: ['r'], label: reject },
    'inbox.retry': { keys: ['y'], label: msg`Run again` },
    'inbox.diff': { keys: ['d'], label: msg`Show what changed, and back`, group: read },
    'inbox.pageUp': { keys: ['shift+Space'], label: msg`Page up`, group: read, canRepeat: true },
    'inbox.pageDown': { keys: ['Space'], label: msg`Page down`, group: read, canRepeat: true },
  }),
  ...reasonHotkeys,
  ...defineHotkeys('dialog:reject', reject, {
    'reject.send': { keys: ['mod+Enter'], label: reject, worksInFields: true },
    'reject.enter': { keys: ['Enter'], label: msg`Reject, outside the note` },
  }),
};
