import { describe, expect, it } from 'vitest';
import { ProblemError } from '../api/problem';
import { fieldErrorsOf, isAllAtFields } from './field-errors';

function refused(errors: { path: string; message: string }[]) {
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
      { path: '/body/handle', message: 'is taken' },
      { path: 'body.handle', message: 'must have 3 characters' },
      { path: 'name', message: 'must not be blank' },
    ]);
    expect(fieldErrorsOf(error)).toEqual({ handle: 'is taken', name: 'must not be blank' });
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
