import { describe, expect, it } from 'vitest';
import type { AgentSummary } from '../../../src-server/contract/console/agents';
import { filterAgents } from './agent-filter';

function agent(name: string, rest: Partial<AgentSummary> = {}): AgentSummary {
  return {
    id: name,
    name,
    handle: null,
    origin: 'mma',
    provider: null,
    modelType: null,
    status: 'active',
    trustLevel: 'basic',
    pending: 0,
    frozenAt: null,
    createdAt: '2026-01-01T00:00:00.000Z',
    claimedAt: null,
    lastSeenAt: null,
    isSample: false,
    ...rest,
  };
}

const atlas = agent('Atlas', { handle: 'atlas-7', modelType: 'claude-opus-4-5' });
const zoe = agent('Zoë', { status: 'paused', provider: 'chatgpt' });
const names = (search: Parameters<typeof filterAgents>[1]) =>
  filterAgents([atlas, zoe], search).map(({ id }) => id);

describe('filtering agents', () => {
  it('finds every word anywhere, whatever case and accents', () => {
    expect(names({ q: 'OPUS atl' })).toEqual(['Atlas']);
    expect(names({ q: 'zoe' })).toEqual(['Zoë']);
    expect(names({ q: '@atlas-7' })).toEqual(['Atlas']);
    expect(names({ q: 'atlas chatgpt' })).toEqual([]);
  });

  it('filters by status, and by nothing when nothing is asked', () => {
    expect(names({ status: 'paused' })).toEqual(['Zoë']);
    expect(names({ status: 'banned' })).toEqual([]);
    expect(names({ q: '  ' })).toEqual(['Atlas', 'Zoë']);
    expect(names({})).toEqual(['Atlas', 'Zoë']);
  });
});
