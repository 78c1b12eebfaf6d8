import { isMac } from '../shell';
import type { HotkeyId } from '../hotkeys/catalogue';
import { printKeys } from '../hotkeys/registry';
import { useKeysOf } from '../hotkeys/hotkeys';
import classes from './kbd.module.css';

/**
 * Prints the keys of a command as the person has them; nothing where none acts. Assistive technology reads
 * `aria-keyshortcuts` of the control instead (`useAriaKeys`).
 */
export function Kbd({ hotkey }: { hotkey: HotkeyId }) {
  const keys = useKeysOf(hotkey);
  return keys === undefined ? null : <Keys keys={keys} isHidden />;
}

/** Keys as they are printed on the keyboard of the machine. */
export function Keys({ keys, isHidden = false }: { keys: string; isHidden?: boolean }) {
  return (
    <span className={classes['keys']} {...(isHidden ? { 'aria-hidden': true } : {})}>
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
