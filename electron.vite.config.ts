import { resolve } from 'node:path';
import babel from '@rolldown/plugin-babel';
import { lingui, linguiTransformerBabelPreset } from '@lingui/vite-plugin';
import react from '@vitejs/plugin-react';
import { defineConfig } from 'electron-vite';
import { standaloneVerifier } from './scripts/standalone-verifier';

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
    plugins: [react(), lingui(), babel({ presets: [linguiTransformerBabelPreset()] })],
    build: {
      target: 'chrome130',
      // electron-vite leaves the renderer unminified by default.
      minify: true,
      outDir: at('out/renderer'),
      rolldownOptions: { input: at('src-renderer/index.html') },
    },
  },
});
