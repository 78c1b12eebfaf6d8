import { i18n } from '@lingui/core';
import { afterAll, describe, expect, it } from 'vitest';
import { PROBLEM_CODES, PROBLEM_REASONS, type Problem } from '../../src-server/contract/console/problem';
import { emailAddress, filledText, text } from '../../src-server/contract/common';
// oxlint-disable-next-line no-restricted-imports -- the test holds both sides to each other
import { ERROR_CATALOGUE, isAppError } from '../../src-server/lib/errors';
// oxlint-disable-next-line no-restricted-imports -- the test holds both sides to each other
import { parseOrThrow } from '../../src-server/lib/validate';
import { z } from 'zod';
import { messages as german } from '../locales/de.po';
import { messages as english } from '../locales/en.po';
import { CODE_HINTS, CODE_WORDS, FIELD_WORDS, REASON_WORDS, wordField, wordProblem } from './problem-words';

const CATALOGUES = { en: english, de: german };

afterAll(() => i18n.loadAndActivate({ locale: 'en', messages: english }));

function problemOf(part: Partial<Problem>): Problem {
  return { type: '', title: 'Title', status: 400, detail: 'Detail.', code: '', requestId: '', ...part };
}

function inGerman<T>(say: () => T): T {
  i18n.loadAndActivate({ locale: 'de', messages: german });
  return say();
}

describe('refusals of the server in the language of the window', () => {
  const descriptors = [
    ...[CODE_WORDS, CODE_HINTS, REASON_WORDS].flatMap((words) => Object.values(words)),
    ...Object.values(FIELD_WORDS).flatMap((word) => [word({ bound: 1 }), word({ bound: 2 })]),
  ];

  it.each(['en', 'de'] as const)('has words for every code, reason and rule in %s', (locale) => {
    const missing = descriptors.filter(({ id }) => !(id in CATALOGUES[locale]));
    expect(missing).toEqual([]);
  });

  it('knows every code that the server can throw', () => {
    expect(Object.keys(CODE_WORDS).sort()).toEqual([...Object.keys(ERROR_CATALOGUE), 'internal'].sort());
  });

  it('shows nothing of the server’s English where it knows code and reason', () => {
    for (const code of PROBLEM_CODES) {
      const words = inGerman(() => wordProblem(problemOf({ code })));
      expect([code, words.title, words.detailLang]).toEqual([code, expect.any(String), undefined]);
      expect(JSON.stringify(words)).not.toMatch(/Title|Detail\./);
    }
    for (const reason of PROBLEM_REASONS) {
      const { detail } = inGerman(() => wordProblem(problemOf({ code: 'invalid_transition', reason })));
      expect([reason, detail.length > 0, detail.includes('Detail.')]).toEqual([reason, true, false]);
    }
  });

  it('falls back to the server’s own sentence, marked as English, for a code it does not know', () => {
    const words = inGerman(() => wordProblem(problemOf({ code: 'later' })));
    expect(words).toEqual({
      title: 'Der Server hat das nicht angenommen',
      detail: 'Detail.',
      detailLang: 'en',
    });
  });

  it.each([
    ['a', 'Muss mindestens 3 Zeichen haben'],
    ['abcdef', 'Darf höchstens 5 Zeichen haben'],
  ])('says the bound that %s breaks', (name, words) => {
    expect(refusedFields(z.object({ name: text(5, 3) }), { name })).toEqual({ name: words });
  });

  it('says what is wrong with fields of every kind', () => {
    const schema = z.strictObject({
      title: filledText(20),
      email: emailAddress,
      count: z.number().max(4),
      days: z.array(z.number()).max(1),
      must: z.string(),
    });
    const wrong = { title: ' ', email: 'anna@', count: 5, days: [1, 2], more: 1 };
    expect(refusedFields(schema, wrong)).toEqual({
      title: 'Darf nicht nur aus Leerraum bestehen',
      email: 'Muss eine E-Mail-Adresse sein',
      count: 'Darf höchstens 4 sein',
      days: 'Höchstens 1 sind möglich',
      must: 'Ist nötig',
      '': 'Kann hier nicht gesetzt werden',
    });
  });

  it('says the one reason of a refusal at its field', () => {
    const entry = { path: 'recoveryCode', message: 'is not the recovery code of this backup' };
    const words = inGerman(() => wordField(entry, 'recovery_code_wrong'));
    expect(words).toBe('Das ist nicht der Wiederherstellungscode dieser Sicherung.');
  });
});

/** What a German window says at each field that the server refuses. */
function refusedFields(schema: z.ZodType, value: unknown): Record<string, string> {
  try {
    parseOrThrow(schema, value);
  } catch (error) {
    if (!isAppError(error)) throw error;
    const { fields } = error;
    return inGerman(() => Object.fromEntries(fields.map((field) => [field.path, wordField(field)])));
  }
  return {};
}
