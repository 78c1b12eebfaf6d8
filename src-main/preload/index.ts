import { contextBridge, ipcRenderer } from 'electron';
import type {
  CountersignBridge,
  IpcArgument,
  IpcChannel,
  IpcResults,
  ShellLinkChannel,
  ShellState,
  ShellStateChannel,
} from '../ipc/contract';

const STATE: ShellStateChannel = 'shell:state';
const LINK: ShellLinkChannel = 'shell:link';

function invoke<C extends IpcChannel>(channel: C, argument?: IpcArgument<C>): Promise<IpcResults[C]> {
  return ipcRenderer.invoke(channel, argument);
}

const bridge: CountersignBridge = {
  getShellState: () => invoke('shell:get-state'),
  onShellState(listener) {
    const pass = (_event: unknown, state: ShellState): void => listener(state);
    ipcRenderer.on(STATE, pass);
    return () => void ipcRenderer.off(STATE, pass);
  },
  retryServer: (options = {}) => invoke('shell:retry-server', options),
  unlock: (secret) => invoke('shell:unlock', secret),
  openExternal: (url) => invoke('shell:open-external', url),
  copyText: (text) => invoke('shell:copy-text', text),
  getShellSettings: () => invoke('shell:get-settings'),
  updateShellSettings: (patch) => invoke('shell:update-settings', patch),
  changePort: (port) => invoke('shell:change-port', { port }),
  openDataFolder: () => invoke('shell:open-data-folder'),
  takeLink: () => invoke('shell:take-link'),
  onLink(listener) {
    const pass = (): void => listener();
    ipcRenderer.on(LINK, pass);
    return () => void ipcRenderer.off(LINK, pass);
  },
  restoreUpdateCopy: () => invoke('shell:restore-update-copy'),
  saveFile: (file) => invoke('shell:save-file', file),
  chooseBackup: () => invoke('shell:choose-backup'),
  restartServer: () => invoke('shell:restart-server'),
};

contextBridge.exposeInMainWorld('countersign', bridge);
