import { useMutation, useQueryClient } from '@tanstack/react-query';
import {
  type BackupSettings,
  type BackupSource,
  cancelRestore,
  erasePerson,
  type ErasureTarget,
  getBackups,
  getDiagnostics,
  listExports,
  makeBackup,
  makeExport,
  previewErasure,
  previewRestore,
  removeBackup,
  removeExport,
  stageRestore,
  updateBackupSettings,
} from '../../../src-server/contract/console/data';
import { listAgents } from '../../../src-server/contract/console/agents';
import { apiUrl, call, fillPath } from '../../api/client';
import { endpointQuery } from '../../api/query';
import { shell } from '../../shell';

/** How often progress is asked for while something is made. */
const PROGRESS_MS = 500;

export const backupsQuery = {
  ...endpointQuery(getBackups),
  refetchInterval: (query: { state: { data?: { running: unknown } | undefined } }) =>
    query.state.data?.running ? PROGRESS_MS : false,
} as const;

export const exportsQuery = {
  ...endpointQuery(listExports),
  refetchInterval: (query: { state: { data?: { running: unknown } | undefined } }) =>
    query.state.data?.running ? PROGRESS_MS : false,
} as const;

/** Those whose registration may be erased; beyond a hundred it is done on the agent's own page. */
export const erasableAgentsQuery = endpointQuery(listAgents, { query: { limit: 100 } });

const DATA = ['data'] as const;

function useDataMutation<Input, Answer>(run: (input: Input) => Promise<Answer>) {
  const client = useQueryClient();
  return useMutation({
    mutationFn: run,
    onSettled: () => client.invalidateQueries({ queryKey: DATA }),
  });
}

export function useMakeBackup() {
  return useDataMutation(() => call(makeBackup, {}));
}

export function useBackupSettings() {
  return useDataMutation((body: Partial<BackupSettings>) => call(updateBackupSettings, { body }));
}

export function useRemoveBackup() {
  return useDataMutation((name: string) => call(removeBackup, { params: { name } }));
}

export interface RestoreInput {
  readonly source: BackupSource;
  readonly recoveryCode?: string;
}

export function usePreviewRestore() {
  return useMutation({ mutationFn: (body: RestoreInput) => call(previewRestore, { body }), gcTime: 0 });
}

/** Stages it, and on the desktop starts the server anew; everything is read again then. */
export function useRestore() {
  const restart = useRestart();
  return useDataMutation(async (body: RestoreInput) => {
    await call(stageRestore, { body });
    await restart();
  });
}

export function useCancelRestore() {
  return useDataMutation(() => call(cancelRestore, {}));
}

/** On the desktop; in a browser whoever runs the server does it. */
export function useRestart(): () => Promise<void> {
  const client = useQueryClient();
  return async () => {
    if (!shell) return;
    await shell.restartServer();
    await client.resetQueries();
  };
}

export function useMakeExport() {
  return useDataMutation(() => call(makeExport, {}));
}

export function useRemoveExport() {
  return useDataMutation((id: string) => call(removeExport, { params: { id } }));
}

export function usePreviewErasure() {
  return useMutation({
    mutationFn: (target: ErasureTarget) => call(previewErasure, { body: { target } }),
    gcTime: 0,
  });
}

export function useErase() {
  const client = useQueryClient();
  const restart = useRestart();
  return useMutation({
    mutationFn: async (body: { readonly target: ErasureTarget; readonly confirmation: string }) => {
      const report = await call(erasePerson, { body });
      if (report.needsRestart) await restart();
      return report;
    },
    onSuccess: () => client.invalidateQueries(),
  });
}

export function useDiagnostics() {
  return useMutation({ mutationFn: () => call(getDiagnostics, {}), gcTime: 0 });
}

/** Files a person takes away: by the shell's dialog on the desktop, as a download in a browser. */
export function useSaveFile() {
  return useMutation({
    mutationFn: async ({ path, name }: { readonly path: string; readonly name: string }) => {
      if (shell) return shell.saveFile({ path, name });
      const link = document.createElement('a');
      link.href = apiUrl(`/api/console${path}`);
      link.download = name;
      link.click();
      return null;
    },
  });
}

export function backupPath(name: string): string {
  return fillPath('/data/backups/:name/file', { name });
}

export function exportPath(id: string): string {
  return fillPath('/data/exports/:id/file', { id });
}
