import { refusesDots } from './dot-averse-hosts';
import type { McpClientInfo, ToolNaming } from './tool';

export interface NamingClues {
  /** The parsed query string: `?names=underscore` is what our snippets for strict hosts use. */
  readonly query: unknown;
  readonly setting: ToolNaming | undefined;
  readonly clientInfo: McpClientInfo | undefined;
}

/** Which spelling a client is shown: the address decides, then the key's setting, then who the client is. */
export function chooseNaming({ query, setting, clientInfo }: NamingClues): ToolNaming {
  return namingOf(query) ?? setting ?? (refusesDots(clientInfo) ? 'underscore' : 'dotted');
}

function namingOf(query: unknown): ToolNaming | undefined {
  if (typeof query !== 'object' || query === null || !('names' in query)) return undefined;
  return query.names === 'underscore' || query.names === 'dotted' ? query.names : undefined;
}
