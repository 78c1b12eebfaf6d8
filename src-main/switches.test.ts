import { describe, expect, it } from 'vitest';
import { findPortSwitch, listDebugSwitches, listRefusedSwitches } from './switches';

describe('switches that let others steer the app', () => {
  it.each([
    '--inspect',
    '--inspect=0',
    '--inspect-brk=9229',
    '--inspect-port=1',
    '--remote-debugging-port=9222',
    '--remote-debugging-pipe',
    '-remote-debugging-port=9222',
    '--Remote-Debugging-Port=9222',
  ])('are found: %s', (argument) => {
    expect(listDebugSwitches(['app', argument])).toEqual([argument]);
  });

  it('are not seen where there are none', () => {
    expect(listDebugSwitches(['app', '.', '--port=0', '--user-data-dir=/tmp/inspect', 'inspect'])).toEqual(
      [],
    );
  });
});

describe('a start', () => {
  const argv = [
    'app',
    '--inspect=0',
    '--remote-debugging-port=0',
    '--remote-debugging-port=9222',
    '--hidden',
  ];

  it('is refused for every one of them once packaged', () => {
    const refused = listRefusedSwitches(argv, { isPackaged: true, isTestRuntime: false });
    expect(refused).toEqual(['--inspect=0', '--remote-debugging-port=0', '--remote-debugging-port=9222']);
    expect(listRefusedSwitches(argv, { isPackaged: false, isTestRuntime: false })).toEqual([]);
  });

  it('is let through with a port that nobody knows on the runtime of tests alone', () => {
    const refused = listRefusedSwitches(argv, { isPackaged: true, isTestRuntime: true });
    expect(refused).toEqual(['--inspect=0', '--remote-debugging-port=9222']);
  });
});

describe('--port', () => {
  it('is a port, 0 for any free one, or absent', () => {
    expect(findPortSwitch(['app', '--port=7500'])).toBe(7500);
    expect(findPortSwitch(['app', '--port=0'])).toBe(0);
    expect(findPortSwitch(['app'])).toBeUndefined();
  });

  it.each(['', '-1', '65536', '80.5', 'x', '1e3'])('refuses "%s" with its bound', (text) => {
    expect(() => findPortSwitch(['app', `--port=${text}`])).toThrow('must be a whole number from 0 to 65535');
  });
});
