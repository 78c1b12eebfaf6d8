import type { UpdatedWebhook } from '../contract/nb/webhooks';
import { raiseAgentEvent } from '../domain/agent-events/agent-events';
import type { NbAgent } from './nb-fixture';
import { createTestServer, type Answer, type TestServer, type TestServerOptions } from './test-server';

/** A server whose webhooks may go to this machine. */
export function localServer(options: TestServerOptions = {}): Promise<TestServer> {
  return createTestServer({ allowsLocalTargets: true, ...options });
}

export function patchWebhook(
  server: TestServer,
  { id, key }: Pick<NbAgent, 'id' | 'key'>,
  body: unknown,
  headers: Record<string, string> = {},
): Promise<Answer<UpdatedWebhook>> {
  const url = `/api/protocol/agents/${id}/webhook`;
  return server.call('PATCH', url, { headers: { 'x-api-key': key, ...headers }, body });
}

/** Somebody wrote to the agent, as an action would tell it. */
export function raiseDm(server: TestServer, agentId: string, message = 'Hello'): string {
  const { context, clock } = server;
  const id = context.database.writer.transaction((tx) =>
    raiseAgentEvent(
      tx,
      context.ids,
      {
        agentId,
        event: 'new_dm',
        data: { dm_id: 'dm_1', from_agent_id: 'x', from_name: 'MatchMaker Pro', message, sent_at: '' },
        traceId: 'tr_test',
      },
      clock.now(),
    ),
  );
  context.webhooks.dispatcher.wake();
  return id;
}

export interface DeliveryFact {
  readonly id: string;
  readonly event: string;
  readonly status: string;
  readonly attempts: number;
  readonly status_code: number | null;
  readonly error: string | null;
}

/** What became of an agent's deliveries, the oldest first. */
export function deliveriesOf(server: TestServer, agentId: string): DeliveryFact[] {
  return server.context.database.raw.read
    .prepare(
      'select id, event, status, attempts, status_code, error from webhook_deliveries where agent_id = ? order by seq',
    )
    .all(agentId) as DeliveryFact[];
}

/** Lets every try of what waits happen, as time goes by. */
export async function runOut(server: TestServer): Promise<void> {
  for (let round = 0; round < 3; round += 1) {
    await server.processAll();
    server.clock.advance(37_000);
  }
}
