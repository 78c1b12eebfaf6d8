import { flushSync } from 'react-dom';

/**
 * Makes a change, draws it, and gives the focus to something that it drew, all before the next key press is heard.
 * Waiting for a frame instead would lose the focus whenever drawing takes longer than the frame.
 *
 * @param change sets the state
 * @param find looks up what gets the focus; nothing found leaves it where it is
 */
export function drawThenFocus(change: () => void, find: () => HTMLElement | null | undefined): void {
  flushSync(change);
  find()?.focus();
}
