import { execFile, spawn } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { promisify } from 'node:util';

const root = join(import.meta.dirname, '..');
const READY_TIMEOUT_MS = 120_000;

/** `npm run serve -- --console` on a folder of its own. */
export interface Served extends AsyncDisposable {
  readonly url: string;
  readonly dataFolder: string;
  /** The link on which the first admin signs in, as printed. */
  readonly firstLink: string;
  /** `npm run cli -- COMMAND --json` on the same folder, beside the server. */
  cli<Document>(...args: readonly string[]): Promise<Document>;
  /** The six digits in the newest mail to an address, which comes after `since` mails. */
  findCode(to: string, since?: number): Promise<string | undefined>;
}

interface Mails {
  readonly mails: readonly { readonly text: string }[];
}

/** @throws Error with what it printed when it does not get ready */
export async function startServed(flags: readonly string[] = []): Promise<Served> {
  const dataFolder = mkdtempSync(join(tmpdir(), 'countersign-served-'));
  const script = join(root, 'scripts/serve.mjs');
  const args = [script, '--data', dataFolder, '--port', '0', '--console', ...flags];
  const child = spawn(process.execPath, args, { cwd: root, stdio: ['ignore', 'pipe', 'pipe'] });
  const exit = new Promise<void>((resolve) => child.once('close', () => resolve()));
  const log: string[] = [];
  const found = { url: '', link: '' };
  const ready = new Promise<void>((resolve, reject) => {
    const fail = (): void => reject(new Error(`The server did not get ready:\n${log.join('\n')}`));
    const timer = setTimeout(fail, READY_TIMEOUT_MS);
    const take = (line: string): void => {
      const { url, link, ready: isReady } = parseLine(line);
      if (typeof link === 'string') found.link = link;
      if (isReady === true && typeof url === 'string') found.url = url;
      if (found.url === '' || found.link === '') return;
      clearTimeout(timer);
      resolve();
    };
    createInterface({ input: child.stdout }).on('line', take);
    createInterface({ input: child.stderr }).on('line', (line) => {
      log.push(line);
      take(line);
    });
    void exit.then(fail);
  });
  const stop = async (): Promise<void> => {
    child.kill('SIGTERM');
    await exit;
    rmSync(dataFolder, { recursive: true, force: true, maxRetries: 5 });
  };
  try {
    await ready;
  } catch (error) {
    await stop();
    throw error;
  }
  const cli = async <Document>(...command: readonly string[]): Promise<Document> => {
    const cliScript = join(root, 'scripts/cli.mjs');
    const { stdout } = await promisify(execFile)(
      process.execPath,
      [cliScript, ...command, '--data', dataFolder, '--json'],
      { cwd: root },
    );
    return JSON.parse(stdout) as Document;
  };
  return {
    url: found.url,
    firstLink: found.link,
    dataFolder,
    cli,
    async findCode(to, since = 0) {
      const { mails } = await cli<Mails>('outbox', '--to', to);
      const texts = mails.slice(0, mails.length - since).map(({ text }) => text);
      return texts.map((text) => /\b\d{3} ?\d{3}\b/.exec(text)?.[0]).find((code) => code !== undefined);
    },
    [Symbol.asyncDispose]: stop,
  };
}

function parseLine(line: string): Record<string, unknown> {
  try {
    return JSON.parse(line) as Record<string, unknown>;
  } catch {
    return {};
  }
}
