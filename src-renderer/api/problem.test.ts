import { describe, expect, it } from 'vitest';
import { isTransient, NetworkError, ProblemError, readProblem } from './problem';

describe('readProblem', () => {
  it('keeps problem details as they are', () => {
    const problem = {
      type: 'urn:countersign:problem:validation',
      title: 'Invalid input',
      status: 400,
      detail: 'note: must have at most 500 characters',
      code: 'validation',
      requestId: 'r',
      errors: [{ path: 'note', message: 'must have at most 500 characters' }],
      details: { bound: 500 },
    };
    expect(readProblem(400, problem)).toEqual(problem);
  });

  it('reads the `{detail}` of the public face', () => {
    expect(readProblem(400, { detail: 'This code is wrong.' })).toMatchObject({
      status: 400,
      code: 'validation',
      detail: 'This code is wrong.',
    });
  });

  it.each([
    [401, 'unauthenticated'],
    [403, 'forbidden'],
    [404, 'not_found'],
    [409, 'conflict'],
    [429, 'rate_limited'],
    [503, 'internal'],
  ])('names status %i when the body says nothing', (status, code) => {
    expect(readProblem(status, undefined)).toMatchObject({ status, code, detail: '' });
    expect(readProblem(status, '<html>')).toMatchObject({ status, code });
    expect(readProblem(status, [1, 2])).toMatchObject({ status, code });
  });

  it('drops malformed parts instead of passing them on', () => {
    const problem = readProblem(400, { code: 7, title: null, errors: [{ path: 'a' }, 'x'], details: [1] });
    expect(problem).toEqual({
      type: 'about:blank',
      title: 'HTTP 400',
      status: 400,
      detail: '',
      code: 'validation',
      requestId: '',
    });
  });
});

describe('isTransient', () => {
  it('is true for what passes by itself and false for refusals', () => {
    expect(isTransient(new NetworkError('away'))).toBe(true);
    expect(isTransient(new ProblemError(readProblem(503, {})))).toBe(true);
    expect(isTransient(new ProblemError(readProblem(500, {})))).toBe(false);
    expect(isTransient(new ProblemError(readProblem(409, {})))).toBe(false);
    expect(isTransient(new Error('other'))).toBe(false);
  });
});
