import { stripDefaultIgnorable } from '../../../src-server/lib/text/default-ignorable';
import { CONFUSABLE_TABLE } from './confusable-table';

/** What looks like what (UTS #39): skeletons to compare names by, and names that mix alphabets. */

let prototypes: ReadonlyMap<string, string> | undefined;

function readPrototypes(): ReadonlyMap<string, string> {
  const map = new Map<string, string>();
  for (const entry of CONFUSABLE_TABLE.split(' ')) {
    const [prototype = '', distances = ''] = entry.split('=');
    const text = String.fromCodePoint(...prototype.split('-').map((code) => Number.parseInt(code, 36)));
    let code = 0;
    for (const distance of distances.split('.')) {
      code += Number.parseInt(distance, 36);
      map.set(String.fromCodePoint(code), text);
    }
  }
  return map;
}

/**
 * The skeleton of UTS #39 §4, over NFKD instead of NFD: two names with the same skeleton can be taken for each other.
 * Only to compare with, never to show.
 */
export function skeletonOf(name: string): string {
  prototypes ??= readPrototypes();
  const map = prototypes;
  const fold = (text: string) => Array.from(text, (character) => map.get(character) ?? character).join('');
  return stripDefaultIgnorable(fold(fold(name).normalize('NFKD'))).normalize('NFKD');
}

/**
 * What a name is compared by, whatever its case: its skeleton, with i for l too. The Standard has the palochka of
 * "аррӏе" as an i, and a capital I is an l to most eyes.
 */
export function shapeOf(name: string): string {
  return skeletonOf(name.toLowerCase()).toLowerCase().replaceAll('i', 'l');
}

/** Finds which of the known names another one can be taken for. */
export interface LookAlikes {
  /**
   * The known name that `name` looks like without being it; undefined when there is none, or it is one itself.
   * @param isDisguised it is written in other signs than `name` has: then even being equal is a likeness.
   */
  find(name: string, isDisguised?: boolean): string | undefined;
}

/** @param known names in their usual spelling; they are compared without regard to case. */
export function createLookAlikes(known: Iterable<string>): LookAlikes {
  const names = new Map<string, string>();
  const byShape = new Map<string, string>();
  for (const name of known) {
    names.set(name.toLowerCase(), name);
    const shape = shapeOf(name);
    if (!byShape.has(shape)) byShape.set(shape, name);
  }
  return {
    find(name, isDisguised = false) {
      const itself = names.get(name.toLowerCase());
      if (itself !== undefined) return isDisguised ? itself : undefined;
      return byShape.get(shapeOf(name));
    },
  };
}

/** Alphabets whose letters are taken for each other; the ones that are written together are one. */
const SCRIPTS: readonly (readonly [name: string, pattern: RegExp])[] = [
  ['Latin', /\p{Script=Latin}/u],
  ['Cyrillic', /\p{Script=Cyrillic}/u],
  ['Greek', /\p{Script=Greek}/u],
  ['Armenian', /\p{Script=Armenian}/u],
  ['Cherokee', /\p{Script=Cherokee}/u],
  ['Coptic', /\p{Script=Coptic}/u],
  ['Georgian', /\p{Script=Georgian}/u],
  ['Hebrew', /\p{Script=Hebrew}/u],
  ['Arabic', /\p{Script=Arabic}/u],
  ['Lisu', /\p{Script=Lisu}/u],
];

const LETTER = /\p{L}/u;

/** The alphabets of a word by name; others than those above are not told apart. */
export function scriptsOf(word: string): string[] {
  const found = new Set<string>();
  for (const character of word) {
    if (!LETTER.test(character)) continue;
    const script = SCRIPTS.find(([, pattern]) => pattern.test(character))?.[0];
    if (script !== undefined) found.add(script);
  }
  return [...found];
}

/** The letters of a mixed word that are not of its main alphabet, each once. */
export function oddLettersOf(word: string): number[] {
  const letters = Array.from(word).filter((character) => LETTER.test(character));
  const byScript = new Map<string, string[]>();
  for (const letter of letters) {
    const script = scriptsOf(letter)[0] ?? '';
    byScript.set(script, [...(byScript.get(script) ?? []), letter]);
  }
  const [, ...odd] = [...byScript.values()].sort((a, b) => b.length - a.length);
  return [...new Set(odd.flat())].map((letter) => letter.codePointAt(0) ?? 0);
}

/** True when letters of two alphabets stand in one word, as nobody spells (UTS #39 §5). */
export function isMixedScript(word: string): boolean {
  return scriptsOf(word).length > 1;
}
