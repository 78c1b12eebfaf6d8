import { describe, expect, it } from 'vitest';
import { markAll, markRefusal, stillMarked, toggleMark } from './marks';

type Row = Parameters<typeof markRefusal>[0];
const row = (id: string, rest: Partial<Row> = {}): Row => ({
  id,
  status: 'pending',
  risk: 'reversible',
  isRead: true,
  ...rest,
});

describe('marking proposals for one decision', () => {
  it('takes what was read and can be undone, and says why not otherwise', () => {
    const none = new Set<string>();
    expect(markRefusal(row('a'), none)).toBeUndefined();
    expect(markRefusal(row('a', { isRead: false }), none)).toBe('unread');
    expect(markRefusal(row('a', { risk: 'irreversible' }), none)).toBe('not_reversible');
    expect(markRefusal(row('a', { risk: 'costly' }), none)).toBe('not_reversible');
    expect(markRefusal(row('a', { status: 'executed' }), none)).toBe('decided');
  });

  it('marks and unmarks, and never an unread one', () => {
    const one = toggleMark(row('a'), new Set());
    expect([...one]).toEqual(['a']);
    expect([...toggleMark(row('b', { isRead: false }), one)]).toEqual(['a']);
    expect([...toggleMark(row('a'), one)]).toEqual([]);
  });

  it('marks all that may be, fifty at most', () => {
    const rows = Array.from({ length: 60 }, (_, index) => row(`r${index}`, { isRead: index !== 3 }));
    const all = markAll(rows);
    expect(all.size).toBe(50);
    expect(all.has('r3')).toBe(false);
    expect(markRefusal(row('r59'), all)).toBe('too_many');
    expect(markRefusal(row('r1'), all)).toBeUndefined();
  });

  it('drops marks of rows that changed or left', () => {
    const marked = new Set(['a', 'b', 'c']);
    const left = stillMarked([row('a'), row('b', { isRead: false })], marked);
    expect(left.map(({ id }) => id)).toEqual(['a']);
  });
});
