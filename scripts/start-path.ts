/**
 * What the window loads before its first frame, kept small: the shell answers every file of it one by one, and a chain
 * of them costs more than their bytes. Everything that `main.tsx` reaches by static imports becomes one chunk; pages,
 * dialogs and further libraries are loaded when they are opened. The build fails when the start outgrows its budget,
 * holds what belongs to another page, or misses a style of Mantine.
 */
import { readdirSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import type { Plugin } from 'vite';

/** The chunk that holds all of the start; give it to `output.codeSplitting.groups`. */
export const START_GROUP = { name: 'start', tags: ['$initial'] } satisfies {
  name: string;
  tags: ['$initial'];
};

/** Bytes before compression, for nothing compresses what the shell serves. Raise them only with a measurement. */
const MAX_SCRIPT = 840_000;
const MAX_STYLE = 160_000;
/** `index` and `start`. */
const MAX_CHUNKS = 2;

/** Pages but the Inbox, and libraries that none of the first frame needs. */
const NOT_AT_START = [
  /\/src-renderer\/features\/(?!inbox\/)[^/]+\/[^/]+-page\.tsx$/,
  /\/src-renderer\/app\/(?:hotkey-help|sign-in-page|start-failure-page|unlock-page)\.tsx$/,
  /\/src-renderer\/features\/inbox\/(?:inbox-filters|reject-dialog)\.tsx$/,
  /\/src-renderer\/locales\/\w+\.po$/,
  /\/@mantine\/core\/esm\/components\/(?:Modal|Combobox|Notification|Table)\//,
  /\/node_modules\/(?:react-remove-scroll|@mantine\/(?:notifications|spotlight|dates|charts)|libphonenumber-js|react-transition-group)\//,
];

const MANTINE_CLASS = /\bm_[0-9a-f]{6,8}\b/g;

/** @throws {Error} from the build, naming what is wrong and the way out */
export function checkStartPath(): Plugin {
  return {
    name: 'countersign:start-path',
    apply: 'build',
    generateBundle(_options, bundle) {
      const files = Object.values(bundle);
      const chunks = files.filter((file) => file.type === 'chunk');
      const styles = files.filter((file) => file.type === 'asset' && file.fileName.endsWith('.css'));
      const byName = new Map(chunks.map((chunk) => [chunk.fileName, chunk]));
      const start = new Set(chunks.filter((chunk) => chunk.isEntry));
      for (const chunk of start) {
        for (const name of chunk.imports) {
          const imported = byName.get(name);
          if (imported) start.add(imported);
        }
      }
      const problems: string[] = [];
      if (start.size > MAX_CHUNKS)
        problems.push(
          `the start is ${start.size} files: ${[...start].map(({ fileName }) => fileName).join(', ')}`,
        );

      const scriptBytes = [...start].reduce((sum, { code }) => sum + Buffer.byteLength(code), 0);
      if (scriptBytes > MAX_SCRIPT)
        problems.push(`the start is ${scriptBytes} bytes of script, its budget ${MAX_SCRIPT}`);

      const styleNames = new Set([...start].flatMap((chunk) => [...(chunk.viteMetadata?.importedCss ?? [])]));
      const startStyles = styles.filter(({ fileName }) => styleNames.has(fileName)).map(textOf);
      const styleBytes = startStyles.reduce((sum, text) => sum + Buffer.byteLength(text), 0);
      if (styleBytes > MAX_STYLE)
        problems.push(`the start is ${styleBytes} bytes of styles, its budget ${MAX_STYLE}`);

      const strangers = [...start]
        .flatMap(({ moduleIds }) => moduleIds)
        .filter((id) => NOT_AT_START.some((pattern) => pattern.test(id.replaceAll('\\', '/'))));
      for (const id of strangers) problems.push(`${id} is part of the start: import() it where it is opened`);

      const missing = listMissingStyles(
        chunks.map(({ code }) => code).join('\n'),
        styles.map(textOf).join('\n'),
      );
      for (const name of missing)
        problems.push(`src-renderer/theme/mantine-styles.ts lacks @mantine/core/styles/${name}`);
      if (problems.length > 0) this.error(problems.join('\n'));
    },
  };
}

function textOf(file: { readonly type: string; readonly source?: string | Uint8Array }): string {
  return typeof file.source === 'string' ? file.source : Buffer.from(file.source ?? []).toString('utf8');
}

/** Style files of Mantine's components whose classes the code names and no style has. */
function listMissingStyles(code: string, styles: string): string[] {
  const named = new Set(code.match(MANTINE_CLASS));
  const styled = new Set(styles.match(MANTINE_CLASS));
  const folder = dirname(createRequire(import.meta.url).resolve('@mantine/core/styles/global.css'));
  return readdirSync(folder)
    .filter((name) => name.endsWith('.css') && !name.endsWith('.layer.css'))
    .filter((name) => {
      const classes = readFileSync(join(folder, name), 'utf8').match(MANTINE_CLASS) ?? [];
      return classes.some((one) => named.has(one) && !styled.has(one));
    });
}
