import { useCallback, useEffect, useState } from 'react';
import { createReadCoverage, type ReadCoverage, type View } from './read-coverage';

export interface Reading {
  /** Share of the payload that was in sight, 0 to 1, in steps of 5 %. */
  readonly fraction: number;
  readonly isComplete: boolean;
  /** Looks at the view this instant; true when everything was shown. For decisions, which must not wait for a frame. */
  readonly check: () => boolean;
  /** Scrolls to the first part that was not shown yet. */
  readonly showNext: () => void;
}

/** The page is in front of a person: visible, focused, and no dialog over it. */
function isSeen(): boolean {
  return (
    document.visibilityState === 'visible' &&
    document.hasFocus() &&
    document.querySelector('[role=dialog][aria-modal=true]') === null
  );
}

/** Lines kept in view when paging, so that reading goes on without a jump. */
const OVERLAP_PX = 24;

/** The element that scrolls: the scroller, or what is around it where there is little height (inbox-detail.module.css). */
function scrollingElement(scroller: HTMLElement): HTMLElement {
  const isItself = getComputedStyle(scroller).overflowY !== 'visible';
  return isItself ? scroller : (scroller.parentElement ?? scroller);
}

/** Scrolls what is being read by so many pixels. */
export function scrollPage(scroller: HTMLElement, top: number) {
  scrollingElement(scroller).scrollBy({ top });
}

function viewOf(scroller: HTMLElement, payload: HTMLElement): View {
  const frame = scrollingElement(scroller).getBoundingClientRect();
  const box = payload.getBoundingClientRect();
  const top = Math.max(frame.top, 0);
  const bottom = Math.min(frame.bottom, globalThis.innerHeight);
  return { top: top - box.top, bottom: bottom - box.top, height: box.height, width: box.width };
}

/**
 * Watches whether the whole payload came into sight.
 * @param scroller what scrolls, null before it is there.
 * @param payload what must be seen, null while it is not on screen (another tab).
 * @param key what is being read, e.g. the version; each key has a coverage of its own while the caller is mounted.
 */
export function useReadCoverage(
  scroller: HTMLElement | null,
  payload: HTMLElement | null,
  key: string,
): Reading {
  const [coverages] = useState(() => new Map<string, ReadCoverage>());
  const [state, setState] = useState({ key, fraction: 0, isComplete: false });

  const look = useCallback(() => {
    const coverage = coverages.get(key) ?? createReadCoverage();
    coverages.set(key, coverage);
    if (scroller && payload && isSeen()) coverage.show(viewOf(scroller, payload));
    const isComplete = coverage.isComplete();
    const fraction = isComplete ? 1 : Math.min(0.95, Math.floor(coverage.fraction() * 20) / 20);
    setState((old) => {
      const isSame = old.key === key && old.fraction === fraction && old.isComplete === isComplete;
      return isSame ? old : { key, fraction, isComplete };
    });
    return isComplete;
  }, [coverages, key, scroller, payload]);

  useEffect(() => {
    let frame = requestAnimationFrame(look);
    const soon = () => {
      cancelAnimationFrame(frame);
      frame = requestAnimationFrame(look);
    };
    const observer = new ResizeObserver(soon);
    if (scroller) observer.observe(scroller);
    if (payload) observer.observe(payload);
    // Not put off to a frame: a fast scroll must count every position the browser showed. Captured, for the element
    // that scrolls may be one further out where there is little height.
    document.addEventListener('scroll', look, { passive: true, capture: true });
    globalThis.addEventListener('focus', soon);
    document.addEventListener('visibilitychange', soon);
    document.addEventListener('focusin', soon);
    return () => {
      cancelAnimationFrame(frame);
      observer.disconnect();
      document.removeEventListener('scroll', look, { capture: true });
      globalThis.removeEventListener('focus', soon);
      document.removeEventListener('visibilitychange', soon);
      document.removeEventListener('focusin', soon);
    };
  }, [look, scroller, payload]);

  const showNext = useCallback(() => {
    const gap = coverages.get(key)?.firstGap();
    if (!scroller || !payload || gap === undefined) return;
    scrollPage(scroller, gap - viewOf(scroller, payload).top - OVERLAP_PX);
  }, [coverages, key, scroller, payload]);

  const isCurrent = state.key === key;
  return {
    fraction: isCurrent ? state.fraction : 0,
    isComplete: isCurrent && state.isComplete,
    check: look,
    showNext,
  };
}
