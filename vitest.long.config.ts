import { defineConfig } from 'vitest/config';

/** What takes longer than `npm test` may: kill loops and long fuzzing. */
export default defineConfig({
  test: {
    include: ['src-*/**/*.long.test.ts'],
    setupFiles: ['src-server/testing/setup.ts'],
    testTimeout: 1_800_000,
    hookTimeout: 60_000,
  },
});
