import { useEffect, useState } from 'react';

/**
 * For dialogs that are there only while they are open, of which Mantine gives no focus back: what had it before gets it
 * again, unless it is gone or something else took it.
 */
export function useFocusBack() {
  const [before] = useState(() => document.activeElement);
  useEffect(
    () => () => {
      requestAnimationFrame(() => {
        if (document.activeElement === document.body && before instanceof HTMLElement && before.isConnected)
          before.focus({ preventScroll: true });
      });
    },
    [before],
  );
}
