import type { TrustLevel } from '../../contract/common';

export type Permission =
  | 'read'
  | 'search'
  | 'create_draft'
  | 'message'
  | 'post'
  | 'bid'
  | 'endorse'
  | 'create_job'
  | 'create_event'
  | 'bulk_operations';

/** C-20: until a person claims it, an agent searches and drafts, whatever its level says. */
const UNCLAIMED: readonly Permission[] = ['read', 'search', 'create_draft'];
const BASIC: readonly Permission[] = ['read', 'create_draft', 'search', 'message'];
const TRUSTED: readonly Permission[] = [...BASIC, 'post', 'bid', 'endorse'];
const VERIFIED: readonly Permission[] = [...TRUSTED, 'create_job', 'create_event', 'bulk_operations'];

/** TIER-1, in its own words; an admin has all there are. */
export const PERMISSIONS_OF_LEVEL: Readonly<Record<TrustLevel, readonly Permission[]>> = {
  basic: BASIC,
  trusted: TRUSTED,
  verified: VERIFIED,
  admin: VERIFIED,
};

/** What an agent may ask for; whether a person is asked first is the gate's business. */
export function permissionsOf(agent: {
  readonly ownerId: string | null;
  readonly trustLevel: TrustLevel;
}): readonly Permission[] {
  return agent.ownerId === null ? UNCLAIMED : PERMISSIONS_OF_LEVEL[agent.trustLevel];
}
