import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createXray, type Decoded, type Finding, hasHidden, MAX_FINDINGS, type XrayReport } from './analyse';
import { escapedText, layOut } from './layout';
import { sanitise } from './sanitise';
import { MAX_MARKS, segmentsOf } from './segments';
import { chipClassOf } from './unicode';
import { ATTACKS, HARMLESS } from './xray-corpus';

const xray = createXray({ handles: ['atlas', 'mira', 'max-agent'] });

/** What the lens hides in a finding, found at any depth. */
function told(report: XrayReport): { findings: readonly Finding[]; words: string[] } {
  const findings: Finding[] = [];
  const words: string[] = [];
  const walk = (inner: XrayReport) => {
    for (const finding of inner.findings) {
      findings.push(finding);
      const decoded = decodedOf(finding);
      if (decoded === null) continue;
      words.push(decoded.text);
      walk(decoded.report);
    }
  };
  walk(report);
  return { findings, words };
}

function decodedOf({ fact }: Finding): Decoded | null {
  if (fact.kind === 'hidden') return fact.says;
  return fact.kind === 'blob' ? fact.decoded : null;
}

/** Everything that makes trouble, joined at random. */
const FRAGMENTS = [
  ...ATTACKS.map(({ text }) => text),
  ...HARMLESS,
  ...[
    '\u200B',
    '\u200C',
    '\u200D',
    '\u202E',
    '\u2066',
    '\uFE0F',
    '\uFE0E',
    '\u{E0100}',
    '\u{E0041}',
    '\u{E007F}',
  ],
  ...[
    '😀',
    '👩‍💻',
    '🏴',
    '1',
    '\u20E3',
    '漢',
    'ه',
    'क',
    '\u094D',
    '\u180B',
    '\u1820',
    '\u2003',
    '\u00A0',
    '\u3000',
  ],
  ...[
    '\uD800',
    '\uDC00',
    '\0',
    '\r',
    '\n',
    '\t',
    ' ',
    '\u0085',
    '\u2028',
    '\u0301',
    '\u0336',
    '\u2800',
    '\u2801',
    'a',
  ],
];
const hostile = fc.array(fc.constantFrom(...FRAGMENTS), { maxLength: 30 }).map((parts) => parts.join(''));
const anyUnits = fc.string({
  unit: fc.integer({ min: 0, max: 0xffff }).map((u) => String.fromCharCode(u)),
  maxLength: 80,
});
const anyPoints = fc.string({
  unit: fc.integer({ min: 0, max: 0x10ffff }).map((c) => String.fromCodePoint(c)),
  maxLength: 80,
});
const anyText = fc.oneof(hostile, anyUnits, anyPoints);

describe('the X-ray lens on attacks', () => {
  it.each(ATTACKS)('shows $name', (attack) => {
    const { findings, words } = told(xray(attack.text));
    const found = findings.filter(({ fact }) => fact.kind === attack.expect);
    expect(found).not.toEqual([]);
    if (attack.says !== undefined) expect(words).toContain(attack.says);
    if (attack.reason !== undefined) {
      expect(found.map(({ fact }) => fact.kind === 'speech' && fact.reason)).toContain(attack.reason);
    }
    if (attack.flag !== undefined) {
      expect(found.flatMap(({ fact }) => (fact.kind === 'link' ? fact.link.flags : []))).toContain(
        attack.flag,
      );
    }
    if (attack.looksLike !== undefined) {
      expect(found.map(({ fact }) => fact.kind === 'handle' && fact.looksLike)).toContain(attack.looksLike);
    }
  });

  it.each(ATTACKS.filter(({ expect: kind }) => kind === 'hidden'))('draws a chip for $name', ({ text }) => {
    expect(segmentsOf(text).some((segment) => segment.type === 'chip' && !segment.isExpected)).toBe(true);
  });

  it.each(HARMLESS)('raises no alarm over %j', (text) => {
    expect(xray(text).findings.filter(({ severity }) => severity !== 'info')).toEqual([]);
  });

  it('finds an order within words that nobody saw', () => {
    const [hidden] = xray(ATTACKS[0]?.text ?? '').findings;
    const inner = hidden === undefined ? null : decodedOf(hidden);
    expect(inner?.report.findings.map(({ fact }) => fact.kind)).toContain('speech');
  });

  it('tells where a link leads, in both spellings', () => {
    const [finding] = xray('https://xn--80ak6aa92e.com/').findings;
    expect(finding?.fact).toMatchObject({
      kind: 'link',
      link: { host: 'xn--80ak6aa92e.com', shownHost: 'аррӏе.com', lookalike: 'apple.com' },
    });
  });

  it('says that a known name is itself', () => {
    expect(
      xray('Ask @atlas and @Atlas, see https://www.paypal.com').findings.map(({ severity }) => severity),
    ).toEqual(['info']);
  });

  it('keeps the gravest of too many findings, and says how many more there were', () => {
    const report = xray(`${'https://example.com/a '.repeat(190)}${'a\u200Bb '.repeat(600)}`);
    expect(report.findings).toHaveLength(MAX_FINDINGS);
    expect(report.more).toBeGreaterThanOrEqual(100);
    expect(report.findings.every(({ severity }) => severity === 'danger')).toBe(true);
  });
});

describe('nothing hides from it', () => {
  it('draws every code point of any text as itself or as a chip, in order, each once', () => {
    fc.assert(
      fc.property(anyText, (text) => {
        const codes = Array.from(text, (c) => c.codePointAt(0) ?? 0);
        const drawn: number[] = [];
        for (const segment of segmentsOf(text)) {
          expect(segment.from).toBe(drawn.length);
          if (segment.type === 'plain') {
            for (const character of segment.text) {
              const code = character.codePointAt(0) ?? 0;
              expect(chipClassOf(code)).toBeUndefined();
              drawn.push(code);
            }
          } else {
            for (let at = segment.from; at < segment.to; at += 1) drawn.push(segment.code);
          }
          expect(segment.to).toBe(drawn.length);
        }
        expect(drawn).toEqual(codes);
      }),
      { numRuns: 2_000 },
    );
  });

  it('keeps findings within the text and in order, numbered from 1', () => {
    fc.assert(
      fc.property(anyText, (text) => {
        const length = Array.from(text).length;
        const { findings } = xray(text);
        expect(findings.map(({ number }) => number)).toEqual(findings.map((_, at) => at + 1));
        let start = 0;
        for (const { from, to } of findings) {
          expect(from).toBeGreaterThanOrEqual(start);
          expect(to).toBeGreaterThan(from);
          expect(to).toBeLessThanOrEqual(length);
          start = from;
        }
      }),
      { numRuns: 1_000 },
    );
  });

  it('lays every code point out, and the number of every finding once', () => {
    fc.assert(
      fc.property(anyText, (text) => {
        const report = xray(text);
        const { pieces, rest } = layOut(report, Infinity);
        const drawn = pieces.map(({ text: part, chip, from, to }) =>
          chip === null ? (part ?? '') : String.fromCodePoint(chip.code).repeat(to - from),
        );
        expect(drawn.join('')).toBe(text);
        expect(rest).toBe(0);
        const numbers = pieces.flatMap(({ ends }) => ends.map(({ number }) => number));
        expect(numbers.toSorted((a, b) => a - b)).toEqual(report.findings.map(({ number }) => number));
      }),
      { numRuns: 1_000 },
    );
  });

  it('counts what a bounded layout leaves for later', () => {
    const { pieces, rest } = layOut(xray('a\u200B'.repeat(50)), 10);
    expect(pieces).toHaveLength(10);
    expect(rest).toBe(90);
  });

  it('copies what is not drawn as escapes', () => {
    expect(escapedText(xray('a\u200B\u200Bb\u{E0041}'))).toBe('a\\u{200B}\\u{200B}b\\u{E0041}');
  });
});

describe('sanitise', () => {
  it.each(ATTACKS.filter(({ expect: kind }) => ['hidden', 'gap', 'pile'].includes(kind)))(
    'leaves nothing hidden of $name',
    ({ text }) => {
      expect(hasHidden(xray(text))).toBe(true);
      expect(hasHidden(xray(sanitise(text)))).toBe(false);
    },
  );

  it('leaves nothing hidden in any text, and then changes nothing more', () => {
    fc.assert(
      fc.property(anyText, fc.boolean(), (text, isStrict) => {
        const clean = sanitise(text, { isStrict });
        expect(hasHidden(xray(clean))).toBe(false);
        expect(sanitise(clean, { isStrict })).toBe(clean);
      }),
      { numRuns: 2_000 },
    );
  });

  it('keeps emoji, Persian and Indic spelling, and every word', () => {
    for (const text of [
      '👩‍💻 ❤️ 🏳️‍🌈 1️⃣',
      'می‌خواهم',
      'क्‍ष',
      'Straße, naïve café',
      '🏴\u{E0067}\u{E0062}\u{E0065}\u{E006E}\u{E0067}\u{E007F}',
    ]) {
      expect(sanitise(text)).toBe(text);
    }
  });

  it('takes every joiner away when strict', () => {
    expect(sanitise('می‌خواهم ❤️', { isStrict: true })).toBe('میخواهم ❤');
  });

  it('makes odd spaces and line ends plain, and cuts piles', () => {
    expect(sanitise('10\u00A0km,\u2009so\u3000what\r\nnext\u2028line')).toBe('10 km, so what\nnext\nline');
    expect(sanitise(`a${'\u0301'.repeat(9)}b`)).toBe(`a${'\u0301'.repeat(MAX_MARKS)}b`);
  });

  it('shows that something unreadable stood there', () => {
    expect(sanitise('a\uE000b\u0378c')).toBe('a\uFFFDb\uFFFDc');
  });
});

describe('its cost', () => {
  it('grows with the text and no faster', () => {
    const prose =
      'A year ago eleven households in one stairwell bought a single battery, instead of eleven small ones; this is ' +
      'what the numbers (212 cycles) say. See https://example.com/a?b=1 for more. Schöne Grüße! \u2764\uFE0F\n';
    const time = (length: number) => {
      const text = prose.repeat(Math.ceil(length / prose.length)).slice(0, length);
      const runs = Array.from({ length: 5 }, () => {
        const started = performance.now();
        xray(text);
        return performance.now() - started;
      });
      return Math.min(...runs);
    };
    time(10_000);
    // Ten times the text: quadratic work would take a hundred times as long.
    expect(time(100_000)).toBeLessThan(40 * time(10_000) + 20);
  });

  const UNITS = [
    ...[
      'a',
      ' ',
      '\n',
      '@',
      '@a',
      'a@',
      'a.',
      'a.b',
      '//',
      'http://',
      'https://a@',
      '[a](',
      '[',
      '](',
      '<',
      '<!--',
      '<a ',
      '<|',
      '&',
      '&#1;',
    ],
    ...[
      '%',
      '%41',
      '\\u',
      '\\u0041',
      '0',
      'ab ',
      'ab',
      'Ab1',
      'Ab1+/',
      '\u200B',
      'a\u200B',
      '\u{E0041}',
      '\u{E0100}',
      '漢\u{E0100}',
      '\u0301',
    ],
    ...[
      'ignore ',
      'ignore all ',
      'send ',
      'note to ',
      'if you are an ',
      'system:',
      '\nsystem',
      'ohne ',
      'p\u0430',
      '@\u0430',
      'xn--',
      '1.',
      '1.1.1.1 ',
      '😀\u200D',
      'http://\u0430.com ',
    ],
  ];
  it.each(UNITS)('is bounded for 100,000 characters of %j', (unit) => {
    const text = unit.repeat(Math.ceil(100_000 / unit.length)).slice(0, 100_000);
    const started = performance.now();
    xray(text);
    sanitise(text);
    // Far below in practice; quadratic work would take minutes.
    expect(performance.now() - started).toBeLessThan(5_000);
  });
});
