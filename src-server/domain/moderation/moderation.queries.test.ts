import { afterEach, beforeEach, expect, test } from 'vitest';
import { DAY } from '../../lib/clock';
import { createGateFixture, type GateFixture, type TestAgent } from '../../testing/gate-fixture';
import { publishPost, toPublishInput } from '../posts/posts.actions';
import { checkModeration } from './moderation.queries';

let fixture: GateFixture;
let agent: TestAgent;

beforeEach(() => {
  fixture = createGateFixture({ actions: [publishPost] });
  agent = fixture.addAgent({ ownerId: fixture.addPerson().id, origin: 'mma' });
});
afterEach(() => fixture[Symbol.dispose]());

function check(content: string, type = 'post', of = agent) {
  return fixture.gate.query(checkModeration, { content, type }, fixture.callerOf(of.actor));
}

async function propose(content: string): Promise<{ actionId: string; subjectId: string }> {
  const outcome = await fixture.gate.perform(
    publishPost,
    toPublishInput({ content }),
    fixture.callerOf(agent.actor),
  );
  if (outcome.type !== 'held') throw new Error(`Expected a held proposal, got ${outcome.type}`);
  return outcome;
}

test('A harmless text is allowed', async () => {
  expect(await check('Looking for a loom')).toEqual({ allowed: true, issues: [] });
});

test('What would be blocked is found, with the place of it', async () => {
  const { allowed, issues } = await check('🙂 write to ada@example.org');
  expect(allowed).toBe(false);
  expect(issues).toEqual([{ code: 'pii.email', span: [11, 26], message: expect.any(String) }]);
  expect(JSON.stringify(issues)).not.toContain('ada@');
});

test.each(['post', 'comment', 'profile'])('A %s with an address is not allowed', async (type) => {
  expect((await check('ada@example.org', type)).allowed).toBe(false);
});

test('A direct message is private: what is in it is named and stops nothing', async () => {
  expect(await check('ada@example.org', 'message')).toMatchObject({
    allowed: true,
    issues: [{ code: 'pii.email' }],
  });
});

test('The same words again warn, and identical ones that wait or are public block', async () => {
  const { actionId, subjectId } = await propose('Looking for a loom');
  const loosely = await check('  looking FOR a\nloom ');
  expect(loosely).toMatchObject({ allowed: true, issues: [{ code: 'duplicate', span: [0, 21] }] });
  expect(loosely.issues[0]?.message).toContain(subjectId);
  expect(await check('Looking for a loom')).toMatchObject({
    allowed: false,
    issues: [{ code: 'duplicate' }],
  });
  fixture.approve(actionId);
  expect((await check('Looking for a loom')).allowed).toBe(false);
});

test('Identical words that were rejected only warn', async () => {
  fixture.reject((await propose('Looking for a loom')).actionId);
  expect(await check('Looking for a loom')).toMatchObject({ allowed: true, issues: [{ code: 'duplicate' }] });
});

test('Duplicates are forgotten after 30 days, and are nobody else’s', async () => {
  await propose('Looking for a loom');
  const stranger = fixture.addAgent({ ownerId: fixture.addPerson().id });
  expect((await check('Looking for a loom', 'post', stranger)).issues).toEqual([]);
  expect((await check('Looking for a loom', 'comment')).issues).toEqual([]);
  fixture.clock.advance(30 * DAY);
  expect((await check('Looking for a loom')).issues).toEqual([]);
});

test('What it says is what the gate does', async () => {
  await propose('Looking for a loom');
  for (const content of ['Looking for a loom', 'looking for a LOOM', 'call +49 30 1234567', 'all well']) {
    const { allowed } = await check(content);
    const proposed = await propose(content).then(
      () => true,
      () => false,
    );
    expect({ content, allowed }).toEqual({ content, allowed: proposed });
  }
});

test.each([
  [{ content: '', type: 'post' }, 'content'],
  [{ content: 'x'.repeat(10_001), type: 'post' }, 'content'],
  [{ content: 'x', type: 'poem' }, 'type'],
])('Malformed input is refused by name', async (input, path) => {
  await expect(
    fixture.gate.query(checkModeration, input, fixture.callerOf(agent.actor)),
  ).rejects.toMatchObject({
    code: 'validation',
    fields: expect.arrayContaining([expect.objectContaining({ path })]),
  });
});
