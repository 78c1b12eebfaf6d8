import type { LinkTarget } from '../../src-main/ipc/contract';
import { shell } from '../shell';

/**
 * Where a link of another program, a notification or the tray leads, below the base of the console. Going there reads
 * and fills in, and sends nothing that writes: whatever a link names is put into the address and into fields.
 */
export function toConsolePath(target: LinkTarget): string {
  switch (target.page) {
    case 'inbox':
      return `/inbox${searchOf({ item: target.item })}`;
    case 'agents':
      return target.agent === undefined ? '/agents' : `/agents/${encodeURIComponent(target.agent)}`;
    case 'claim':
      return `/agents${searchOf({ claim: target.code })}`;
    case 'settings':
      return target.section === undefined ? '/settings' : `/settings/${encodeURIComponent(target.section)}`;
    case 'cases':
      return `/case/${encodeURIComponent(target.trace)}`;
    case 'webhooks':
      return `/webhooks${searchOf({ agent: target.agent })}`;
    case 'credits':
      return '/credits';
    case 'unknown':
      return '/unknown-link';
  }
}

/** Goes where the shell asks, now if a link waits already, and at every later one. */
export function followLinks(go: (path: string) => void): void {
  if (!shell) return;
  const bridge = shell;
  const take = async (): Promise<void> => {
    const target = await bridge.takeLink();
    if (target !== null) go(toConsolePath(target));
  };
  bridge.onLink(() => void take());
  void take();
}

function searchOf(values: Readonly<Record<string, string | undefined>>): string {
  const search = new URLSearchParams();
  // The router reads values as JSON where they look like it: a code of digits must stay text.
  for (const [name, value] of Object.entries(values)) {
    if (value !== undefined) search.set(name, looksLikeJson(value) ? JSON.stringify(value) : value);
  }
  const text = search.toString();
  return text === '' ? '' : `?${text}`;
}

function looksLikeJson(text: string): boolean {
  try {
    JSON.parse(text);
    return true;
  } catch {
    return false;
  }
}
