import { readFileSync } from 'node:fs';
import { formatter } from '@lingui/format-po';
import { compileMessage, type CompiledMessage } from '@lingui/message-utils/compileMessage';
import { describe, expect, it } from 'vitest';
import { EQUAL_IN_GERMAN } from './equal-in-german';

interface Entry {
  readonly id: string;
  readonly english: string;
  readonly german: string;
}

const entries = await readEntries();

/** What agents are given to read; they are spoken to as the tools they are. */
const SAID_TO_AGENTS = /agents_invite/;
const FAMILIAR = /(?<!\p{L})(?:du|dich|dir|dein(?:e[mnrs]?)?|euch|euer|eure[mnrs]?)(?!\p{L})/iu;

describe('the German catalogue', () => {
  it('has every entry', () => {
    expect(entries.length).toBeGreaterThan(1_000);
    expect(entries.filter(({ german }) => german.trim() === '')).toEqual([]);
  });

  it('repeats the English only where somebody looked at it', () => {
    const equal = entries.filter(({ english, german }) => german === english).map(({ english }) => english);
    expect([...new Set(equal)].sort()).toEqual(Object.keys(EQUAL_IN_GERMAN).sort());
  });

  it('has the same values, elements and plural forms in every entry', () => {
    const different = entries.flatMap(({ english, german }) => {
      const [wanted, found] = [partsOf(english), partsOf(german)];
      return wanted.join() === found.join() ? [] : [{ english, german, wanted, found }];
    });
    expect(different).toEqual([]);
  });

  it('says Sie to people', () => {
    const familiar = entries.filter(({ german }) => FAMILIAR.test(german) && !SAID_TO_AGENTS.test(german));
    expect(familiar).toEqual([]);
  });

  it('writes German quotation marks, and a space before an ellipsis that stands for words', () => {
    const foreign = entries.filter(({ german }) => /[”"]|\p{L}…$/u.test(german.replaceAll(/\{.*?\}/g, '')));
    expect(foreign).toEqual([]);
  });
});

async function readEntries(): Promise<Entry[]> {
  const file = `${import.meta.dirname}/de.po`;
  const catalogue = await formatter().parse(readFileSync(file, 'utf8'), {
    locale: 'de',
    sourceLocale: 'en',
    filename: file,
  });
  return Object.entries(catalogue).map(([id, { message, translation }]) => ({
    id,
    english: message ?? id,
    german: translation ?? '',
  }));
}

/** The values, elements and plural arms of a message, sorted; the arms of a language depend on its rules. */
function partsOf(message: string): string[] {
  return [...new Set(listParts(compileMessage(message)))].sort();
}

function listParts(compiled: CompiledMessage): string[] {
  if (typeof compiled === 'string') return listTags(compiled);
  return compiled.flatMap((token) => {
    if (typeof token === 'string') return listTags(token);
    const [name, type, arms] = token;
    if (typeof arms !== 'object' || arms === null) return [`{${name}}`];
    const inside = Object.entries(arms).flatMap(([arm, text]) => [
      `${name} ${type} ${arm}`,
      ...(typeof text === 'number' || text === undefined ? [] : listParts(text)),
    ]);
    return [`{${name}}`, ...inside];
  });
}

function listTags(text: string): string[] {
  return text.match(/<\/?\d+\/?>/g) ?? [];
}
