import { existsSync } from 'node:fs';
import { defineConfig, devices } from '@playwright/test';

/** The Chromium of the machine where there is one; Playwright's own elsewhere. */
function findChromium(): string | undefined {
  const named = process.env['CHROMIUM_PATH'];
  if (named) return named;
  return existsSync('/usr/bin/chromium') ? '/usr/bin/chromium' : undefined;
}

const executablePath = findChromium();

export default defineConfig({
  testDir: 'e2e',
  outputDir: 'artifacts/e2e',
  workers: 1,
  // A test that passes at the second try hides what the first one saw.
  retries: 0,
  forbidOnly: Boolean(process.env['CI']),
  timeout: 60_000,
  expect: { timeout: 10_000 },
  reporter: [['list']],
  use: { screenshot: 'only-on-failure', trace: 'off', video: 'off' },
  projects: [
    { name: 'desktop', testMatch: '**/*.desktop.spec.ts' },
    {
      name: 'browser',
      testMatch: '**/*.browser.spec.ts',
      use: { ...devices['Desktop Chrome'], launchOptions: executablePath ? { executablePath } : {} },
    },
  ],
});
