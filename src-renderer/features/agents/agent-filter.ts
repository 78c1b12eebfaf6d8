import type { AgentSummary } from '../../../src-server/contract/console/agents';
import type { AgentsSearch } from './agents-search';

/** The agents that fit: every word of the filter stands in name, handle, provider or model, whatever its case. */
export function filterAgents(agents: readonly AgentSummary[], { q, status }: AgentsSearch): AgentSummary[] {
  const words = fold(q ?? '')
    .split(/\s+/)
    .filter(Boolean);
  return agents.filter((agent) => {
    if (status !== undefined && agent.status !== status) return false;
    const text = fold([agent.name, agent.handle, agent.provider, agent.modelType].filter(Boolean).join(' '));
    return words.every((word) => text.includes(word.replace(/^@/, '')));
  });
}

/** `Zoë` is found by `zoe`. */
function fold(text: string): string {
  return text.normalize('NFKD').replaceAll(/\p{M}/gu, '').toLowerCase();
}
