import babel from '@rolldown/plugin-babel';
import { lingui, linguiTransformerBabelPreset } from '@lingui/vite-plugin';
import { availableParallelism } from 'node:os';
import { defineConfig } from 'vitest/config';

export default defineConfig({
  plugins: [lingui(), babel({ presets: [linguiTransformerBabelPreset()] })],
  test: {
    include: ['src-*/**/*.test.{ts,tsx}'],
    exclude: ['**/*.long.test.ts', 'node_modules/**'],
    setupFiles: ['src-server/testing/setup.ts'],
    // Every test has folders and servers of its own; a worker per file would double the time.
    isolate: false,
    // Many wait for processes they kill: one worker fewer than cores, the default, leaves a machine of two idle.
    maxWorkers: Math.max(2, availableParallelism() - 1),
    testTimeout: 30_000,
    hookTimeout: 30_000,
  },
});
