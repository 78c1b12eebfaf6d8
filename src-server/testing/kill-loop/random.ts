/** Numbers from 0 (included) to 1 that a seed tells: a run can be made again. Mulberry32. */
export type Random = () => number;

export function createRandom(seed: number): Random {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d_2b_79_f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

const LETTERS = 'bcdfghjklmnprstvwyz';

/** A word of seven letters that stands for `index` under this letter alone, and is no start of another one. */
export function wordOf(letter: string, index: number): string {
  let word = '';
  for (let left = index; word.length < 6; left = Math.floor(left / LETTERS.length)) {
    word += LETTERS[left % LETTERS.length] ?? '';
  }
  return `${letter}${word}`;
}
