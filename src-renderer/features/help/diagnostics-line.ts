import { useMe } from '../../api/session';
import { useShellState } from '../../shell';

/** One line that says which version runs where, to be pasted into a report. It names nobody and no folder. */
export function useDiagnosticsLine(): string {
  const me = useMe();
  const shellState = useShellState();
  const agent = globalThis.navigator?.userAgent ?? '';
  const browser = /(?:Electron|Firefox|Edg|Chrome|Version)\/[\d.]+/.exec(agent)?.[0] ?? '';
  const platform = shellState?.platform ?? globalThis.navigator?.platform ?? '';
  return [
    `Countersign ${me.data?.version ?? '?'}`,
    me.data?.mode,
    platform,
    browser.replace('/', ' '),
    me.data?.preferences.locale,
  ]
    .filter(Boolean)
    .join(' · ');
}
