/**
 * What shell and server say to each other over the message port (utilityProcess, or a child's IPC channel on the
 * test runtime). The socket secret and the master key travel here and nowhere else: never argv, env or disk.
 */

/** Shell to server, once, before the server opens anything. */
export interface InitMessage {
  readonly type: 'init';
  /** 32 random bytes, base64, made at each start; every request on the private socket carries it. */
  readonly socketSecret: string;
  /** 32 bytes, base64: the key that wraps the data key (OS keychain, passphrase or key file). */
  readonly masterKey: string;
  /** Typed by the person after `wrong_key`: wraps the data key for this master key. Never kept. */
  readonly recoveryCode?: string | undefined;
  /** The copy made before an update that the person asked to put back, by its name; before anything is opened. */
  readonly restoreCopy?: string | undefined;
  /** The last audit checkpoint the shell kept, so that a cut-off tail is noticed (decisions §3). */
  readonly checkpoint?: AuditCheckpoint | undefined;
}

export interface AuditCheckpoint {
  readonly seq: number;
  readonly head: string;
  readonly at: string;
  readonly signature: string;
}

/** Server to shell: both listeners are up. Also printed as the one JSON line on stdout (without `type`). */
export interface ReadyMessage {
  readonly type: 'ready';
  readonly ready: true;
  readonly url: string;
  readonly socket: string;
}

export type StartFailureCode =
  /** Another process listens on the port; `details.holder` names it where that can be found out. */
  | 'port_taken'
  /** Another server holds the data folder. */
  | 'data_locked'
  /** The master key does not open this data folder; the recovery code does. */
  | 'wrong_key'
  /** The update of the database stopped and was undone. */
  | 'migration_failed'
  /** A newer version of the app made or changed this data. */
  | 'data_newer'
  /** The copy made before the update is in place, as the person asked; nothing was started on it yet. */
  | 'restored'
  | 'unexpected';

/** A copy of the data that was made before an update changed it. */
export interface UpdateCopy {
  /** File name below `backups` in the data folder. */
  readonly name: string;
  readonly madeAt: string;
}

/** Server to shell: it can't start and will exit with 1. */
export interface FailedMessage {
  readonly type: 'failed';
  readonly code: StartFailureCode;
  readonly message: string;
  readonly details: {
    readonly port?: number;
    /** E.g. `node (pid 4242)`. */
    readonly holder?: string;
    readonly nextFreePort?: number;
    readonly dataFolder?: string;
    /** The newest copy that `restoreCopy` can put back. */
    readonly updateCopy?: UpdateCopy;
    /** After `restored`: where the newer file lies now. */
    readonly keptFile?: string;
  };
}

/** Server to shell: a new audit checkpoint to keep beside the data folder. */
export interface CheckpointMessage {
  readonly type: 'checkpoint';
  readonly checkpoint: AuditCheckpoint;
}

export type ShellToServer = InitMessage;
export type ServerToShell = ReadyMessage | FailedMessage | CheckpointMessage;

/** Header of every request on the private socket; the value is the base64 socket secret. */
export const SOCKET_SECRET_HEADER = 'x-countersign-socket-secret';

/**
 * Set by the shell alone, on calls that a person made outside of the window; the window's own are carried without it.
 * Whatever it says, a call without the secret is refused.
 */
export const SHELL_CHANNEL_HEADER = 'x-countersign-channel';
/** What decisions and reads are recorded as that were made on a notification of the operating system. */
export const NOTIFICATION_CHANNEL = 'notification';
