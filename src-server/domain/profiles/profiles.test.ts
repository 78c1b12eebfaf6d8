import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { HOUR, MINUTE } from '../../lib/clock';
import type { HeldOutcome } from '../../gate/steps';
import { createGateFixture, type GateFixture, type TestAgent } from '../../testing/gate-fixture';
import { updateAgent } from '../agents/agents.repo';
import { networkActions } from '../network/network.actions';
import { publishPost, toPublishInput } from '../posts/posts.actions';
import { permissionsOf } from './permissions';
import { presentProfileUpdate, updateProfile } from './profile.actions';
import { getProfile } from './profile.queries';
import { findPerson, updatePerson, type PersonRow } from './profiles.repo';
import { indexProfile } from './profiles.service';

let fixture: GateFixture;
let owner: PersonRow;
let agent: TestAgent;

beforeEach(() => {
  fixture = createGateFixture({ actions: [updateProfile, publishPost, networkActions.request] });
  owner = fixture.addPerson({ displayName: 'Ada', headline: 'Engineer', bio: 'Looms.', city: 'London' });
  agent = fixture.addAgent({
    ownerId: owner.id,
    name: 'Engine',
    handle: 'engine',
    origin: 'mma',
    capabilities: ['search', 'drafts'],
  });
});
afterEach(() => fixture[Symbol.dispose]());

async function propose(input: object, from = agent): Promise<HeldOutcome> {
  const outcome = await fixture.gate.perform(updateProfile, input, fixture.callerOf(from.actor));
  if (outcome.type !== 'held') throw new Error(`Expected a held proposal, got ${outcome.type}`);
  return outcome;
}

const profileOf = (of: TestAgent) => fixture.gate.query(getProfile, {}, fixture.callerOf(of.actor));
const undo = (actionId: string) => fixture.gate.undo(actionId, fixture.deskOf(owner.id));

function indexed(match: string): number[] {
  return fixture.database.raw.read
    .prepare('select rowid from profiles_fts where profiles_fts match ? order by rowid')
    .pluck()
    .all(match) as number[];
}

describe('Changing a profile', () => {
  test('waits for the owner, changes what was named alone, and can be undone', async () => {
    const { actionId } = await propose({ headline: 'Analyst', avatarUrl: 'https://example.org/ada.png' });
    expect(findPerson(fixture.reader, owner.id)).toMatchObject({ headline: 'Engineer', avatarUrl: null });
    fixture.approve(actionId);
    expect(findPerson(fixture.reader, owner.id)).toMatchObject({
      displayName: 'Ada',
      headline: 'Analyst',
      bio: 'Looms.',
      avatarUrl: 'https://example.org/ada.png',
    });
    expect(fixture.events().find(({ topic }) => topic === 'profile.updated')?.data).toEqual({
      userId: owner.id,
    });
    expect(presentProfileUpdate()).toEqual({ success: true });

    undo(actionId);
    expect(findPerson(fixture.reader, owner.id)).toEqual(owner);
  });

  test('is found under its new words, and under the old ones after an undo', async () => {
    const { actionId } = await propose({ headline: 'Analyst', bio: 'Numbers' });
    fixture.approve(actionId);
    expect([indexed('analyst'), indexed('engineer')]).toEqual([[owner.seq], []]);
    undo(actionId);
    expect([indexed('analyst'), indexed('engineer')]).toEqual([[], [owner.seq]]);
  });

  test('is not undone over a later change', async () => {
    const first = await propose({ headline: 'Analyst' });
    fixture.approve(first.actionId);
    const second = await propose({ headline: 'Mathematician' });
    fixture.approve(second.actionId);
    expect(() => undo(first.actionId)).toThrow(expect.objectContaining({ code: 'invalid_transition' }));
    undo(second.actionId);
    undo(first.actionId);
    expect(findPerson(fixture.reader, owner.id)?.headline).toBe('Engineer');
  });

  test('lets the owner edit prose and no address', async () => {
    const held = await propose({ bio: 'Draft', avatarUrl: 'https://example.org/a.png' });
    const seen = { actionId: held.actionId, version: 1, hash: held.hash };
    const desk = fixture.deskOf(owner.id);
    expect(() => fixture.gate.edit({ ...seen, fields: { avatarUrl: 'https://evil.example' } }, desk)).toThrow(
      /avatarUrl/,
    );
    fixture.gate.edit({ ...seen, fields: { bio: 'Final' } }, desk);
    fixture.approve(held.actionId);
    expect(findPerson(fixture.reader, owner.id)?.bio).toBe('Final');
  });

  test.each([
    [{}, ''],
    [{ displayName: ' ' }, 'displayName'],
    [{ displayName: 'x'.repeat(81) }, 'displayName'],
    [{ headline: 'x'.repeat(161) }, 'headline'],
    [{ bio: 'x'.repeat(1_001) }, 'bio'],
    [{ avatarUrl: 'http://example.org/a.png' }, 'avatarUrl'],
    [{ avatarUrl: 'https://user:pass@example.org/a.png' }, 'avatarUrl'],
    [{ avatarUrl: 'javascript:alert(1)' }, 'avatarUrl'],
    [{ avatarUrl: `https://example.org/${'x'.repeat(500)}` }, 'avatarUrl'],
  ])('refuses %j naming the field', async (input, path) => {
    await expect(propose(input)).rejects.toMatchObject({
      code: 'validation',
      fields: expect.arrayContaining([expect.objectContaining({ path })]),
    });
  });

  test('refuses an address or a number in what becomes public', async () => {
    for (const field of ['displayName', 'headline', 'bio', 'city', 'country']) {
      await expect(propose({ [field]: 'ada@example.org' })).rejects.toMatchObject({
        code: 'content_blocked',
        fields: [{ path: field }],
      });
    }
  });

  test('needs an owner', async () => {
    const unclaimed = fixture.addAgent({ ownerId: null, origin: 'mma', status: 'unclaimed' });
    await expect(propose({ bio: 'x' }, unclaimed)).rejects.toMatchObject({ code: 'forbidden' });
    const nb = fixture.addAgent({ ownerId: null, origin: 'nb', status: 'unclaimed' });
    await expect(
      fixture.gate.perform(updateProfile, { bio: 'x' }, fixture.callerOf(nb.actor, 'nb')),
    ).rejects.toMatchObject({ code: 'forbidden' });
  });
});

describe('Reading a profile', () => {
  test('gives the owner, the agents and the counts under the names of the published client', async () => {
    const post = await fixture.gate.perform(
      publishPost,
      toPublishInput({ content: 'Looms think' }),
      fixture.callerOf(agent.actor),
    );
    if (post.type === 'held') fixture.approve(post.actionId);
    await fixture.gate.perform(
      publishPost,
      toPublishInput({ content: 'Only a draft' }),
      fixture.callerOf(agent.actor),
    );
    const friend = fixture.addPerson();
    const asked = await fixture.gate.perform(
      networkActions.request,
      { targetUserId: friend.id },
      fixture.callerOf(agent.actor),
    );
    if (asked.type === 'held') fixture.approve(asked.actionId);
    fixture.writer.transaction((tx) => updateAgent(tx, agent.row.id, { lastSeenAt: fixture.clock.now() }));

    expect(await profileOf(agent)).toEqual({
      id: owner.id,
      displayName: 'Ada',
      avatarUrl: null,
      bio: 'Looms.',
      city: 'London',
      country: '',
      verified: false,
      reputationScore: null,
      accountStatus: 'active',
      profile: { headline: 'Engineer', about: 'Looms.', skills: ['search', 'drafts'] },
      agents: [
        {
          id: agent.row.id,
          agentName: 'Engine',
          agentHandle: 'engine',
          avatarUrl: null,
          onlineStatus: 'online',
          karma: 0,
          postsCount: 1,
          trustLevel: 'basic',
          permissions: ['read', 'create_draft', 'search', 'message'],
        },
      ],
      _count: { posts: 1, sentConnections: 1, receivedConnections: 0 },
    });
    expect(await profileOf(fixture.addAgent({ ownerId: friend.id }))).toMatchObject({
      _count: { sentConnections: 0, receivedConnections: 1 },
    });
  });

  test('of an agent nobody claimed gives what its registration said', async () => {
    const unclaimed = fixture.addAgent({
      ownerId: null,
      origin: 'mma',
      status: 'unclaimed',
      contactId: 'contact-1',
      contactName: 'Max',
      contactEmail: 'max@example.org',
      trustLevel: 'trusted',
    });
    const profile = await profileOf(unclaimed);
    expect(profile).toMatchObject({ id: 'contact-1', displayName: 'Max', accountStatus: 'unclaimed' });
    expect(profile.agents[0]?.permissions).toEqual(['read', 'search', 'create_draft']);
    expect(JSON.stringify(profile)).not.toContain('max@example.org');
  });

  test('names nobody’s address', async () => {
    expect(JSON.stringify(await profileOf(agent))).not.toContain(owner.email);
  });

  test('counts the last call into a status', async () => {
    const statuses = [];
    for (const age of [0, 5 * MINUTE - 1, 5 * MINUTE, HOUR, HOUR + 1]) {
      fixture.writer.transaction((tx) =>
        updateAgent(tx, agent.row.id, { lastSeenAt: fixture.clock.now() - age }),
      );
      statuses.push((await profileOf(agent)).agents[0]?.onlineStatus);
    }
    expect(statuses).toEqual(['online', 'online', 'degraded', 'degraded', 'offline']);
  });

  test('rates and verifies by the agents', async () => {
    fixture.writer.transaction((tx) =>
      updateAgent(tx, agent.row.id, { trustScore: 80, trustLevel: 'verified' }),
    );
    fixture.addAgent({ ownerId: owner.id, trustScore: 75 });
    fixture.addAgent({ ownerId: owner.id, trustScore: 75 });
    expect(await profileOf(agent)).toMatchObject({ verified: true, reputationScore: 76.7 });
  });
});

describe('The index of profiles', () => {
  const reindex = () => fixture.writer.transaction((tx) => indexProfile(tx, owner.id));

  test('has a person while one of their agents stands for them', () => {
    expect(indexed('ada')).toEqual([]);
    reindex();
    expect([indexed('ada'), indexed('looms'), indexed('engine')]).toEqual([
      [owner.seq],
      [owner.seq],
      [owner.seq],
    ]);
    fixture.writer.transaction((tx) => updateAgent(tx, agent.row.id, { status: 'paused' }));
    reindex();
    expect(indexed('ada')).toEqual([owner.seq]);
    fixture.writer.transaction((tx) => updateAgent(tx, agent.row.id, { status: 'banned' }));
    reindex();
    expect(indexed('ada')).toEqual([]);
  });

  test('forgets the words of before, whatever wrote them', () => {
    reindex();
    fixture.writer.transaction((tx) => {
      updatePerson(tx, owner.id, { displayName: 'Augusta' });
      updateAgent(tx, agent.row.id, { name: 'Difference' });
      indexProfile(tx, owner.id);
    });
    expect([indexed('ada'), indexed('augusta'), indexed('difference')]).toEqual([
      [],
      [owner.seq],
      [owner.seq],
    ]);
  });

  test('does not mind a person it does not know', () => {
    fixture.writer.transaction((tx) => indexProfile(tx, 'nobody'));
    expect(indexed('ada')).toEqual([]);
  });
});

test('Permissions grow with trust and wait for the claim', () => {
  expect(permissionsOf({ ownerId: 'u', trustLevel: 'trusted' })).toEqual(
    expect.arrayContaining(['read', 'create_draft', 'search', 'message', 'post', 'bid', 'endorse']),
  );
  expect(permissionsOf({ ownerId: 'u', trustLevel: 'trusted' })).not.toContain('create_job');
  expect(permissionsOf({ ownerId: 'u', trustLevel: 'admin' })).toContain('bulk_operations');
  expect(permissionsOf({ ownerId: null, trustLevel: 'admin' })).not.toContain('message');
});
