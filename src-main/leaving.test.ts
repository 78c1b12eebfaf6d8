import { describe, expect, it } from 'vitest';
import { NO_DESK } from './desk-watch';
import { createLeaving } from './leaving';
import type { Answer, Question } from './leaving';
import type { Settings } from './settings';
import { getTexts } from './texts';

function leaving(
  desk: { agents: number; pending: number },
  answers: readonly Answer[] = [],
  kept: Settings = {},
) {
  let settings = kept;
  const questions: Question[] = [];
  return {
    questions,
    kept: () => settings,
    door: createLeaving({
      settings: {
        get: () => settings,
        set: (patch) => (settings = { ...settings, ...patch }),
        setPort: () => undefined,
      },
      desk: () => ({ ...NO_DESK, isLive: true, ...desk }),
      texts: () => getTexts('en'),
      ask: (question) => {
        questions.push(question);
        return Promise.resolve(answers[questions.length - 1] ?? { button: -1, isChecked: false });
      },
    }),
  };
}
const press = (button: number, isChecked = false): Answer => ({ button, isChecked });

describe('closing the window', () => {
  it('is all there is to it without agents, or once the person said so', () => {
    expect(leaving({ agents: 0, pending: 3 }).door.mustDecideClose()).toBe(false);
    expect(leaving({ agents: 2, pending: 0 }, [], { closeToTray: 'quit' }).door.mustDecideClose()).toBe(
      false,
    );
  });

  it('asks once and keeps the answer', async () => {
    const { door, questions, kept } = leaving({ agents: 3, pending: 0 }, [press(0)]);
    expect(door.mustDecideClose()).toBe(true);
    expect(await door.decideClose()).toBe('hide');
    expect(kept()).toEqual({ closeToTray: 'tray' });
    expect(await door.decideClose()).toBe('hide');
    expect(questions).toHaveLength(1);
    expect(questions[0]?.message).toBe('3 agents are connected. Shall Countersign stay in the tray?');
    expect(questions[0]?.buttons).toEqual(['Stay in the tray', 'Quit', 'Cancel']);
  });

  it('stays open and keeps nothing when the question is put away', async () => {
    const { door, kept } = leaving({ agents: 1, pending: 0 }, [press(2)]);
    expect(await door.decideClose()).toBe('stay');
    expect(kept()).toEqual({});
  });

  it('quits when that was the answer, without a second question', async () => {
    const { door, kept } = leaving({ agents: 1, pending: 0 }, [press(1)]);
    expect(await door.decideClose()).toBe('quit');
    expect(kept()).toEqual({ closeToTray: 'quit' });
  });
});

describe('quitting', () => {
  it('asks nobody when nothing stops, or when they want it so', () => {
    expect(leaving({ agents: 0, pending: 0 }).door.mustAskQuit()).toBe(false);
    expect(leaving({ agents: 3, pending: 1 }, [], { askBeforeQuit: false }).door.mustAskQuit()).toBe(false);
  });

  it('says what stops', async () => {
    const { door, questions, kept } = leaving({ agents: 3, pending: 12 }, [press(1, true)]);
    expect(door.mustAskQuit()).toBe(true);
    expect(await door.askQuit()).toBe(false);
    expect(questions[0]?.detail.split('\n')).toEqual([
      '3 agents can’t reach Countersign.',
      '12 proposals wait, unchanged.',
      'Decisions in grace run at the next start.',
    ]);
    // Only with a yes: whoever cancels has decided nothing.
    expect(kept()).toEqual({});
  });

  it('does not ask again where the box was ticked', async () => {
    const { door, kept } = leaving({ agents: 1, pending: 0 }, [press(0, true)]);
    expect(await door.askQuit()).toBe(true);
    expect(kept()).toEqual({ askBeforeQuit: false });
    expect(door.mustAskQuit()).toBe(false);
  });
});
