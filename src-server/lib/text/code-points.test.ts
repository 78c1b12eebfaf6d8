import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  codePointLength,
  findForbiddenCharacter,
  MAX_JSON_VALUES,
  sliceCodePoints,
  truncateCodePoints,
} from './code-points';

function nested(levels: number): unknown {
  let value: unknown = 'leaf';
  for (let level = 0; level < levels; level += 1) value = level % 2 === 0 ? [value] : { in: value };
  return value;
}

describe('truncateCodePoints', () => {
  it('never cuts a surrogate pair', () => {
    expect(truncateCodePoints('a😀b😀c', 2)).toBe('a😀');
    expect(truncateCodePoints('a😀b😀c', 4)).toBe('a😀b😀');
    expect(truncateCodePoints('a😀b', 9)).toBe('a😀b');
    expect(truncateCodePoints('a😀b', 0)).toBe('');
  });

  it('counts as the contract does', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), fc.nat(20), (value, count) => {
        expect(codePointLength(truncateCodePoints(value, count))).toBe(
          Math.min(count, codePointLength(value)),
        );
      }),
    );
  });

  it('takes a lone surrogate for one character', () => {
    const unit = fc.oneof(
      fc.constantFrom('\uD800', '\uDC00', 'a'),
      fc.nat(0xffff).map((u) => String.fromCharCode(u)),
    );
    fc.assert(
      fc.property(fc.string({ unit }), fc.nat(20), (value, count) => {
        expect(truncateCodePoints(value, count)).toBe(Array.from(value).slice(0, count).join(''));
      }),
    );
  });
});

describe('sliceCodePoints', () => {
  it('returns what a span names', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), fc.nat(12), fc.nat(12), (value, from, length) => {
        const expected = Array.from(value)
          .slice(from, from + length)
          .join('');
        expect(sliceCodePoints(value, from, from + length)).toBe(expected);
      }),
    );
  });
});

describe('findForbiddenCharacter', () => {
  it('passes any well-formed JSON value of ordinary size', () => {
    fc.assert(
      fc.property(fc.jsonValue({ maxDepth: 5 }), (value) => {
        const text = JSON.stringify(value);
        fc.pre(!text.includes('\\u0000') && !text.includes('\\ud'));
        expect(findForbiddenCharacter(value, 'body')).toBeUndefined();
      }),
    );
    expect(findForbiddenCharacter({ text: '😀 paired, \t\n and ünïcode' }, 'body')).toBeUndefined();
  });

  it('names the field of a lone surrogate, high or low', () => {
    expect(findForbiddenCharacter({ posts: [{}, { title: 'a\uD800' }] }, 'body')).toEqual({
      path: 'body.posts[1].title',
      code: 'lone_surrogate',
      problem: 'must not contain a lone surrogate',
    });
    expect(findForbiddenCharacter(['\uDC00\uD800'], '')).toMatchObject({
      path: '[0]',
      code: 'lone_surrogate',
    });
    expect(findForbiddenCharacter({ a: '\uD800' }, '')).toMatchObject({ path: 'a' });
  });

  it('names the field of a NUL', () => {
    expect(findForbiddenCharacter({ title: 'a\0b' }, 'body')).toMatchObject({
      path: 'body.title',
      code: 'nul',
    });
    expect(findForbiddenCharacter('\0', 'query')).toMatchObject({ path: 'query', code: 'nul' });
  });

  it('checks keys too, and prints them escaped and bounded', () => {
    expect(findForbiddenCharacter({ a: { 'x\0y': 1 } }, 'body')).toEqual({
      path: 'body.a["x\\u0000y"]',
      code: 'nul',
      problem: 'must not have the NUL character in its name',
    });
    const found = findForbiddenCharacter({ [`\uD800${'k'.repeat(5_000)}`]: 1 }, 'body');
    expect(found?.code).toBe('lone_surrogate');
    expect(found?.path.length).toBeLessThan(100);
    expect(found?.path).not.toMatch(/\p{Surrogate}/u);
  });

  it('reports the first problem in document order', () => {
    expect(findForbiddenCharacter({ a: [['ok', '\0']], b: '\0' }, 'body')?.path).toBe('body.a[0][1]');
  });

  it('allows 32 levels and refuses the 33rd', () => {
    expect(findForbiddenCharacter(nested(32), 'body')).toBeUndefined();
    expect(findForbiddenCharacter(nested(33), 'body')).toMatchObject({
      code: 'too_deep',
      problem: 'must not be nested deeper than 32 levels',
    });
  });

  it('allows 100 items and refuses the 101st, naming the array', () => {
    expect(findForbiddenCharacter({ ids: Array(100).fill(1) }, 'body')).toBeUndefined();
    expect(findForbiddenCharacter({ ids: Array(101).fill(1) }, 'body')).toEqual({
      path: 'body.ids',
      code: 'too_many_items',
      problem: 'must have at most 100 items, has 101',
    });
  });

  it('stops at the bound on values, whatever their shape', () => {
    const wide = Object.fromEntries(Array.from({ length: MAX_JSON_VALUES + 1 }, (_, at) => [`k${at}`, 1]));
    expect(findForbiddenCharacter(wide, 'body')).toMatchObject({ path: 'body', code: 'too_many_values' });
    const row = Array(100).fill(0);
    const grid = Array.from({ length: 100 }, () => Array(100).fill(row));
    expect(findForbiddenCharacter(grid, 'body')?.code).toBe('too_many_values');
  });

  it('survives nesting that would overflow a recursive walk', () => {
    const deep: unknown = JSON.parse('['.repeat(100_000) + ']'.repeat(100_000));
    expect(findForbiddenCharacter(deep, 'body')?.code).toBe('too_deep');
  });
});
