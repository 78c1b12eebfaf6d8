import type { AuditCheckpoint } from '../src-server/contract/process';
import { findJsonFile, writeJsonFile } from './json-file';
import type { Log } from './redact';
import { Checkpoint } from './server-messages';

export interface CheckpointStore {
  find(): AuditCheckpoint | undefined;
  keep(checkpoint: AuditCheckpoint): void;
}

/**
 * Keeps the audit chain's last checkpoint outside the data folder and hands it back at the next start, so that a
 * tail cut off in between is noticed (decisions §3).
 */
export function createCheckpointStore(path: string, log: Log): CheckpointStore {
  let last: AuditCheckpoint | undefined;
  try {
    last = findJsonFile(path, Checkpoint);
  } catch (error) {
    log.warn('the last audit checkpoint is not readable', error);
  }
  return {
    find: () => last,
    keep(checkpoint) {
      try {
        last = Checkpoint.parse(checkpoint);
        writeJsonFile(path, last);
      } catch (error) {
        log.error('the audit checkpoint was not kept', error);
      }
    },
  };
}
