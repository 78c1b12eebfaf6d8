import type { DeskState } from './desk-watch';
import type { Texts } from './texts';

export type TrayCommand = 'inbox' | 'freeze' | 'thaw' | 'pause' | 'toggle' | 'quit';

/** One line of the menu; null is a separator. */
export type TrayItem = {
  readonly id: TrayCommand;
  readonly label: string;
  readonly isEnabled: boolean;
} | null;

export interface TrayView {
  readonly desk: DeskState;
  readonly isWindowVisible: boolean;
  /** `locked` while the key of the data waits for the person. */
  readonly server: 'up' | 'away' | 'locked';
}

/** The number on the icon stops here. */
const MAX_BADGE = 9;

export function trayMenuOf({ desk, isWindowVisible, server }: TrayView, t: Texts): TrayItem[] {
  const canCommand = server === 'up' && desk.isLive;
  return [
    { id: 'inbox', label: statusOf({ desk, server }, t), isEnabled: true },
    null,
    // Thawing is a decision: it is taken in the window, which this only opens.
    desk.isFrozen
      ? { id: 'thaw', label: t.thawInWindow, isEnabled: true }
      : { id: 'freeze', label: t.freezeAll, isEnabled: canCommand },
    { id: 'pause', label: t.pauseAll, isEnabled: canCommand && desk.agents > 0 },
    null,
    { id: 'toggle', label: isWindowVisible ? t.hide : t.show, isEnabled: true },
    { id: 'quit', label: t.quit, isEnabled: true },
  ];
}

export function trayTooltipOf(view: Pick<TrayView, 'desk' | 'server'>, t: Texts): string {
  const frozen = view.desk.isFrozen ? ` – ${t.frozen}` : '';
  return `Countersign: ${statusOf(view, t)}${frozen}`;
}

/** The name of the icon: with a number up to nine, `9plus` beyond, plain when nothing waits. */
export function badgeOf(pending: number): string {
  if (pending <= 0) return '';
  return pending > MAX_BADGE ? `${MAX_BADGE}plus` : String(pending);
}

function statusOf({ desk, server }: Pick<TrayView, 'desk' | 'server'>, t: Texts): string {
  if (server === 'locked') return t.unlockFirst;
  if (server === 'away') return t.notRunning;
  return t.waiting(desk.pending);
}
