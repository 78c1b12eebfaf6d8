// Makes the tables of the X-ray lens from the Unicode data: which code points are drawn as chips, their names, and what
// looks like what (UTS #39). Classes come from the property escapes of the Node that the lock file pins, names from the
// package unicode-name, confusables from unhomoglyph. The output is committed, so that what the lens hides nothing of
// does not hang on the age of a window's own tables. `--check` only says whether the files are what would be written.
import { readFileSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { unicodeAliases, unicodeCorrectName } from 'unicode-name';

const root = join(import.meta.dirname, '..');
const folder = join(root, 'src-renderer/features/xray');
const confusables = createRequire(import.meta.url)('unhomoglyph/data.json');

/** In this order; the first that fits is the class. The letter is what the table holds. */
const CLASSES = [
  ['tag', 't', /[\u{E0000}-\u{E007F}]/u],
  ['selector', 'v', /\p{Variation_Selector}/u],
  ['bidi', 'b', /\p{Bidi_Control}/u],
  ['surrogate', 's', /\p{Cs}/u],
  ['noncharacter', 'n', /\p{Noncharacter_Code_Point}/u],
  ['ignorable', 'i', /\p{Default_Ignorable_Code_Point}/u],
  ['format', 'f', /\p{Cf}/u],
  ['control', 'c', /[^\P{Cc}\t\n]/u],
  ['space', 'w', /[^\P{Z}\x20]|[^\P{White_Space}\p{Cc}\x20]/u],
  // Blank Braille cell, null notehead, object replacement, Khitan filler: signs that draw nothing.
  ['blank', 'k', /[\u2800\u{1D159}\uFFFC\u{16FE4}]/u],
  ['private', 'p', /\p{Co}/u],
  ['unassigned', 'u', /\p{Cn}/u],
];

function* codePoints() {
  for (let code = 0; code <= 0x10ffff; code += 1) yield code;
}

const isSurrogate = (code) => code >= 0xd800 && code <= 0xdfff;
const charOf = (code) => (isSurrogate(code) ? String.fromCharCode(code) : String.fromCodePoint(code));

function classOf(code) {
  const character = charOf(code);
  return CLASSES.find(([, , pattern]) => pattern.test(character))?.[1] ?? '';
}

/** Runs of one class: distance from the end of the run before and length, base 36, then the letter. */
function classTable() {
  const runs = [];
  for (const code of codePoints()) {
    const letter = classOf(code);
    const last = runs.at(-1);
    if (last && last.letter === letter && last.to === code) last.to = code + 1;
    else if (letter !== '') runs.push({ from: code, to: code + 1, letter });
  }
  let end = 0;
  return runs.map(({ from, to, letter }) => {
    const entry = `${(from - end).toString(36)}.${(to - from).toString(36)}${letter.toUpperCase()}`;
    end = to;
    return entry;
  });
}

/** Names of what is drawn as a chip, and of combining marks that pile up. Selectors and ranges are named by rule. */
function nameTable() {
  const names = [];
  for (const code of codePoints()) {
    if (isSurrogate(code)) continue;
    const character = charOf(code);
    const letter = classOf(code);
    const isNamed = /[tbifcwk]/.test(letter) || /[\u0300-\u036F]/.test(character);
    if (!isNamed && character !== '\n' && character !== '\t') continue;
    const name = unicodeCorrectName(character);
    if (!name || name.startsWith('<')) continue;
    const short = unicodeAliases(character)?.abbreviation?.[0] ?? '';
    names.push(`${code.toString(36)}:${short === name ? '' : short}:${name}`);
  }
  return names;
}

/** What NFKD does not fold by itself, as source and prototype, in order of the prototype. */
function confusableTable() {
  const byPrototype = new Map();
  for (const [source, prototype] of Object.entries(confusables)) {
    if (source === prototype || source.normalize('NFKD') === prototype) continue;
    byPrototype.set(prototype, [...(byPrototype.get(prototype) ?? []), source]);
  }
  const hex = (text) => Array.from(text, (c) => c.codePointAt(0).toString(36)).join('-');
  return [...byPrototype]
    .map(([prototype, sources]) => [
      hex(prototype),
      sources.map((s) => s.codePointAt(0)).sort((a, b) => a - b),
    ])
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([prototype, sources]) => {
      let before = 0;
      const deltas = sources.map((code) => {
        const delta = (code - before).toString(36);
        before = code;
        return delta;
      });
      return `${prototype}=${deltas.join('.')}`;
    });
}

/** A constant in lines of bounded width, as the formatter leaves it. */
function constant(name, comment, parts, separator) {
  const lines = [];
  let line = '';
  for (const part of parts) {
    const more = line === '' ? part : `${line}${separator}${part}`;
    if (more.length > 96 && line !== '') {
      lines.push(`${line}${separator}`);
      line = part;
    } else line = more;
  }
  lines.push(line);
  return `/** ${comment} */\nexport const ${name} =\n${lines.map((text) => `  '${text}'`).join(' +\n')};\n`;
}

const NOTE = '// Made by scripts/generate-unicode.mjs from the Unicode data; do not edit.\n\n';
const quoted = (letters) =>
  letters.map(([name, letter]) => `  ${letter.toUpperCase()}: '${name}',\n`).join('');

const files = {
  'unicode-table.ts':
    NOTE +
    `/** Of the data below. */\nexport const UNICODE_VERSION = '${process.versions.unicode}';\n\n` +
    `/** What the letters of the class table stand for. */\nexport const CLASS_OF_LETTER = {\n${quoted(CLASSES)}} as const;\n\n` +
    constant('CLASS_TABLE', 'Runs: distance, length, letter.', classTable(), ' ') +
    '\n' +
    constant('NAME_TABLE', 'Code point, abbreviation, name.', nameTable(), ';'),
  'confusable-table.ts':
    NOTE +
    constant('CONFUSABLE_TABLE', 'Prototype, then the distances of its look-alikes.', confusableTable(), ' '),
};

const isCheck = process.argv.includes('--check');
const stale = [];
for (const [name, text] of Object.entries(files)) {
  const file = join(folder, name);
  if (!isCheck) writeFileSync(file, text);
  else if (readFileSync(file, 'utf8') !== text) stale.push(name);
}
if (stale.length > 0) {
  console.error(`not as the Unicode data has it, run scripts/generate-unicode.mjs: ${stale.join(', ')}`);
  process.exit(1);
}
