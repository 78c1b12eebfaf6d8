import { describe, expect, it } from 'vitest';
import { countdownStepMs, formatDuration, formatInstant, formatRelative } from './duration';

const SECOND = 1000;
const MINUTE = 60 * SECOND;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;

describe('formatDuration', () => {
  it.each([
    [6 * DAY + 23 * HOUR + 59 * MINUTE, '6d 23h'],
    [7 * DAY, '7d'],
    [2 * HOUR + 14 * MINUTE + 59 * SECOND, '2h 14m'],
    [3 * HOUR, '3h'],
    [44 * MINUTE + 30 * SECOND, '44m'],
    [59 * SECOND + 999, '59s'],
    [0, '0s'],
    [-5 * HOUR, '0s'],
  ])('words %i ms in its two largest units, rounded down', (span, words) => {
    expect(formatDuration('en', span)).toBe(words);
  });

  it('is written out for assistive technology, in the language of the window', () => {
    expect(formatDuration('en', 2 * HOUR + MINUTE, 'long')).toBe('2 hours 1 minute');
    expect(formatDuration('de', DAY + 2 * HOUR, 'long')).toBe('1 Tag 2 Stunden');
  });
});

describe('German', () => {
  const now = Date.UTC(2026, 10, 22, 12);
  it.each([
    [DAY, '1 Tag'],
    [2 * DAY + HOUR, '2 Tage 1 Stunde'],
    [MINUTE, '1 Minute'],
    [45 * SECOND, '45 Sekunden'],
  ])('writes %i ms out in its own plural forms', (span, words) => {
    expect(formatDuration('de', span, 'long')).toBe(words);
  });

  it.each([
    [now - 10 * SECOND, 'jetzt'],
    [now - 4 * MINUTE, 'vor 4 Min.'],
    [now - 26 * HOUR, 'gestern'],
    [now + 5 * MINUTE, 'in 5 Min.'],
    [now - 30 * DAY, '23.10.2026'],
  ])('words the instant %i', (then, words) => {
    expect(formatRelative('de', then, now)).toBe(words);
  });

  it('writes date and time in its own order', () => {
    expect(formatInstant('de', new Date(2026, 10, 22, 17, 5).getTime())).toBe('22.11.2026, 17:05');
  });
});

describe('countdownStepMs', () => {
  it('ticks by the second only in the last minute', () => {
    expect(countdownStepMs(59 * SECOND)).toBe(SECOND);
    expect(countdownStepMs(60 * SECOND)).toBe(SECOND);
    expect(countdownStepMs(62 * SECOND)).toBe(MINUTE);
    expect(countdownStepMs(3 * DAY)).toBe(MINUTE);
  });
});

describe('formatRelative', () => {
  const now = Date.UTC(2026, 10, 22, 12);
  it.each([
    [now - 10 * SECOND, 'now'],
    [now - 4 * MINUTE, '4 min. ago'],
    [now - 2 * HOUR, '2 hr. ago'],
    [now - 26 * HOUR, 'yesterday'],
    [now + 5 * MINUTE, 'in 5 min.'],
    [now - 30 * DAY, 'Oct 23, 2026'],
  ])('words %i', (then, words) => {
    expect(formatRelative('en', then, now)).toBe(words);
  });
});
