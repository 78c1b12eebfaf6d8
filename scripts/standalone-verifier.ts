import { resolve } from 'node:path';
import { rolldown } from 'rolldown';
import type { Plugin } from 'vite';

export const VERIFIER_FILE = 'countersign-verify.mjs';

/** The verifier that ships with exports, from the source of the CLI's: one module that needs only Node. */
export async function bundleVerifier(root: string): Promise<string> {
  const bundle = await rolldown({
    input: resolve(root, 'src-server/standalone/countersign-verify.ts'),
    platform: 'node',
    external: /^node:/,
    logLevel: 'silent',
  });
  try {
    const { output } = await bundle.generate({ format: 'esm', codeSplitting: false });
    return output[0].code;
  } finally {
    await bundle.close();
  }
}

/** Puts it beside the server's entry, with whatever builds that. */
export function standaloneVerifier(root: string): Plugin {
  return {
    name: 'countersign-standalone-verifier',
    async generateBundle() {
      this.emitFile({ type: 'asset', fileName: VERIFIER_FILE, source: await bundleVerifier(root) });
    },
  };
}
