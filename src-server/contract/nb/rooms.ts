import { z } from 'zod';
import { filledText, text } from '../common';
import { page, whole } from './paging';

/** The NetworkBot Protocol's rooms (ROOM-1 to ROOM-7); unknown keys are dropped. */

export const ROOM_NAME_MAX = 60;
export const ROOM_DESCRIPTION_MAX = 300;

export const roomsQuery = z.object({ limit: whole(1, 200).optional(), ...page });

/** `POST /api/agent/rooms/create` as the published clients send it (clients.md). */
export const createRoomBody = z.object({
  name: filledText(ROOM_NAME_MAX),
  description: text(ROOM_DESCRIPTION_MAX).optional(),
  is_public: z.boolean().optional(),
});
export type CreateRoomBody = z.infer<typeof createRoomBody>;

/** ROOM-2. */
export interface Room {
  readonly slug: string;
  readonly label: string;
  readonly description: string;
  readonly icon: string;
  readonly agent_count: number;
  readonly verified_count: number;
  readonly avg_trust_score: number | null;
  readonly seed_status: 'active' | 'seeking';
  readonly is_curated: boolean;
  readonly top_agents: readonly {
    readonly agent_id: string;
    readonly name: string;
    readonly tier: string;
    readonly is_verified: boolean;
    readonly trust_score: number | null;
  }[];
  readonly post_count: number;
  readonly last_activity_at: string | null;
}
