/**
 * The whole bridge between window and shell: every channel, the schema of what the window may send on it, and the
 * type of what comes back. `register.ts` checks sender and arguments of each call against it, `preload/index.ts`
 * exposes it as `window.countersign`. The window imports types from here and nothing else of the shell. In a browser
 * (server mode) `window.countersign` is undefined.
 */
import { z } from 'zod';
import type { FailedMessage } from '../../src-server/contract/process';

/**
 * - `starting`: first start of this run, also while the keychain waits for the person;
 * - `up`: console calls are answered;
 * - `restarting`: the server ended by itself and is being started again; calls of the window are parked meanwhile;
 * - `failed`: not started, for the reason in `ShellState.failure`; nothing happens until `retryServer`.
 */
export type ServerStatus = 'starting' | 'up' | 'restarting' | 'failed';

/**
 * - `ready`: the master key is there;
 * - `needs_new_secret`: this machine has no keychain and nothing was chosen yet: passphrase or key file;
 * - `needs_passphrase`, `needs_key_file`: what was chosen once is asked for again;
 * - `unavailable`: the key lies in a keychain that does not open now; unlock the keychain, then `retryServer`.
 */
export type KeychainStatus =
  | 'ready'
  | 'needs_new_secret'
  | 'needs_passphrase'
  | 'needs_key_file'
  | 'unavailable';

export type KeyProblem =
  | 'passphrase_wrong'
  /** A new passphrase has at least `MIN_PASSPHRASE_LENGTH` characters. */
  | 'passphrase_too_short'
  /** The file dialog was closed without a choice. */
  | 'cancelled'
  /** Not a file of 32 bytes made by this app, or not the one chosen at first. */
  | 'key_file_wrong'
  | 'key_file_missing'
  /** Other accounts of this machine can read the file. */
  | 'key_file_exposed'
  | 'key_file_unreadable'
  /** A saved key exists, and the keychain of the system refuses to open it or is not running. */
  | 'keychain_closed'
  /** `keychain.json` is damaged or of a newer version. */
  | 'keychain_file_damaged'
  /** The key could not be saved on this disk. */
  | 'not_saved'
  /** Nothing is locked, or this is not the secret that is asked for. */
  | 'not_asked';

/** A new passphrase is at least this long, in Unicode code points. */
export const MIN_PASSPHRASE_LENGTH = 12;
/** Longest text `copyText` takes, in UTF-16 units. */
export const MAX_COPY_LENGTH = 100_000;

export interface KeychainState {
  readonly status: KeychainStatus;
  readonly canUseKeyFile: true;
  readonly problem: KeyProblem | null;
  /** The path of the key file that was chosen, where there is one. */
  readonly keyFile: string | null;
}

export interface ShellState {
  readonly server: ServerStatus;
  /** Why the server is not up, set when `server` is `failed`. */
  readonly failure: FailedMessage | null;
  readonly keychain: KeychainState;
  /** Where agents reach this desktop, e.g. `http://127.0.0.1:7423`; null while the server is not up. */
  readonly url: string | null;
  /** `process.platform` of the shell. */
  readonly platform: string;
  /** Version of the app. */
  readonly version: string;
}

export type UnlockResult = { readonly ok: true } | { readonly ok: false; readonly problem: KeyProblem };

const RetryServer = z.strictObject({
  /** Another port to listen on, remembered for later starts. Below 1024 needs rights the app does not have. */
  port: z.int().min(1024).max(65_535).optional(),
  /** After `wrong_key`: opens the data with the code of first run. Handed to the server once, never kept. */
  recoveryCode: z.string().min(1).max(100).optional(),
});

const Unlock = z.discriminatedUnion('method', [
  z.strictObject({ method: z.literal('passphrase'), passphrase: z.string().min(1).max(1024) }),
  /** Opens a file dialog: an existing key file is read, a new name is created with a fresh key. */
  z.strictObject({ method: z.literal('keyFile') }),
]);

/** Links that leave the app: http and https alone, without credentials in them. */
const ExternalUrl = z
  .string()
  .max(2048)
  .refine(isExternalUrl, { error: 'must be an http or https address without user name and password' });

const id = z.string().regex(/^[A-Za-z0-9_-]{1,64}$/, { error: 'must be an id' });

/**
 * A page to show, from a link of another program, a notification or the tray. It names a place and fills it in; the
 * window goes there and sends nothing that writes.
 */
export const LinkTarget = z.discriminatedUnion('page', [
  z.strictObject({ page: z.literal('inbox'), item: id.optional() }),
  z.strictObject({ page: z.literal('agents'), agent: id.optional() }),
  /** The code stands in its field; claiming is the person's own key press. */
  z.strictObject({
    page: z.literal('claim'),
    code: z.string().regex(/^[A-Za-z0-9_-]{1,100}$/, { error: 'must be a claim code' }),
  }),
  z.strictObject({ page: z.literal('settings'), section: id.optional() }),
  /** The case file of one trace. */
  z.strictObject({ page: z.literal('cases'), trace: id }),
  z.strictObject({ page: z.literal('webhooks'), agent: id.optional() }),
  z.strictObject({ page: z.literal('credits') }),
  /** A link that this version does not know; the page says so. */
  z.strictObject({ page: z.literal('unknown') }),
]);
export type LinkTarget = z.infer<typeof LinkTarget>;

/** What closing the window does while agents are connected; `ask` until the person has answered once. */
const closeToTray = z.enum(['ask', 'tray', 'quit']);

const ShellSettingsPatch = z.strictObject({
  closeToTray: closeToTray.optional(),
  /** Opens Countersign in the tray when the person signs in to the computer. Off unless switched on. */
  startAtLogin: z.boolean().optional(),
  /** `Ctrl+Shift+.` (⌘⇧.) freezes all agents from anywhere. Off unless switched on. */
  globalShortcut: z.boolean().optional(),
  askBeforeQuit: z.boolean().optional(),
  /** `countersign://` links open here. On where an installer registered them; off unless switched on otherwise. */
  openLinks: z.boolean().optional(),
});

export interface ShellSettings {
  readonly closeToTray: z.infer<typeof closeToTray>;
  readonly startAtLogin: boolean;
  readonly globalShortcut: boolean;
  readonly askBeforeQuit: boolean;
  readonly openLinks: boolean;
  /** The port agents reach now; `changePort` moves it. */
  readonly port: number;
  readonly dataFolder: string;
  /** False while another program holds the shortcut that is switched on; true while it is off. */
  readonly isShortcutFree: boolean;
  /** The shortcut as the system prints it, for example `Ctrl+Shift+.`. */
  readonly shortcut: string;
}

/** What became of `changePort`. Whatever it is, a server runs: on the new port, or on the old one. */
export type PortChange =
  | { readonly ok: true; readonly url: string }
  | {
      readonly ok: false;
      readonly reason: 'port_taken' | 'not_started' | 'not_running';
      /** E.g. `node (pid 4242)`, where that can be found out. */
      readonly holder: string | null;
      readonly nextFreePort: number | null;
    };

const SaveFile = z.strictObject({
  /** Below the console's address: a backup, or a copy of a person's data. */
  path: z.string().regex(/^\/data\/(?:backups|exports)\/[A-Za-z0-9][A-Za-z0-9._-]{0,199}\/file$/, {
    error: 'must be a file of ours',
  }),
  /** What the dialog offers as a name. */
  name: z.string().regex(/^[A-Za-z0-9][A-Za-z0-9._-]{0,199}$/, { error: 'must be a file name' }),
});

const Nothing = z.undefined();

/** Every call the window may make, with the one argument it takes. */
const schemas = {
  'shell:get-state': Nothing,
  'shell:retry-server': RetryServer,
  'shell:unlock': Unlock,
  'shell:open-external': ExternalUrl,
  'shell:copy-text': z.string().max(MAX_COPY_LENGTH),
  'shell:get-settings': Nothing,
  'shell:update-settings': ShellSettingsPatch,
  'shell:change-port': z.strictObject({ port: z.int().min(1024).max(65_535) }),
  'shell:open-data-folder': Nothing,
  'shell:take-link': Nothing,
  'shell:restore-update-copy': Nothing,
  'shell:save-file': SaveFile,
  'shell:choose-backup': Nothing,
  'shell:restart-server': Nothing,
} as const;

export type IpcChannel = keyof typeof schemas;
type IpcArguments = { readonly [C in IpcChannel]: z.infer<(typeof schemas)[C]> };
export type IpcArgument<C extends IpcChannel> = IpcArguments[C];
export const ipcContract: { readonly [C in IpcChannel]: z.ZodType<IpcArguments[C]> } = schemas;

/** The events the shell sends to the window: a `ShellState`; and, with nothing in it, that a link waits. */
export type ShellStateChannel = 'shell:state';
export type ShellLinkChannel = 'shell:link';

export interface IpcResults {
  'shell:get-state': ShellState;
  'shell:retry-server': void;
  'shell:unlock': UnlockResult;
  'shell:open-external': void;
  'shell:copy-text': void;
  'shell:get-settings': ShellSettings;
  'shell:update-settings': ShellSettings;
  'shell:change-port': PortChange;
  'shell:open-data-folder': void;
  'shell:take-link': LinkTarget | null;
  'shell:restore-update-copy': void;
  'shell:save-file': string | null;
  'shell:choose-backup': string | null;
  'shell:restart-server': void;
}

/** What `window.countersign` offers. A call with bad arguments rejects, naming field, problem and bound. */
export interface CountersignBridge {
  getShellState(): Promise<ShellState>;
  /** Called with every new state; returns the way to stop it. */
  onShellState(listener: (state: ShellState) => void): () => void;
  /** Starts the server again after `failed`, or asks an `unavailable` keychain again. Resolves once begun. */
  retryServer(options?: IpcArgument<'shell:retry-server'>): Promise<void>;
  /** Gives the secret that `keychain.status` asks for; the server starts after `ok`. */
  unlock(secret: IpcArgument<'shell:unlock'>): Promise<UnlockResult>;
  /** Opens an http or https address in the person's browser. */
  openExternal(url: string): Promise<void>;
  copyText(text: string): Promise<void>;
  /** Settings of this computer rather than of the person; they work before any server does. */
  getShellSettings(): Promise<ShellSettings>;
  updateShellSettings(patch: IpcArgument<'shell:update-settings'>): Promise<ShellSettings>;
  /** Moves agents to another port: the server starts there, or goes on where it was and says why. */
  changePort(port: number): Promise<PortChange>;
  /** Shows the data folder in the file manager. */
  openDataFolder(): Promise<void>;
  /** The page that a link or the tray asks for, once; null when none does. */
  takeLink(): Promise<LinkTarget | null>;
  /** Called when a link waits to be taken; returns the way to stop it. */
  onLink(listener: () => void): () => void;
  /**
   * After a failed start whose `details.updateCopy` is set: puts the copy made before the update in place, keeps the
   * newer file beside it, and leaves the server stopped with the failure `restored`. Resolves once begun.
   */
  restoreUpdateCopy(): Promise<void>;
  /** Asks where to, and writes a file of the server there, whole or not at all. The path; null when it was cancelled. */
  saveFile(file: IpcArgument<'shell:save-file'>): Promise<string | null>;
  /** Asks for a backup of this computer. Its path; null when it was cancelled. */
  chooseBackup(): Promise<string | null>;
  /** Ends the server and starts it anew, for what only a start can do. Resolves once it is up, or has failed. */
  restartServer(): Promise<void>;
}

declare global {
  interface Window {
    readonly countersign?: CountersignBridge;
  }
}

/** True for absolute http and https addresses that carry no user name or password. */
export function isExternalUrl(text: string): boolean {
  if (!URL.canParse(text)) return false;
  const url = new URL(text);
  return (
    (url.protocol === 'http:' || url.protocol === 'https:') && url.username === '' && url.password === ''
  );
}
