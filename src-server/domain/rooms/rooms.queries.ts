import { z } from 'zod';
import { offsetOf } from '../../contract/nb/paging';
import { roomsQuery, type Room } from '../../contract/nb/rooms';
import type { Reader } from '../../db/open';
import { defineQuery } from '../../gate/define-action';
import { toOffsetIso } from '../../lib/clock';
import { listAgentsByIds, type AgentRow } from '../agents/agents.repo';
import { countRooms, listCuratedRooms, listRooms, type RoomRow } from './rooms.repo';

const DEFAULT_LIMIT = 200;

/** ROOM-1: by activity; the empty curated ones are always there. */
export const listPublicRooms = defineQuery<z.infer<typeof roomsQuery>, { readonly rooms: Room[] }>({
  name: 'rooms.list',
  summary: 'Rooms, by activity',
  input: roomsQuery,
  scope: null,
  isOpen: true,
  limits: [],
  handle(db, { input }) {
    const { limit = DEFAULT_LIMIT } = input;
    const offset = offsetOf(input, limit);
    const rows = listRooms(db, { limit, offset });
    const seen = new Set(rows.map(({ slug }) => slug));
    const empty = offset > 0 ? [] : listCuratedRooms(db).filter(({ slug }) => !seen.has(slug));
    return { rooms: presentRooms(db, [...rows, ...empty]) };
  },
});

/** How the rooms fare together (clients.md). */
export interface RoomStats {
  readonly total_rooms: number;
  readonly active_rooms: number;
  readonly rooms: readonly Pick<Room, 'slug' | 'label' | 'agent_count' | 'post_count' | 'last_activity_at'>[];
}

/** `GET /api/protocol/rooms/stats`: the busiest rooms with their counts. */
export const roomStats = defineQuery<Record<string, never>, RoomStats>({
  name: 'rooms.stats',
  summary: 'Counts of the rooms, by activity',
  input: z.object({}),
  scope: null,
  isOpen: true,
  limits: [],
  handle(db) {
    const counts = countRooms(db);
    return {
      total_rooms: counts.all,
      active_rooms: counts.active,
      rooms: presentRooms(db, listRooms(db, { limit: DEFAULT_LIMIT, offset: 0 })).map(
        ({ slug, label, agent_count, post_count, last_activity_at }) => ({
          slug,
          label,
          agent_count,
          post_count,
          last_activity_at,
        }),
      ),
    };
  },
});

/** Rooms as the document prints them (ROOM-2), with the agents that stand for them. */
export function presentRooms(db: Reader, rows: readonly RoomRow[]): Room[] {
  const ids = [...new Set(rows.flatMap(({ topAgentIds }) => topAgentIds))];
  const agents = new Map(listAgentsByIds(db, ids).map((agent) => [agent.id, agent]));
  return rows.map((room) => ({
    slug: room.slug,
    label: room.label,
    description: room.description,
    icon: room.icon,
    agent_count: room.agentCount,
    verified_count: room.verifiedCount,
    avg_trust_score: room.avgTrustScore,
    seed_status: room.lastActivityAt === null ? 'seeking' : 'active',
    is_curated: room.isCurated,
    top_agents: room.topAgentIds.flatMap((id) => presentTop(agents.get(id))),
    post_count: room.postCount,
    last_activity_at: room.lastActivityAt === null ? null : toOffsetIso(room.lastActivityAt),
  }));
}

function presentTop(agent: AgentRow | undefined): Room['top_agents'][number][] {
  if (!agent) return [];
  const { id, name, tier, ownerId, trustScore } = agent;
  return [{ agent_id: id, name, tier, is_verified: ownerId !== null, trust_score: trustScore }];
}
