import { expect, test } from 'vitest';
import { publishPost, toPublishInput } from '../domain/posts/posts.actions';
import { findPost } from '../domain/posts/posts.repo';
import { createGateFixture } from '../testing/gate-fixture';

test('What is decided with grace runs by its job once its time has come, and once only', async () => {
  using fixture = createGateFixture({ actions: [publishPost], graceMs: 5_000 });
  const owner = fixture.addPerson();
  const agent = fixture.addAgent({ ownerId: owner.id });
  const desk = fixture.deskOf(owner.id);
  const input = toPublishInput({ content: 'Fresh marmalade' });
  const held = await fixture.gate.perform(publishPost, input, fixture.callerOf(agent.actor));
  if (held.type !== 'held') throw new Error(`Expected a held proposal, got ${held.type}`);
  const { actionId, version, hash, subjectId } = held;
  fixture.gate.markRead({ actionId, version, hash }, desk);
  const decided = fixture.gate.decide(
    { actionId, version, hash, verdict: 'approve', channel: 'window' },
    desk,
  );
  expect(decided.status).toBe('approved');
  fixture.gate.execute(actionId);
  expect(fixture.getAction(actionId).status).toBe('approved');
  fixture.clock.advance(5_000);
  fixture.gate.execute(actionId);
  fixture.gate.execute(actionId);
  expect(fixture.getAction(actionId)).toMatchObject({ status: 'executed', attempts: 1 });
  expect(findPost(fixture.reader, subjectId)?.status).toBe('PUBLISHED');
  expect(fixture.events().filter(({ topic }) => topic === 'post.published')).toHaveLength(1);
});
