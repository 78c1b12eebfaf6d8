import { ipcMain } from 'electron';
import type { IpcMainInvokeEvent, WebContents } from 'electron';
import { isAppUrl } from '../app-scheme';
import type { Log } from '../redact';
import { checkArguments } from './check';
import { ipcContract } from './contract';
import type { IpcArgument, IpcChannel, IpcResults } from './contract';

export type IpcHandlers = {
  readonly [C in IpcChannel]: (argument: IpcArgument<C>) => IpcResults[C] | Promise<IpcResults[C]>;
};

/**
 * Answers every channel of the contract, and none besides. A call counts only from the main frame of our own window
 * at `app://console`, with arguments that fit; any other is refused before its handler runs.
 */
export function registerIpc(deps: {
  readonly handlers: IpcHandlers;
  readonly findContents: () => WebContents | undefined;
  readonly log: Log;
}): void {
  const { handlers, findContents, log } = deps;
  for (const channel of Object.keys(ipcContract).filter(isChannel)) {
    ipcMain.handle(channel, (event, ...args: unknown[]) => {
      if (!isOurWindow(event, findContents())) {
        log.warn('call from a foreign page refused', channel, event.senderFrame?.url);
        throw new Error(`${channel}: refused`);
      }
      return answer(handlers, channel, args);
    });
  }
}

function answer<C extends IpcChannel>(
  handlers: IpcHandlers,
  channel: C,
  args: readonly unknown[],
): IpcResults[C] | Promise<IpcResults[C]> {
  return handlers[channel](checkArguments(channel, args));
}

function isChannel(name: string): name is IpcChannel {
  return name in ipcContract;
}

function isOurWindow(event: IpcMainInvokeEvent, ours: WebContents | undefined): boolean {
  const frame = event.senderFrame;
  return ours !== undefined && event.sender === ours && frame === ours.mainFrame && isAppUrl(frame.url);
}
