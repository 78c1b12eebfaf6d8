import { z } from 'zod';
import { emailAddress, filledText, id, text } from '../common';
import { endpoint } from './endpoint';

/** Everything there is in one place: backups, going back to one, a copy of a person's data, erasing it, diagnostics. */

export const backupKind = z.enum([
  /** Made by itself. */
  'auto',
  /** Asked for. */
  'hand',
  /** Made before an update changed the data. */
  'update',
  /** What a restore replaced. */
  'replaced',
  /** Put into the folder by somebody. */
  'other',
]);
export type BackupKind = z.infer<typeof backupKind>;

const backupName = text(200, 1);

export const backup = z.object({
  name: z.string(),
  kind: backupKind,
  createdAt: z.string(),
  bytes: z.number().int(),
  isEncrypted: z.boolean(),
  /** Of the app that made it, where that can be known without opening it. */
  appVersion: z.string().nullable(),
});
export type Backup = z.infer<typeof backup>;

const daily = z.number().int().min(1).max(30);
const weekly = z.number().int().min(0).max(52);

export const backupSettings = z.object({
  isAutomatic: z.boolean(),
  isEncrypted: z.boolean(),
  /** Days, of those that have an automatic backup, whose newest one stays. */
  keepDaily: daily,
  /** Weeks, in the same way. */
  keepWeekly: weekly,
});
export type BackupSettings = z.infer<typeof backupSettings>;

export const DEFAULT_BACKUP_SETTINGS: BackupSettings = {
  isAutomatic: true,
  isEncrypted: true,
  keepDaily: 7,
  keepWeekly: 4,
};

/** What the last attempt came to. */
export const backupOutcome = z.object({
  at: z.string(),
  kind: z.enum(['auto', 'hand']),
  /** Null when it worked. */
  problem: z.string().nullable(),
});
export type BackupOutcome = z.infer<typeof backupOutcome>;

/** A restore that waits for the next start. */
export const stagedRestore = z.object({
  stagedAt: z.string(),
  sourceName: z.string(),
  /** The last thing that happened in the data that will be put in place. */
  dataUntil: z.string().nullable(),
});

/** What the last start did with a staged restore. */
export const restoreOutcome = z.object({
  id: z.string(),
  at: z.string(),
  sourceName: z.string(),
  /** Name of what was there before, as the list of backups has it. */
  replacedName: z.string().nullable(),
  problem: z.string().nullable(),
});
export type RestoreOutcome = z.infer<typeof restoreOutcome>;

export const dataOverview = z.object({
  items: z.array(backup),
  settings: backupSettings,
  /** The one that is being made; `share` is what is done of it, 0 to 1. */
  running: z.object({ kind: z.enum(['auto', 'hand']), share: z.number() }).nullable(),
  last: backupOutcome.nullable(),
  /** There is no backup of the last two days although they are made by themselves. */
  isOverdue: z.boolean(),
  bytes: z.number().int(),
  /** Bytes left on the disk. */
  freeBytes: z.number().int(),
  staged: stagedRestore.nullable(),
  lastRestore: restoreOutcome.nullable(),
  hasRecoveryCode: z.boolean(),
});
export type DataOverview = z.infer<typeof dataOverview>;

export const getBackups = endpoint({
  method: 'GET',
  path: '/data/backups',
  summary: 'Backups there are, how they are made, what waits for the next start',
  access: 'admin',
  answer: dataOverview,
});

export const makeBackup = endpoint({
  method: 'POST',
  path: '/data/backups',
  summary: 'Make a backup now; how far it is, the list says',
  access: 'admin',
  answer: z.object({ isStarted: z.literal(true) }),
});

export const updateBackupSettings = endpoint({
  method: 'PATCH',
  path: '/data/backups/settings',
  summary: 'Whether backups are made by themselves, encrypted, and how many stay',
  access: 'admin',
  body: z.strictObject({
    isAutomatic: z.boolean().optional(),
    isEncrypted: z.boolean().optional(),
    keepDaily: daily.optional(),
    keepWeekly: weekly.optional(),
  }),
  answer: backupSettings,
});

export const removeBackup = endpoint({
  method: 'DELETE',
  path: '/data/backups/:name',
  summary: 'Remove one backup for good',
  access: 'admin',
  params: z.strictObject({ name: backupName }),
  answer: z.object({ removed: z.string() }),
});

const source = z.discriminatedUnion('type', [
  z.strictObject({ type: z.literal('listed'), name: backupName }),
  /** A file of this computer, as the shell's dialog names it; on the desktop only. */
  z.strictObject({ type: z.literal('file'), path: filledText(4_000) }),
]);
export type BackupSource = z.infer<typeof source>;

const restoreBody = z.strictObject({
  source,
  /** Where the backup was made under another master key. */
  recoveryCode: text(100, 1).optional(),
});

export const backupContents = z.object({
  sourceName: z.string(),
  createdAt: z.string().nullable(),
  appVersion: z.string().nullable(),
  dataUntil: z.string().nullable(),
  isEncrypted: z.boolean(),
  /** It was made by another installation than this one. */
  isForeign: z.boolean(),
  usesRecoveryCode: z.boolean(),
  counts: z.object({
    people: z.number().int(),
    agents: z.number().int(),
    proposals: z.number().int(),
    posts: z.number().int(),
    messages: z.number().int(),
    auditRows: z.number().int(),
  }),
});
export type BackupContents = z.infer<typeof backupContents>;

export const previewRestore = endpoint({
  method: 'POST',
  path: '/data/restore/preview',
  summary: 'What is in a backup, opened whole; nothing is changed',
  access: 'admin',
  body: restoreBody,
  answer: z.object({ contents: backupContents, now: backupContents.shape.counts }),
});

export const stageRestore = endpoint({
  method: 'POST',
  path: '/data/restore',
  summary: 'Go back to a backup at the next start; what is there now is kept beside it',
  access: 'admin',
  body: restoreBody,
  answer: stagedRestore,
});

export const cancelRestore = endpoint({
  method: 'DELETE',
  path: '/data/restore',
  summary: 'Let go of what waits for the next start',
  access: 'admin',
  answer: z.object({ isCancelled: z.literal(true) }),
});

export const personExport = z.object({
  id: z.string(),
  createdAt: z.string(),
  bytes: z.number().int(),
  /** It is removed then. */
  expiresAt: z.string(),
});
export type PersonExport = z.infer<typeof personExport>;

export const listExports = endpoint({
  method: 'GET',
  path: '/data/exports',
  summary: 'Copies of the own data that wait to be fetched',
  answer: z.object({
    items: z.array(personExport),
    running: z.object({ id: z.string(), rows: z.number().int(), section: z.string() }).nullable(),
    /** Why the last one was not made. */
    problem: z.string().nullable(),
  }),
});

export const makeExport = endpoint({
  method: 'POST',
  path: '/data/exports',
  summary: 'Gather everything that is kept about the person who asks, into one archive',
  answer: z.object({ id: z.string() }),
});

export const removeExport = endpoint({
  method: 'DELETE',
  path: '/data/exports/:id',
  summary: 'Remove a copy that was gathered',
  params: z.strictObject({ id }),
  answer: z.object({ removed: z.string() }),
});

const erasureTarget = z.discriminatedUnion('type', [
  /** Whoever asks. On a desktop that is everything there is. */
  z.strictObject({ type: z.literal('me') }),
  /** Somebody else of this server; an admin's to do. */
  z.strictObject({ type: z.literal('user'), email: emailAddress }),
  /** Who registered one of the own agents. */
  z.strictObject({ type: z.literal('contact'), agentId: id }),
]);
export type ErasureTarget = z.infer<typeof erasureTarget>;

export const erasureReport = z.object({
  scope: z.enum(['person', 'contact', 'everything']),
  /** To be typed. */
  confirmation: z.string(),
  /** Numbers of what goes, by what it is. Zero is left out. */
  items: z.array(z.object({ what: z.string(), count: z.number().int() })),
  /** Backups made before hold it still, until they are removed. */
  backups: z.number().int(),
});
export type ErasureReport = z.infer<typeof erasureReport>;

export const previewErasure = endpoint({
  method: 'POST',
  path: '/data/erasure/preview',
  summary: 'Exactly what erasing a person would remove; nothing is changed',
  body: z.strictObject({ target: erasureTarget }),
  answer: erasureReport,
});

export const erasePerson = endpoint({
  method: 'POST',
  path: '/data/erasure',
  summary: 'Erase a person for good',
  body: z.strictObject({ target: erasureTarget, confirmation: filledText(300) }),
  // Answers are kept for repeated requests, so no name or address is in it.
  answer: erasureReport.omit({ confirmation: true }).extend({ needsRestart: z.boolean() }),
});

export const getDiagnostics = endpoint({
  method: 'GET',
  path: '/data/diagnostics',
  summary:
    'What helps to find a fault: versions, counts, checks, the last lines of the log; nothing about anybody',
  access: 'admin',
  answer: z.object({ fileName: z.string(), text: z.string() }),
});
