/** Closing and quitting: what it stops is said before, once where the person says so. */
import type { DeskState } from './desk-watch';
import type { SettingsStore } from './settings';
import type { Texts } from './texts';

export interface Question {
  readonly title: string;
  readonly message: string;
  readonly detail: string;
  /** The last one leaves everything as it is. */
  readonly buttons: readonly string[];
  readonly checkbox?: string;
}
export interface Answer {
  readonly button: number;
  readonly isChecked: boolean;
}

export interface Leaving {
  /** False when closing the window is all there is to it: nobody would miss the app. */
  mustDecideClose(): boolean;
  decideClose(): Promise<'hide' | 'quit' | 'stay'>;
  /** Whether quitting stops something that the person wants to be asked about. */
  mustAskQuit(): boolean;
  /** True: quit. */
  askQuit(): Promise<boolean>;
}

export function createLeaving(deps: {
  readonly settings: SettingsStore;
  readonly desk: () => DeskState;
  readonly texts: () => Texts;
  readonly ask: (question: Question) => Promise<Answer>;
}): Leaving {
  const { settings, desk, texts, ask } = deps;
  return {
    mustDecideClose: () => desk().agents > 0 && settings.get().closeToTray !== 'quit',

    async decideClose() {
      const kept = settings.get().closeToTray ?? 'ask';
      if (kept === 'tray') return 'hide';
      if (kept === 'quit') return 'quit';
      const t = texts();
      const { button } = await ask({
        title: t.closeTitle,
        message: t.closeAsk(desk().agents),
        detail: t.closeDetail,
        buttons: [t.stayInTray, t.quit, t.cancel],
      });
      if (button !== 0 && button !== 1) return 'stay';
      settings.set({ closeToTray: button === 0 ? 'tray' : 'quit' });
      return button === 0 ? 'hide' : 'quit';
    },

    mustAskQuit() {
      const { agents, pending } = desk();
      return (agents > 0 || pending > 0) && settings.get().askBeforeQuit !== false;
    },

    async askQuit() {
      const t = texts();
      const { agents, pending } = desk();
      const { button, isChecked } = await ask({
        title: t.quitTitle,
        message: t.quitTitle,
        detail: [
          ...(agents > 0 ? [t.quitAgents(agents)] : []),
          ...(pending > 0 ? [t.quitWaiting(pending)] : []),
          t.quitGrace,
        ].join('\n'),
        buttons: [t.quit, t.cancel],
        checkbox: t.dontAskAgain,
      });
      if (button !== 0) return false;
      if (isChecked) settings.set({ askBeforeQuit: false });
      return true;
    },
  };
}
