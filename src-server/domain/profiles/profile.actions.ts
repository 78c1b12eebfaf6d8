import { z } from 'zod';
import { filledText, text } from '../../contract/common';
import { defineAction } from '../../gate/define-action';
import { AppError, notFound } from '../../lib/errors';
import { findPerson, updatePerson, type PersonPatch } from './profiles.repo';
import { indexProfile } from './profiles.service';

export const DISPLAY_NAME_MAX = 80;
export const HEADLINE_MAX = 160;
export const BIO_MAX = 1_000;
export const PLACE_MAX = 80;
export const AVATAR_URL_MAX = 500;

function isPublicHttpsUrl(value: string): boolean {
  if (!URL.canParse(value)) return false;
  const { protocol, username, password } = new URL(value);
  return protocol === 'https:' && username === '' && password === '';
}

/** What an agent may propose to change about its owner; fields left out stay as they are. */
export const profileUpdateInput = z
  .object({
    displayName: filledText(DISPLAY_NAME_MAX).optional(),
    headline: text(HEADLINE_MAX).optional(),
    bio: text(BIO_MAX).optional(),
    city: text(PLACE_MAX).optional(),
    country: text(PLACE_MAX).optional(),
    avatarUrl: text(AVATAR_URL_MAX, 1)
      .refine(isPublicHttpsUrl, { error: 'must be an https URL without credentials' })
      .optional(),
  })
  .refine((input) => Object.values(input).some((value) => value !== undefined), {
    error: 'must name at least one of displayName, headline, bio, city, country, avatarUrl',
  });
export type ProfileUpdateInput = z.infer<typeof profileUpdateInput>;

const FIELDS = ['displayName', 'headline', 'bio', 'city', 'country', 'avatarUrl'] as const;

export interface UpdatedProfile {
  readonly userId: string;
  /** The values that were replaced: what an undo restores. */
  readonly before: PersonPatch;
}

/** The changed fields, each with the value that `source` has for it. */
function pick(input: ProfileUpdateInput, source: Readonly<Record<string, unknown>>): PersonPatch {
  return Object.fromEntries(
    FIELDS.filter((field) => input[field] !== undefined).map((field) => [field, source[field]]),
  );
}

/** GOV-7: an agent changes no profile without approval; it proposes, for its own owner alone. */
export const updateProfile = defineAction<ProfileUpdateInput, UpdatedProfile>({
  name: 'profile.update',
  kind: 'profile.update',
  summary: 'Change the owner’s profile',
  input: profileUpdateInput,
  scope: 'write:drafts',
  subjectPrefix: 'prf',
  limits: ['mma.agent'],
  isOpenToUnclaimed: false,
  fields: {
    displayName: { form: 'line', maxLength: DISPLAY_NAME_MAX },
    headline: { form: 'line', maxLength: HEADLINE_MAX },
    bio: { form: 'prose', maxLength: BIO_MAX },
    city: { form: 'line', maxLength: PLACE_MAX },
    country: { form: 'line', maxLength: PLACE_MAX },
    avatarUrl: { form: 'line', maxLength: AVATAR_URL_MAX },
  },
  editable: ['displayName', 'headline', 'bio'],
  publicText: ['displayName', 'headline', 'bio', 'city', 'country'],
  contentType: 'profile',
  prepare(db, _input, agent) {
    const owner = agent.ownerId === null ? undefined : findPerson(db, agent.ownerId);
    if (!owner)
      throw new AppError(
        'forbidden',
        'A profile belongs to a person, and nobody has claimed this agent yet.',
      );
    return { targets: [{ type: 'user', id: owner.id, label: owner.displayName }] };
  },
  describeTargets: (db, targets) =>
    targets.map(({ type, id }) => ({ type, id, label: findPerson(db, id)?.displayName ?? id })),
  title: (input) => FIELDS.flatMap((field) => input[field] ?? []).join(' · '),
  effects: () => [{ code: 'profile.changed', params: {} }],
  run(tx, { input, ownerId, emit }) {
    const person = ownerId === null ? undefined : findPerson(tx, ownerId);
    if (!person) throw notFound('person');
    updatePerson(tx, person.id, pick(input, input));
    indexProfile(tx, person.id);
    emit('profile.updated', { userId: person.id });
    return { userId: person.id, before: pick(input, person) };
  },
  undo(tx, { input, emit }, { userId, before }) {
    const person = findPerson(tx, userId);
    if (!person) throw notFound('person');
    const changedSince = FIELDS.filter(
      (field) => input[field] !== undefined && person[field] !== input[field],
    );
    if (changedSince.length > 0) {
      throw new AppError(
        'invalid_transition',
        `${changedSince.join(', ')}: changed again since; undo that first.`,
      );
    }
    updatePerson(tx, userId, before);
    indexProfile(tx, userId);
    emit('profile.updated', { userId });
  },
});

/** `PATCH /api/v1/agent/profile` once it ran. */
export function presentProfileUpdate(): { success: true } {
  return { success: true };
}
