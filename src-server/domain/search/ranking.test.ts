import Database from 'better-sqlite3';
import * as fc from 'fast-check';
import { afterAll, describe, expect, it } from 'vitest';
import {
  foldForSearch,
  MAX_QUERY_TOKENS,
  parseQuery,
  queryTerms,
  rankCandidates,
  type SearchCandidate,
} from './ranking';

const NOW = Date.parse('2026-06-01T00:00:00.000Z');
const DAY = 24 * 60 * 60 * 1_000;

function candidate(id: string, over: Partial<SearchCandidate> = {}): SearchCandidate {
  return { id, title: '', body: '', createdAtMs: NOW, engagement: 0, ...over };
}

function order(q: string, ...candidates: SearchCandidate[]): string[] {
  return rankCandidates(queryTerms(q), candidates, NOW).map((ranked) => ranked.candidate.id);
}

/** The index as the store has it: the real tokenizer decides what matches. */
const db = new Database(':memory:');
db.exec("CREATE VIRTUAL TABLE texts USING fts5(body, tokenize='unicode61 remove_diacritics 2')");
afterAll(() => db.close());

const search = db.prepare<[string], number>('SELECT count(*) FROM texts WHERE texts MATCH ?').pluck();
const store = db.prepare('INSERT OR REPLACE INTO texts(rowid, body) VALUES (1, ?)');

function matches(text: string, q: string): boolean {
  const query = parseQuery(q);
  if (query === null) return false;
  store.run(text);
  return search.get(query) === 1;
}

describe('parseQuery', () => {
  it('quotes every word and lets the last be the start of one', () => {
    expect(parseQuery('Hello big world')).toBe('"Hello" "big" "world"*');
    expect(parseQuery('Größe')).toBe('"Größe"*');
    expect(parseQuery('हिन्दी भाषा')).toBe('"हिन्दी" "भाषा"*');
  });

  it('takes operators, quotes and punctuation for separators', () => {
    expect(parseQuery('foo" OR title:bar* NOT (baz)^2 -qux')).toBe(
      '"foo" "OR" "title" "bar" "NOT" "baz" "2" "qux"*',
    );
    expect(parseQuery("don't")).toBe('"don" "t"');
    expect(parseQuery('C++ & C#')).toBe('"C" "C"');
  });

  it.each(['', '   ', '"*"', '-', '😀', '\u200B', '\0', '\uD800', '\u0301'])(
    'is null without a word: %j',
    (q) => {
      expect(parseQuery(q)).toBeNull();
    },
  );

  it('does not search for whatever starts with one letter, but with one ideograph', () => {
    expect(parseQuery('a')).toBe('"a"');
    expect(parseQuery('東')).toBe('"東"*');
  });

  it('takes twelve words, none as a start if there were more', () => {
    expect(parseQuery(Array(12).fill('word').join(' '))).toBe(`${Array(12).fill('"word"').join(' ')}*`);
    expect(parseQuery(Array(13).fill('word').join(' '))).toBe(Array(12).fill('"word"').join(' '));
    expect(queryTerms('w '.repeat(500))).toHaveLength(MAX_QUERY_TOKENS);
  });

  it('bounds each word', () => {
    expect(queryTerms('x'.repeat(900))).toEqual(['x'.repeat(64)]);
    expect(parseQuery('x'.repeat(100_000))?.length).toBeLessThan(80);
  });

  it('ignores invisible characters inside a word', () => {
    expect(parseQuery('he\u200Bllo')).toBe('"hello"*');
  });

  it('finds what it should in a real index', () => {
    expect(matches('Die größte Änderung', 'aenderung')).toBe(false);
    expect(matches('Die größte Änderung', 'anderung große')).toBe(false);
    expect(matches('Die größte Änderung', 'anderung groß')).toBe(true);
    expect(matches('the quick brown fox', 'FOX qui')).toBe(true);
    expect(matches('the quick brown fox', 'fo quick')).toBe(false);
    expect(matches('मेरी हिन्दी भाषा', 'हिन्दी')).toBe(true);
    expect(matches('東京都に住む', '東京')).toBe(true);
  });

  it('is never a syntax error to the index, whatever is typed', () => {
    db.exec('DELETE FROM texts');
    const noise = fc.constantFrom(
      ...'"\'*^:(){}[]+-,.;\\&|!~#%/ \0\n\uD800\uDC00ßλ漢é1a'.split(''),
      'NEAR',
      'OR',
    );
    fc.assert(
      fc.property(
        fc.oneof(
          fc.string({ unit: 'binary' }),
          fc.array(noise).map((a) => a.join('')),
        ),
        (q) => {
          expect(search.get(parseQuery(q) ?? '"word"')).toBe(0);
        },
      ),
      { numRuns: 500 },
    );
  });

  it('finds any text by its own words', () => {
    const word = fc.string({
      unit: fc.constantFrom(...'abzäöüßéñçøÅŁşπя漢字7'.split('')),
      minLength: 1,
      maxLength: 8,
    });
    fc.assert(
      fc.property(fc.array(word, { minLength: 1, maxLength: 6 }), (words) => {
        expect(matches(words.join(' '), words.join(', '))).toBe(true);
      }),
    );
  });
});

describe('queryTerms', () => {
  it('folds as the index does', () => {
    expect(queryTerms('ÄNDERUNG Über Łódź naïve')).toEqual(['anderung', 'uber', 'łodz', 'naive']);
    expect(foldForSearch('u\u0308ber ÑANDÚ Straße')).toBe('uber nandu straße');
  });
});

describe('rankCandidates', () => {
  it('puts a word in the title before the same in the body', () => {
    const titled = candidate('b', { title: 'Rust for agents', body: 'text' });
    const mentioned = candidate('a', { title: 'Other', body: 'rust rust rust rust' });
    expect(order('rust', mentioned, titled)).toEqual(['b', 'a']);
  });

  it('puts the whole word before the start of one', () => {
    expect(order('rust', candidate('a', { title: 'rusty' }), candidate('b', { title: 'rust' }))).toEqual([
      'b',
      'a',
    ]);
  });

  it('puts a phrase before the same words near each other, and those before words far apart', () => {
    const phrase = candidate('c', { body: `${'x '.repeat(50)}open floor plan` });
    const near = candidate('b', { body: 'floor is open' });
    const far = candidate('a', { body: `open ${'x '.repeat(200)} floor` });
    expect(order('open floor', far, near, phrase)).toEqual(['c', 'b', 'a']);
  });

  it('sees a phrase across punctuation and line ends', () => {
    const phrase = candidate('b', { body: 'so open,\nfloor' });
    expect(order('open floor', candidate('a', { body: 'floor open' }), phrase)).toEqual(['b', 'a']);
  });

  it('puts the newer of two equals first, and never one from the future before one of today', () => {
    const old = candidate('a', { title: 'rust', createdAtMs: NOW - 30 * DAY });
    const fresh = candidate('b', { title: 'rust' });
    expect(order('rust', old, fresh)).toEqual(['b', 'a']);
    const future = candidate('c', { title: 'rust', createdAtMs: NOW + 30 * DAY });
    expect(order('rust', future, fresh)).toEqual(['b', 'c']);
  });

  it('lets engagement decide between equals, but not against a word in the title', () => {
    const liked = candidate('b', { body: 'rust', engagement: 100_000 });
    expect(order('rust', candidate('a', { body: 'rust' }), liked)).toEqual(['b', 'a']);
    expect(order('rust', liked, candidate('c', { title: 'rust' }))).toEqual(['c', 'b']);
    expect(
      order('rust', candidate('d', { body: 'rust', engagement: -5 }), candidate('e', { body: 'rust' })),
    ).toEqual(['d', 'e']);
  });

  it('compares without case and accents, in both directions', () => {
    for (const [q, title] of [
      ['uber', 'Über'],
      ['ÜBER', 'uber'],
      ['łódź', 'Łódź'],
      ['привет', 'ПРИВЕТ'],
      ['東京', '東京'],
    ] as const) {
      expect(order(q, candidate('a', { title: 'xyz' }), candidate('b', { title }))).toEqual(['b', 'a']);
    }
  });

  it('does not count a word inside another', () => {
    expect(order('art', candidate('a', { title: 'party' }), candidate('b', { title: 'art' }))).toEqual([
      'b',
      'a',
    ]);
    const inside = candidate('a', { title: 'größart' });
    expect(order('art', inside, candidate('b', { title: 'art' }))).toEqual(['b', 'a']);
  });

  it('breaks ties by id, and orders by date alone without words', () => {
    expect(order('x', candidate('c'), candidate('a'), candidate('b'))).toEqual(['a', 'b', 'c']);
    expect(order('', candidate('a', { createdAtMs: NOW - DAY }), candidate('b'))).toEqual(['b', 'a']);
  });

  it('gives the same order whatever the order it was given, and finite scores', () => {
    const text = fc.string({ unit: fc.constantFrom('rust', 'open', 'floor', ' ', ', ', 'é', '\uD800') });
    const some = fc.record({
      title: text,
      body: text,
      createdAtMs: fc.integer({ min: NOW - 900 * DAY, max: NOW + DAY }),
      engagement: fc.integer({ min: -3, max: 10_000 }),
    });
    fc.assert(
      fc.property(fc.array(some, { maxLength: 20 }), text, (list, q) => {
        const candidates = list.map((fields, at) => ({ id: `post_${at}`, ...fields }));
        const ranked = rankCandidates(queryTerms(q), candidates, NOW);
        expect(rankCandidates(queryTerms(q), candidates.toReversed(), NOW)).toEqual(ranked);
        for (const { score } of ranked) expect(Number.isFinite(score)).toBe(true);
      }),
    );
  });

  it('reads a bounded part of bodies built to be slow', () => {
    const body = 'aaaa '.repeat(100_000);
    const candidates = Array.from({ length: 1_000 }, (_, at) =>
      candidate(`p${at}`, { title: 'aaaa '.repeat(24), body }),
    );
    const started = performance.now();
    rankCandidates(queryTerms('aaa aaa aaa aaa aaa aaa aaa aaa aaa aaa aaa aaa'), candidates, NOW);
    // About 20 ms; reading the bodies to their end would take minutes.
    expect(performance.now() - started).toBeLessThan(3_000);
  });
});
