import fc from 'fast-check';
import type { FastifyInstance, LightMyRequestResponse } from 'fastify';
import type { Dialect } from '../doors/http/dialect';
import { MMA_CODES } from './mma-fixture';

/**
 * Requests near what a route takes, and far from it. Bodies are made as JSON text rather than as values, since what
 * breaks parsers (1e400, lone surrogates, repeated keys, `__proto__`) has no value to be made of.
 */

export interface JsonSchema {
  readonly type?: string | readonly string[];
  readonly properties?: Readonly<Record<string, JsonSchema>>;
  readonly required?: readonly string[];
  readonly items?: JsonSchema;
  readonly anyOf?: readonly JsonSchema[];
  readonly oneOf?: readonly JsonSchema[];
  readonly enum?: readonly unknown[];
  readonly const?: unknown;
  readonly format?: string;
  readonly pattern?: string;
  readonly minLength?: number;
  readonly maxLength?: number;
  readonly minimum?: number;
  readonly maximum?: number;
}

type Text = fc.Arbitrary<string>;

const nested = (depth: number, open = '[', close = ']'): string => open.repeat(depth) + close.repeat(depth);

/** What no field expects, as JSON text. */
const HOSTILE: readonly string[] = [
  ...['null', 'true', 'false', '[]', '{}', '""', '" "', '"x"', '0', '-0', '-1', '1.5'],
  ...['1e400', '-1e400', '1e-400', '9007199254740993', '123456789012345678901234567890', 'NaN', '01', '+1'],
  ...['"\\ud800"', '"\\udc00x"', '"a\\u0000b"', '"\\u202e\\u200b"', '"\\uFFFF"', '"\\""', '"\\', '"\t"'],
  ...[
    '{"__proto__":{"polluted":1}}',
    '{"constructor":{"prototype":{"polluted":1}}}',
    '{"toString":1,"valueOf":1}',
  ],
  ...[
    '{"length":1e9}',
    '{"then":{}}',
    '{"toJSON":1}',
    '{"":""}',
    '{"a":1,"a":2}',
    '[null]',
    '[[]]',
    '{"\\u0000":1}',
  ],
  nested(31),
  nested(33),
  nested(3_000),
  `${'{"a":'.repeat(40)}1${'}'.repeat(40)}`,
  `[${'1,'.repeat(100)}1]`,
  `"${'x'.repeat(3_000)}"`,
  `"${'😀'.repeat(2_001)}"`,
  `"${'x'.repeat(70_000)}"`,
  `"${' '.repeat(300)}"`,
];

const junk: Text = fc.oneof(
  { weight: 4, arbitrary: fc.constantFrom(...HOSTILE) },
  { weight: 2, arbitrary: fc.string({ unit: 'binary', maxLength: 40 }).map((text) => JSON.stringify(text)) },
  {
    weight: 1,
    arbitrary: fc.string({ unit: 'grapheme', maxLength: 300 }).map((text) => JSON.stringify(text)),
  },
  { weight: 1, arbitrary: fc.json({ maxDepth: 3 }) },
);

function stringsOf(schema: JsonSchema, ids: readonly string[], name: string): Text {
  const { minLength = 0, maxLength = 40, pattern = '', format } = schema;
  const json = (value: string): string => JSON.stringify(value);
  if (format === 'email') {
    return fc
      .oneof(
        fc.nat().map((n) => `ada${n}@example.org`),
        fc.constantFrom('ada@', 'ADA@EXAMPLE.ORG'),
      )
      .map(json);
  }
  if (format === 'date-time')
    return fc.constantFrom('2030-01-01T00:00:00Z', '2030-13-01T00:00:00Z', 'now').map(json);
  if (format === 'uri') return fc.constantFrom('https://example.org', 'javascript:1', '//x').map(json);
  if (pattern.includes('0-9a-f')) {
    const hashes = ids.filter((id) => /^[0-9a-f]{64}$/.test(id));
    return fc.constantFrom(...hashes, ...hashes, ...hashes, 'a'.repeat(64), 'A'.repeat(64)).map(json);
  }
  if (pattern !== '')
    return fc
      .oneof(
        fc.nat().map((n) => `agent-${n}`),
        fc.constantFrom('EUR', '-', '123456'),
      )
      .map(json);
  if (/(?:Id|Code)$/.test(name)) {
    const known = { weight: 5, arbitrary: fc.constantFrom(...ids) };
    return fc.oneof(known, { weight: 1, arbitrary: fc.constantFrom('x', '', 'x'.repeat(65)) }).map(json);
  }
  return fc
    .oneof(
      fc.constantFrom(
        ...ids,
        'x',
        'Hello world',
        'MMA-AAAA-AAAA',
        '000000',
        'İ',
        'ß',
        "' or 1=1 --",
        '*',
        '"a" NEAR',
      ),
      fc.string({ unit: 'grapheme', minLength, maxLength: Math.min(maxLength, 60) }),
      fc
        .constantFrom(maxLength, maxLength + 1, Math.max(0, minLength - 1))
        .map((n) => 'y'.repeat(Math.min(n, 12_000))),
    )
    .map(json);
}

/** JSON text that a schema would take, more or less. */
function near(schema: JsonSchema, ids: readonly string[], name = ''): Text {
  if (schema.const !== undefined) return fc.constant(JSON.stringify(schema.const));
  if (schema.enum) return fc.constantFrom(...schema.enum.map((value) => JSON.stringify(value)));
  const choices = schema.anyOf ?? schema.oneOf;
  if (choices) return fc.oneof(...choices.map((choice) => near(choice, ids)));
  const type = Array.isArray(schema.type) ? String(schema.type[0]) : schema.type;
  switch (type) {
    case 'string':
      return stringsOf(schema, ids, name);
    case 'integer':
    case 'number': {
      const { minimum = -5, maximum = 5 } = schema;
      return fc
        .oneof(
          { weight: 3, arbitrary: fc.constantFrom(minimum, minimum + 1) },
          { weight: 1, arbitrary: fc.integer({ min: minimum, max: maximum }) },
          { weight: 1, arbitrary: fc.constantFrom(maximum, minimum - 1, maximum + 1, 0.5) },
        )
        .map(String);
    }
    case 'boolean':
      return fc.constantFrom('true', 'false');
    case 'array': {
      const item = near(schema.items ?? {}, ids);
      return fc.array(item, { maxLength: 4 }).map((items) => `[${items.join(',')}]`);
    }
    case 'object':
      return objects(schema, ids);
    default:
      return junk;
  }
}

/** What an object without members of its own is filled with: the fields of a proposal. */
const PROSE: NonNullable<JsonSchema['properties']> = {
  content: { type: 'string', minLength: 1, maxLength: 2_000 },
  title: { type: 'string', minLength: 1, maxLength: 120 },
};

function objects({ properties, required = [] }: JsonSchema, ids: readonly string[]): Text {
  const members = Object.entries(nonEmpty(properties) ?? PROSE).map(([name, schema]) =>
    fc
      .tuple(
        fc.integer({ min: 0, max: 99 }),
        fc.oneof({ weight: 12, arbitrary: near(schema, ids, name) }, { weight: 1, arbitrary: junk }),
      )
      .map(([chance, value]) =>
        chance < (required.includes(name) ? 96 : 45) ? `${JSON.stringify(name)}:${value}` : '',
      ),
  );
  const surplus = fc.oneof(
    { weight: 8, arbitrary: fc.constant('') },
    {
      weight: 1,
      arbitrary: fc
        .tuple(
          fc.constantFrom('surplus', '__proto__', 'constructor', 'toString', '', '\ud800', 'jsonrpc', 'tool'),
          junk,
        )
        .map(([name, value]) => `${JSON.stringify(name)}:${value}`),
    },
  );
  return fc.tuple(...members, surplus).map((parts) => `{${parts.filter((part) => part !== '').join(',')}}`);
}

function nonEmpty(properties: JsonSchema['properties']): JsonSchema['properties'] {
  return properties && Object.keys(properties).length > 0 ? properties : undefined;
}

export type Body = string | Buffer | undefined;

/** Bodies for a route: near its schema, anything in JSON, and bytes that are neither. */
export function bodies(schema: JsonSchema, ids: readonly string[]): fc.Arbitrary<Body> {
  const good = near(schema, ids);
  const bytes: fc.Arbitrary<Body> = fc.oneof(
    fc.uint8Array({ maxLength: 60 }).map((array) => Buffer.from(array)),
    good.map((text) => Buffer.from(`\uFEFF${text}`)),
    good.map((text) => text.slice(0, Math.floor(text.length / 2))),
    good.map((text) =>
      Buffer.concat([
        Buffer.from(text.slice(0, -2)),
        Buffer.from([0xff, 0xfe, 0xc3]),
        Buffer.from(text.slice(-2)),
      ]),
    ),
    good.map((text) => `${text}${text}`),
    fc.constantFrom<Body>(
      '',
      ' ',
      '\0',
      '\uFEFF',
      Buffer.from([0xed, 0xa0, 0x80]),
      Buffer.alloc(300_000, 0x20),
    ),
  );
  return fc.oneof(
    { weight: 12, arbitrary: good },
    { weight: 2, arbitrary: junk },
    { weight: 2, arbitrary: bytes },
    { weight: 1, arbitrary: fc.constant(undefined) },
  );
}

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

const JSON_RPC_PATHS = ['/api/mcp', '/api/mcp/stream'];

/** What is wrong with an answer, or undefined: a 500, or a refusal that is not worded in the dialect of its address. */
export function faultOf(
  response: LightMyRequestResponse,
  dialect: Dialect,
  path: string,
): string | undefined {
  const { statusCode: status, payload } = response;
  if (status >= 500) return `answers ${status}: ${payload.slice(0, 300)}`;
  if (/node_modules|\bat [\w.<>]+ \(/.test(payload)) return `tells of our insides: ${payload.slice(0, 300)}`;
  if (response.headers['x-content-type-options'] !== 'nosniff') return `${status} may be sniffed`;
  if (status < 400) return undefined;
  const type = response.headers['content-type'] ?? '';
  if (dialect === 'page' && type.startsWith('text/html'))
    return payload.startsWith('<!doctype html>') ? undefined : 'no page of ours';
  let body: Record<string, unknown>;
  try {
    body = JSON.parse(payload) as Record<string, unknown>;
  } catch {
    return `${status} without JSON: ${type} ${payload.slice(0, 100)}`;
  }
  const words = (value: unknown): boolean => typeof value === 'string' && value.length > 0;
  const isRpc =
    body['jsonrpc'] === '2.0' && typeof (body['error'] as { code?: unknown } | undefined)?.code === 'number';
  if (JSON_RPC_PATHS.includes(path) && isRpc) return undefined;
  const isWorded = {
    mma:
      body['ok'] === false && words(body['error']) && MMA_CODES.some((code) => code === body['error_code']),
    nb: words(body['detail']),
    console:
      words(body['detail']) &&
      words(body['code']) &&
      body['status'] === status &&
      type.startsWith('application/problem+json'),
    // An address that is no address belongs to no route, and is answered in the words of the API.
    page: words(body['detail']),
  }[dialect];
  return isWorded ? undefined : `${status} is not worded as ${dialect}: ${payload.slice(0, 200)}`;
}

export interface FuzzRoute {
  readonly app: FastifyInstance;
  readonly method: string;
  readonly path: string;
  readonly dialect: Dialect;
  readonly schema: JsonSchema;
}

export interface FuzzOptions {
  readonly ids: readonly string[];
  /** Host and credential of a caller who may do things here; looked up for every request. */
  readonly headers: () => Record<string, string>;
  /** Requests to a route; after `maxMs` no more than `minRuns`. */
  readonly runs: number;
  readonly minRuns: number;
  readonly maxMs: number;
  readonly seed: number;
  readonly onAnswer?: (response: LightMyRequestResponse) => void;
}

/**
 * Sends `runs` requests to a route, fewer when its time is over.
 * @returns how many were sent, and how many were answered with success
 * @throws with the shortest failing request fast-check finds
 */
export async function fuzzRoute(
  route: FuzzRoute,
  options: FuzzOptions,
): Promise<{ sent: number; succeeded: number }> {
  const { app, method, path, dialect, schema } = route;
  const count = { sent: 0, succeeded: 0 };
  const request = fc.record({
    url: addresses(path, options.ids),
    headers: strangeHeaders,
    body: method === 'GET' ? fc.constant(undefined) : bodies(schema, options.ids),
  });
  const deadline = performance.now() + options.maxMs;
  let hasFailed = false;
  const property = fc.asyncProperty(request, async ({ url, headers, body }) => {
    // A slow machine sends fewer; looking for the shortest request that fails takes the time it takes.
    if (!hasFailed && count.sent >= options.minRuns && performance.now() > deadline) return;
    const response = await app.inject({
      method: method as 'GET',
      url,
      headers: {
        ...options.headers(),
        ...(body === undefined ? {} : { 'content-type': 'application/json' }),
        ...headers,
      },
      ...(body === undefined ? {} : { payload: body }),
    });
    count.sent += 1;
    if (response.statusCode < 400) count.succeeded += 1;
    options.onAnswer?.(response);
    const fault = faultOf(response, dialect, path);
    if (fault === undefined) return;
    hasFailed = true;
    throw new Error(`${method} ${path} ${fault}`);
  });
  await fc.assert(property, { numRuns: options.runs, seed: options.seed });
  return count;
}
