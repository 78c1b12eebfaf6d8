import { Menu } from 'electron';
import type { MenuItemConstructorOptions } from 'electron';
import type { Texts } from './texts';

/** While the window has the focus; from anywhere where the person switched that on. */
export const FREEZE_KEYS = 'CommandOrControl+Shift+.';

/**
 * A small menu: it carries the standard editing and zoom keys. Reloading would lose what is being typed, and the
 * developer tools can press every button, so both are there in development alone.
 */
export function setAppMenu(options: {
  readonly isPackaged: boolean;
  readonly texts: Texts;
  readonly onFreeze: () => void;
}): void {
  const t = options.texts;
  const separator: MenuItemConstructorOptions = { type: 'separator' };
  const isMac = process.platform === 'darwin';
  const development: MenuItemConstructorOptions[] = options.isPackaged
    ? []
    : [{ role: 'reload', label: t.reload }, { role: 'toggleDevTools', label: t.developerTools }, separator];
  const template: MenuItemConstructorOptions[] = [
    ...(isMac ? [{ role: 'appMenu' } as const] : []),
    {
      label: t.file,
      submenu: [
        { id: 'freeze', label: t.freezeAll, accelerator: FREEZE_KEYS, click: options.onFreeze },
        ...(isMac ? [] : [separator, { role: 'quit', label: t.quit } as const]),
      ],
    },
    {
      label: t.edit,
      submenu: [
        { role: 'undo', label: t.undo },
        { role: 'redo', label: t.redo },
        separator,
        { role: 'cut', label: t.cut },
        { role: 'copy', label: t.copy },
        { role: 'paste', label: t.paste },
        { role: 'selectAll', label: t.selectAll },
      ],
    },
    {
      label: t.view,
      submenu: [
        ...development,
        { role: 'resetZoom', label: t.actualSize },
        { role: 'zoomIn', label: t.zoomIn },
        { role: 'zoomOut', label: t.zoomOut },
        separator,
        { role: 'togglefullscreen', label: t.fullScreen },
      ],
    },
    {
      label: t.window,
      submenu: [
        { role: 'minimize', label: t.minimize },
        { role: 'close', label: t.close },
      ],
    },
  ];
  Menu.setApplicationMenu(Menu.buildFromTemplate(template));
}
