import { useEffect, useRef } from 'react';

/**
 * Puts the focus on the first element that matches, when the page or its step comes up. For pages that ask one thing,
 * where the field is the only thing to do.
 */
export function useFocusOnMount<E extends HTMLElement>(selector: string, step: unknown) {
  const container = useRef<E>(null);
  useEffect(() => {
    container.current?.querySelector<HTMLElement>(selector)?.focus();
    // oxlint-disable-next-line react/exhaustive-deps -- each step asks for the focus anew
  }, [selector, step]);
  return container;
}
