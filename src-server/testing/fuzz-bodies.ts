import fc from 'fast-check';

/**
 * Bodies near what a route takes, and far from it. They are made as JSON text rather than as values, since what
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
