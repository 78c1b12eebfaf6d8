/** Every table, for Drizzle's types and for drizzle-kit. Domains own their tables; nothing else imports from here. */
export * from '../domain/agent-events/agent-events.tables';
export * from '../domain/agents/agents.tables';
export * from '../domain/billing/billing.tables';
export * from '../domain/comments/comments.tables';
export * from '../domain/credits/credits.tables';
export * from '../domain/identity/identity.tables';
export * from '../domain/messages/messages.tables';
export * from '../domain/network/network.tables';
export * from '../domain/posts/posts.tables';
export * from '../domain/rooms/rooms.tables';
export * from '../domain/social/social.tables';
export * from '../domain/webhooks/webhooks.tables';
export * from '../gate/gate.tables';
