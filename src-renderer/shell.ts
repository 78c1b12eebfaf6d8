import { useSyncExternalStore } from 'react';
import type { CountersignBridge, ShellState } from '../src-main/ipc/contract';

export type { KeyProblem, KeychainState, ShellState } from '../src-main/ipc/contract';

/** The bridge to the desktop shell; undefined in a browser (server mode). */
export const shell: CountersignBridge | undefined = globalThis.window?.countersign;

let current: ShellState | null = null;
const listeners = new Set<() => void>();

function setState(state: ShellState) {
  current = state;
  for (const listener of listeners) listener();
}

if (shell) {
  shell.onShellState(setState);
  // An event may have arrived before this answer; the newer one stays.
  void shell.getShellState().then((state) => {
    if (current === null) setState(state);
  });
}

function subscribe(listener: () => void) {
  listeners.add(listener);
  return () => {
    listeners.delete(listener);
  };
}

/** What the shell says about server and keychain; null in a browser, and until the shell has answered. */
export function useShellState(): ShellState | null {
  return useSyncExternalStore(subscribe, () => current);
}

/** True on a Mac, where `mod` means ⌘. */
export const isMac = /mac/i.test(globalThis.navigator?.platform ?? '');

/**
 * Puts text on the clipboard: by the shell on the desktop, where the page has no clipboard permission.
 * @throws when neither way is there.
 */
export async function copyText(text: string): Promise<void> {
  if (shell) return shell.copyText(text);
  return navigator.clipboard.writeText(text);
}

/** Opens an http(s) address outside the window. */
export async function openExternal(url: string): Promise<void> {
  if (shell) return shell.openExternal(url);
  globalThis.open(url, '_blank', 'noopener,noreferrer');
}
