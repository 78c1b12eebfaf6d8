import { afterEach, beforeEach, expect, test } from 'vitest';
import { upsertPolicy } from '../../gate/actions.repo';
import { createGateFixture, type GateFixture, type TestAgent } from '../../testing/gate-fixture';
import { authenticateKey, issueKey, MAX_KEYS } from './agent-keys.service';
import { listKeys, updateKey } from './keys.repo';
import { rotateKey, type RotatedKey } from './rotate-key.action';

let fixture: GateFixture;
let ownerId: string;
let agent: TestAgent;

beforeEach(() => {
  fixture = createGateFixture({ actions: [rotateKey] });
  ownerId = fixture.addPerson().id;
  agent = fixture.addAgent({ ownerId, origin: 'mma' });
});
afterEach(() => fixture[Symbol.dispose]());

async function rotate(keyId = agent.actor.keyId, from = agent): Promise<RotatedKey> {
  const outcome = await fixture.gate.perform(rotateKey, { keyId }, fixture.callerOf(from.actor));
  if (outcome.type !== 'done') throw new Error(`Expected a new key, got ${outcome.type}`);
  return outcome.result;
}

const authenticate = (secret: string) => authenticateKey(fixture.reader, secret, fixture.clock.now());

test('The new key takes the place of the old one, which dies at once', async () => {
  const expiresAt = fixture.clock.now() + 60_000;
  fixture.writer.transaction((tx) =>
    updateKey(tx, agent.actor.keyId, {
      name: 'Laptop',
      expiresAt,
      scopes: ['read:search'],
      toolNames: 'underscore',
    }),
  );
  const { apiKey, message } = await rotate();
  expect(message).not.toContain(apiKey);
  expect(apiKey).toMatch(/^mma_/);
  expect(authenticate(agent.secret)).toBeUndefined();
  expect(authenticate(apiKey)).toMatchObject({
    actor: { agentId: agent.row.id, scopes: ['read:search'] },
    key: { expiresAt, toolNames: 'underscore' },
  });
  const live = listKeys(fixture.reader, agent.row.id, 10).filter(({ revokedAt }) => revokedAt === null);
  expect(live).toMatchObject([{ name: 'Laptop', expiresAt, toolNames: 'underscore' }]);
  expect(live).toHaveLength(1);
});

test('An nb key stays an nb key', async () => {
  const made = fixture.writer.transaction((tx) =>
    issueKey(tx, fixture.ids, {
      agentId: agent.row.id,
      brand: 'nb_',
      name: 'nb',
      scopes: ['read:search'],
      now: fixture.clock.now(),
    }),
  );
  const actor = fixture.actorOf(agent.row.id, made.id);
  expect((await rotate(made.id, { ...agent, actor })).apiKey).toMatch(/^nb_/);
});

test('The secret is in no row, event or audit entry', async () => {
  const { apiKey } = await rotate();
  const { raw } = fixture.database;
  const tables = raw.read
    .prepare("select name from sqlite_master where type = 'table'")
    .pluck()
    .all() as string[];
  const telling = tables.filter((table) =>
    JSON.stringify(raw.read.prepare(`select * from "${table}"`).all()).includes(apiKey),
  );
  expect(tables).toContain('agent_keys');
  expect(telling).toEqual([]);
});

test('The owner can see who replaced which key', async () => {
  await rotate();
  expect(fixture.events().find(({ topic }) => topic === 'key.rotated')?.data).toMatchObject({
    agentId: agent.row.id,
    ownerId,
    replacedKeyId: agent.actor.keyId,
  });
  expect(fixture.events().find(({ topic }) => topic === 'action.executed')?.data).toMatchObject({
    isOwnerTold: true,
  });
});

test('Another key of the agent, and anybody else’s, stays as it is', async () => {
  const now = fixture.clock.now();
  const second = fixture.writer.transaction((tx) =>
    issueKey(tx, fixture.ids, { agentId: agent.row.id, brand: 'mma_', name: 'Second', scopes: [], now }),
  );
  const stranger = fixture.addAgent({ ownerId: fixture.addPerson().id });
  for (const keyId of [second.id, stranger.actor.keyId, 'key_unknown']) {
    await expect(rotate(keyId)).rejects.toMatchObject({ code: 'forbidden' });
  }
  expect(authenticate(second.secret)).toBeDefined();
  expect(authenticate(stranger.secret)).toBeDefined();
});

test('A key that was revoked between door and gate makes no new one', async () => {
  fixture.writer.transaction((tx) => updateKey(tx, agent.actor.keyId, { revokedAt: fixture.clock.now() }));
  await expect(rotate()).rejects.toMatchObject({ code: 'not_found' });
});

test('An agent with as many keys as it may have can still rotate one', async () => {
  const now = fixture.clock.now();
  fixture.writer.transaction((tx) => {
    for (let n = 1; n < MAX_KEYS; n += 1) {
      issueKey(tx, fixture.ids, { agentId: agent.row.id, brand: 'mma_', name: `Key ${n}`, scopes: [], now });
    }
  });
  expect(authenticate((await rotate()).apiKey)).toBeDefined();
});

test('Before a claim no key is rotated, on either face', async () => {
  for (const origin of ['mma', 'nb'] as const) {
    const unclaimed = fixture.addAgent({ ownerId: null, origin, status: 'unclaimed' });
    const caller = fixture.callerOf(unclaimed.actor, origin);
    await expect(
      fixture.gate.perform(rotateKey, { keyId: unclaimed.actor.keyId }, caller),
    ).rejects.toMatchObject({
      code: 'forbidden',
    });
  }
});

test('An owner who wants to be asked is not left with a key that nobody gets', async () => {
  fixture.writer.transaction((tx) =>
    upsertPolicy(tx, {
      agentId: agent.row.id,
      kind: 'credential.rotate',
      verdict: 'hold',
      setBy: ownerId,
      setAt: fixture.clock.now(),
    }),
  );
  await expect(rotate()).rejects.toMatchObject({ code: 'denied_by_policy' });
  expect(authenticate(agent.secret)).toBeDefined();
  expect(fixture.events()).toEqual([]);
});
