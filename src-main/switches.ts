/** What the command line of the desktop app may say. Environment variables say nothing here (decisions §0). */

/** The port agents reach when nobody chose another (decisions §1). */
export const DEFAULT_PORT = 7423;

/** Chromium takes one dash or two, Windows a slash as well. */
const DEBUG_SWITCH = /^(?:--?|\/)(?:inspect|debug-port|remote-debugging-)/i;

/** What the smoke test of a package looks in with; 0 is a port that nobody knows before it is printed. */
const SMOKE_TEST_SWITCH = '--remote-debugging-port=0';

/** The switches that would let another program steer the window or the shell (decisions §0); empty is well. */
export function listDebugSwitches(argv: readonly string[]): string[] {
  return argv.filter((argument) => DEBUG_SWITCH.test(argument));
}

/**
 * The switches that a start is refused for. A packaged app takes none; on the test runtime, whose Node-API the shipped
 * one never has, its own smoke test may look into the window.
 */
export function listRefusedSwitches(
  argv: readonly string[],
  runtime: { readonly isPackaged: boolean; readonly isTestRuntime: boolean },
): string[] {
  if (!runtime.isPackaged) return [];
  return listDebugSwitches(argv).filter((given) => !(runtime.isTestRuntime && given === SMOKE_TEST_SWITCH));
}

/**
 * The port given as `--port=N`, 0 for any free one; undefined when there is none.
 * @throws {Error} naming the bound when N is no port
 */
export function findPortSwitch(argv: readonly string[]): number | undefined {
  const text = findSwitch(argv, 'port');
  if (text === undefined) return undefined;
  const port = /^\d{1,5}$/.test(text) ? Number(text) : Number.NaN;
  if (!(port <= 65_535))
    throw new Error(`--port=${text.slice(0, 20)}: must be a whole number from 0 to 65535`);
  return port;
}

/** The value of `--name=value`, the first one given. */
export function findSwitch(argv: readonly string[], name: string): string | undefined {
  const start = `--${name}=`;
  return argv.find((argument) => argument.startsWith(start))?.slice(start.length);
}
