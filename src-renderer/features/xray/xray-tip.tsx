import { Portal } from '@mantine/core';
import { type FocusEvent, type MouseEvent, useEffect, useState } from 'react';
import classes from './xray-view.module.css';

interface Shown {
  readonly text: string;
  readonly left: number;
  readonly top: number;
  /** It ends at `top` instead of starting there: what it explains is low in the window. */
  readonly isAbove: boolean;
}

const WIDTH_PX = 320;
const GAP_PX = 6;

/** One tooltip for all chips and numbers of a text: a tooltip of its own for each would cost more than the text. */
export function useTip() {
  const [shown, setShown] = useState<Shown | null>(null);
  const show = (target: EventTarget) => {
    const element = target instanceof Element ? target.closest<HTMLElement>('[data-tip]') : null;
    const text = element?.dataset['tip'];
    if (!element || text === undefined) {
      setShown(null);
      return;
    }
    const box = element.getBoundingClientRect();
    const left = Math.max(8, Math.min(box.left, globalThis.innerWidth - WIDTH_PX - 8));
    const isLow = box.bottom > globalThis.innerHeight - 96;
    setShown({ text, left, top: isLow ? box.top - GAP_PX : box.bottom + GAP_PX, isAbove: isLow });
  };
  const hide = () => setShown(null);
  const isShown = shown !== null;
  useEffect(() => {
    if (!isShown) return undefined;
    const away = () => setShown(null);
    document.addEventListener('scroll', away, { capture: true, passive: true });
    return () => document.removeEventListener('scroll', away, { capture: true });
  }, [isShown]);
  return {
    shown,
    hide,
    handlers: {
      onMouseOver: (event: MouseEvent) => show(event.target),
      onMouseLeave: hide,
      onFocus: (event: FocusEvent) => show(event.target),
      onBlur: hide,
    },
  };
}

/** Everything in it is in the accessible name of what it explains too. */
export function Tip({ tip: { shown } }: { readonly tip: ReturnType<typeof useTip> }) {
  if (!shown) return null;
  const [name = '', ...why] = shown.text.split('\n');
  return (
    <Portal>
      <div
        className={classes['tip']}
        data-above={shown.isAbove || undefined}
        style={{ left: shown.left, top: shown.top }}
        aria-hidden="true"
      >
        <strong>{name}</strong> {why.join(' ')}
      </div>
    </Portal>
  );
}
