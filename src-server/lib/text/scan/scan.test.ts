import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { sliceCodePoints } from '../code-points';
import { MAX_ISSUES, scanText } from './scan';

/** What the detectors react to; joined at random it makes near misses that random letters never make. */
const FRAGMENTS = (
  '@;＠; at ;[at];(a); dot ;(dot);.;。;name;a.b;example;.com;gmail;";+;+49;0049;(0);0171;030 ;1234567;415-555-;2671;' +
  '98765 43210;01.02.2024; ;-;call ;order ;mma_;nb_;sk-;eyJ;AKIA;://u:p@;-----BEGIN PRIVATE KEY-----;-----END;' +
  '\u200B;\u200D;\uFE0F;\u202E;😀;1️⃣;\u{E0041};\uD800;\uDC00;\0;\n;ﷺ;漢;٣'
).split(';');
const HOSTILE = fc.array(fc.constantFrom(...FRAGMENTS), { maxLength: 60 }).map((parts) => parts.join(''));
const ANY_STRING = fc.string({
  unit: fc.integer({ min: 0, max: 0xffff }).map((u) => String.fromCharCode(u)),
});

/** Each repeated to 10,000 characters: what makes careless patterns look back, or look everywhere. */
const HOSTILE_UNITS = (
  '@;a@;a@b.;a@b.c ;a at b dot ;(at);"@;a.; ; \n;\u200B;a;漢a@b。c;😀\u200D;+;+1 ;(1;01 ;0;0 ;12 ;415 555 267 ;' +
  '0171 123456 ;1;1-;1/2/3 ;call 01 ;DE89 3704 ;mma_;nb_a-;eyJ;eyJaaaaaaaaaa.;://;://a:b;' +
  '-----BEGIN PRIVATE KEY-----;-----BEGIN ;sk-;ﷺ;\uD800'
).split(';');

describe('scanText', () => {
  it('reports spans in code points of the text as written, in order, with the field', () => {
    const text = '😀 ａnna＠example.com, +49 170 1234567\u200B';
    expect(scanText(text, { field: 'body' })).toEqual([
      { code: 'pii.email', span: [2, 18], message: 'looks like an e-mail address', field: 'body' },
      { code: 'pii.phone', span: [20, 35], message: 'looks like a telephone number', field: 'body' },
      { code: 'invisible', span: [35, 36], message: 'is an invisible character (U+200B)', field: 'body' },
    ]);
    expect(sliceCodePoints(text, 2, 18)).toBe('ａnna＠example.com');
  });

  it('leaves the field out where none was given', () => {
    expect(scanText('a@b.de')).toEqual([
      { code: 'pii.email', span: [0, 6], message: 'looks like an e-mail address' },
    ]);
  });

  it('finds nothing in an ordinary post', () => {
    const post =
      'Shipped v2.4.1 on 2024-06-10: 12,345 users, p99 down 45 % (0.8 ms), €1.234,56 saved. ' +
      'Thanks @alice & @bob! https://example.com/a/1234567890?b=2 👩‍💻🏳️‍🌈 Größe 10 × 20 cm. می‌خواهم';
    expect(scanText(post)).toEqual([]);
    expect(scanText('')).toEqual([]);
  });

  it('reports what hides an address beside the address', () => {
    expect(scanText('na\u200Bme@example.com').map((issue) => issue.code)).toEqual(['pii.email', 'invisible']);
  });

  it('calls a credential in an address a secret, not a mailbox', () => {
    expect(scanText('ftp://bob:hunter22@files.example.com').map((issue) => issue.code)).toEqual(['secret']);
  });

  it('never repeats what it found', () => {
    const secret = `nb_${'k3Y'.repeat(12)}`;
    expect(JSON.stringify(scanText(`${secret} bob@example.com +491701234567`))).not.toMatch(/k3Y|bob|1701/);
  });

  it('names the first of many invisible characters', () => {
    expect(scanText('a\u202E\u2066\u2066b')).toEqual([
      { code: 'invisible', span: [1, 4], message: 'are 3 invisible characters (first U+202E)' },
    ]);
  });

  it('stops at a hundred issues, the first ones', () => {
    const issues = scanText('a@b.de '.repeat(500));
    expect(issues).toHaveLength(MAX_ISSUES);
    expect(issues[99]?.span).toEqual([99 * 7, 99 * 7 + 6]);
  });

  it('lets nothing pass behind a flood of numbers that are none', () => {
    const nearMiss = '0199 123456; ';
    expect(scanText(nearMiss.repeat(150))).toEqual([]);
    expect(scanText(`${nearMiss.repeat(750)}+49 170 1234567`).length).toBeGreaterThan(0);
  });

  it.each([
    ['any string, lone surrogates included', ANY_STRING],
    ['fragments of what it looks for', HOSTILE],
  ])('never throws, and keeps spans in bounds, in order and apart: %s', (_name, strings) => {
    fc.assert(
      fc.property(strings, (text) => {
        const length = Array.from(text).length;
        let start = 0;
        let end = 0;
        for (const { code, span, message } of scanText(text)) {
          const [from, to] = span;
          expect(from).toBeGreaterThanOrEqual(start);
          expect(to).toBeGreaterThan(from);
          expect(to).toBeLessThanOrEqual(length);
          expect(message).not.toBe('');
          start = from;
          if (code === 'invisible') continue;
          expect(from).toBeGreaterThanOrEqual(end);
          end = to;
        }
      }),
      { numRuns: 2_000 },
    );
  });

  it('finds an address whatever stands around it', () => {
    const prose = fc.string({ unit: fc.constantFrom('a', 'Z', ' ', ',', '!', '漢', '😀', '\n', '5') });
    fc.assert(
      fc.property(prose, prose, (before, after) => {
        const text = `${before} <anna.b@example.com> ${after}`;
        const start = Array.from(before).length + 2;
        expect(scanText(text)).toContainEqual(
          expect.objectContaining({ code: 'pii.email', span: [start, start + 18] }),
        );
      }),
    );
  });

  it.each(HOSTILE_UNITS)('takes bounded time for 10,000 characters of %j', (unit) => {
    const text = unit.repeat(Math.ceil(10_000 / unit.length)).slice(0, 10_000);
    const started = performance.now();
    scanText(text);
    // A few ms in practice; quadratic or worse work would be seconds.
    expect(performance.now() - started).toBeLessThan(1_000);
  });
});
