import fc from 'fast-check';

/** Header fields and addresses, as strange as the wire lets them be. */

type Text = fc.Arbitrary<string>;

/** What may stand in a header field on the wire. */
const headerValue: Text = fc
  .array(
    fc.oneof(fc.integer({ min: 0x20, max: 0x7e }), fc.integer({ min: 0x80, max: 0xff }), fc.constant(9)),
    { maxLength: 60 },
  )
  .map((codes) => String.fromCharCode(...codes));

const rare = <T>(arbitrary: fc.Arbitrary<T>, weight = 1): fc.Arbitrary<T | undefined> =>
  fc.oneof({ weight: 9, arbitrary: fc.constant(undefined) }, { weight, arbitrary });

export const strangeHeaders: fc.Arbitrary<Record<string, string>> = fc
  .record({
    'content-type': rare(
      fc.oneof(
        headerValue,
        fc.constantFrom(
          'text/plain',
          'application/x-www-form-urlencoded',
          'application/json; charset=utf-16',
          'application/vnd.x+json',
          'json',
          '',
        ),
      ),
    ),
    'idempotency-key': rare(
      fc.oneof(headerValue, fc.constantFrom('k', 'k'.repeat(255), 'k'.repeat(256), '')),
      3,
    ),
    'x-countersign-note': rare(
      fc.oneof(headerValue, fc.constantFrom('%', '%00', '%E0%A4%A', '%F0%9F%98%80', 'x'.repeat(600))),
      2,
    ),
    authorization: rare(
      fc.oneof(
        headerValue,
        fc.constantFrom(
          'Bearer',
          'Bearer ',
          'Bearer a.b.c',
          'Basic x',
          `Bearer mma_${'A'.repeat(43)}`,
          `Bearer ${'x'.repeat(9_000)}`,
        ),
      ),
    ),
    'x-api-key': rare(headerValue),
    accept: rare(fc.oneof(headerValue, fc.constantFrom('text/event-stream', 'application/json', '*/*'))),
    cookie: rare(
      fc.oneof(
        headerValue,
        fc.constantFrom('cs_access=x', 'cs_refresh=x; cs_access=', '=;=;', `a=${'x'.repeat(5_000)}`),
      ),
    ),
    'mcp-protocol-version': rare(fc.constantFrom('2026-07-28', '2025-11-25', '1999-01-01', '')),
    'mcp-method': rare(fc.constantFrom('tools/call', 'tools/list', 'x')),
    'mcp-name': rare(fc.constantFrom('drafts.create', '=?base64?eA==?=', 'x')),
    'user-agent': rare(headerValue),
    origin: rare(fc.constantFrom('http://127.0.0.1:7423', 'null', 'http://', 'https://evil.example')),
    'if-none-match': rare(headerValue),
    'content-length': fc.constant(undefined),
  })
  .map(
    (headers) =>
      Object.fromEntries(Object.entries(headers).filter(([, value]) => value !== undefined)) as Record<
        string,
        string
      >,
  );

const SEGMENTS = [
  'x',
  '%',
  '%zz',
  '%00',
  '%E0%A4%A',
  '%F0%9F%98%80',
  '..',
  '%2e%2e%2f',
  '__proto__',
  'constructor',
  '-1',
  '*',
  "'",
  ' ',
  'x'.repeat(64),
  'x'.repeat(65),
  'x'.repeat(201),
  'x'.repeat(10_000),
];

/** Addresses for a pattern: known ids, strange ones, and strange queries. */
export function addresses(pattern: string, ids: readonly string[]): Text {
  const segment = fc.oneof(
    { weight: 6, arbitrary: fc.constantFrom(...ids) },
    { weight: 1, arbitrary: fc.constantFrom(...SEGMENTS) },
    {
      weight: 1,
      arbitrary: fc.string({ unit: 'binary', maxLength: 20 }).map((text) => encodeURIComponent(text)),
    },
  );
  const value = fc.oneof(
    fc.constantFrom(
      'x',
      '10',
      '0',
      '-1',
      '1e400',
      'NaN',
      'posts',
      'profiles',
      'pending',
      'underscore',
      '%',
      '%00',
      '%ff',
      '%ED%A0%80',
      '',
      '%F0%9F%98%80',
      'bm9uZQ',
      'MC4x',
      'x'.repeat(10_000),
    ),
    fc.string({ unit: 'binary', maxLength: 20 }).map((text) => encodeURIComponent(text)),
  );
  const pair = fc
    .tuple(
      fc.constantFrom(
        'q',
        'type',
        'limit',
        'cursor',
        'tab',
        'status',
        'names',
        'code',
        'agent',
        'token',
        '__proto__',
        'q[]',
        '%',
        '',
      ),
      value,
    )
    .map(([name, text]) => `${name}=${text}`);
  const query = fc.oneof(
    { weight: 3, arbitrary: fc.constant('') },
    {
      weight: 4,
      arbitrary: fc.array(pair, { minLength: 1, maxLength: 4 }).map((pairs) => `?${pairs.join('&')}`),
    },
    { weight: 1, arbitrary: fc.constantFrom('?', '??', '?&&&', '?q', `?${'q=x&'.repeat(200)}`) },
  );
  const holes = pattern.split(/:\w+|\*/);
  return fc
    .tuple(fc.array(segment, { minLength: holes.length - 1, maxLength: holes.length - 1 }), query)
    .map(([segments, tail]) => holes.map((part, at) => part + (segments[at] ?? '')).join('') + tail);
}
