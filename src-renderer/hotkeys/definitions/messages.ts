import { msg } from '@lingui/core/macro';
import { defineHotkeys } from '../define';

export const messageHotkeys = defineHotkeys('messages', msg`Messages`, {
  'messages.down': { keys: ['j', 'ArrowDown'], label: msg`Next conversation or event`, canRepeat: true },
  'messages.up': { keys: ['k', 'ArrowUp'], label: msg`Previous conversation or event`, canRepeat: true },
  'messages.filter': { keys: ['/'], label: msg`Find a conversation by name` },
  'messages.view': { keys: ['e'], label: msg`Show events, or conversations` },
  'messages.reply': { keys: ['r'], label: msg`Write an answer` },
  'messages.send': {
    keys: ['mod+Enter'],
    label: msg`Send the answer`,
    worksInFields: true,
    needsModifier: true,
  },
  'messages.block': { keys: ['b'], label: msg`Block or unblock the agent` },
  'messages.close': { keys: ['Escape'], label: msg`Close the conversation` },
});
