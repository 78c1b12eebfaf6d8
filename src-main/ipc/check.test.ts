import { describe, expect, it } from 'vitest';
import { checkArguments } from './check';

describe('the arguments of a call', () => {
  it('pass when they fit the contract', () => {
    expect(checkArguments('shell:get-state', [undefined])).toBeUndefined();
    expect(checkArguments('shell:retry-server', [{ port: 7424 }])).toEqual({ port: 7424 });
    expect(checkArguments('shell:open-external', ['https://example.org/a?b#c'])).toBe(
      'https://example.org/a?b#c',
    );
    expect(checkArguments('shell:copy-text', ['x'.repeat(100_000)])).toHaveLength(100_000);
  });

  it('are refused with the field, the problem and the bound', () => {
    expect(() => checkArguments('shell:retry-server', [{ port: 80 }])).toThrow(/port: .*1024/);
    expect(() => checkArguments('shell:retry-server', [{ port: 7424, host: '0.0.0.0' }])).toThrow(/host/);
    expect(() => checkArguments('shell:copy-text', ['x'.repeat(100_001)])).toThrow(/100000/);
    expect(() => checkArguments('shell:unlock', [{ method: 'passphrase', passphrase: '' }])).toThrow(
      /passphrase/,
    );
    expect(() => checkArguments('shell:unlock', [{ method: 'keyFile', path: '/etc/passwd' }])).toThrow(
      /path/,
    );
    expect(() => checkArguments('shell:get-state', [1])).toThrow(/undefined/);
    expect(() => checkArguments('shell:copy-text', ['a', 'b'])).toThrow(/one argument/);
  });

  it.each([
    'file:///etc/passwd',
    'javascript:alert(1)',
    'app://console/',
    'countersign://v1/x',
    'smb://host/share',
    '//example.org',
    'https://user:pass@example.org',
    `https://example.org/${'x'.repeat(2048)}`,
    '',
  ])('open no such address: %s', (url) => {
    expect(() => checkArguments('shell:open-external', [url])).toThrow(/http or https|2048/);
  });
});
