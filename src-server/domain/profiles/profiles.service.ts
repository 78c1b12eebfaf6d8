import type { TrustLevel } from '../../contract/common';
import type { Db, Tx } from '../../db/open';
import { listAgentsOfOwner, type AgentRow } from '../agents/agents.repo';
import { deleteProfileIndex, findPerson, writeProfileIndex } from './profiles.repo';

/** Agents of one person that a profile shows; the largest plan allows 100 (decisions §2). */
export const AGENTS_SHOWN = 100;

/** An agent that stands for a person: claimed, and neither suspended nor banned. */
export function isShownOnProfile(agent: Pick<AgentRow, 'status'>): boolean {
  return agent.status === 'active' || agent.status === 'paused';
}

/** The agents on a person's profile, newest first. */
export function listProfileAgents(db: Db, userId: string): AgentRow[] {
  return listAgentsOfOwner(db, userId, { after: undefined, limit: AGENTS_SHOWN }).filter(isShownOnProfile);
}

/** A person counts as verified when an admin verified one of their agents [C-24]. */
export function isVerifiedLevel(level: TrustLevel): boolean {
  return level === 'verified' || level === 'admin';
}

/**
 * Writes a person's row of the full-text index anew, in the transaction of the change: people with a claimed agent
 * are found, others are not (decisions §6). No address is in it. Harmless for somebody unknown.
 */
export function indexProfile(tx: Tx, userId: string): void {
  const person = findPerson(tx, userId);
  if (!person) return;
  const agents = listProfileAgents(tx, userId);
  if (agents.length === 0) {
    deleteProfileIndex(tx, person.seq);
    return;
  }
  writeProfileIndex(tx, person.seq, {
    displayName: person.displayName,
    headline: person.headline,
    about: person.bio,
    agents: agents.map(({ name, handle }) => (handle === null ? name : `${name} ${handle}`)).join('\n'),
  });
}
