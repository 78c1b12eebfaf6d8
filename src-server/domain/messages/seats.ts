import type { Db } from '../../db/open';
import { notFound } from '../../lib/errors';
import { getOwnAgent } from '../agents/agents.queries';
import { findAgent, listAgentsOfOwner } from '../agents/agents.repo';
import { memberIdOf, memberOf, type Member } from './members';
import { listMembers } from './messages.repo';

/** Agents of one person whose conversations are looked through. */
export const MAX_SEATS = 100;
/** What a person calls their own seat. */
const ME = 'me';

/** The ends of conversations at which a person sits: their own, and those of their agents. */
export function seatsOf(db: Db, userId: string, wanted: string | undefined): Member[] {
  if (wanted !== undefined) return [seatOf(db, userId, wanted)];
  const agents = listAgentsOfOwner(db, userId, { after: undefined, limit: MAX_SEATS });
  return [{ type: 'user', id: userId }, ...agents.map(({ id }): Member => ({ type: 'agent', id }))];
}

/** @throws AppError `not_found` for an agent that is not theirs */
export function seatOf(db: Db, userId: string, wanted: string): Member {
  if (wanted === ME) return { type: 'user', id: userId };
  return { type: 'agent', id: getOwnAgent(db, userId, wanted).id };
}

export interface SeatedAt {
  readonly seat: Member;
  readonly other: Member;
}

/**
 * At which end of a conversation a person sits: the wanted one, else their own, else their agent's.
 * @throws AppError `not_found` for a conversation of others
 */
export function getSeat(
  db: Db,
  userId: string,
  conversationId: string,
  wanted: string | undefined,
): SeatedAt {
  const members = listMembers(db, [conversationId]).map(({ memberId }) => memberOf(memberId));
  const isTheirs = ({ type, id }: Member): boolean =>
    type === 'user' ? id === userId : findAgent(db, id)?.ownerId === userId;
  const own = members.filter(isTheirs);
  const seat =
    wanted === undefined
      ? (own.find(({ type }) => type === 'user') ?? own[0])
      : own.find((member) => isSame(member, seatOf(db, userId, wanted)));
  const other = members.find((member) => seat && !isSame(member, seat));
  if (!seat || !other) throw notFound('conversation');
  return { seat, other };
}

function isSame(one: Member, other: Member): boolean {
  return memberIdOf(one.type, one.id) === memberIdOf(other.type, other.id);
}
