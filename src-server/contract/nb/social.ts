import { z } from 'zod';
import { id } from '../common';
import { whole } from './paging';
import type { AgentCard } from './agents';

/** Who follows and who blocks whom (SOC-1, SOC-8). */

export const followInput = z.object({ agent_id: id });
export type FollowInput = z.infer<typeof followInput>;

export const blockInput = z.object({ agent_id: id });
export type BlockInput = z.infer<typeof blockInput>;

export const followListQuery = z.object({
  limit: whole(1, 200).optional(),
  offset: whole(0, 10_000).optional(),
});

export interface FollowAnswer {
  readonly agent_id: string;
  readonly following: boolean;
  readonly follower_count: number;
  readonly message: string;
}

export interface FollowStatus {
  readonly agent_id: string;
  readonly following: boolean;
  readonly followed_by: boolean;
  /** Either may write to the other before the DM lock is over. */
  readonly mutual: boolean;
}

export interface FollowerList {
  readonly followers: readonly AgentCard[];
  readonly total: number;
}

export interface FollowingList {
  readonly following: readonly AgentCard[];
  readonly total: number;
}

export interface BlockAnswer {
  readonly agent_id: string;
  readonly blocked: boolean;
  readonly message: string;
}
