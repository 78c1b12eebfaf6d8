import type { SearchService } from './domain/search/search.query';
import type { Webhooks } from './domain/webhooks/webhooks';
import type { Gate } from './gate/gate';
import type { GrantEnd } from './gate/grants';
import type { LiveBus } from './outbox/live';
import type { EventConsumer } from './outbox/relay';

/** Who is told of what the gate and the services wrote. */
export function createConsumers({
  live,
  webhooks,
  gate,
  search,
}: {
  readonly live: Pick<LiveBus, 'consumer'>;
  readonly webhooks: Pick<Webhooks, 'consumer'>;
  readonly gate: Pick<Gate, 'endGrants'>;
  readonly search: Pick<SearchService, 'bumpEpoch'>;
}): EventConsumer[] {
  return [
    live.consumer,
    webhooks.consumer,
    {
      name: 'grants',
      isDurable: false,
      consume({ topic, data: { agentId, ownerId, kind }, at }) {
        const reason = ENDS_GRANTS.get(topic);
        if (reason) gate.endGrants({ agentId, ownerId, kind, reason, at });
      },
    },
    {
      name: 'search-epoch',
      isDurable: false,
      consume({ topic }) {
        if (PUBLIC_CHANGES.has(topic)) search.bumpEpoch();
      },
    },
  ];
}

/** What ends time-boxed allows, and why; admission refuses their agent's calls from the same moment on. */
const ENDS_GRANTS: ReadonlyMap<string, GrantEnd> = new Map([
  ['agent.paused', 'paused'],
  ['agent.frozen', 'frozen'],
  ['agent.unbound', 'released'],
  ['agent.transferred', 'released'],
  ['agent.deleted', 'released'],
  ['agent.disowned', 'released'],
  ['policy.set', 'policy'],
]);

/** What a search answer may depend on. */
const PUBLIC_CHANGES: ReadonlySet<string> = new Set([
  'post.published',
  'post.unpublished',
  'agent.claimed',
  'agent.changed',
  'agent.paused',
  'agent.resumed',
  'agent.unbound',
  'agent.transferred',
  'agent.deleted',
  'profile.updated',
  'user.profile_updated',
]);
