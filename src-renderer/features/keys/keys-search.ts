import { z } from 'zod';
import { KEY_STATES } from '../../../src-server/contract/console/keys';

export const KEY_SORTS = ['name', 'agent', 'used', 'age', 'ends', 'state'] as const;
export type KeySort = (typeof KEY_SORTS)[number];

/** `ended` keys are out of sight until asked for; `leaked` are those that stood in a text. */
export const KEY_FILTERS = [...KEY_STATES, 'leaked'] as const;

/** Search parameters are parsed as JSON where they look like it; a name such as `7` stays text. */
const words = z.preprocess(
  (value) => (typeof value === 'number' ? String(value) : value),
  z.string().max(80),
);

const keysSearch = z.object({
  q: words.optional().catch(undefined),
  agent: z.string().max(64).optional().catch(undefined),
  state: z.enum(KEY_FILTERS).optional().catch(undefined),
  sort: z.enum(KEY_SORTS).optional().catch(undefined),
  desc: z.boolean().optional().catch(undefined),
});
export type KeysSearch = z.infer<typeof keysSearch>;

/** Filters and order of `/keys`; bad values are dropped. */
export function validateKeysSearch(search: Record<string, unknown>): KeysSearch {
  return keysSearch.parse(search);
}
