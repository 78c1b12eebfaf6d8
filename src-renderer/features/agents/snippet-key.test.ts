import { describe, expect, it } from 'vitest';
import { fillKey } from './snippet-key';

describe('filling a key into a snippet', () => {
  it('puts the key wherever it belongs, literally', () => {
    expect(fillKey('a {{KEY}} b {{KEY}}', 'mma_$&$1')).toBe('a mma_$&$1 b mma_$&$1');
  });

  it('names the place in words where there is no key to show', () => {
    expect(fillKey('Bearer {{KEY}}', null)).toBe('Bearer YOUR_KEY_HERE');
  });
});
