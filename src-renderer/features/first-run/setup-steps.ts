import type { Me, User } from '../../../src-server/contract/console/session';

export const STEPS = ['language', 'person', 'recovery', 'agent', 'approval'] as const;
export type StepId = (typeof STEPS)[number];

export interface SetupStep {
  readonly id: StepId;
  readonly isDone: boolean;
  /** It can be left for later without anything breaking. */
  readonly canWait: boolean;
  /** Reachable now; what comes after "who you are" needs a person. */
  readonly isOpen: boolean;
}

type Progress = Pick<Me, 'mode' | 'setup' | 'preferences'> & { readonly user: Pick<User, 'role'> | null };

/**
 * The steps of first run for this person, in order. In server mode who somebody is was settled by signing in, and
 * the recovery code is the installation's: an admin makes it, once, and nobody else is asked.
 */
export function setupSteps(me: Progress): SetupStep[] {
  const { setup } = me;
  const done: Record<StepId, boolean> = {
    language: me.preferences.locale !== null || setup.hasOwner,
    person: setup.hasOwner,
    recovery: setup.hasRecoveryCode,
    agent: setup.hasAgent || setup.hasSampleWorld,
    approval: setup.hasDecided,
  };
  const isLeftOut = (id: StepId) =>
    me.mode === 'server' &&
    ((id === 'person' && done.person) || (id === 'recovery' && (done.recovery || me.user?.role !== 'admin')));
  return STEPS.filter((id) => !isLeftOut(id)).map((id) => ({
    id,
    isDone: done[id],
    canWait: id === 'recovery' || id === 'agent' || id === 'approval',
    isOpen: id === 'language' || id === 'person' || setup.hasOwner,
  }));
}

/** Where first run goes on after a restart: the first step that is open and not done, else the last one. */
export function stepToResume(me: Progress): StepId {
  const steps = setupSteps(me);
  return steps.find((step) => step.isOpen && !step.isDone)?.id ?? steps.at(-1)?.id ?? 'approval';
}

/** The step that follows, or undefined after the last. */
export function stepAfter(me: Progress, id: StepId): StepId | undefined {
  const steps = setupSteps(me);
  const rest = steps.slice(steps.findIndex((step) => step.id === id) + 1);
  return rest.find((step) => step.isOpen)?.id;
}

/** The step asked for in the address, when it exists for this person and is open; else where to resume. */
export function stepToShow(me: Progress, asked: string | undefined): StepId {
  const step = setupSteps(me).find((candidate) => candidate.id === asked);
  return step?.isOpen ? step.id : stepToResume(me);
}
