import { z } from 'zod';
import { emailAddress, filledText } from '../contract/common';
import type { Context } from '../context';
import type { UserRow } from '../domain/identity/users.service';
import type { Caller } from '../gate/caller';
import { CliError, parseGiven, type CliCommand } from './command';
import { cliCaller, withServer } from './data-folder';

const options = z.object({
  data: filledText(4_000),
  email: emailAddress.optional(),
  remove: z.boolean().default(false),
});

const PAGE = 500;

export const demo: CliCommand = {
  path: ['demo'],
  summary: 'Load a lively sample world for the first admin of a server, or take it out again',
  options: [
    { flags: '--email <address>', summary: 'for this person instead' },
    { flags: '--remove', summary: 'remove everything the sample world brought' },
  ],
  run(given, io) {
    const { data, email, remove } = parseGiven(options, given);
    const desktopReason = 'On a desktop the sample world is loaded and removed in the Countersign window.';
    return withServer({ dataFolder: data, io, desktopReason }, async (context) => {
      const person = ownerOf(context, email);
      // In server mode the operator's terminal decides (decisions §0).
      const caller: Caller = {
        ...cliCaller(),
        actor: { type: 'user', userId: person.id, role: person.role, mayDecide: true, sessionId: null },
      };
      if (remove) {
        const removed = context.demo.remove(caller);
        return { document: { removed }, text: `Removed the sample world: ${removed} things.` };
      }
      const made = await context.demo.load(caller);
      return {
        document: { ...made, owner: { id: person.id, email: person.email } },
        text: `${person.displayName} has ${made.agents} sample agents with ${made.proposals} proposals.`,
      };
    });
  },
};

/** Whose the sample world is: the first admin, or whoever joined first. */
function ownerOf({ identity, reader }: Context, email: string | undefined): UserRow {
  if (email !== undefined) {
    const person = identity.users.findUserByEmail(reader, email);
    if (person && !person.isSample) return person;
    throw new CliError('not_found', `Nobody here has the address ${email}.`);
  }
  let first: UserRow | undefined;
  let after = 0;
  for (;;) {
    const page = identity.users.listUsers(reader, { after, limit: PAGE });
    const people = page.filter(({ isSample }) => !isSample);
    const admin = people.find(({ role }) => role === 'admin');
    if (admin) return admin;
    first ??= people[0];
    const last = page.at(-1);
    if (!last || page.length < PAGE) break;
    after = last.seq;
  }
  if (first) return first;
  throw new CliError('not_found', 'Nobody is here yet to own a sample world. Add somebody: cli user create');
}
