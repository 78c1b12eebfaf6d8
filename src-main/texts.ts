/**
 * The few words that the shell itself draws: menus, tray, notifications, dialogs, and the refusal before any window
 * exists. Everything else is drawn by the window with its own translations.
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
  saveFile: 'Save a copy',
  chooseBackup: 'Choose a backup',
  backups: 'Backups',
  use: 'Use this file',
  cannotStart: 'Countersign does not start',
  debugSwitches: (list: string) =>
    `Started with ${list}. These switches let another program look into the window and press its buttons, so that ` +
    'an agent could approve its own actions. Start Countersign without them.',
  problem: (message: string) => `The start failed: ${message}`,
  freezeAll: 'Freeze all agents',
  thawInWindow: 'Agents are frozen. Thaw them in the window…',
  pauseAll: 'Pause all agents',
  show: 'Show Countersign',
  hide: 'Hide Countersign',
  openInbox: 'Open the Inbox',
  waiting: (count: number) =>
    count === 0 ? 'Nothing waits for you' : count === 1 ? '1 proposal waits' : `${count} proposals wait`,
  notRunning: 'The server is not running',
  unlockFirst: 'Countersign waits for your passphrase or key file',
  frozen: 'All agents are frozen',
  frozenBody: 'Every call of theirs is refused and what was in grace has stopped. Thaw them in the window.',
  paused: (count: number) => (count === 1 ? '1 agent is paused' : `${count} agents are paused`),
  pausedBody: 'Each is resumed on its own page in the window.',
  notDone: 'That did not work',
  notFrozen: 'The agents are not frozen: Countersign’s server did not take the command. Open the window.',
  notPaused: 'Not every agent was paused. Open the window to see which.',
  closeTitle: 'Go on in the background?',
  closeAsk: (agents: number) =>
    agents === 1
      ? '1 agent is connected. Shall Countersign stay in the tray?'
      : `${agents} agents are connected. Shall Countersign stay in the tray?`,
  closeDetail:
    'In the tray it goes on taking proposals and tells you of them; open it from there, or start it again. ' +
    'If it quits, agents can’t reach it. Your answer is kept; Settings change it.',
  stayInTray: 'Stay in the tray',
  cancel: 'Cancel',
  quitTitle: 'Quit Countersign?',
  quitAgents: (count: number) =>
    count === 1 ? '1 agent can’t reach Countersign.' : `${count} agents can’t reach Countersign.`,
  quitWaiting: (count: number) =>
    count === 1 ? '1 proposal waits, unchanged.' : `${count} proposals wait, unchanged.`,
  quitGrace: 'Decisions in grace run at the next start.',
  dontAskAgain: 'Don’t ask again',
  approveOnce: 'Approve once',
  reject: 'Reject',
  asksYou: (agent: string) => `${agent} asks you`,
  newProposals: (proposals: number, agents: number, isMore: boolean) => {
    const many = `${isMore ? 'More than ' : ''}${proposals} new ${proposals === 1 ? 'proposal' : 'proposals'}`;
    return agents === 0 ? many : `${many} from ${agents === 1 ? '1 agent' : `${agents} agents`}`;
  },
  failedTitle: (agent: string) => `Approved, but it failed: ${agent}`,
  failedMany: (count: number) => `${count} approved actions failed`,
  joiningTitle: (agent: string) => `${agent} wants to join you`,
  joiningMany: (count: number) => `${count} agents want to join you`,
  joiningBody: 'Look at who it is before you claim it.',
  spendingTitle: (agent: string, threshold: number) =>
    threshold === 100
      ? `${agent} used up what it may spend`
      : `${agent} used ${threshold} % of what it may spend`,
  spendingBody: 'Open it to see what it spent credits on.',
  webhookOffTitle: (agent: string) => `The webhook of ${agent} was turned off`,
  webhookFailingBody: 'Too many deliveries in a row failed. Open it to see why and turn it on again.',
  webhookGoneBody: 'Its endpoint answered 410 Gone: it wants no more.',
  quietTitle: 'While it was quiet',
  quietFailed: (count: number) =>
    count === 1 ? '1 approved action failed' : `${count} approved actions failed`,
  quietSpending: (count: number) =>
    count === 1 ? '1 agent came near what it may spend' : `${count} agents came near what they may spend`,
  quietWebhooks: (count: number) =>
    count === 1 ? '1 webhook was turned off' : `${count} webhooks were turned off`,
  alreadyDecided: 'Already decided',
  alreadyDecidedBody: 'This proposal was decided before. Nothing was changed.',
  changedTitle: 'Not decided: it changed',
  changedBody: 'The agent changed this proposal after you were shown it. Open it to see the new version.',
  goneTitle: 'Not decided: it is gone',
  goneBody: 'This proposal expired or was withdrawn.',
  notDecided: 'Not decided',
  notDecidedBody: 'Countersign did not take this decision. Open it in the window.',
};
export type Texts = typeof english;

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
  saveFile: 'Kopie sichern',
  chooseBackup: 'Sicherung auswählen',
  backups: 'Sicherungen',
  use: 'Diese Datei verwenden',
  cannotStart: 'Countersign startet nicht',
  debugSwitches: (list) =>
    `Gestartet mit ${list}. Damit könnte ein anderes Programm in das Fenster sehen und seine Knöpfe drücken, ein ` +
    'Agent also seine eigenen Aktionen freigeben. Bitte Countersign ohne diese Schalter starten.',
  problem: (message) => `Der Start ist fehlgeschlagen: ${message}`,
  freezeAll: 'Alle Agenten einfrieren',
  thawInWindow: 'Agenten sind eingefroren. Im Fenster auftauen …',
  pauseAll: 'Alle Agenten pausieren',
  show: 'Countersign zeigen',
  hide: 'Countersign ausblenden',
  openInbox: 'Eingang öffnen',
  waiting: (count) =>
    count === 0 ? 'Nichts wartet auf Sie' : count === 1 ? '1 Vorschlag wartet' : `${count} Vorschläge warten`,
  notRunning: 'Der Server läuft nicht',
  unlockFirst: 'Countersign wartet auf Ihre Passphrase oder Schlüsseldatei',
  frozen: 'Alle Agenten sind eingefroren',
  frozenBody:
    'Jeder ihrer Aufrufe wird abgelehnt, was in der Bedenkzeit war, ruht. Auftauen geht im Fenster.',
  paused: (count) => (count === 1 ? '1 Agent ist pausiert' : `${count} Agenten sind pausiert`),
  pausedBody: 'Jeder wird auf seiner eigenen Seite im Fenster fortgesetzt.',
  notDone: 'Das hat nicht geklappt',
  notFrozen:
    'Die Agenten sind nicht eingefroren: Der Server hat den Befehl nicht angenommen. Bitte das Fenster öffnen.',
  notPaused: 'Nicht jeder Agent wurde pausiert. Das Fenster zeigt, welcher nicht.',
  closeTitle: 'Im Hintergrund weiterlaufen?',
  closeAsk: (agents) =>
    agents === 1
      ? '1 Agent ist verbunden. Soll Countersign im Infobereich bleiben?'
      : `${agents} Agenten sind verbunden. Soll Countersign im Infobereich bleiben?`,
  closeDetail:
    'Dort nimmt es weiter Vorschläge an und meldet sie; öffnen Sie es von dort oder starten Sie es noch einmal. ' +
    'Wird es beendet, erreichen Agenten es nicht. Ihre Antwort wird behalten; die Einstellungen ändern sie.',
  stayInTray: 'Im Infobereich bleiben',
  cancel: 'Abbrechen',
  quitTitle: 'Countersign beenden?',
  quitAgents: (count) =>
    count === 1
      ? '1 Agent erreicht Countersign nicht mehr.'
      : `${count} Agenten erreichen Countersign nicht mehr.`,
  quitWaiting: (count) =>
    count === 1 ? '1 Vorschlag wartet unverändert.' : `${count} Vorschläge warten unverändert.`,
  quitGrace: 'Entscheidungen in der Bedenkzeit laufen beim nächsten Start.',
  dontAskAgain: 'Nicht mehr fragen',
  approveOnce: 'Einmal freigeben',
  reject: 'Ablehnen',
  asksYou: (agent) => `${agent} fragt Sie`,
  newProposals: (proposals, agents, isMore) => {
    const many = `${isMore ? 'Mehr als ' : ''}${proposals} ${proposals === 1 ? 'neuer Vorschlag' : 'neue Vorschläge'}`;
    return agents === 0 ? many : `${many} von ${agents === 1 ? '1 Agenten' : `${agents} Agenten`}`;
  },
  failedTitle: (agent) => `Freigegeben, aber fehlgeschlagen: ${agent}`,
  failedMany: (count) => `${count} freigegebene Aktionen sind fehlgeschlagen`,
  joiningTitle: (agent) => `${agent} möchte zu Ihnen`,
  joiningMany: (count) => `${count} Agenten möchten zu Ihnen`,
  joiningBody: 'Sehen Sie sich an, wer es ist, bevor Sie ihn übernehmen.',
  spendingTitle: (agent, threshold) =>
    threshold === 100
      ? `${agent} hat verbraucht, was erlaubt ist`
      : `${agent} hat ${threshold} % von dem verbraucht, was erlaubt ist`,
  spendingBody: 'Öffnen zeigt, wofür Credits ausgegeben wurden.',
  webhookOffTitle: (agent) => `Der Webhook von ${agent} wurde abgeschaltet`,
  webhookFailingBody:
    'Zu viele Zustellungen nacheinander sind fehlgeschlagen. Öffnen zeigt, warum; dort geht er wieder an.',
  webhookGoneBody: 'Die Gegenstelle hat mit 410 Gone geantwortet: Sie will nichts mehr.',
  quietTitle: 'Während der Ruhezeit',
  quietFailed: (count) =>
    count === 1
      ? '1 freigegebene Aktion ist fehlgeschlagen'
      : `${count} freigegebene Aktionen sind fehlgeschlagen`,
  quietSpending: (count) =>
    count === 1
      ? '1 Agent kam an die Grenze seiner Ausgaben'
      : `${count} Agenten kamen an die Grenze ihrer Ausgaben`,
  quietWebhooks: (count) =>
    count === 1 ? '1 Webhook wurde abgeschaltet' : `${count} Webhooks wurden abgeschaltet`,
  alreadyDecided: 'Schon entschieden',
  alreadyDecidedBody: 'Über diesen Vorschlag wurde schon entschieden. Nichts wurde geändert.',
  changedTitle: 'Nicht entschieden: geändert',
  changedBody:
    'Der Agent hat den Vorschlag geändert, nachdem er Ihnen gezeigt wurde. Im Fenster steht die neue Fassung.',
  goneTitle: 'Nicht entschieden: nicht mehr da',
  goneBody: 'Der Vorschlag ist abgelaufen oder wurde zurückgezogen.',
  notDecided: 'Nicht entschieden',
  notDecidedBody: 'Countersign hat die Entscheidung nicht angenommen. Bitte den Vorschlag im Fenster öffnen.',
};

/** The texts for a locale of the system such as `de-AT`; English where there are none. */
export function getTexts(locale: string): Texts {
  return locale.toLowerCase().split(/[-_]/)[0] === 'de' ? german : english;
}
