import { msg } from '@lingui/core/macro';
import { defineHotkeys } from '../define';

export const outboxHotkeys = defineHotkeys('outbox', msg`Outbox`, {
  'outbox.next': { keys: ['j', 'ArrowDown'], label: msg`Next mail`, canRepeat: true },
  'outbox.previous': { keys: ['k', 'ArrowUp'], label: msg`Previous mail`, canRepeat: true },
  'outbox.filter': { keys: ['/'], label: msg`Find mails to an address` },
  'outbox.close': { keys: ['Escape'], label: msg`Close the mail` },
});
