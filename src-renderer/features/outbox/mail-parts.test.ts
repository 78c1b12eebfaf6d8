import { describe, expect, it } from 'vitest';
import { findMailParts } from './mail-parts';

describe('what can be copied out of a mail', () => {
  it('is the code on its line', () => {
    expect(findMailParts('Enter this code:\n\n    482913\n\nIt works once, for 10 minutes.\n')).toEqual([
      { type: 'code', text: '482913' },
    ]);
  });

  it('is each link once, without what ends the sentence', () => {
    const text = 'Claim it: http://127.0.0.1:7423/claim and see http://127.0.0.1:7423/claim.';
    expect(findMailParts(text)).toEqual([{ type: 'link', text: 'http://127.0.0.1:7423/claim' }]);
  });

  it('is nothing in a text without either', () => {
    expect(findMailParts('Hello 123456 world\n  code\n')).toEqual([]);
  });
});
