import type { Tx } from '../../db/open';
import { findPublicAgents } from '../agents/agent-search';
import { findRoom, insertRoom } from './rooms.repo';
import { slugOf } from './slug';

/** ROOM-5: so many agents with the same capability open a room for it. */
const AGENTS_NEEDED = 3;
const ICON = '✨';

/**
 * Opens a public room for each of these capabilities that enough agents declare, in the transaction in which an agent
 * declares it. Nobody is its creator.
 *
 * @returns the slugs of the rooms that it opened
 */
export function openRoomsFor(tx: Tx, capabilities: readonly string[], now: number): string[] {
  return capabilities.flatMap((capability) => {
    const slug = slugOf(capability);
    if (slug === '' || findRoom(tx, slug)) return [];
    const page = { limit: AGENTS_NEEDED, offset: 0 };
    if (findPublicAgents(tx, { query: undefined, capability }, page).length < AGENTS_NEEDED) return [];
    insertRoom(tx, {
      slug,
      label: labelOf(slug),
      description: '',
      icon: ICON,
      isCurated: false,
      capability,
      topAgentIds: [],
      createdAt: now,
    });
    return [slug];
  });
}

/** `lead-gen` → `Lead Gen`. */
function labelOf(slug: string): string {
  return slug
    .split('-')
    .map((word) => word.charAt(0).toUpperCase() + word.slice(1))
    .join(' ');
}
