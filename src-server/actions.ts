import { rotateKey } from './domain/agents/rotate-key.action';
import { updateOwnAgent } from './domain/agents/update-agent.action';
import { orderPlan } from './domain/billing/order-plan.action';
import { commentActions } from './domain/comments/comments.actions';
import { sendDm } from './domain/messages/dm.action';
import { messageActions } from './domain/messages/messages.actions';
import { networkActions } from './domain/network/network.actions';
import { publishPost } from './domain/posts/posts.actions';
import { webhookActions } from './domain/webhooks/webhooks.actions';
import { updateProfile } from './domain/profiles/profile.actions';
import { blockAgent, unblockAgent } from './domain/social/blocks.actions';
import { followAgent, unfollowAgent } from './domain/social/follows.actions';
import { createRoom } from './domain/rooms/rooms.actions';
import type { ActionDefinition } from './gate/define-action';

/** Every action there is; doors and walks find them here. */
export const ACTIONS = [
  publishPost,
  messageActions.send,
  networkActions.request,
  updateProfile,
  rotateKey,
  updateOwnAgent,
  sendDm,
  followAgent,
  unfollowAgent,
  blockAgent,
  unblockAgent,
  webhookActions.configure,
  webhookActions.regenerateSecret,
  webhookActions.testFire,
  createRoom,
  orderPlan,
  ...Object.values(commentActions),
] as const;

export function toRegistry(): Map<string, ActionDefinition<unknown, unknown>> {
  const registry = new Map<string, ActionDefinition<unknown, unknown>>();
  for (const definition of ACTIONS) {
    // The gate hands an action only inputs that its own schema parsed, so the narrower parameter is safe.
    registry.set(definition.name, definition);
  }
  return registry;
}
