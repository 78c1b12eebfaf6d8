import { describe, expect, it } from 'vitest';
import { createEditDrafts } from './edit-drafts';
import { changedFields, tooLongFields } from './edit-form';

const field = (name: string, value: string, maxLength: number | null = null) => ({
  name,
  form: 'prose' as const,
  value,
  isEditable: true,
  maxLength,
});

describe('edit drafts', () => {
  it('are kept per action and version', () => {
    const drafts = createEditDrafts();
    drafts.set('a', 1, { content: 'one' });
    drafts.set('b', 1, { content: 'other' });
    expect(drafts.get('a', 1)).toEqual({ content: 'one' });
    expect(drafts.get('a', 2)).toBeUndefined();
    drafts.remove('a', 1);
    expect(drafts.get('a', 1)).toBeUndefined();
    expect(drafts.get('b', 1)).toEqual({ content: 'other' });
  });

  it('are found again after the agent made a newer version, the newest one first', () => {
    const drafts = createEditDrafts();
    drafts.set('a', 1, { content: 'old' });
    drafts.set('a', 2, { content: 'newer' });
    expect(drafts.findEarlier('a', 3)).toMatchObject({ version: 2, fields: { content: 'newer' } });
    expect(drafts.findEarlier('a', 1)).toBeUndefined();
    expect(drafts.findEarlier('b', 3)).toBeUndefined();
  });

  it('tell listeners, and drop the oldest when there are too many', () => {
    const drafts = createEditDrafts();
    let told = 0;
    drafts.subscribe(() => {
      told += 1;
    });
    for (let index = 0; index < 51; index += 1) drafts.set(`a${index}`, 1, { content: 'x' });
    expect(told).toBe(51);
    expect(drafts.get('a0', 1)).toBeUndefined();
    expect(drafts.get('a50', 1)).toBeDefined();
  });
});

describe('what an edit sends', () => {
  it('is only what differs from the version', () => {
    const fields = [field('title', 'A'), field('content', 'B')];
    expect(changedFields(fields, { title: 'A', content: 'C' })).toEqual({ content: 'C' });
    expect(changedFields(fields, {})).toEqual({});
  });

  it('is bounded in code points, not in UTF-16 units', () => {
    const fields = [field('title', '', 3)];
    expect(tooLongFields(fields, { title: '🌱🌱🌱' })).toEqual([]);
    expect(tooLongFields(fields, { title: '🌱🌱🌱🌱' })).toEqual(['title']);
  });
});
