import {
  AUDIT_EXPORT_PATH,
  AUDIT_VERIFIER_PATH,
  VERIFIER_FILE,
} from '../../../src-server/contract/console/audit';
import { download, type DownloadProgress } from '../../api/download';

export type { DownloadProgress };

export function downloadExport(
  query: Readonly<Record<string, string | undefined>>,
  signal: AbortSignal,
  onProgress: (progress: DownloadProgress) => void,
): Promise<void> {
  const search = new URLSearchParams();
  for (const [name, value] of Object.entries(query)) if (value !== undefined) search.set(name, value);
  const fallbackName = `countersign-audit.${query['format'] ?? 'ndjson'}`;
  return download(`${AUDIT_EXPORT_PATH}?${search.toString()}`, fallbackName, signal, onProgress);
}

export function downloadVerifier(signal: AbortSignal): Promise<void> {
  return download(AUDIT_VERIFIER_PATH, VERIFIER_FILE, signal);
}
