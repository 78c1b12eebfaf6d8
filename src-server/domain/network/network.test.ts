import { afterEach, beforeEach, expect, test } from 'vitest';
import type { HeldOutcome } from '../../gate/steps';
import { createGateFixture, type GateFixture, type TestAgent } from '../../testing/gate-fixture';
import type { PersonRow } from '../profiles/profiles.repo';
import { networkActions } from './network.actions';
import { findConnection } from './network.repo';

let fixture: GateFixture;
let owner: PersonRow;
let target: PersonRow;
let agent: TestAgent;

beforeEach(() => {
  fixture = createGateFixture({ actions: [networkActions.request] });
  owner = fixture.addPerson();
  target = fixture.addPerson({ displayName: 'Tara Target' });
  agent = fixture.addAgent({ ownerId: owner.id });
});
afterEach(() => fixture[Symbol.dispose]());

async function propose(targetUserId = target.id, from = agent): Promise<HeldOutcome> {
  const outcome = await fixture.gate.perform(
    networkActions.request,
    { targetUserId },
    fixture.callerOf(from.actor),
  );
  if (outcome.type !== 'held') throw new Error(`Expected a held proposal, got ${outcome.type}`);
  return outcome;
}

function respond(connectionId: string, action: 'accept' | 'reject', userId = target.id) {
  return fixture.gate.command(networkActions.respond, { connectionId, action }, fixture.deskOf(userId));
}

async function request(): Promise<string> {
  const { actionId, subjectId } = await propose();
  expect(fixture.approve(actionId).status).toBe('executed');
  return subjectId;
}

const statusOf = (connectionId: string) => findConnection(fixture.reader, connectionId)?.status;

test('A request is sent once the owner agrees, and made once the other person does', async () => {
  const { actionId, subjectId } = await propose();
  expect(statusOf(subjectId)).toBeUndefined();
  fixture.approve(actionId);
  expect(findConnection(fixture.reader, subjectId)).toMatchObject({
    status: 'pending',
    requesterId: owner.id,
    requesterAgentId: agent.row.id,
    targetUserId: target.id,
  });
  expect(respond(subjectId, 'accept')).toEqual({ connectionId: subjectId, status: 'accepted' });
  expect(statusOf(subjectId)).toBe('accepted');
  expect(fixture.events().map(({ topic }) => topic)).toEqual(
    expect.arrayContaining(['connection.requested', 'connection.accepted']),
  );
});

test('Whoever is no target, and the one who asked, can not answer', async () => {
  const connectionId = await request();
  for (const userId of [owner.id, fixture.addPerson().id]) {
    expect(() => respond(connectionId, 'accept', userId)).toThrow(
      expect.objectContaining({ code: 'not_found' }),
    );
  }
  expect(() => respond('con_unknown', 'accept')).toThrow(expect.objectContaining({ code: 'not_found' }));
  expect(statusOf(connectionId)).toBe('pending');
});

test('An agent, and a session that does not decide, can not answer', async () => {
  const connectionId = await request();
  const input = { connectionId, action: 'accept' };
  const weak = fixture.callerOf({
    type: 'user',
    userId: target.id,
    role: 'owner',
    mayDecide: false,
    sessionId: null,
  });
  for (const caller of [fixture.callerOf(agent.actor), weak]) {
    expect(() => fixture.gate.command(networkActions.respond, input, caller)).toThrow(
      expect.objectContaining({ code: 'actor_denied' }),
    );
  }
});

test('An answer is given once', async () => {
  const connectionId = await request();
  respond(connectionId, 'reject');
  for (const action of ['accept', 'reject'] as const) {
    expect(() => respond(connectionId, action)).toThrow(
      expect.objectContaining({ code: 'invalid_transition', message: expect.stringContaining('rejected') }),
    );
  }
});

test('One’s own owner and nobody at all can not be asked', async () => {
  await expect(propose(owner.id)).rejects.toMatchObject({
    code: 'validation',
    fields: [{ path: 'targetUserId' }],
  });
  await expect(propose('nobody')).rejects.toMatchObject({
    code: 'not_found',
    fields: [{ path: 'targetUserId' }],
  });
  const unclaimed = fixture.addAgent({ ownerId: null, origin: 'mma', status: 'unclaimed' });
  await expect(propose(target.id, unclaimed)).rejects.toMatchObject({ code: 'forbidden' });
});

test('A pair that is pending or connected is not asked again, from either side', async () => {
  const connectionId = await request();
  const ofTarget = fixture.addAgent({ ownerId: target.id });
  await expect(propose()).rejects.toMatchObject({
    code: 'invalid_transition',
    details: { status: 'pending' },
  });
  await expect(propose(owner.id, ofTarget)).rejects.toMatchObject({ code: 'invalid_transition' });
  respond(connectionId, 'accept');
  await expect(propose()).rejects.toMatchObject({
    code: 'invalid_transition',
    details: { status: 'accepted' },
  });
  await expect(propose(owner.id, ofTarget)).rejects.toMatchObject({ code: 'invalid_transition' });
});

test('Of two proposals for one person the second fails when it runs', async () => {
  const [first, second] = [await propose(), await propose()];
  fixture.approve(first.actionId);
  expect(fixture.approve(second.actionId)).toMatchObject({
    status: 'failed',
    failure: expect.stringContaining('pending'),
  });
  expect(statusOf(first.subjectId)).toBe('pending');
});

test('After a no the request can be renewed, under its new id', async () => {
  const first = await request();
  respond(first, 'reject');
  const second = await request();
  expect(statusOf(first)).toBeUndefined();
  expect(findConnection(fixture.reader, second)).toMatchObject({ status: 'pending', respondedAt: null });
});

test('Undoing removes the connection, asked or made, and asking again is possible', async () => {
  const { actionId, subjectId } = await propose();
  fixture.approve(actionId);
  respond(subjectId, 'accept');
  fixture.gate.undo(actionId, fixture.deskOf(owner.id));
  expect(statusOf(subjectId)).toBe('removed');
  expect(statusOf(await request())).toBe('pending');
});

test('There is nothing to undo once the other person said no', async () => {
  const { actionId, subjectId } = await propose();
  fixture.approve(actionId);
  respond(subjectId, 'reject');
  expect(() => fixture.gate.undo(actionId, fixture.deskOf(owner.id))).toThrow(/rejected already/);
});
