/**
 * The few words that the shell itself draws: menu, file dialogs, and the refusal before any window exists. Everything
 * else is drawn by the window with its own translations.
 */
const english = {
  edit: 'Edit',
  undo: 'Undo',
  redo: 'Redo',
  cut: 'Cut',
  copy: 'Copy',
  paste: 'Paste',
  selectAll: 'Select all',
  view: 'View',
  reload: 'Reload',
  developerTools: 'Developer tools',
  actualSize: 'Actual size',
  zoomIn: 'Zoom in',
  zoomOut: 'Zoom out',
  fullScreen: 'Full screen',
  file: 'File',
  quit: 'Quit',
  window: 'Window',
  minimize: 'Minimize',
  close: 'Close',
  newKeyFile: 'Choose where to keep the key file',
  existingKeyFile: 'Choose your key file',
  use: 'Use this file',
  cannotStart: 'Countersign does not start',
  debugSwitches: (list: string) =>
    `Started with ${list}. These switches let another program look into the window and press its buttons, so that ` +
    'an agent could approve its own actions. Start Countersign without them.',
  problem: (message: string) => `The start failed: ${message}`,
};
type Texts = typeof english;

const german: Texts = {
  edit: 'Bearbeiten',
  undo: 'Rückgängig',
  redo: 'Wiederholen',
  cut: 'Ausschneiden',
  copy: 'Kopieren',
  paste: 'Einfügen',
  selectAll: 'Alles auswählen',
  view: 'Ansicht',
  reload: 'Neu laden',
  developerTools: 'Entwicklerwerkzeuge',
  actualSize: 'Normale Größe',
  zoomIn: 'Vergrößern',
  zoomOut: 'Verkleinern',
  fullScreen: 'Vollbild',
  file: 'Datei',
  quit: 'Beenden',
  window: 'Fenster',
  minimize: 'Minimieren',
  close: 'Schließen',
  newKeyFile: 'Wo soll die Schlüsseldatei liegen?',
  existingKeyFile: 'Schlüsseldatei auswählen',
  use: 'Diese Datei verwenden',
  cannotStart: 'Countersign startet nicht',
  debugSwitches: (list) =>
    `Gestartet mit ${list}. Damit könnte ein anderes Programm in das Fenster sehen und seine Knöpfe drücken, ein ` +
    'Agent also seine eigenen Aktionen freigeben. Bitte Countersign ohne diese Schalter starten.',
  problem: (message) => `Der Start ist fehlgeschlagen: ${message}`,
};

/** The texts for a locale of the system such as `de-AT`; English where there are none. */
export function getTexts(locale: string): Texts {
  return locale.toLowerCase().split(/[-_]/)[0] === 'de' ? german : english;
}
