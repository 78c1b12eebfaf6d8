import { join } from 'node:path';
import { DATABASE_FILE } from '../../db/open';
import type { Logger } from '../../lib/logger';
import { sweepWorkshops } from './backup-store';
import { assertWhole } from './copies';
import { carryOutPlan, sweepRestoreFolder, type StartOutcome } from './restore-plan';

/**
 * What the last run left for this one, done before the database is opened: a restore, or erasing everything. Called
 * by whoever holds the folder; rubbish of a process that was killed goes too.
 */
export function carryOutAtStart({
  dataFolder,
  now,
  log,
}: {
  readonly dataFolder: string;
  readonly now: Date;
  readonly log: Logger;
}): StartOutcome {
  sweepWorkshops(dataFolder);
  sweepRestoreFolder(dataFolder);
  const outcome = carryOutPlan({
    dataFolder,
    databaseFile: join(dataFolder, DATABASE_FILE),
    check: assertWhole,
    now,
  });
  if (outcome.type === 'restored') log.warn({ replaced: outcome.replacedName }, 'a backup was put in place');
  if (outcome.type === 'failed') log.error({ problem: outcome.problem }, 'a backup was not put in place');
  if (outcome.type === 'erased') log.warn('everything was erased, as its owner asked');
  return outcome;
}
