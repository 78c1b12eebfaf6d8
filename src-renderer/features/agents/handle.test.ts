import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { handle } from '../../../src-server/contract/console/agents';
import { suggestHandle } from './handle';

describe('suggesting a handle', () => {
  it.each([
    ['Atlas', 'atlas'],
    ["Zoë's Research Bot", 'zoes-research-bot'],
    ['Straße 7', 'strasse-7'],
    ['  --Rook--  ', 'rook'],
    ['Al', 'al-agent'],
    ['代理', ''],
  ])('makes of %j %j', (name, expected) => {
    expect(suggestHandle(name)).toBe(expected);
  });

  it('only ever suggests what the platform takes', () => {
    fc.assert(
      fc.property(fc.string({ maxLength: 120, unit: 'grapheme' }), (name) => {
        const suggested = suggestHandle(name);
        expect(suggested === '' || handle.safeParse(suggested).success).toBe(true);
      }),
    );
  });
});
