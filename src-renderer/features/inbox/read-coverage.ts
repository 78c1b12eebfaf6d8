/** What of the payload is in view: offsets in CSS pixels from its top, with its size at that moment. */
export interface View {
  readonly top: number;
  readonly bottom: number;
  readonly height: number;
  readonly width: number;
}

interface Range {
  readonly from: number;
  readonly to: number;
}

/** Rounding of fractional pixels and scroll positions must not leave a gap nobody can scroll into. */
const TOLERANCE_PX = 2;

/**
 * Remembers which parts of one version's payload were really in sight. Jumping to the end leaves the middle unread;
 * the payload counts as read when every part of it was shown, its end included (decisions §3).
 */
export function createReadCoverage() {
  let ranges: readonly Range[] = [];
  let height = 0;
  let width = 0;

  function add(range: Range) {
    const all = [...ranges, range].sort((a, b) => a.from - b.from);
    const merged: Range[] = [];
    for (const next of all) {
      const last = merged.at(-1);
      if (last && next.from <= last.to + TOLERANCE_PX) {
        merged[merged.length - 1] = { from: last.from, to: Math.max(last.to, next.to) };
      } else merged.push(next);
    }
    ranges = merged;
  }

  /**
   * The text grew or shrank at a place that is in view (typing): what was seen above stays, what was seen below moves
   * along. A change of width moves everything, so reading starts anew.
   */
  function remap(view: View) {
    if (height === 0 || Math.abs(view.width - width) > TOLERANCE_PX) {
      ranges = [];
      return;
    }
    const shift = view.height - height;
    const cut = view.bottom - Math.max(0, shift);
    ranges = ranges.flatMap(({ from, to }) => {
      const above = { from, to: Math.min(to, view.top) };
      const below = { from: Math.max(from, cut) + shift, to: to + shift };
      return [above, below].filter((range) => range.to > range.from);
    });
  }

  return {
    /** Records what is in view now. Call only while the view is visible and focused. */
    show(view: View) {
      if (view.height <= 0) return;
      if (Math.abs(view.height - height) > TOLERANCE_PX || Math.abs(view.width - width) > TOLERANCE_PX)
        remap(view);
      height = view.height;
      width = view.width;
      const from = Math.max(0, view.top);
      const to = Math.min(height, view.bottom);
      if (to > from) add({ from, to });
    },
    /** Every part was shown. */
    isComplete(): boolean {
      const [only, second] = ranges;
      return (
        height > 0 &&
        only !== undefined &&
        second === undefined &&
        only.from <= TOLERANCE_PX &&
        only.to >= height - TOLERANCE_PX
      );
    },
    /** Share that was shown, 0 to 1. */
    fraction(): number {
      if (height === 0) return 0;
      return Math.min(1, ranges.reduce((sum, { from, to }) => sum + Math.min(to, height) - from, 0) / height);
    },
    /** Offset of the first part nobody saw; undefined when complete. */
    firstGap(): number | undefined {
      let reached = 0;
      for (const { from, to } of ranges) {
        if (from > reached + TOLERANCE_PX) return reached;
        reached = Math.max(reached, to);
      }
      return reached < height - TOLERANCE_PX ? reached : undefined;
    },
  };
}

export type ReadCoverage = ReturnType<typeof createReadCoverage>;
