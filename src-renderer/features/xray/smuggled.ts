import { selectorNumber } from './unicode';

/** Text that is written with characters nobody sees. All of it is bounded by what it is read from. */

const decoder = () => new TextDecoder('utf-8', { fatal: true });

/** Bytes as text, when they are well-formed UTF-8 that consists of signs people can read; else undefined. */
export function readableText(bytes: Uint8Array): string | undefined {
  try {
    const text = decoder().decode(bytes);
    return isReadable(text) ? text : undefined;
  } catch {
    return undefined;
  }
}

/** Nine of ten characters are printed, and one is a letter or digit: what random bytes never are for long. */
export function isReadable(text: string): boolean {
  if (!/[\p{L}\p{N}]/u.test(text)) return false;
  let odd = 0;
  let all = 0;
  for (const character of text) {
    all += 1;
    if (/[^\P{C}\n\t\r]|\uFFFD/u.test(character)) odd += 1;
  }
  return odd * 10 <= all;
}

/** ASCII that tag characters spell (U+E0020 to U+E007E), as used to hide orders to a model. */
function tagText(codes: readonly number[]): string | undefined {
  const text = codes
    .filter((code) => code >= 0xe0020 && code <= 0xe007e)
    .map((code) => String.fromCharCode(code - 0xe0000))
    .join('');
  return text === '' ? undefined : text;
}

/** Bytes written as variation selectors: VS1 is 0, VS256 is 255. */
function selectorText(codes: readonly number[]): string | undefined {
  const numbers = codes.map(selectorNumber).filter((number) => number !== undefined);
  return numbers.length < 2 ? undefined : readableText(Uint8Array.from(numbers, (number) => number - 1));
}

const MIN_BITS = 16;

/** Bits written as two sorts of zero-width characters, in eights; the first sort may be 0 or 1. */
function bitText(codes: readonly number[]): string | undefined {
  const counts = new Map<number, number>();
  for (const code of codes) counts.set(code, (counts.get(code) ?? 0) + 1);
  const [zero, one] = [...counts].sort((a, b) => b[1] - a[1]).map(([code]) => code);
  if (zero === undefined || one === undefined) return undefined;
  const bits = codes.filter((code) => code === zero || code === one);
  if (bits.length < MIN_BITS || bits.length % 8 !== 0) return undefined;
  for (const high of [one, zero]) {
    const bytes = new Uint8Array(bits.length / 8);
    for (const [at, code] of bits.entries()) {
      if (code === high) bytes[at >> 3] = (bytes[at >> 3] ?? 0) | (0x80 >> (at % 8));
    }
    const text = readableText(bytes);
    if (text !== undefined) return text;
  }
  return undefined;
}

/** What a run of invisible code points says when read as one of the known ways of hiding text. */
export function decodeSmuggled(codes: readonly number[]): string | undefined {
  return tagText(codes) ?? selectorText(codes) ?? bitText(codes);
}
