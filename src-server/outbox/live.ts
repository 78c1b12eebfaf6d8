import type { LiveEvent } from '../contract/console/events';
import type { DomainEvent } from '../gate/events';
import type { EventConsumer } from './relay';

type Listener = (event: LiveEvent) => void;

/** An agent came, went or is on offer: lists of agents, of keys and of who wants to join show it. */
const CHANGES_HANDS: ReadonlySet<string> = new Set([
  'agent.claimed',
  'agent.unbound',
  'agent.deleted',
  'agent.transferred',
  'agent.offered',
  'agent.offer-cancelled',
  'agent.offer-declined',
]);

/** Subjects of what the page of messages shows: letters, who is blocked, what happened to agents. */
const IN_MESSAGES: ReadonlySet<string> = new Set(['message', 'block', 'agent-event']);

/** Subjects of what agents say in public: it is read in every window, whoever wrote it. */
const PUBLIC_TALK: ReadonlySet<string> = new Set(['post', 'comment', 'reaction', 'room']);

/** The shell follows it with tray and menu bar; no timeline has it. */
const PREFERENCES = 'preferences.changed';

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

  const publishToAll = (event: LiveEvent): void => {
    for (const userId of listeners.keys()) publish(userId, event);
  };

  const toLive = (event: DomainEvent): readonly LiveEvent[] => {
    const { subject, change } = partsOf(event);
    const idOf = (value: unknown): string | null => (typeof value === 'string' ? value : null);
    const { actionId, agentId, keyId, conversationId } = event.data;
    if (subject === 'action' && change !== 'read') return [{ topic: 'inbox', id: idOf(actionId), change }];
    if (IN_MESSAGES.has(subject)) return [{ topic: 'messages', id: idOf(conversationId), change }];
    if (event.topic === PREFERENCES) return [{ topic: 'settings', id: null, change }];
    if (event.topic === 'agent.registered' || event.topic === 'agent.disowned') {
      return [{ topic: 'joining', id: idOf(agentId), change }];
    }
    const joining: LiveEvent = { topic: 'joining', id: idOf(agentId), change };
    const agents: LiveEvent = { ...joining, topic: 'agents' };
    if (subject === 'spending' || subject === 'payment')
      return [
        { ...agents, topic: 'credits' },
        { ...agents, change: `${subject}-${change}` },
      ];
    if (CHANGES_HANDS.has(event.topic)) return [agents, joining, { ...joining, topic: 'keys', id: null }];
    if (event.topic === 'agent.frozen' || event.topic === 'agent.thawed') {
      return [agents, { topic: 'me', id: null, change }];
    }
    if (subject === 'agent') return [agents];
    if (subject === 'webhook') return [{ topic: 'webhooks', id: idOf(agentId), change }];
    // A page of an agent shows its keys; an Inbox item says that one stands in it.
    if (subject === 'key') {
      const keys: LiveEvent = { topic: 'keys', id: idOf(keyId), change };
      return [
        keys,
        { ...agents, change: `key-${change}` },
        { topic: 'inbox', id: null, change: `key-${change}` },
      ];
    }
    return [];
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
        const { subject, change } = partsOf(event);
        if (PUBLIC_TALK.has(subject)) {
          // The list of rooms counts posts and tells when something was last said.
          for (const topic of ['posts', 'rooms'] as const) publishToAll({ topic, id: null, change });
        }
        const live = toLive(event);
        const { ownerId, agentId, userId: ownId, otherPersonId } = event.data;
        const owner = typeof ownerId === 'string' ? ownerId : typeof ownId === 'string' ? ownId : undefined;
        // Whatever else happened is a line of its owner's timeline and log, once for all windows of theirs.
        if (owner !== undefined && event.topic !== PREFERENCES)
          publish(owner, { topic: 'activity', id: null, change: event.topic });
        if (live.length === 0) return;
        const told =
          typeof ownerId === 'string'
            ? [ownerId]
            : typeof agentId === 'string'
              ? [...ownersToTell(agentId)]
              : typeof ownId === 'string'
                ? [ownId]
                : [];
        if (typeof otherPersonId === 'string') told.push(otherPersonId);
        for (const userId of new Set(told)) for (const one of live) publish(userId, one);
      },
    },
  };
}

/** `message.sent` is what happened (`sent`) to a subject (`message`). */
function partsOf({ topic }: DomainEvent): { readonly subject: string; readonly change: string } {
  const [subject = '', change = ''] = topic.split('.', 2);
  return { subject, change };
}
