import { i18n } from '@lingui/core';
import { beforeAll, describe, expect, it } from 'vitest';
import type { Problem } from '../../src-server/contract/console/problem';
import { ProblemError } from '../api/problem';
import { messages } from '../locales/en.po';
import { fieldErrorsOf, isAllAtFields } from './field-errors';

beforeAll(() => i18n.loadAndActivate({ locale: 'en', messages }));

function refused(errors: NonNullable<Problem['errors']>) {
  return new ProblemError({
    type: 'about:blank',
    title: 'Invalid input',
    status: 400,
    detail: 'Some fields need attention.',
    code: 'validation',
    requestId: 'r1',
    errors,
  });
}

describe('errors at their fields', () => {
  it('finds the field however its path is written, and keeps the first message of each', () => {
    const error = refused([
      { path: '/body/handle', message: 'is empty', rule: 'min_length', bound: 1 },
      { path: 'body.handle', message: 'must have 3 characters', rule: 'min_length', bound: 3 },
      { path: 'name', message: 'must not be blank', rule: 'blank' },
    ]);
    expect(fieldErrorsOf(error)).toEqual({ handle: 'Must not be empty', name: 'Must not be blank' });
  });

  it('says when something is left that no field shows', () => {
    const error = refused([
      { path: 'name', message: 'must not be blank' },
      { path: 'scopes', message: 'must have at least one' },
    ]);
    expect(isAllAtFields(error, ['name', 'scopes'])).toBe(true);
    expect(isAllAtFields(error, ['name'])).toBe(false);
  });

  it('finds nothing in an error that names no field', () => {
    expect(fieldErrorsOf(new Error('x'))).toEqual({});
    expect(isAllAtFields(refused([]), ['name'])).toBe(false);
  });
});
