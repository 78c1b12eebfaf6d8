import { msg } from '@lingui/core/macro';
import { defineHotkeys } from '../define';

export const roomHotkeys = defineHotkeys('rooms', msg`Rooms`, {
  'rooms.down': { keys: ['j', 'ArrowDown'], label: msg`Next post`, canRepeat: true },
  'rooms.up': { keys: ['k', 'ArrowUp'], label: msg`Previous post`, canRepeat: true },
  'rooms.filter': { keys: ['/'], label: msg`Find posts` },
  'rooms.write': { keys: ['n'], label: msg`Write a post` },
  'rooms.reply': { keys: ['r'], label: msg`Write a comment` },
  'rooms.send': {
    keys: ['mod+Enter'],
    label: msg`Publish the comment`,
    worksInFields: true,
    needsModifier: true,
  },
  'rooms.close': { keys: ['Escape'], label: msg`Back to the posts` },
});
