import { describe, expect, it } from 'vitest';
import type { InboxDetail } from '../../contract/console/inbox';
import type { AgentDetail } from '../../contract/console/agents';
import { DAY } from '../../lib/clock';
import {
  claimedAgent,
  createOwner,
  createTestServer,
  decideOn,
  newestProposal,
  type TestServer,
} from '../../testing/test-server';
import { promoteTrusted } from './trust';

async function deskWithApproved(
  count: number,
): Promise<{ server: TestServer; agentId: string; last: InboxDetail }> {
  const server = await createTestServer();
  await createOwner(server);
  const { key, agentId } = await claimedAgent(server);
  let last: InboxDetail | undefined;
  for (let index = 0; index < count; index += 1) {
    await server.tool(key, 'drafts.create', { content: `Post number ${index}` });
    last = (await decideOn(server, await newestProposal(server), 'approve')).body;
  }
  if (!last) throw new Error('nothing was approved');
  return { server, agentId, last };
}

function promote({ context }: TestServer): number {
  const { reader, database, clock, ids, audit } = context;
  return promoteTrusted({ reader, writer: database.writer, clock, ids, audit });
}

async function levelOf(server: TestServer, agentId: string): Promise<string> {
  return (await server.console<AgentDetail>('GET', `/agents/${agentId}`)).body.trustLevel;
}

describe('a basic agent', () => {
  it('becomes trusted a week after its claim, with five approved actions', async () => {
    const { server, agentId } = await deskWithApproved(5);
    expect(promote(server)).toBe(0);
    server.clock.advance(7 * DAY + 1);
    expect(promote(server)).toBe(1);
    expect(await levelOf(server, agentId)).toBe('trusted');
    expect(promote(server)).toBe(0);
  });

  it('stays basic with four', async () => {
    const { server, agentId } = await deskWithApproved(4);
    server.clock.advance(8 * DAY);
    expect(promote(server)).toBe(0);
    expect(await levelOf(server, agentId)).toBe('basic');
  });

  it('stays basic for thirty days after something of it was removed', async () => {
    const { server, agentId, last } = await deskWithApproved(6);
    await server.console('POST', `/inbox/${last.id}/undo`);
    server.clock.advance(8 * DAY);
    expect(promote(server)).toBe(0);
    server.clock.advance(30 * DAY);
    expect(promote(server)).toBe(1);
    expect(await levelOf(server, agentId)).toBe('trusted');
  });
});
