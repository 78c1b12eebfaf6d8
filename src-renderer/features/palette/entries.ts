import type { HotkeyId } from '../../hotkeys/catalogue';

/** Headings of the palette, in their order while nothing is typed. */
export const ENTRY_GROUPS = [
  'recent',
  'pages',
  'page',
  'actions',
  'agents',
  'settings',
  'proposals',
] as const;
export type EntryGroup = (typeof ENTRY_GROUPS)[number];

export interface PaletteEntry {
  /** Stable: recent choices are kept by it. */
  readonly id: string;
  readonly group: EntryGroup;
  readonly label: string;
  readonly detail?: string;
  /** Which of both are words of an agent. */
  readonly foreign?: 'label' | 'detail' | 'both';
  /** Found by these too, without showing them. */
  readonly keywords?: string;
  readonly hotkey?: HotkeyId;
  /** Shown only while something is typed: there are many of its kind. */
  readonly isSearchOnly?: boolean;
  /** A search elsewhere for what is typed: last of all, whatever else is found. */
  readonly isFallback?: boolean;
  readonly run: () => void;
}

export interface EntrySection {
  readonly group: EntryGroup;
  readonly entries: readonly PaletteEntry[];
}

/** More rows than these nobody reads; another letter narrows them. */
const MAX_SHOWN = 60;

/**
 * What is shown for `query`: every typed word occurs somewhere in an entry, in any order. Words that begin a word of
 * the label weigh more than others, recent choices more than all. Without a query recent choices stand first.
 */
export function findEntries(
  entries: readonly PaletteEntry[],
  query: string,
  recentIds: readonly string[],
  locale: string,
): readonly EntrySection[] {
  const words = foldOf(query, locale).split(/\s+/).filter(Boolean);
  if (words.length === 0) return listUnasked(entries, recentIds);
  const found = entries
    .filter(({ isFallback }) => isFallback !== true)
    .map((entry) => ({ entry, weight: weightOf(entry, words, locale), recency: recentIds.indexOf(entry.id) }))
    .filter(({ weight }) => weight > 0)
    .toSorted(
      (a, b) =>
        rankOf(a.recency) - rankOf(b.recency) ||
        b.weight - a.weight ||
        a.entry.label.length - b.entry.label.length,
    )
    .slice(0, MAX_SHOWN)
    .map(({ entry }) => entry);
  const shown = [...found, ...entries.filter(({ isFallback }) => isFallback === true)];
  // Groups come in the order of their best entry.
  return sectionsOf(shown, [...new Set(shown.map(({ group }) => group))]);
}

function listUnasked(
  entries: readonly PaletteEntry[],
  recentIds: readonly string[],
): readonly EntrySection[] {
  const recent = recentIds.flatMap((id) => {
    const entry = entries.find((candidate) => candidate.id === id);
    return entry ? [{ ...entry, group: 'recent' as const }] : [];
  });
  const others = entries.filter(({ id, isSearchOnly }) => isSearchOnly !== true && !recentIds.includes(id));
  return sectionsOf([...recent, ...others.slice(0, MAX_SHOWN)], ENTRY_GROUPS);
}

function sectionsOf(
  entries: readonly PaletteEntry[],
  groups: readonly EntryGroup[],
): readonly EntrySection[] {
  return groups
    .map((group) => ({ group, entries: entries.filter((entry) => entry.group === group) }))
    .filter((section) => section.entries.length > 0);
}

/** What was never chosen comes after all that was. */
function rankOf(recency: number): number {
  return recency === -1 ? Number.MAX_SAFE_INTEGER : recency;
}

/** 0 where a word is nowhere; otherwise more the nearer the words are to beginnings in the label. */
function weightOf(entry: PaletteEntry, words: readonly string[], locale: string): number {
  const label = foldOf(entry.label, locale);
  const others = foldOf([entry.detail, entry.keywords].filter(Boolean).join(' '), locale);
  const weights = words.map((word) => {
    if (label.startsWith(word)) return 4;
    if (label.includes(` ${word}`)) return 3;
    if (label.includes(word)) return 2;
    return others.includes(word) ? 1 : 0;
  });
  return weights.includes(0) ? 0 : weights.reduce<number>((sum, weight) => sum + weight, 0);
}

/** Without case and accents: `uber` finds `Über`. */
function foldOf(text: string, locale: string): string {
  return text.normalize('NFD').replaceAll(/\p{M}/gu, '').toLocaleLowerCase(locale);
}
