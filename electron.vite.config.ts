import { resolve } from 'node:path';
import babel from '@rolldown/plugin-babel';
import { lingui, linguiTransformerBabelPreset } from '@lingui/vite-plugin';
import react from '@vitejs/plugin-react';
import { defineConfig } from 'electron-vite';
import { standaloneVerifier } from './scripts/standalone-verifier';
import { checkStartPath, START_GROUP } from './scripts/start-path';

const at = (path: string) => resolve(import.meta.dirname, path);

export default defineConfig({
  main: {
    plugins: [standaloneVerifier(import.meta.dirname)],
    build: {
      // electron-vite does not know Electron 45 yet; the shell must also run on the older test runtime.
      target: 'node20.18',
      // Everything but the native module is bundled: start-up is three times faster and one folder is unpacked.
      externalizeDeps: false,
      rolldownOptions: {
        input: {
          index: at('src-main/index.ts'),
          server: at('src-server/main.ts'),
          cli: at('src-server/cli.ts'),
        },
        external: ['better-sqlite3', 'electron'],
        // Without comments and white space, a quarter of it, there is less to read at start; names stay for stack traces.
        output: { minify: { compress: false, mangle: false, codegen: true } },
      },
    },
  },
  preload: {
    build: {
      target: 'node20.18',
      externalizeDeps: false,
      rolldownOptions: {
        input: { index: at('src-main/preload/index.ts') },
        output: { format: 'cjs', entryFileNames: '[name].cjs' },
      },
    },
  },
  renderer: {
    root: at('src-renderer'),
    base: './',
    plugins: [react(), lingui(), babel({ presets: [linguiTransformerBabelPreset()] }), checkStartPath()],
    build: {
      target: 'chrome130',
      // electron-vite leaves the renderer unminified by default.
      minify: true,
      outDir: at('out/renderer'),
      rolldownOptions: {
        input: at('src-renderer/index.html'),
        output: { codeSplitting: { groups: [START_GROUP] } },
      },
    },
  },
});
