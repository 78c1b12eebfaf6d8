import type { LiveEvent } from '../contract/console/events';
import type { DomainEvent } from '../gate/events';
import type { EventConsumer } from './relay';

type Listener = (event: LiveEvent) => void;

/** Open streams of one person; more are refused, so that a looping window cannot fill the server. */
export const MAX_STREAMS_PER_USER = 20;

/** What the console's open windows are told. Topics only: a window re-reads what it shows. */
export interface LiveBus {
  readonly consumer: EventConsumer;
  /** Listens for what concerns `userId`. False when that person has as many streams as they may. */
  subscribe(userId: string, listener: Listener): (() => void) | undefined;
  publish(userId: string, event: LiveEvent): void;
}

export function createLiveBus({
  ownersToTell,
}: {
  /** Who is told of an agent nobody owns yet: the person its registered address belongs to. */
  readonly ownersToTell: (agentId: string) => readonly string[];
}): LiveBus {
  const listeners = new Map<string, Set<Listener>>();

  const publish = (userId: string, event: LiveEvent): void => {
    for (const listener of listeners.get(userId) ?? []) listener(event);
  };

  const toLive = (event: DomainEvent): LiveEvent | undefined => {
    const [subject, change = ''] = event.topic.split('.', 2);
    const { actionId, agentId } = event.data;
    if (subject === 'action' && change !== 'read') {
      return { topic: 'inbox', id: typeof actionId === 'string' ? actionId : null, change };
    }
    if (event.topic === 'agent.registered' || event.topic === 'agent.disowned') {
      return { topic: 'joining', id: typeof agentId === 'string' ? agentId : null, change };
    }
    if (subject === 'agent')
      return { topic: 'agents', id: typeof agentId === 'string' ? agentId : null, change };
    return undefined;
  };

  return {
    publish,
    subscribe(userId, listener) {
      const own = listeners.get(userId) ?? new Set();
      if (own.size >= MAX_STREAMS_PER_USER) return undefined;
      own.add(listener);
      listeners.set(userId, own);
      return () => {
        own.delete(listener);
        if (own.size === 0) listeners.delete(userId);
      };
    },
    consumer: {
      name: 'live',
      isDurable: false,
      consume(event) {
        const live = toLive(event);
        const { ownerId, agentId, userId: ownId } = event.data;
        const owner = typeof ownerId === 'string' ? ownerId : typeof ownId === 'string' ? ownId : undefined;
        // Whatever happened is a line of its owner's timeline and log, once for all windows of theirs.
        if (owner !== undefined) publish(owner, { topic: 'activity', id: null, change: event.topic });
        if (!live) return;
        const told =
          typeof ownerId === 'string' ? [ownerId] : typeof agentId === 'string' ? ownersToTell(agentId) : [];
        for (const userId of told) {
          publish(userId, live);
          if (event.topic === 'agent.frozen' || event.topic === 'agent.thawed') {
            publish(userId, { topic: 'me', id: null, change: live.change });
          }
          if (event.topic === 'agent.claimed')
            publish(userId, { topic: 'joining', id: live.id, change: 'claimed' });
        }
      },
    },
  };
}
