/** Files between the server and wherever a person keeps theirs: backups, copies of their data. */
import { createWriteStream } from 'node:fs';
import { rename, rm } from 'node:fs/promises';
import { request } from 'node:http';
import type { IncomingMessage } from 'node:http';
import { join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { dialog } from 'electron';
import type { BrowserWindow } from 'electron';
import { SOCKET_SECRET_HEADER } from '../src-server/contract/process';
import type { IpcArgument } from './ipc/contract';
import type { Supervisor, Upstream } from './supervisor';
import type { Texts } from './texts';

export interface DataFiles {
  /** Asks where to, and writes the file there; null when the dialog was closed. @throws Error when it was not saved */
  save(file: IpcArgument<'shell:save-file'>): Promise<string | null>;
  /** The path of a backup that the person chose; null when the dialog was closed. */
  chooseBackup(): Promise<string | null>;
}

const WAIT_MS = 10_000;

export function createDataFiles(deps: {
  readonly whenUp: Supervisor['whenUp'];
  readonly findWindow: () => BrowserWindow | undefined;
  readonly texts: () => Texts;
  /** Where the dialogs begin. */
  readonly home: string;
}): DataFiles {
  const { whenUp, findWindow, texts, home } = deps;
  const parent = (): BrowserWindow => {
    const window = findWindow();
    if (!window) throw new Error('no window to ask in');
    return window;
  };
  return {
    async save({ path, name }) {
      const { canceled, filePath } = await dialog.showSaveDialog(parent(), {
        title: texts().saveFile,
        defaultPath: join(home, name),
      });
      if (canceled || filePath === '') return null;
      const upstream = await whenUp(WAIT_MS);
      if (!upstream) throw new Error('saveFile: the server is not running');
      await download(upstream, path, filePath);
      return filePath;
    },
    async chooseBackup() {
      const { canceled, filePaths } = await dialog.showOpenDialog(parent(), {
        title: texts().chooseBackup,
        defaultPath: home,
        filters: [{ name: texts().backups, extensions: ['csb', 'db'] }],
        properties: ['openFile', 'dontAddToRecent'],
      });
      return canceled ? null : (filePaths[0] ?? null);
    },
  };
}

/** Whole or not at all: beside its end first, and renamed when all of it is there. */
async function download(upstream: Upstream, path: string, target: string): Promise<void> {
  const part = `${target}.part`;
  try {
    const response = await open(upstream, path);
    if (response.statusCode !== 200) {
      response.resume();
      throw new Error(`saveFile: the server answered ${response.statusCode}`);
    }
    await pipeline(response, createWriteStream(part, { mode: 0o600, flush: true }));
    await rename(part, target);
  } catch (error) {
    await rm(part, { force: true });
    throw error;
  }
}

function open({ socketPath, secret }: Upstream, path: string): Promise<IncomingMessage> {
  return new Promise((resolve, reject) => {
    request({
      socketPath,
      path: `/api/console${path}`,
      headers: { host: 'console.local', [SOCKET_SECRET_HEADER]: secret },
    })
      .on('response', resolve)
      .on('error', reject)
      .end();
  });
}
