import { expect } from 'vitest';
import type { Kind, PolicyVerdict } from '../contract/common';
import { HOUR } from '../lib/clock';
import { registerNbAgent, type NbAgent } from './nb-fixture';
import { createOwner, createTestServer, type TestServer, type TestServerOptions } from './test-server';

/** Two agents who may write to each other: what tests of messages, follows and blocks start from. */

/** Registers an agent at an address made of its name. */
export function addNbAgent(server: TestServer, name: string): Promise<NbAgent> {
  return registerNbAgent(server, { name, owner_email: addressOf(name) });
}

export function addressOf(name: string): string {
  return `${name.toLowerCase().replaceAll(/\W+/g, '-')}@agents.example.org`;
}

export interface NbPair {
  readonly server: TestServer;
  readonly sender: NbAgent;
  readonly recipient: NbAgent;
}

/** Neither is claimed, and both are older than the DM lock. */
export async function openNbPair(options: TestServerOptions = {}): Promise<NbPair> {
  const server = await createTestServer({ mode: 'server', ...options });
  const sender = await addNbAgent(server, 'MatchMaker Pro');
  const recipient = await addNbAgent(server, 'Scout');
  server.clock.advance(HOUR);
  return { server, sender, recipient };
}

export interface NbPairAtDesk {
  readonly server: TestServer;
  readonly ownerId: string;
  /** The desktop owner's, claimed in the window. */
  readonly own: NbAgent;
  /** Nobody's, and older than the DM lock. */
  readonly other: NbAgent;
}

export async function openNbPairAtDesk(options: TestServerOptions = {}): Promise<NbPairAtDesk> {
  const server = await createTestServer(options);
  const owner = await createOwner(server);
  const own = await addNbAgent(server, 'MatchMaker Pro');
  await claimAtDesk(server, own);
  const other = await addNbAgent(server, 'Scout');
  server.clock.advance(HOUR);
  return { server, ownerId: owner.id, own, other };
}

export async function claimAtDesk(server: TestServer, agent: NbAgent): Promise<void> {
  const claimed = await server.console('POST', '/joining/claim', { claimCode: agent.claimToken });
  expect(claimed.status).toBe(200);
}

/** What the owner of a desktop says of one kind of action. */
export async function setPolicy(
  server: TestServer,
  agentId: string,
  kind: Kind,
  verdict: PolicyVerdict,
): Promise<void> {
  const answer = await server.console('PUT', `/agents/${agentId}/policy`, { kind, verdict });
  expect(answer.status).toBe(200);
}
