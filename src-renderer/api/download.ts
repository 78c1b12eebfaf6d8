import { EXPORT_ROWS_HEADER } from '../../src-server/contract/console/audit';
import { apiUrl, refreshSession } from './client';
import { NetworkError, ProblemError, readProblem } from './problem';
import { saveBlob } from './save-file';

export interface DownloadProgress {
  /** Lines so far, and rows there are in all where the server said so. */
  readonly lines: number;
  readonly rows: number | null;
}

const LINE_BREAK = 10;

/**
 * Reads an answer as it comes, tells how far it is, and saves it as a file.
 * @throws ProblemError, NetworkError; an AbortError when `signal` is aborted
 */
export async function download(
  path: string,
  fallbackName: string,
  signal: AbortSignal,
  onProgress: (progress: DownloadProgress) => void = () => undefined,
): Promise<void> {
  const ask = () => fetch(apiUrl(`/api/console${path}`), { credentials: 'same-origin', signal });
  try {
    let response = await ask();
    if (response.status === 401 && (await refreshSession())) response = await ask();
    if (!response.ok) {
      const body: unknown = await response.json().catch(() => undefined);
      throw new ProblemError(readProblem(response.status, body));
    }
    const said = response.headers.get(EXPORT_ROWS_HEADER);
    const rows = said === null ? null : Number(said);
    const parts: Uint8Array<ArrayBuffer>[] = [];
    let lines = 0;
    const reader = response.body?.getReader();
    for (let step = await reader?.read(); step && !step.done; step = await reader?.read()) {
      parts.push(step.value);
      for (const byte of step.value) if (byte === LINE_BREAK) lines += 1;
      onProgress({ lines, rows });
    }
    const name = /filename="([\w.-]+)"/.exec(response.headers.get('content-disposition') ?? '')?.[1];
    const type = response.headers.get('content-type') ?? 'application/octet-stream';
    saveBlob(name ?? fallbackName, new Blob(parts, { type }));
  } catch (error) {
    if (error instanceof ProblemError || (error instanceof DOMException && error.name === 'AbortError'))
      throw error;
    throw new NetworkError('the server does not answer', { cause: error });
  }
}
