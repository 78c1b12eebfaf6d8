import { type RefObject, useRef } from 'react';

/**
 * Moves the focus along the rows of a virtual list, each marked `data-row` with its place.
 *
 * @param list the element around the rows
 * @param count how many rows there are, drawn or not
 * @param scrollToIndex brings a row into the page
 * @returns `step` moves the focus by so many rows, from the first one if no row has it; `focusRow` gives it to one row,
 *   and answers whether that is drawn
 */
export function useRowSteps(
  list: RefObject<HTMLElement | null>,
  count: number,
  scrollToIndex: (index: number) => void,
): { readonly step: (by: number) => void; readonly focusRow: (index: number) => boolean } {
  // Where the focus is going: a held key is faster than rows are drawn.
  const going = useRef<number | null>(null);
  const focusRow = (index: number): boolean => {
    const row = list.current?.querySelector<HTMLElement>(`[data-row="${index}"] :is(a[href], button)`);
    row?.focus({ preventScroll: true });
    return row !== null && row !== undefined;
  };
  const step = (by: number) => {
    if (count === 0) return;
    const focused = document.activeElement?.closest<HTMLElement>('[data-row]')?.dataset['row'];
    const next = Math.min(count - 1, Math.max(0, (going.current ?? Number(focused ?? -1)) + by));
    scrollToIndex(next);
    // A row that is drawn has the focus before the next key press: Enter right after it opens that row.
    going.current = focusRow(next) ? null : next;
    if (going.current === null) return;
    requestAnimationFrame(() => {
      if (going.current !== next) return;
      going.current = null;
      focusRow(next);
    });
  };
  return { step, focusRow };
}
