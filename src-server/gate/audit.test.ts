import { describe, expect, it } from 'vitest';
import { createIdentityWorld } from '../domain/identity/identity.fixture';
import { systemCaller } from './caller';

const PERSON = 'a-person-nobody-knows-yet';

describe('personal data beside the audit chain', () => {
  it('stays readable after a transaction that first made the key of a person was rolled back', async () => {
    await using world = await createIdentityWorld();
    const { audit, database, clock } = world;
    const { writer, reader } = database;
    const caller = systemCaller('test', 'job', 'tr_test');
    const entry = { type: 'test.happened', caller, person: { id: PERSON, data: { name: 'Ada' } } };

    expect(() =>
      writer.transaction((tx) => {
        // The second append finds the key that the first one made, and neither is there afterwards.
        audit.append(tx, entry, clock.now());
        audit.append(tx, entry, clock.now());
        throw new Error('taken back');
      }),
    ).toThrow('taken back');

    writer.transaction((tx) => audit.append(tx, entry, clock.now()));
    const rows = database.raw.read.prepare('SELECT max(seq) AS seq FROM audit').get() as { seq: number };
    expect(audit.openPrivate(reader, rows.seq)).toMatchObject({ name: 'Ada' });
  });

  it('is gone after an erasure, also for a process that had the key open', async () => {
    await using world = await createIdentityWorld();
    const { audit, database, clock } = world;
    const caller = systemCaller('test', 'job', 'tr_test');
    const entry = { type: 'test.happened', caller, person: { id: PERSON, data: { name: 'Ada' } } };
    database.writer.transaction((tx) => {
      audit.append(tx, entry, clock.now());
      audit.append(tx, entry, clock.now());
    });
    database.writer.transaction((tx) => {
      audit.erasePerson(tx, PERSON, clock.now());
      audit.append(tx, entry, clock.now());
    });
    const rows = database.raw.read
      .prepare('SELECT count(*) AS n FROM audit_private WHERE person_id = ?')
      .get(PERSON) as { n: number };
    // What was sealed before stays, unreadable; nothing more is sealed.
    expect(rows.n).toBe(2);
  });
});
