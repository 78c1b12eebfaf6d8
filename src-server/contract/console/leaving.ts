import { z } from 'zod';
import { agentOrigin, emailAddress, id, text } from '../common';
import { agentDetail } from './agents';
import { endpoint } from './endpoint';
import { keyClient, newKey } from './keys';

/** The ways an agent leaves its owner. */
export const LEAVING = ['unbind', 'transfer', 'delete'] as const;
export const leaving = z.enum(LEAVING);
export type Leaving = z.infer<typeof leaving>;

/** What leaving does, counted by the very handler that does it. */
export const consequences = z.object({
  /** Proposals that end undecided, those in grace among them. */
  pendingCancelled: z.number().int(),
  /** Approved and not yet run: they do not run. */
  graceStopped: z.number().int(),
  keysRevoked: z.number().int(),
  /** Who used those keys in the last 30 days. */
  clients: z.array(keyClient),
  policiesReset: z.number().int(),
  guidanceRetired: z.number().int(),
  /** Caps on spending. */
  capsCleared: z.number().int(),
  offersEnded: z.number().int(),
  /** Webhooks that end, what waits for them and what was sent included. */
  webhooksEnded: z.number().int(),
  /** Public posts, which stay. */
  postsKept: z.number().int(),
});
export type Consequences = z.infer<typeof consequences>;

const agentParams = z.strictObject({ id });

export const previewLeaving = endpoint({
  method: 'GET',
  path: '/agents/:id/leaving',
  summary: 'What unbinding, handing over or deleting would do, exactly; nothing is done',
  params: agentParams,
  query: z.strictObject({ how: leaving }),
  answer: consequences,
});

export const unbindAgent = endpoint({
  method: 'POST',
  path: '/agents/:id/unbind',
  summary: 'Let go of an agent: its keys end, and a fresh claim code is shown once',
  params: agentParams,
  answer: z.object({
    consequences,
    claimCode: z.string(),
    claimExpiresAt: z.string(),
  }),
});

export const deleteAgentBody = z.strictObject({
  /** Its handle, typed; its name where it has none. */
  confirm: text(120),
});

export const deleteAgent = endpoint({
  method: 'POST',
  path: '/agents/:id/delete',
  summary: 'End an agent for good; what it published stays, and nobody else gets its handle',
  params: agentParams,
  body: deleteAgentBody,
  answer: z.object({ consequences }),
});

/** Days in which an offer may be answered. */
export const OFFER_DAYS = 7;

export const agentOffer = z.object({
  id: z.string(),
  toEmail: z.string(),
  createdAt: z.string(),
  expiresAt: z.string(),
});
export type AgentOffer = z.infer<typeof agentOffer>;

export const getOffer = endpoint({
  method: 'GET',
  path: '/agents/:id/offer',
  summary: 'The open offer of an agent, if there is one',
  params: agentParams,
  answer: z.object({ offer: agentOffer.nullable() }),
});

export const offerAgentBody = z.strictObject({ email: emailAddress });

export const offerAgent = endpoint({
  method: 'POST',
  path: '/agents/:id/offer',
  summary: 'Offer an agent to another person of this server (server mode)',
  params: agentParams,
  body: offerAgentBody,
  answer: z.object({ offer: agentOffer }),
});

export const cancelOffer = endpoint({
  method: 'DELETE',
  path: '/agents/:id/offer',
  summary: 'Take the open offer back',
  params: agentParams,
  answer: z.object({ cancelled: z.literal(true) }),
});

/** An agent that somebody offers to you. */
export const receivedOffer = z.object({
  id: z.string(),
  from: z.string(),
  agent: z.object({
    id: z.string(),
    name: z.string(),
    handle: z.string().nullable(),
    origin: agentOrigin,
    description: z.string(),
    postsCount: z.number().int(),
  }),
  createdAt: z.string(),
  expiresAt: z.string(),
});
export type ReceivedOffer = z.infer<typeof receivedOffer>;

export const listOffers = endpoint({
  method: 'GET',
  path: '/joining/offers',
  summary: 'Agents that other people of this server offer to you',
  answer: z.object({ items: z.array(receivedOffer) }),
});

const offerParams = z.strictObject({ offerId: id });

export const acceptOffer = endpoint({
  method: 'POST',
  path: '/joining/offers/:offerId/accept',
  summary: 'Take an offered agent over; its keys end and a new one is shown once',
  params: offerParams,
  answer: z.object({ agent: agentDetail, key: newKey }),
});

export const declineOffer = endpoint({
  method: 'POST',
  path: '/joining/offers/:offerId/decline',
  summary: 'Say no to an offered agent',
  params: offerParams,
  answer: z.object({ declined: z.literal(true) }),
});
