/** Start and stop in their order: key, then server, then the calls of the window; and what the window is told of it. */
import type { IpcArgument, KeychainState, ShellState, UnlockResult } from './ipc/contract';
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
  /** Resolves when the server is gone. */
  stop(): Promise<void>;
}

/** The port in use: the one chosen in the window during this run, `--port=N`, the one kept, the usual one. */
export interface PortChoice {
  get(): number;
  choose(port: number): void;
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
    settle(url) {
      if ((chosen ?? fromSwitch) === 0) chosen = Number(new URL(url).port);
    },
  };
}

/** The code a person typed after `wrong_key`, on its way to the next start and no further. */
export interface RecoveryCode {
  code: string | undefined;
}

export function takeRecoveryCode(recovery: RecoveryCode): string | undefined {
  const { code } = recovery;
  recovery.code = undefined;
  return code;
}

export function createLifecycle(deps: {
  readonly keychain: Keychain;
  /** Built with the callback that it calls at every change. */
  readonly createSupervisor: (onChange: () => void) => Supervisor;
  readonly port: PortChoice;
  readonly recovery: RecoveryCode;
  readonly platform: string;
  readonly version: string;
}): Lifecycle & { readonly supervisor: Supervisor } {
  const { keychain, port, recovery, platform, version } = deps;
  const listeners = new Set<(state: ShellState) => void>();
  const supervisor = deps.createSupervisor(tell);

  function state(): ShellState {
    return { ...toServerState(supervisor.state), keychain: keychain.state, platform, version };
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
      recovery.code = options.recoveryCode;
      start();
    },
    async unlock(secret) {
      const before = keychain.state;
      const result = await keychain.unlock(secret);
      startWhenOpen(before);
      return result;
    },
    stop: () => supervisor.stop(),
  };
}

function toServerState(state: SupervisorState): Pick<ShellState, 'server' | 'failure' | 'url'> {
  if (state.status === 'up') return { server: 'up', failure: null, url: state.upstream.url };
  if (state.status === 'failed') return { server: 'failed', failure: state.failure, url: null };
  return { server: state.status === 'idle' ? 'starting' : state.status, failure: null, url: null };
}
