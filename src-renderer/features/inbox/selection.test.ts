import { describe, expect, it } from 'vitest';
import { neighbour, nextPending } from './selection';

const row = (id: string, status = 'pending') => ({ id, status });
const rows = [row('a'), row('b', 'executed'), row('c'), row('d')];

describe('neighbour', () => {
  it('moves by one and stays at the ends', () => {
    expect(neighbour(rows, 'a', 1)?.id).toBe('b');
    expect(neighbour(rows, 'c', -1)?.id).toBe('b');
    expect(neighbour(rows, 'd', 1)).toBeUndefined();
    expect(neighbour(rows, 'a', -1)).toBeUndefined();
  });

  it('begins at an end when nothing in the list is selected', () => {
    expect(neighbour(rows, undefined, 1)?.id).toBe('a');
    expect(neighbour(rows, 'gone', -1)?.id).toBe('d');
    expect(neighbour([], undefined, 1)).toBeUndefined();
  });
});

describe('nextPending', () => {
  it('skips what is decided and goes round at the end', () => {
    expect(nextPending(rows, 'a')?.id).toBe('c');
    expect(nextPending(rows, 'd')?.id).toBe('a');
  });

  it('never gives back the selected one, and nothing when it is the last', () => {
    expect(nextPending([row('a')], 'a')).toBeUndefined();
    expect(nextPending([row('a', 'executed')], undefined)).toBeUndefined();
  });
});
