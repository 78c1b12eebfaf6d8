/** Start and stop in their order: key, then server, then the calls of the window; and what the window is told of it. */
import type { IpcArgument, KeychainState, PortChange, ShellState, UnlockResult } from './ipc/contract';
import type { Keychain } from './keychain';
import type { SettingsStore } from './settings';
import type { Supervisor, SupervisorState } from './supervisor';
import { DEFAULT_PORT } from './switches';

export interface Lifecycle {
  readonly state: ShellState;
  /** Called with every change. */
  onChange(listener: (state: ShellState) => void): void;
  /** Opens the key where that needs nobody, and then starts the server. */
  start(): void;
  retry(options: IpcArgument<'shell:retry-server'>): void;
  unlock(secret: IpcArgument<'shell:unlock'>): Promise<UnlockResult>;
  /** Moves the server to another port, or back to the one it had; the window sees a restart and no failure. */
  changePort(port: number): Promise<PortChange>;
  /** Starts once more so that the copy made before the update is put in place; after such a failure only. */
  restoreUpdateCopy(): void;
  /** Ends a server that is up and starts it anew; resolves when it is up or has failed. */
  restartServer(): Promise<void>;
  /** Resolves when the server is gone. */
  stop(): Promise<void>;
}

/** The port in use: the one chosen in the window during this run, `--port=N`, the one kept, the usual one. */
export interface PortChoice {
  get(): number;
  choose(port: number): void;
  /** The same for this run alone; the answer goes back to what was before. */
  tryOut(port: number): () => void;
  /** Of port 0, any free one, the one that was found stays for this run: agents hold its address. */
  settle(url: string): void;
}

export function createPortChoice(settings: SettingsStore, fromSwitch: number | undefined): PortChoice {
  let chosen: number | undefined;
  return {
    get: () => chosen ?? fromSwitch ?? settings.get().port ?? DEFAULT_PORT,
    choose(port) {
      chosen = port;
      settings.setPort(port);
    },
    tryOut(port) {
      const before = chosen;
      chosen = port;
      return () => {
        chosen = before;
      };
    },
    settle(url) {
      if ((chosen ?? fromSwitch) === 0) chosen = Number(new URL(url).port);
    },
  };
}

/** What a person gave for the next start; it goes there and no further. */
export interface Handover {
  /** Typed after `wrong_key`. */
  recoveryCode?: string | undefined;
  /** Name of the copy to put back, as the failed start named it. */
  restoreCopy?: string | undefined;
}

export function takeHandover(handover: Handover): Handover {
  const { recoveryCode, restoreCopy } = handover;
  handover.recoveryCode = undefined;
  handover.restoreCopy = undefined;
  return { recoveryCode, restoreCopy };
}

export function createLifecycle(deps: {
  readonly keychain: Keychain;
  /** Built with the callback that it calls at every change. */
  readonly createSupervisor: (onChange: () => void) => Supervisor;
  readonly port: PortChoice;
  readonly handover: Handover;
  readonly platform: string;
  readonly version: string;
  /** Undefined when nobody listens there; asked before a running server is stopped for it. */
  readonly findTaken?: (port: number) => Promise<Pick<PortProblem, 'holder' | 'nextFreePort'> | undefined>;
}): Lifecycle & { readonly supervisor: Supervisor } {
  const { keychain, port, handover, platform, version, findTaken } = deps;
  const listeners = new Set<(state: ShellState) => void>();
  let isMoving = false;
  const supervisor = deps.createSupervisor(tell);

  function state(): ShellState {
    const server =
      isMoving && supervisor.state.status === 'failed' ? RESTARTING : toServerState(supervisor.state);
    return { ...server, keychain: keychain.state, platform, version };
  }

  function tell(): void {
    if (supervisor.state.status === 'up') port.settle(supervisor.state.upstream.url);
    const now = state();
    for (const listener of listeners) listener(now);
  }

  function startWhenOpen(before: KeychainState): void {
    if (keychain.state.status === 'ready') supervisor.start();
    else if (keychain.state !== before) tell();
  }

  function start(): void {
    const before = keychain.state;
    keychain.open();
    startWhenOpen(before);
  }

  async function changePort(next: number): Promise<PortChange> {
    const current = supervisor.state;
    if (isMoving || current.status !== 'up') return refusal('not_running');
    if (Number(new URL(current.upstream.url).port) === next) {
      port.choose(next);
      return { ok: true, url: current.upstream.url };
    }
    isMoving = true;
    const goBack = port.tryOut(next);
    try {
      const taken = await findTaken?.(next);
      if (taken) {
        goBack();
        return { ok: false, reason: 'port_taken', ...taken };
      }
      const after = await supervisor.restart();
      if (after.status === 'up') {
        port.choose(next);
        return { ok: true, url: after.upstream.url };
      }
      // Somebody took it in between, or it does not start there: agents find it where it was.
      goBack();
      supervisor.start();
      await supervisor.whenUp(MOVE_BACK_MS);
      return refusalOf(after);
    } finally {
      isMoving = false;
      tell();
    }
  }

  return {
    supervisor,
    get state() {
      return state();
    },
    onChange: (listener) => void listeners.add(listener),
    start,
    retry(options) {
      const isRunning = supervisor.state.status !== 'idle' && supervisor.state.status !== 'failed';
      if (isRunning) return;
      if (options.port !== undefined) port.choose(options.port);
      handover.recoveryCode = options.recoveryCode;
      start();
    },
    async unlock(secret) {
      const before = keychain.state;
      const result = await keychain.unlock(secret);
      startWhenOpen(before);
      return result;
    },
    changePort,
    restoreUpdateCopy() {
      const copy =
        supervisor.state.status === 'failed' ? supervisor.state.failure.details.updateCopy : undefined;
      if (!copy) return;
      handover.restoreCopy = copy.name;
      start();
    },
    async restartServer() {
      if (supervisor.state.status === 'up') await supervisor.restart();
    },
    stop: () => supervisor.stop(),
  };
}

type PortProblem = Extract<PortChange, { ok: false }>;

const MOVE_BACK_MS = 30_000;
const RESTARTING = { server: 'restarting', failure: null, url: null } as const;

function refusal(reason: PortProblem['reason']): PortProblem {
  return { ok: false, reason, holder: null, nextFreePort: null };
}

function refusalOf(state: SupervisorState): PortProblem {
  if (state.status !== 'failed' || state.failure.code !== 'port_taken') return refusal('not_started');
  const { holder, nextFreePort } = state.failure.details;
  return { ...refusal('port_taken'), holder: holder ?? null, nextFreePort: nextFreePort ?? null };
}

function toServerState(state: SupervisorState): Pick<ShellState, 'server' | 'failure' | 'url'> {
  if (state.status === 'up') return { server: 'up', failure: null, url: state.upstream.url };
  if (state.status === 'failed') return { server: 'failed', failure: state.failure, url: null };
  return { server: state.status === 'idle' ? 'starting' : state.status, failure: null, url: null };
}
