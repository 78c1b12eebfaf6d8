import { join } from 'node:path';
import { app, Menu, nativeImage, Tray } from 'electron';
import { badgeOf, trayMenuOf, trayTooltipOf } from './tray-menu';
import type { TrayCommand, TrayView } from './tray-menu';
import type { Texts } from './texts';

export interface AppTray extends Disposable {
  /** Draws anew what differs from the last time. */
  update(view: TrayView, texts: Texts): void;
}

/**
 * The icon in menu bar, task bar or panel. On macOS the number stands as text beside a template image; elsewhere it is
 * drawn on the icon, and in the tooltip.
 */
export function createTray(deps: {
  /** `resources/icons/tray`. */
  readonly icons: string;
  readonly onCommand: (command: TrayCommand) => void;
}): AppTray {
  const { icons, onCommand } = deps;
  const isMac = process.platform === 'darwin';
  const image = (name: string) => nativeImage.createFromPath(join(icons, `${name}.png`));
  const tray = new Tray(image(isMac ? 'trayTemplate' : 'tray'));
  let drawn = '';
  let badge = '';
  // Elsewhere a click opens the menu by itself.
  if (process.platform !== 'darwin') tray.on('click', () => onCommand('toggle'));
  return {
    update(view, texts) {
      const items = trayMenuOf(view, texts);
      const tooltip = trayTooltipOf(view, texts);
      const key = JSON.stringify([items, tooltip, view.desk.pending]);
      if (key === drawn) return;
      drawn = key;
      tray.setToolTip(tooltip);
      tray.setContextMenu(
        Menu.buildFromTemplate(
          items.map((item) =>
            item === null
              ? { type: 'separator' }
              : { id: item.id, label: item.label, enabled: item.isEnabled, click: () => onCommand(item.id) },
          ),
        ),
      );
      const { pending } = view.desk;
      if (isMac) tray.setTitle(pending > 0 ? String(pending) : '');
      else if (badgeOf(pending) !== badge) {
        badge = badgeOf(pending);
        tray.setImage(image(badge === '' ? 'tray' : `tray-${badge}`));
      }
      if (process.platform !== 'win32') app.setBadgeCount(pending);
    },
    [Symbol.dispose]: () => tray.destroy(),
  };
}
