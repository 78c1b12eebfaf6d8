import { describe, expect, it } from 'vitest';
import { DEFAULT_PREFERENCES } from '../../../src-server/contract/console/session';
import { setupSteps, stepAfter, stepToResume, stepToShow } from './setup-steps';

type Progress = Parameters<typeof setupSteps>[0];

function progress(setup: Partial<Progress['setup']> = {}, rest: Partial<Progress> = {}): Progress {
  return {
    mode: 'desktop',
    user: { role: 'admin' },
    preferences: DEFAULT_PREFERENCES,
    setup: {
      hasOwner: false,
      hasRecoveryCode: false,
      hasAgent: false,
      hasDecided: false,
      hasSampleWorld: false,
      isDismissed: false,
      ...setup,
    },
    ...rest,
  };
}

describe('the steps of first run', () => {
  it('go from language to the first approval, and only the first two are open before there is a person', () => {
    const steps = setupSteps(progress());
    expect(steps.map((step) => step.id)).toEqual(['language', 'person', 'recovery', 'agent', 'approval']);
    expect(steps.filter((step) => step.isOpen).map((step) => step.id)).toEqual(['language', 'person']);
  });

  it('resume at the first thing that is missing', () => {
    expect(stepToResume(progress())).toBe('language');
    expect(stepToResume(progress({ hasOwner: true }))).toBe('recovery');
    expect(stepToResume(progress({ hasOwner: true, hasRecoveryCode: true }))).toBe('agent');
    expect(stepToResume(progress({ hasOwner: true, hasRecoveryCode: true, hasSampleWorld: true }))).toBe(
      'approval',
    );
    expect(
      stepToResume(progress({ hasOwner: true, hasAgent: true, hasDecided: true, hasRecoveryCode: true })),
    ).toBe('approval');
  });

  it('leave out in server mode who you are and the recovery code, once they are done', () => {
    const server = progress({ hasOwner: true, hasRecoveryCode: true }, { mode: 'server' });
    expect(setupSteps(server).map((step) => step.id)).toEqual(['language', 'agent', 'approval']);
    const open = progress({ hasOwner: true }, { mode: 'server' });
    expect(setupSteps(open).map((step) => step.id)).toEqual(['language', 'recovery', 'agent', 'approval']);
  });

  it('ask in server mode only an admin to keep the recovery code', () => {
    const owner = progress({ hasOwner: true }, { mode: 'server', user: { role: 'owner' } });
    expect(setupSteps(owner).map((step) => step.id)).toEqual(['language', 'agent', 'approval']);
  });

  it('never let who you are be put off, for everything else hangs on it', () => {
    expect(setupSteps(progress()).find((step) => step.id === 'person')?.canWait).toBe(false);
  });

  it('show the step asked for only when it is open', () => {
    expect(stepToShow(progress(), 'agent')).toBe('language');
    expect(stepToShow(progress({ hasOwner: true }), 'agent')).toBe('agent');
    expect(stepToShow(progress({ hasOwner: true }), 'nonsense')).toBe('recovery');
  });

  it('end after the last', () => {
    const ready = progress({ hasOwner: true });
    expect(stepAfter(ready, 'language')).toBe('person');
    expect(stepAfter(ready, 'approval')).toBeUndefined();
    expect(stepAfter(progress(), 'person')).toBeUndefined();
  });
});
