import { test as base, expect } from '@playwright/test';
import { startServed, type Served } from './served';

export { expect } from '@playwright/test';

interface Fixtures {
  /** Flags of the server besides those that it always has. */
  readonly flags: readonly string[];
  readonly served: Served;
  /** Errors in the browser's console that a step means to cause. */
  readonly allowedErrors: RegExp[];
}

/**
 * Tests of the console in a browser, against a server of their own. An error in the console of any page, an uncaught
 * one, or a violation of the content security policy fails the test, unless `allowedErrors` names it.
 */
export const test = base.extend<Fixtures>({
  flags: [[], { option: true }],

  served: async ({ flags }, use) => {
    await using served = await startServed(flags);
    await use(served);
  },

  // eslint-disable-next-line no-empty-pattern -- Playwright reads the names it hands over from the pattern
  allowedErrors: async ({}, use) => use([]),

  // It needs the server so that it is looked at before the server goes, which every open page would complain of.
  context: async ({ context, served, allowedErrors }, use) => {
    expect(served.url).not.toBe('');
    const errors: string[] = [];
    context.on('console', (message) => {
      // Violations of the content security policy arrive here too.
      if (message.type() === 'error') errors.push(`${message.text()} (${message.location().url})`);
    });
    context.on('weberror', (error) =>
      errors.push(`uncaught: ${error.error().stack ?? error.error().message}`),
    );
    await use(context);
    const unexpected = errors.filter((error) => !allowedErrors.some((allowed) => allowed.test(error)));
    expect(unexpected, 'errors in the console of the browser').toEqual([]);
  },
});
