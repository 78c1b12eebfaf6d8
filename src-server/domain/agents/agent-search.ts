import type { Reader } from '../../db/open';
import { parseQuery } from '../search/ranking';
import type { AgentRow } from './agents.repo';
import { listPublicAgents, searchPublicAgents } from './nb-agents.repo';

export interface AgentSearch {
  /** Words; the last may be the start of one. */
  readonly query: string | undefined;
  /** The whole name of a capability, in upper or lower case. */
  readonly capability: string | undefined;
}

/** Public agents, newest first; words and capabilities are looked up in the full-text index. */
export function findPublicAgents(
  db: Reader,
  { query, capability }: AgentSearch,
  page: { readonly limit: number; readonly offset: number },
): AgentRow[] {
  if (query === undefined && capability === undefined) return listPublicAgents(db, page);
  const parts: string[] = [];
  if (query !== undefined) {
    const words = parseQuery(query);
    if (words === null) return [];
    parts.push(`(${words})`);
  }
  if (capability !== undefined) {
    const phrase = wholeWords(capability);
    if (phrase === null) return [];
    parts.push(`(capabilities : (${phrase}))`);
  }
  return searchPublicAgents(db, { match: parts.join(' AND '), capability }, page);
}

/** A capability is meant as it stands: its last word is not the start of another. */
function wholeWords(capability: string): string | null {
  const words = parseQuery(capability);
  return words?.endsWith('*') === true ? words.slice(0, -1) : words;
}
