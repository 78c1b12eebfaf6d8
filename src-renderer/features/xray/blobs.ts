import { isReadable, readableText } from './smuggled';

/** Text in another spelling: what a machine decodes at once and a person does not read. */

export type BlobForm = 'base64' | 'percent' | 'hex' | 'entities' | 'escapes';

export interface FoundBlob {
  /** UTF-16 units, [from, to). */
  readonly from: number;
  readonly to: number;
  readonly form: BlobForm;
  /** What it says, cut at 4,000 characters; null for a long run of which nothing readable comes. */
  readonly decoded: string | null;
}

const MAX_BLOBS = 64;
const MAX_SOURCE = 32_000;
const MAX_DECODED = 4_000;
/** A run that long is no word or id: worth a mark even when its bytes are no text. */
const OPAQUE_LENGTH = 160;

const BASE64 = /(?<![A-Za-z0-9+/_=-])[A-Za-z0-9+/_-]{16,}={0,2}/g;
const PERCENT = /%[0-9a-f]{2}(?:[\w.~+-]{0,16}%[0-9a-f]{2}){3,}[\w.~+-]{0,16}/gi;
const HEX =
  /(?<![0-9a-z])(?:0x)?(?:[0-9a-f]{2}){10,}(?![0-9a-z])|(?<![0-9a-z])(?:[0-9a-f]{2}[ :]){9,}[0-9a-f]{2}(?![0-9a-z])/gi;
const ENTITIES =
  /&(?:#\d{1,7}|#x[0-9a-f]{1,6}|[a-z]{2,8});(?:[ \w.,!?'-]{0,12}&(?:#\d{1,7}|#x[0-9a-f]{1,6}|[a-z]{2,8});){2,}/gi;
const ESCAPES = /(?:\\u[0-9a-f]{4}|\\u\{[0-9a-f]{1,6}\}|\\x[0-9a-f]{2}|\\U[0-9a-f]{8}){3,}/gi;

const NAMED: Readonly<Record<string, string>> = {
  amp: '&',
  lt: '<',
  gt: '>',
  quot: '"',
  apos: "'",
  nbsp: ' ',
  sol: '/',
  colon: ':',
  lpar: '(',
  rpar: ')',
  excl: '!',
  Tab: '\t',
  NewLine: '\n',
};

function fromCode(code: number): string {
  return code <= 0x10ffff && (code < 0xd800 || code > 0xdfff) ? String.fromCodePoint(code) : '\uFFFD';
}

/** Bytes of base64 in either alphabet; undefined where its length or padding is impossible. */
function base64Bytes(source: string): Uint8Array | undefined {
  const body = source.replace(/=+$/, '').replaceAll('-', '+').replaceAll('_', '/');
  if (body.length % 4 === 1) return undefined;
  try {
    return Uint8Array.from(atob(body), (character) => character.charCodeAt(0));
  } catch {
    return undefined;
  }
}

function hexBytes(source: string): Uint8Array {
  const digits = source.replace(/^0x/i, '').replaceAll(/[ :]/g, '');
  return Uint8Array.from({ length: digits.length >> 1 }, (_, at) =>
    Number.parseInt(digits.slice(at * 2, at * 2 + 2), 16),
  );
}

function decodePercent(source: string): string | undefined {
  try {
    return decodeURIComponent(source.replaceAll('+', ' '));
  } catch {
    return undefined;
  }
}

function decodeEntities(source: string): string {
  return source.replaceAll(/&(#x[0-9a-f]{1,6}|#\d{1,7}|[a-z]{2,8});/gi, (all, name: string) => {
    if (name.startsWith('#')) {
      return fromCode(
        /^#x/i.test(name) ? Number.parseInt(name.slice(2), 16) : Number.parseInt(name.slice(1), 10),
      );
    }
    return NAMED[name] ?? all;
  });
}

function decodeEscapes(source: string): string {
  // Each escape is a UTF-16 unit or a code point; pairs of surrogates come together by themselves.
  return source.replaceAll(
    /\\(?:u\{([0-9a-f]{1,6})\}|u([0-9a-f]{4})|x([0-9a-f]{2})|U([0-9a-f]{8}))/gi,
    (_all, ...groups) => {
      const [braced, unit, byte, long] = groups as (string | undefined)[];
      const code = Number.parseInt(braced ?? unit ?? byte ?? long ?? '0', 16);
      return unit === undefined ? fromCode(code) : String.fromCharCode(code);
    },
  );
}

const readable = (text: string | undefined) => (text !== undefined && isReadable(text) ? text : undefined);

/** Words, paths and identifiers are spelt with the same signs; what is decoded decides. */
function decodeBase64(source: string): string | undefined {
  const bytes = base64Bytes(source);
  return bytes === undefined ? undefined : readableText(bytes);
}

const FORMS: readonly {
  readonly form: BlobForm;
  readonly needle: RegExp;
  readonly pattern: RegExp;
  readonly decode: (source: string) => string | undefined;
  readonly isOpaque?: (source: string) => boolean;
}[] = [
  {
    form: 'escapes',
    needle: /\\[ux]/i,
    pattern: ESCAPES,
    decode: (source) => readable(decodeEscapes(source)),
  },
  { form: 'percent', needle: /%/, pattern: PERCENT, decode: (source) => readable(decodePercent(source)) },
  { form: 'entities', needle: /&/, pattern: ENTITIES, decode: (source) => readable(decodeEntities(source)) },
  { form: 'hex', needle: /[0-9a-f]{2}/i, pattern: HEX, decode: (source) => readableText(hexBytes(source)) },
  {
    form: 'base64',
    needle: /[A-Za-z0-9+/_-]{16}/,
    pattern: BASE64,
    decode: decodeBase64,
    isOpaque: (source) =>
      source.length >= OPAQUE_LENGTH && /\d/.test(source) && /[a-z]/.test(source) && /[A-Z]/.test(source),
  },
];

/** Every encoded run in a text, at most 64, apart from each other and in order. Linear; decodes bounded parts. */
export function findBlobs(text: string): FoundBlob[] {
  const found: FoundBlob[] = [];
  for (const { form, needle, pattern, decode, isOpaque } of FORMS) {
    if (!needle.test(text)) continue;
    const before = found.length;
    for (const match of text.matchAll(pattern)) {
      if (found.length >= MAX_BLOBS) break;
      const from = match.index;
      const to = from + match[0].length;
      if (found.slice(0, before).some((blob) => from < blob.to && blob.from < to)) continue;
      const source = match[0].slice(0, MAX_SOURCE);
      const decoded = decode(source);
      if (decoded !== undefined) found.push({ from, to, form, decoded: decoded.slice(0, MAX_DECODED) });
      else if (isOpaque?.(match[0]) === true) found.push({ from, to, form, decoded: null });
    }
  }
  return found.sort((a, b) => a.from - b.from);
}
