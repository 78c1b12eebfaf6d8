import { describe, expect, it } from 'vitest';
import { findEntries, type PaletteEntry } from './entries';
import { withRecent } from './recent';

const entry = (
  id: string,
  group: PaletteEntry['group'],
  label: string,
  more: Partial<PaletteEntry> = {},
) => ({
  id,
  group,
  label,
  run: () => undefined,
  ...more,
});
const ENTRIES: readonly PaletteEntry[] = [
  entry('page.inbox', 'pages', 'Inbox'),
  entry('page.audit', 'pages', 'Audit'),
  entry('freeze', 'actions', 'Freeze all agents'),
  entry('agent.1', 'agents', 'Atlas', { detail: '@atlas', foreign: 'both' }),
  entry('agent.1.policy', 'agents', 'Policy', { detail: 'Atlas', isSearchOnly: true }),
  entry('setting.language', 'settings', 'Language', { detail: 'General', keywords: 'Übersetzung' }),
];
const idsFor = (query: string, recent: readonly string[] = []) =>
  findEntries(ENTRIES, query, recent, 'en').map(({ group, entries }) => [
    group,
    ...entries.map(({ id }) => id),
  ]);

describe('entries of the palette', () => {
  it('stand in their groups while nothing is typed, without those of which there are many', () => {
    expect(idsFor(' ')).toEqual([
      ['pages', 'page.inbox', 'page.audit'],
      ['actions', 'freeze'],
      ['agents', 'agent.1'],
      ['settings', 'setting.language'],
    ]);
  });

  it('are found by all words, in any order, in label, detail and keywords', () => {
    expect(idsFor('atlas pol')).toEqual([['agents', 'agent.1.policy']]);
    expect(idsFor('POL  atl')).toEqual([['agents', 'agent.1.policy']]);
    expect(idsFor('ubersetz')).toEqual([['settings', 'setting.language']]);
    expect(idsFor('atlas nowhere')).toEqual([]);
  });

  it('come with beginnings of words first, and their groups with them', () => {
    expect(idsFor('a').slice(0, 1)).toEqual([['pages', 'page.audit']]);
    expect(idsFor('agents')).toEqual([['actions', 'freeze']]);
  });

  it('leave a search elsewhere for the end, and never without', () => {
    const search = entry('find', 'proposals', 'Search proposals for “all agents”', { isFallback: true });
    const found = (query: string) =>
      findEntries([search, ...ENTRIES], query, [], 'en').flatMap(({ entries }) =>
        entries.map(({ id }) => id),
      );
    expect(found('all agents')).toEqual(['freeze', 'find']);
    expect(found('nowhere')).toEqual(['find']);
  });

  it('put recent choices first, typed or not, and once', () => {
    expect(idsFor('', ['agent.1.policy', 'gone', 'page.audit'])[0]).toEqual([
      'recent',
      'agent.1.policy',
      'page.audit',
    ]);
    expect(idsFor('', ['page.audit'])[1]).toEqual(['pages', 'page.inbox']);
    expect(idsFor('a', ['agent.1.policy'])[0]).toEqual(['agents', 'agent.1.policy', 'agent.1']);
  });
});

describe('recent choices', () => {
  it('are few, newest first, each once', () => {
    const ids = ['a', 'b', 'c', 'b', 'd', 'e', 'f', 'g'].reduce<readonly string[]>(withRecent, []);
    expect(ids).toEqual(['g', 'f', 'e', 'd', 'b', 'c']);
  });
});
