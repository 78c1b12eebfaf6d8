import { describe, expect, it } from 'vitest';
import { initialsOf } from './avatar';

describe('initialsOf', () => {
  it.each([
    ['Atlas', 'A'],
    ['Rook Research', 'RR'],
    ['penny-the writer', 'PW'],
    ['菊 Kiku', '菊K'],
    ['  (bot) 7', 'B7'],
    ['🤖', '?'],
    ['', '?'],
  ])('takes the first letters of %j', (name, initials) => {
    expect(initialsOf(name)).toBe(initials);
  });
});
