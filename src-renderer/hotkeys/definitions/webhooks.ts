import { msg } from '@lingui/core/macro';
import { defineHotkeys } from '../define';

export const webhookHotkeys = defineHotkeys('webhooks', msg`Webhooks`, {
  'webhooks.next': { keys: ['j', 'ArrowDown'], label: msg`Next delivery`, canRepeat: true },
  'webhooks.previous': { keys: ['k', 'ArrowUp'], label: msg`Previous delivery`, canRepeat: true },
  'webhooks.inspect': { keys: ['i'], label: msg`Inspect the delivery` },
  'webhooks.resend': { keys: ['s'], label: msg`Send the delivery again` },
  'webhooks.copyCurl': { keys: ['y'], label: msg`Copy as cURL` },
  'webhooks.recover': { keys: ['shift+s'], label: msg`Send failed ones again` },
  'webhooks.close': { keys: ['Escape'], label: msg`Close the delivery` },
});
