const SECOND = 1000;
const MINUTE = 60 * SECOND;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;

type Unit = 'day' | 'hour' | 'minute' | 'second';
type Style = 'narrow' | 'long';

const formats = new Map<string, Intl.NumberFormat>();

function unit(locale: string, value: number, name: Unit, style: Style): string {
  const key = `${locale}/${name}/${style}`;
  let format = formats.get(key);
  if (!format) {
    format = new Intl.NumberFormat(locale, { style: 'unit', unit: name, unitDisplay: style });
    formats.set(key, format);
  }
  return format.format(value);
}

/** A span in its two largest units, rounded down: `6d 23h`, `2h 14m`, `44m`, `9s`; never negative. */
export function formatDuration(locale: string, spanMs: number, style: Style = 'narrow'): string {
  const span = Math.max(0, spanMs);
  const days = Math.floor(span / DAY);
  const hours = Math.floor((span % DAY) / HOUR);
  const minutes = Math.floor((span % HOUR) / MINUTE);
  const seconds = Math.floor((span % MINUTE) / SECOND);
  const parts: [number, Unit][] =
    days > 0
      ? [
          [days, 'day'],
          [hours, 'hour'],
        ]
      : hours > 0
        ? [
            [hours, 'hour'],
            [minutes, 'minute'],
          ]
        : minutes > 0
          ? [[minutes, 'minute']]
          : [[seconds, 'second']];
  return parts
    .filter(([value], index) => index === 0 || value > 0)
    .map(([value, name]) => unit(locale, value, name, style))
    .join(' ');
}

/** How often a countdown changes what it says: by the second in its last minute, else by the minute. */
export function countdownStepMs(remainingMs: number): number {
  return remainingMs < MINUTE + SECOND ? SECOND : MINUTE;
}

const relativeFormats = new Map<string, Intl.RelativeTimeFormat>();

/** `5 min. ago`, `yesterday`; after a week the date. */
export function formatRelative(locale: string, then: number, now: number): string {
  const span = then - now;
  const size = Math.abs(span);
  if (size > 7 * DAY) return new Intl.DateTimeFormat(locale, { dateStyle: 'medium' }).format(then);
  let format = relativeFormats.get(locale);
  if (!format) {
    format = new Intl.RelativeTimeFormat(locale, { numeric: 'auto', style: 'short' });
    relativeFormats.set(locale, format);
  }
  if (size < 45 * SECOND) return format.format(0, 'second');
  if (size < 45 * MINUTE) return format.format(Math.round(span / MINUTE), 'minute');
  if (size < 22 * HOUR) return format.format(Math.round(span / HOUR), 'hour');
  return format.format(Math.round(span / DAY), 'day');
}

/** Date and time in full, for titles and details. */
export function formatInstant(locale: string, instant: number): string {
  return new Intl.DateTimeFormat(locale, { dateStyle: 'medium', timeStyle: 'short' }).format(instant);
}
