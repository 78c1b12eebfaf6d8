import { z } from 'zod';
import { emailAddress, filledText, id, trustLevel } from '../contract/common';
import { findAgent, updateAgent } from '../domain/agents/agents.repo';
import { appendEvent } from '../gate/events';
import { toIso } from '../lib/clock';
import { notFound } from '../lib/errors';
import { CliError, parseGiven, type CliCommand } from './command';
import { cliCaller, withServer } from './data-folder';

const userOptions = z.object({
  data: filledText(4_000),
  email: emailAddress,
  name: filledText(80),
  role: z.enum(['owner', 'admin']).default('owner'),
});

export const userCreate: CliCommand = {
  path: ['user', 'create'],
  summary: 'Add a person to a server',
  options: [
    { flags: '--email <address>', summary: 'address the person signs in with', isRequired: true },
    { flags: '--name <name>', summary: 'name as others see it', isRequired: true },
    { flags: '--role <role>', summary: 'owner (default) or admin' },
  ],
  run(given, io) {
    const { data, email, name, role } = parseGiven(userOptions, given);
    const desktopReason = 'A desktop has one person, who is made in the Countersign window.';
    return withServer({ dataFolder: data, io, desktopReason, mayCreate: true }, ({ identity, database }) => {
      const user = database.writer.transaction(
        (tx) => identity.users.createUser(tx, { email, displayName: name, role }, cliCaller()),
        { isDurable: true },
      );
      return {
        document: {
          user: {
            id: user.id,
            email: user.email,
            displayName: user.displayName,
            role: user.role,
            createdAt: toIso(user.createdAt),
          },
        },
        text: `${user.displayName} <${user.email}> is here as ${user.role}: ${user.id}`,
      };
    });
  },
};

/** Tiers of the nb document (AGT-5). */
const tier = z.enum(['free', 'pro', 'elite', 'protocol_pro', 'enterprise']);

const agentOptions = z.object({
  data: filledText(4_000),
  id,
  trust: trustLevel.optional(),
  tier: tier.optional(),
});

export const agentSet: CliCommand = {
  path: ['agent', 'set'],
  summary: 'Set an agent’s trust level or tier',
  options: [
    { flags: '--id <id>', summary: 'id of the agent', isRequired: true },
    { flags: '--trust <level>', summary: trustLevel.options.join(', ') },
    { flags: '--tier <tier>', summary: tier.options.join(', ') },
  ],
  run(given, io) {
    const options = parseGiven(agentOptions, given);
    if (options.trust === undefined && options.tier === undefined) {
      throw new CliError('usage', 'Nothing to set: give --trust, --tier or both.');
    }
    const desktopReason = 'What an agent may do on a desktop is decided in the Countersign window.';
    return withServer({ dataFolder: options.data, io, desktopReason }, ({ database, audit, clock }) => {
      const caller = cliCaller();
      const agent = database.writer.transaction(
        (tx) => {
          const before = findAgent(tx, options.id);
          if (!before) throw notFound('agent');
          const now = clock.now();
          const next = { trustLevel: options.trust ?? before.trustLevel, tier: options.tier ?? before.tier };
          updateAgent(tx, before.id, next);
          audit.append(
            tx,
            {
              type: 'agent.standing-set',
              caller,
              agentId: before.id,
              ownerId: before.ownerId,
              subjectType: 'agent',
              subjectId: before.id,
              data: { ...next, before: { trustLevel: before.trustLevel, tier: before.tier } },
            },
            now,
          );
          const data = { agentId: before.id, ownerId: before.ownerId };
          appendEvent(tx, { topic: 'agent.changed', data, traceId: caller.traceId, now });
          return { ...before, ...next };
        },
        { isDurable: true },
      );
      const { id: agentId, name, handle, status } = agent;
      return {
        document: {
          agent: { id: agentId, name, handle, status, trustLevel: agent.trustLevel, tier: agent.tier },
        },
        text: `${name} (${agentId}): trust ${agent.trustLevel}, tier ${agent.tier}`,
      };
    });
  },
};
