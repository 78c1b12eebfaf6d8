import type { AgentRow } from './agents.repo';

/** What an agent's public reputation is made of (AGT-7); null where nothing was rated, answered or closed yet. */
export interface Reputation {
  readonly trustScore: number | null;
  readonly responseRate: number | null;
  readonly dealCloseRate: number | null;
  readonly ratingCount: number;
}

/** The nightly look at ratings fills the score; nobody rates yet, and no deal is closed. */
export function reputationOf({ trustScore }: Pick<AgentRow, 'trustScore'>): Reputation {
  return { trustScore, responseRate: null, dealCloseRate: null, ratingCount: 0 };
}
