import { msg } from '@lingui/core/macro';
import { defineHotkeys } from '../define';

const openCase = msg`Open the case file`;

export const activityHotkeys = {
  ...defineHotkeys('activity', msg`Activity`, {
    'activity.down': { keys: ['j', 'ArrowDown'], label: msg`Next line`, canRepeat: true },
    'activity.up': { keys: ['k', 'ArrowUp'], label: msg`Previous line`, canRepeat: true },
    'activity.pause': { keys: ['p', 'Space'], label: msg`Pause or go on` },
    'activity.case': { keys: ['t'], label: openCase },
    'activity.filter': { keys: ['/'], label: msg`Find` },
  }),
  ...defineHotkeys('case', msg`Case file`, {
    'case.back': { keys: ['Escape'], label: msg`Back` },
    'case.copy': { keys: ['c'], label: msg`Copy as text` },
    'case.json': { keys: ['shift+j'], label: msg`Copy as JSON` },
    'case.unfold': { keys: ['o'], label: msg`Show or hide all versions` },
  }),
  ...defineHotkeys('audit', msg`Audit`, {
    'audit.down': { keys: ['j', 'ArrowDown'], label: msg`Next row`, canRepeat: true },
    'audit.up': { keys: ['k', 'ArrowUp'], label: msg`Previous row`, canRepeat: true },
    'audit.verify': { keys: ['v'], label: msg`Verify the chain` },
    'audit.case': { keys: ['t'], label: openCase },
    'audit.filter': { keys: ['/'], label: msg`Find` },
    'audit.close': { keys: ['Escape'], label: msg`Close the row` },
  }),
};
