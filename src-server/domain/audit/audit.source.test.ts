import { describe, expect, it } from 'vitest';
import { systemCaller } from '../../gate/caller';
import { CHECKPOINT_EVERY_ROWS } from '../../gate/audit';
import { createGateFixture, type GateFixture } from '../../testing/gate-fixture';
import { continuesFrom, verifyAuditLog } from './audit.source';

function append(fixture: GateFixture, count: number, personId?: string): void {
  const { writer, audit, clock } = fixture;
  writer.transaction((tx) => {
    for (let index = 0; index < count; index += 1) {
      const caller = { ...systemCaller('test', 'cli', 'tr_test'), ip: '10.0.0.1' };
      const person =
        personId === undefined ? {} : { person: { id: personId, data: { note: `note ${index}` } } };
      audit.append(tx, { type: 'test.happened', caller, data: { index }, ...person }, clock.now());
    }
  });
}

const verify = (fixture: GateFixture) =>
  verifyAuditLog(fixture.reader, { publicKeyPem: fixture.audit.publicKeyPem });

describe('the audit log of a data folder', () => {
  it('verifies over several batches and their checkpoints', () => {
    using fixture = createGateFixture();
    append(fixture, 2 * CHECKPOINT_EVERY_ROWS + 50);
    expect(verify(fixture)).toMatchObject({ ok: true, rows: 2_050, checkpoints: 2, problems: [] });
    fixture.database.raw.write.exec('DELETE FROM audit_checkpoints WHERE seq = 1000');
    expect(verify(fixture).problems).toMatchObject([{ problem: 'checkpoint-missing', seq: 1_000 }]);
  });

  it('verifies still when the key of a person was destroyed, and their data can not be read again', () => {
    using fixture = createGateFixture();
    const { writer, audit, clock } = fixture;
    append(fixture, 3, 'person-1');
    expect(writer.transaction((tx) => audit.openPrivate(tx, 2))).toMatchObject({
      ip: '10.0.0.1',
      note: 'note 1',
    });
    writer.transaction((tx) => audit.erasePerson(tx, 'person-1', clock.now()));
    append(fixture, 2, 'person-1');
    expect(writer.transaction((tx) => audit.openPrivate(tx, 2))).toBeUndefined();
    expect(verify(fixture)).toMatchObject({ ok: true, rows: 5 });
  });

  it('names what was done to the file itself', () => {
    using fixture = createGateFixture();
    fixture.addPerson();
    append(fixture, 6, 'person-1');
    const { write } = fixture.database.raw;
    const problemsAfter = (sql: string) => {
      write.exec(`SAVEPOINT damage; ${sql}; RELEASE damage`);
      return verify(fixture).problems.map(({ problem, seq }) => `${problem} ${seq}`);
    };
    expect(problemsAfter("UPDATE audit_private SET sealed = x'00' WHERE seq = 3")).toEqual([
      'private-changed 3',
    ]);
    expect(problemsAfter('DELETE FROM audit_private WHERE seq = 3')).toEqual(['private-missing 3']);
    expect(problemsAfter("INSERT INTO audit_private VALUES (99, 'person-1', x'00')")).toContain(
      'private-added 99',
    );
    expect(problemsAfter("UPDATE audit SET type = 'x' WHERE seq = 2")).toContain('changed 2');
    expect(problemsAfter('DELETE FROM audit WHERE seq = 4')).toContain('missing 4');
    expect(problemsAfter('DELETE FROM audit WHERE seq > 4')).toContain('cut-off 4');
    expect(
      problemsAfter('DELETE FROM audit; DELETE FROM audit_head; DELETE FROM audit_checkpoints'),
    ).toContain('cut-off 1');
  });

  it('tells whether it goes on from a checkpoint that was kept outside', () => {
    using fixture = createGateFixture();
    const { writer, audit, clock, reader } = fixture;
    append(fixture, 3);
    const kept = writer.transaction((tx) => audit.checkpoint(tx, clock.now()));
    append(fixture, 3);
    if (!kept) throw new Error('There is no checkpoint');
    expect(continuesFrom(reader, kept)).toBe(true);
    fixture.database.raw.write.exec('DELETE FROM audit WHERE seq >= 3');
    expect(continuesFrom(reader, kept)).toBe(false);
  });
});
