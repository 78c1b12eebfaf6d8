import { msg } from '@lingui/core/macro';
import { REJECT_REASONS, type RejectReason } from '../../../src-server/contract/common';
import { defineHotkeys, type HotkeyDefinition } from '../define';

const SNOOZE_NUMBERS = [1, 2, 3, 4, 5] as const;
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

/** One for each time the snooze dialog may offer. */
const snoozeHotkeys = Object.fromEntries(
  SNOOZE_NUMBERS.map((number): [string, HotkeyDefinition] => [
    `snooze.${number}`,
    {
      place: 'dialog:snooze',
      group: msg`Snooze`,
      label: msg`Time ${number}`,
      keys: [String(number)],
    },
  ]),
) as Record<`snooze.${(typeof SNOOZE_NUMBERS)[number]}`, HotkeyDefinition>;

export const inboxHotkeys = {
  ...defineHotkeys('inbox', msg`Inbox`, {
    'inbox.down': { keys: ['j'], label: msg`Next proposal`, canRepeat: true },
    'inbox.up': { keys: ['k'], label: msg`Previous proposal`, canRepeat: true },
    'inbox.open': { keys: ['o', 'Enter'], label: msg`Read the open proposal` },
    'inbox.next': { keys: ['n'], label: msg`Next that waits`, canRepeat: true },
    'inbox.case': { keys: ['t'], label: msg`Open the case file` },
    'inbox.filter': { keys: ['/'], label: msg`Find` },
    'inbox.undo': { keys: ['z'], label: msg`Take the last decision back, if it can be` },
  }),
  ...defineHotkeys('inbox', msg`Decide on several`, {
    'inbox.mark': { keys: ['x'], label: msg`Mark or unmark the open proposal` },
    'inbox.markDown': {
      keys: ['shift+j', 'shift+ArrowDown'],
      label: msg`Mark, and go down`,
      canRepeat: true,
    },
    'inbox.markUp': { keys: ['shift+k', 'shift+ArrowUp'], label: msg`Mark, and go up`, canRepeat: true },
    'inbox.markAll': { keys: ['mod+a'], label: msg`Mark all that are loaded and read` },
    'inbox.approveMarked': { keys: ['shift+a'], label: msg`Approve what is marked` },
    'inbox.rejectMarked': { keys: ['shift+r'], label: msg`Reject what is marked` },
    'inbox.unmark': { keys: ['shift+x'], label: msg`Unmark all` },
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
    'inbox.snooze': { keys: ['s'], label: msg`Snooze` },
    'inbox.guide': { keys: ['m'], label: msg`Tell the agent for good` },
    'inbox.retry': { keys: ['y'], label: msg`Run again` },
    'inbox.diff': { keys: ['d'], label: msg`Show what changed, and back`, group: read },
    'inbox.xray': { keys: ['v'], label: msg`Look with X-ray, and back`, group: read },
    'inbox.sanitise': {
      keys: ['shift+v'],
      label: msg`Save it without unseen characters, to read and approve`,
    },
    'inbox.pageUp': { keys: ['shift+Space'], label: msg`Page up`, group: read, canRepeat: true },
    'inbox.pageDown': { keys: ['Space'], label: msg`Page down`, group: read, canRepeat: true },
  }),
  ...reasonHotkeys,
  ...snoozeHotkeys,
  ...defineHotkeys('dialog:guidance', msg`Decide`, {
    'guidance.send': { keys: ['mod+Enter'], label: msg`Keep as guidance`, worksInFields: true },
  }),
  ...defineHotkeys('dialog:reject', reject, {
    'reject.send': { keys: ['mod+Enter'], label: reject, worksInFields: true },
    'reject.enter': { keys: ['Enter'], label: msg`Reject, outside the note` },
  }),
};
