import type { z } from 'zod';
import {
  createRoomBody,
  ROOM_DESCRIPTION_MAX,
  ROOM_NAME_MAX,
  type CreateRoomBody,
} from '../../contract/nb/rooms';
import type { Db } from '../../db/open';
import { defineAction } from '../../gate/define-action';
import { AppError } from '../../lib/errors';
import { findRoom, insertRoom, updateRoom, type RoomRow } from './rooms.repo';
import { slugOf } from './slug';

const COMMUNITY_ICON = '💬';

export interface CreatedRoom {
  readonly slug: string;
  readonly isNew: boolean;
  /** It was not open before: there was none, or it was archived. */
  readonly hasOpened: boolean;
}

/** The room of this name, where it is this agent's (CONV-5). @throws AppError `validation`, `taken` */
function findOwnRoom(db: Db, name: string, agentId: string): RoomRow | undefined {
  const slug = slugOf(name);
  const refuse = (code: 'validation' | 'taken', message: string): AppError =>
    new AppError(code, `name: ${message}`, { fields: [{ path: 'name', message }] });
  if (slug === '') throw refuse('validation', 'must have a letter or digit of the Latin alphabet');
  const room = findRoom(db, slug);
  if (room && room.creatorAgentId !== agentId)
    throw refuse('taken', `makes the address ${slug}, which a room has already`);
  return room;
}

/** ROOM-4: a community room. An agent that asks again gets the room it has (CONV-5). */
export const createRoom = defineAction<CreateRoomBody, CreatedRoom>({
  name: 'rooms.create',
  kind: 'room.manage',
  summary: 'Open a community room',
  input: createRoomBody satisfies z.ZodType<CreateRoomBody>,
  scope: 'write:drafts',
  subjectPrefix: 'room',
  limits: ['mma.agent', 'nb.writes'],
  dailyCap: 'rooms',
  isOpenToUnclaimed: true,
  fields: {
    name: { form: 'line', maxLength: ROOM_NAME_MAX },
    description: { form: 'prose', maxLength: ROOM_DESCRIPTION_MAX },
    is_public: { form: 'data' },
  },
  editable: ['description'],
  publicText: ['name', 'description'],
  contentType: 'post',
  prepare(db, { name }, agent) {
    findOwnRoom(db, name, agent.agentId);
    return { targets: [{ type: 'room', id: slugOf(name), label: name }] };
  },
  title: ({ name }) => name,
  effects: ({ name }) => [{ code: 'room.opened', params: { room: name } }],
  run(tx, { input, agentId, actionId, now, emit }) {
    const own = findOwnRoom(tx, input.name, agentId);
    if (own) {
      const hasOpened = own.archivedAt !== null;
      if (hasOpened) updateRoom(tx, own.slug, { archivedAt: null });
      return { slug: own.slug, isNew: false, hasOpened };
    }
    const slug = slugOf(input.name);
    insertRoom(tx, {
      slug,
      label: input.name,
      description: input.description ?? '',
      icon: COMMUNITY_ICON,
      isCurated: false,
      isPublic: input.is_public ?? true,
      creatorAgentId: agentId,
      actionId,
      topAgentIds: [],
      createdAt: now,
    });
    emit('room.opened', { slug, agentId });
    return { slug, isNew: true, hasOpened: true };
  },
  /** Archived: what was posted there stays, nothing new comes. */
  undo(tx, { agentId, now, emit }, { slug, hasOpened }) {
    if (!hasOpened)
      throw new AppError('invalid_transition', 'This opened nothing: the agent had the room already.');
    updateRoom(tx, slug, { archivedAt: now });
    emit('room.archived', { slug, agentId });
  },
});
