import { useLocation } from '@tanstack/react-router';
import { useEffect, useRef } from 'react';

const CONTROLS =
  'input:checked, input:not([type=radio]):not(:disabled), select:not(:disabled), textarea:not(:disabled), button:not(:disabled), a[href]';

/**
 * Takes the focus when the address names `id` after its `#`, as the command palette has it: the element itself where
 * it can have the focus, otherwise its first control, otherwise the element as a stop of its own.
 */
export function useHashFocus<E extends HTMLElement>(id: string | undefined) {
  const target = useRef<E>(null);
  // The key is new each time somebody goes there, also to the same place again.
  const visit = useLocation({
    select: ({ hash, state }) => (id !== undefined && hash === id ? (state.__TSR_key ?? hash) : null),
  });
  useEffect(() => {
    const element = target.current;
    if (visit === null || !element) return;
    element.scrollIntoView({ block: 'center' });
    const control = element.matches(CONTROLS) ? element : element.querySelector<HTMLElement>(CONTROLS);
    if (!control) element.tabIndex = -1;
    (control ?? element).focus();
  }, [visit]);
  return target;
}
