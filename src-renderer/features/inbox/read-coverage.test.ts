import { describe, expect, it } from 'vitest';
import { createReadCoverage, type View } from './read-coverage';

const at = (top: number, bottom: number, height = 1000, width = 500): View => ({
  top,
  bottom,
  height,
  width,
});

describe('read coverage', () => {
  it('is complete at once for a payload that fits into the view', () => {
    const coverage = createReadCoverage();
    expect(coverage.isComplete()).toBe(false);
    coverage.show(at(-16, 600, 400));
    expect(coverage.isComplete()).toBe(true);
    expect(coverage.fraction()).toBe(1);
    expect(coverage.firstGap()).toBeUndefined();
  });

  it('is complete only when every part was shown, in whatever order', () => {
    const coverage = createReadCoverage();
    coverage.show(at(0, 400));
    coverage.show(at(600, 1000));
    expect(coverage.isComplete()).toBe(false);
    expect(coverage.firstGap()).toBe(400);
    expect(coverage.fraction()).toBeCloseTo(0.8);
    coverage.show(at(380, 620));
    expect(coverage.isComplete()).toBe(true);
  });

  it('does not count what a jump to the end skipped', () => {
    const coverage = createReadCoverage();
    coverage.show(at(0, 300));
    coverage.show(at(700, 1016));
    expect(coverage.isComplete()).toBe(false);
    expect(coverage.firstGap()).toBe(300);
  });

  it('does not count a payload whose beginning was never shown', () => {
    const coverage = createReadCoverage();
    coverage.show(at(200, 1000));
    expect(coverage.isComplete()).toBe(false);
    expect(coverage.firstGap()).toBe(0);
  });

  it('forgives gaps of rounding but not of a line', () => {
    const rounding = createReadCoverage();
    rounding.show(at(0, 499.4));
    rounding.show(at(500.6, 999.2));
    expect(rounding.isComplete()).toBe(true);
    const line = createReadCoverage();
    line.show(at(0, 490));
    line.show(at(510, 1000));
    expect(line.isComplete()).toBe(false);
  });

  it('starts anew when the width changes, for every line has moved', () => {
    const coverage = createReadCoverage();
    coverage.show(at(0, 1000));
    coverage.show(at(0, 300, 1400, 360));
    expect(coverage.isComplete()).toBe(false);
    expect(coverage.firstGap()).toBe(300);
  });

  it('keeps what was read while text is typed in view', () => {
    const coverage = createReadCoverage();
    coverage.show(at(0, 400));
    coverage.show(at(300, 700));
    coverage.show(at(600, 1000));
    expect(coverage.isComplete()).toBe(true);
    coverage.show(at(600, 1000, 1022));
    coverage.show(at(622, 1022, 1022));
    expect(coverage.isComplete()).toBe(true);
  });

  it('counts a pasted text larger than the view as unread beyond the view', () => {
    const coverage = createReadCoverage();
    coverage.show(at(0, 400, 400));
    expect(coverage.isComplete()).toBe(true);
    coverage.show(at(0, 400, 2400));
    expect(coverage.isComplete()).toBe(false);
    expect(coverage.firstGap()).toBe(400);
  });

  it('does not take a payload without height for read', () => {
    const coverage = createReadCoverage();
    coverage.show(at(0, 500, 0));
    expect(coverage.isComplete()).toBe(false);
    expect(coverage.fraction()).toBe(0);
  });
});
