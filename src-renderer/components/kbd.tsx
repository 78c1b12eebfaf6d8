import { isMac } from '../shell';
import { printKeys } from '../hotkeys/registry';
import { useHotkeyState } from '../hotkeys/hotkeys';
import classes from './kbd.module.css';

/** Prints the keys of a command. Assistive technology reads `aria-keyshortcuts` of the control instead. */
export function Kbd({ keys }: { keys: string }) {
  const { areSingleKeysOn } = useHotkeyState();
  const isSingle = !keys.includes('+') && keys.length === 1;
  if (isSingle && !areSingleKeysOn) return null;
  return (
    <span className={classes['keys']} aria-hidden="true">
      {printKeys(keys, isMac).map((key, index) => (
        // The order of keys never changes.
        // oxlint-disable-next-line react/no-array-index-key
        <kbd key={index} className={classes['key']}>
          {key}
        </kbd>
      ))}
    </span>
  );
}
