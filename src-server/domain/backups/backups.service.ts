import { statfsSync } from 'node:fs';
import { basename } from 'node:path';
import {
  backupOutcome,
  backupSettings,
  DEFAULT_BACKUP_SETTINGS,
  restoreOutcome,
  type BackupContents,
  type BackupOutcome,
  type BackupSettings,
  type BackupSource,
  type DataOverview,
} from '../../contract/console/data';
import type { Context } from '../../context';
import type { Db, Tx } from '../../db/open';
import { systemCaller, type Caller } from '../../gate/caller';
import { requireUser } from '../../gate/commands';
import type { InTransaction } from '../../gate/idempotency';
import type { JobDefinition } from '../../jobs/runner';
import { DAY, MINUTE, toIso } from '../../lib/clock';
import { AppError, notFound } from '../../lib/errors';
import { getSetting, setSetting } from '../identity/settings.repo';
import {
  findBackup,
  listBackups,
  listSurplus,
  MAX_LISTED,
  newBackupFile,
  removeBackup,
  type StoredBackup,
} from './backup-store';
import { countWorld } from './backups.repo';
import { openBackup, type OpenBackup } from './open-backup';
import { findPlan, removePlan, writePlan, type RestorePlan, type StartOutcome } from './restore-plan';
import { writeBackup } from './write-backup';

type Deps = Pick<
  Context,
  | 'clock'
  | 'ids'
  | 'database'
  | 'audit'
  | 'reader'
  | 'vault'
  | 'keyring'
  | 'config'
  | 'log'
  | 'live'
  | 'identity'
> & {
  readonly masterKey: Buffer;
  readonly afterCommit: () => void;
};

export interface BackupsService {
  /** To be among the runner's definitions. */
  readonly jobs: readonly JobDefinition[];
  overview(): DataOverview;
  /** @throws AppError `invalid_transition` while one is made, or when too many wait to be removed */
  makeNow(caller: Caller, inTransaction?: InTransaction<void>): void;
  setSettings(
    change: BackupSettingsChange,
    caller: Caller,
    inTransaction?: InTransaction<BackupSettings>,
  ): void;
  /** @throws AppError `not_found` */
  remove(name: string, caller: Caller, inTransaction?: InTransaction<string>): void;
  /** A backup to be read by somebody who may; it is written down. @throws AppError `not_found` */
  openFile(name: string, caller: Caller): StoredBackup;
  /** @throws AppError `validation` naming `source` or `recoveryCode`, `invalid_transition` */
  preview(
    given: RestoreRequest,
    caller: Caller,
  ): Promise<{ readonly contents: BackupContents; readonly now: BackupContents['counts'] }>;
  /** Makes a backup ready to be put in place by the next start. @throws as `preview` */
  stage(given: RestoreRequest, caller: Caller, inTransaction: InTransaction<RestorePlan>): Promise<void>;
  /** @throws AppError `invalid_transition` when nothing is staged */
  cancel(caller: Caller, inTransaction?: InTransaction<void>): void;
  /** Writes down what this start did with a plan, once, and lets go of the plan. */
  recordStart(outcome: StartOutcome): void;
  /** How many backups hold the state of some time before now. */
  count(): number;
  /** Resolves when nothing is being made. */
  idle(): Promise<void>;
  /** Lets go of what is being made: it was not there yet, and the next start makes it anew. */
  stop(): Promise<void>;
}

export type BackupSettingsChange = {
  readonly [Name in keyof BackupSettings]?: BackupSettings[Name] | undefined;
};

export interface RestoreRequest {
  readonly source: BackupSource;
  readonly recoveryCode?: string | undefined;
}

/** An automatic backup is due after this; less than a day, so that the hour stays the same. */
const DUE_AFTER_MS = DAY - 5 * MINUTE;
const OVERDUE_AFTER_MS = 2 * DAY;
/** A failed one is tried again by the next hour's look. */
const LOOK_CRON = '23 * * * *';
const SETTINGS = 'backups';
const LAST = 'backups:last';
const LAST_RESTORE = 'backups:last-restore';

interface Running {
  readonly kind: 'auto' | 'hand';
  readonly done: Promise<void>;
}

/** Backups of a running server, and going back to one. Work on files is done a piece at a time; one at a time. */
export function createBackupsService(deps: Deps): BackupsService {
  const { clock, ids, database, audit, reader, keyring, config, log, live, identity } = deps;
  const { writer } = database;
  const { dataFolder } = config;
  let running: Running | undefined;
  let share = 0;
  let isOpening = false;
  let isStopping = false;

  const settingsOf = (db: Db): BackupSettings =>
    getSetting(db, SETTINGS, backupSettings, DEFAULT_BACKUP_SETTINGS);
  const lastOf = (db: Db): BackupOutcome | null => getSetting(db, LAST, backupOutcome.nullable(), null);

  const tell = (): void => {
    for (const { id, role } of identity.users.listUsers(reader, { limit: MAX_TOLD })) {
      if (role === 'admin') live.publish(id, { topic: 'data', id: null, change: 'backup' });
    }
  };

  const record = (tx: Tx, type: string, caller: Caller, data?: Readonly<Record<string, unknown>>): void => {
    const userId = caller.actor.type === 'user' ? caller.actor.userId : null;
    audit.append(
      tx,
      {
        type,
        caller,
        ownerId: userId,
        subjectType: 'instance',
        subjectId: keyring.instanceId,
        ...(data ? { data } : {}),
        ...(userId === null ? {} : { person: { id: userId } }),
      },
      clock.now(),
    );
  };

  const note = (done: number): void => {
    if (isStopping) throw new Error('The server stops.');
    share = done;
  };

  const make = async (kind: Running['kind'], caller: Caller): Promise<void> => {
    const isPlain = !settingsOf(reader).isEncrypted;
    const file = newBackupFile(dataFolder, { kind, now: clock.now(), isPlain });
    let problem: string | null = null;
    try {
      await writeBackup(deps, { file, isPlain, caller, onProgress: note });
      const { keepDaily, keepWeekly } = settingsOf(reader);
      const surplus = listSurplus(listBackups(dataFolder), { daily: keepDaily, weekly: keepWeekly });
      for (const backup of surplus) removeBackup(backup);
    } catch (error) {
      if (isStopping) return;
      problem = (error instanceof Error ? error.message : String(error)).slice(0, 1_000);
      log.error({ err: error, kind }, 'backup failed');
    }
    writer.transaction((tx) => {
      setSetting(tx, LAST, backupOutcome, { at: toIso(clock.now()), kind, problem });
      if (problem !== null) record(tx, 'backup.failed', caller, { kind });
    });
  };

  const start = (kind: Running['kind'], caller: Caller): void => {
    share = 0;
    const done = make(kind, caller)
      .catch((error: unknown) => log.error({ err: error }, 'backup not written down'))
      .finally(() => {
        running = undefined;
        tell();
      });
    running = { kind, done };
    tell();
  };

  const newest = (): number =>
    Math.max(
      0,
      ...listBackups(dataFolder)
        .filter(isOfNow)
        .map(({ createdAt }) => createdAt),
    );

  const lookAtClock = (): void => {
    if (running || isStopping || !settingsOf(reader).isAutomatic || identity.users.countUsers(reader) === 0)
      return;
    const automatic = listBackups(dataFolder).find(({ kind }) => kind === 'auto');
    if (automatic && clock.now() - automatic.createdAt < DUE_AFTER_MS) return;
    start('auto', systemCaller('backups', 'job', ids.prefixed('tr')));
  };

  const withOpened = async <Result>(
    { source, recoveryCode }: RestoreRequest,
    work: (opened: OpenBackup) => Result,
  ): Promise<Result> => {
    if (isOpening)
      throw new AppError('invalid_transition', 'A backup is being opened. Try again in a moment.', {
        reason: 'backup_busy',
      });
    isOpening = true;
    try {
      const { file, name } = locate(source);
      using opened = await openBackup({
        file,
        sourceName: name,
        dataFolder,
        masterKey: deps.masterKey,
        mode: config.mode,
        instanceId: keyring.instanceId,
        recoveryCode,
      });
      return work(opened);
    } finally {
      isOpening = false;
    }
  };

  const locate = (source: BackupSource): { readonly file: string; readonly name: string } => {
    if (source.type === 'listed') {
      const found = findBackup(dataFolder, source.name);
      if (!found) throw notFound('backup');
      return found;
    }
    if (config.mode === 'desktop') return { file: source.path, name: basename(source.path).slice(0, 200) };
    const message = 'is for the desktop: put the file into the folder “backups” of the server’s data';
    throw new AppError('validation', `source.path: ${message}.`, {
      reason: 'path_on_desktop_only',
      fields: [{ path: 'source.path', message }],
    });
  };

  return {
    jobs: [{ type: 'backups.look', maxAttempts: 1, cron: LOOK_CRON, handle: lookAtClock }],

    overview() {
      const settings = settingsOf(reader);
      const items = listBackups(dataFolder);
      const disk = statfsSync(dataFolder);
      const found = findPlan(dataFolder);
      const since = Math.max(
        newest(),
        identity.users.listUsers(reader, { limit: 1 })[0]?.createdAt ?? clock.now(),
      );
      return {
        items: items.map(({ file: _file, createdAt, ...backup }) => ({
          ...backup,
          createdAt: toIso(createdAt),
        })),
        settings,
        running: running ? { kind: running.kind, share } : null,
        last: lastOf(reader),
        isOverdue: settings.isAutomatic && clock.now() - since > OVERDUE_AFTER_MS,
        bytes: items.reduce((sum, { bytes }) => sum + bytes, 0),
        freeBytes: disk.bavail * disk.bsize,
        staged: found?.type === 'restore' ? found : null,
        lastRestore: getSetting(reader, LAST_RESTORE, restoreOutcome.nullable(), null),
        hasRecoveryCode: keyring.hasRecoveryCode(),
      };
    },

    makeNow(caller, inTransaction) {
      requireUser(caller, 'admin', true);
      if (running)
        throw new AppError('invalid_transition', 'A backup is being made already.', {
          reason: 'backup_busy',
        });
      if (listBackups(dataFolder).length >= MAX_LISTED / 2) {
        throw new AppError(
          'invalid_transition',
          'There are a hundred backups. Remove some before you make another.',
          { reason: 'backups_full' },
        );
      }
      writer.transaction((tx) => {
        record(tx, 'backup.requested', caller);
        inTransaction?.(tx, undefined, clock.now());
      });
      start('hand', caller);
    },

    setSettings(change, caller, inTransaction) {
      requireUser(caller, 'admin', true);
      writer.transaction((tx) => {
        const next = setSetting(tx, SETTINGS, backupSettings, mergeSettings(settingsOf(tx), change));
        record(tx, 'backup.settings-set', caller, { ...next });
        inTransaction?.(tx, next, clock.now());
      });
      deps.afterCommit();
      tell();
    },

    remove(name, caller, inTransaction) {
      requireUser(caller, 'admin', true);
      const found = findBackup(dataFolder, name);
      if (!found) throw notFound('backup');
      writer.transaction((tx) => {
        record(tx, 'backup.removed', caller, { kind: found.kind, madeAt: found.createdAt });
        inTransaction?.(tx, name, clock.now());
      });
      removeBackup(found);
      tell();
    },

    openFile(name, caller) {
      requireUser(caller, 'admin', true);
      const found = findBackup(dataFolder, name);
      if (!found) throw notFound('backup');
      writer.transaction((tx) =>
        record(tx, 'backup.copied', caller, { kind: found.kind, madeAt: found.createdAt }),
      );
      return found;
    },

    async preview(given, caller) {
      requireUser(caller, 'admin', true);
      return withOpened(given, ({ contents }) => ({ contents, now: countWorld(reader) }));
    },

    async stage(given, caller, inTransaction) {
      const user = requireUser(caller, 'admin', true);
      await withOpened(given, ({ contents, database: made }) => {
        const plan: RestorePlan = {
          type: 'restore',
          v: 1,
          id: ids.prefixed('rst'),
          stagedAt: toIso(clock.now()),
          sourceName: contents.sourceName,
          dataUntil: contents.dataUntil,
          userId: user.userId,
          traceId: caller.traceId,
        };
        try {
          writer.transaction(
            (tx) => {
              record(tx, 'backup.restore-staged', caller, { planId: plan.id, dataUntil: plan.dataUntil });
              inTransaction(tx, plan, clock.now());
              writePlan(dataFolder, plan, made);
            },
            { isDurable: true },
          );
        } catch (error) {
          if (findPlan(dataFolder)?.id === plan.id) removePlan(dataFolder);
          throw error;
        }
      });
      tell();
    },

    cancel(caller, inTransaction) {
      requireUser(caller, 'admin', true);
      const found = findPlan(dataFolder);
      if (!found)
        throw new AppError('invalid_transition', 'Nothing waits for the next start.', {
          reason: 'nothing_staged',
        });
      writer.transaction((tx) => {
        record(tx, 'backup.restore-cancelled', caller, { planId: found.id });
        inTransaction?.(tx, undefined, clock.now());
        removePlan(dataFolder);
      });
      tell();
    },

    recordStart(outcome) {
      if (outcome.type !== 'restored' && outcome.type !== 'failed') return;
      const { plan } = outcome;
      const isWritten = getSetting(reader, LAST_RESTORE, restoreOutcome.nullable(), null)?.id === plan.id;
      if (!isWritten) {
        const isDone = outcome.type === 'restored';
        // The person may be unknown to what was restored, and their key with them: ids alone.
        const caller: Caller = { ...systemCaller('restore', 'job', plan.traceId) };
        writer.transaction(
          (tx) => {
            setSetting(tx, LAST_RESTORE, restoreOutcome, {
              id: plan.id,
              at: toIso(clock.now()),
              sourceName: plan.sourceName,
              replacedName: isDone ? outcome.replacedName : null,
              problem: isDone ? null : outcome.problem.slice(0, 1_000),
            });
            record(tx, isDone ? 'backup.restored' : 'backup.restore-failed', caller, {
              planId: plan.id,
              askedBy: plan.userId,
              dataUntil: plan.dataUntil,
            });
          },
          { isDurable: true },
        );
      }
      removePlan(dataFolder);
    },

    count: () => listBackups(dataFolder).length,

    async idle() {
      while (running) await running.done;
    },

    async stop() {
      isStopping = true;
      await running?.done;
    },
  };
}

function mergeSettings(before: BackupSettings, change: BackupSettingsChange): BackupSettings {
  return {
    isAutomatic: change.isAutomatic ?? before.isAutomatic,
    isEncrypted: change.isEncrypted ?? before.isEncrypted,
    keepDaily: change.keepDaily ?? before.keepDaily,
    keepWeekly: change.keepWeekly ?? before.keepWeekly,
  };
}

/** People who are told of a new backup; only admins are. */
const MAX_TOLD = 200;

/** Those that hold the present of their time, and not what was given up then. */
function isOfNow({ kind }: StoredBackup): boolean {
  return kind === 'auto' || kind === 'hand';
}
