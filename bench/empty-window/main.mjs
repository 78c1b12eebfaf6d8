// The yardstick of start-up: Electron with one empty window.
import { app, BrowserWindow } from 'electron';

void app.whenReady().then(() => {
  const window = new BrowserWindow({ width: 1280, height: 800, webPreferences: { sandbox: true } });
  void window.loadURL('data:text/html,<title>empty</title><p>empty');
});
app.on('window-all-closed', () => app.quit());
