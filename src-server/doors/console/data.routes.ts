import type { Context } from '../../context';
import * as contract from '../../contract/console/data';
import { readRoute, writeRoute, type ConsoleRoute } from './mount-console';

/** Backups, going back to one, copies of a person's data, erasure, diagnostics. */
export function dataRoutes({
  backups,
  exports,
  erasure,
  diagnostics,
}: Pick<Context, 'backups' | 'exports' | 'erasure' | 'diagnostics'>): ConsoleRoute[] {
  return [
    readRoute(contract.getBackups, () => backups.overview()),
    writeRoute(contract.makeBackup, ({ caller }, answering) =>
      backups.makeNow(
        caller,
        answering(() => ({ isStarted: true as const })),
      ),
    ),
    writeRoute(contract.updateBackupSettings, ({ body, caller }, answering) =>
      backups.setSettings(
        body,
        caller,
        answering((_tx, settings) => settings),
      ),
    ),
    writeRoute(contract.removeBackup, ({ params, caller }, answering) =>
      backups.remove(
        params.name,
        caller,
        answering((_tx, removed) => ({ removed })),
      ),
    ),
    // A POST for the code's sake, and no write.
    readRoute(contract.previewRestore, ({ body, caller }) => backups.preview(body, caller)),
    writeRoute(contract.stageRestore, ({ body, caller }, answering) =>
      backups.stage(
        body,
        caller,
        answering((_tx, plan) => plan),
      ),
    ),
    writeRoute(contract.cancelRestore, ({ caller }, answering) =>
      backups.cancel(
        caller,
        answering(() => ({ isCancelled: true as const })),
      ),
    ),
    readRoute(contract.listExports, ({ caller }) => exports.list(caller)),
    writeRoute(contract.makeExport, ({ caller }, answering) =>
      exports.make(
        caller,
        answering((_tx, id) => ({ id })),
      ),
    ),
    writeRoute(contract.removeExport, ({ params, caller }, answering) =>
      exports.remove(
        params.id,
        caller,
        answering((_tx, removed) => ({ removed })),
      ),
    ),
    readRoute(contract.previewErasure, ({ body, caller }) => erasure.preview(body.target, caller)),
    writeRoute(contract.erasePerson, ({ body, caller }, answering) =>
      erasure.erase(
        body,
        caller,
        answering((_tx, report) => report),
      ),
    ),
    readRoute(contract.getDiagnostics, () => diagnostics.bundle()),
  ];
}
