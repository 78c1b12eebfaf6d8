import { z } from 'zod';
import { agentStatus } from '../../../src-server/contract/common';

export const AGENT_TABS = [
  'overview',
  'policy',
  'guidance',
  'keys',
  'credits',
  'history',
  'public',
  'connect',
  'danger',
] as const;
export type AgentTab = (typeof AGENT_TABS)[number];

/** Search parameters are parsed as JSON where they look like it; a name such as `7` stays text. */
const asWord = (value: unknown): unknown => (typeof value === 'number' ? String(value) : value);
const words = z.preprocess(asWord, z.string().max(80));

const agentsSearch = z.object({
  q: words.optional().catch(undefined),
  status: agentStatus.optional().catch(undefined),
  /** A claim code from a link: it stands in its field, and nothing is asked or claimed with it yet. */
  claim: z.preprocess(asWord, z.string().max(100)).optional().catch(undefined),
  /** The dialog that adds an agent is open. */
  add: z.literal(true).optional().catch(undefined),
});
export type AgentsSearch = z.infer<typeof agentsSearch>;

const agentSearch = z.object({ tab: z.enum(AGENT_TABS).optional().catch(undefined) });
export type AgentSearch = z.infer<typeof agentSearch>;

/** Filters of `/agents`; bad values are dropped. */
export function validateAgentsSearch(search: Record<string, unknown>): AgentsSearch {
  return agentsSearch.parse(search);
}

/** The open tab of `/agents/$id`. */
export function validateAgentSearch(search: Record<string, unknown>): AgentSearch {
  return agentSearch.parse(search);
}
