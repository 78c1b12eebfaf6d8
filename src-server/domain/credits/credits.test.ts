import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { defineAction } from '../../gate/define-action';
import { DAY } from '../../lib/clock';
import { AppError, isAppError } from '../../lib/errors';
import { createGateFixture, type GateFixture, type TestAgent } from '../../testing/gate-fixture';
import { setCap } from './credits.repo';
import { checkLedger } from './ledger-check';

/** Something that costs 0.1 and may be told to fail. */
let isFailing = false;
const say = defineAction<{ content: string }, { said: string }>({
  name: 'test.say',
  kind: 'post.publish',
  summary: 'Say something',
  input: z.object({ content: z.string() }),
  scope: null,
  subjectPrefix: 'post',
  limits: [],
  isOpenToUnclaimed: true,
  fields: {},
  editable: [],
  publicText: [],
  contentType: 'post',
  costName: 'post',
  title: ({ content }) => content,
  effects: () => [],
  run: (_tx, { input }) => {
    if (isFailing) throw new AppError('invalid_transition', 'Not today.');
    return { said: input.content };
  },
  undo: () => {},
});

function desk(origin: 'nb' | 'console' = 'nb'): { fixture: GateFixture; agent: TestAgent } & Disposable {
  isFailing = false;
  const fixture = createGateFixture({ actions: [say] });
  const owner = fixture.addPerson();
  const agent = fixture.addAgent({ origin, ownerId: owner.id });
  return { fixture, agent, [Symbol.dispose]: () => fixture[Symbol.dispose]() };
}

const perform = (
  { fixture, agent }: { fixture: GateFixture; agent: TestAgent },
  key?: string,
  face: 'nb' | 'mma' = 'nb',
) =>
  fixture.gate.perform(
    say,
    { content: 'Hello' },
    {
      ...fixture.callerOf(agent.actor, face),
      ...(key ? { idempotency: { credentialId: 'k', route: 'r', key, bodyHash: 'same' } } : {}),
    },
    { answer: () => ({ status: 200, body: '{}' }) },
  );

/** Available and reserved, in 1/1000 credit. */
function balances({ fixture, agent }: { fixture: GateFixture; agent: TestAgent }): (number | null)[] {
  const { available, reserved } = fixture.credits.standingOf(fixture.reader, agent.row.id);
  expect(checkLedger(fixture.database.raw.read)).toMatchObject({ verdict: 'ok' });
  return [available, reserved];
}

describe('what runs at once', () => {
  it('is charged in the transaction of its effect, and its line names the action', async () => {
    using it = desk();
    expect(balances(it)).toEqual([50_000, 0]);
    const outcome = await perform(it);
    expect(outcome.type).toBe('done');
    expect(balances(it)).toEqual([49_900, 0]);
    const [line, grant] = it.fixture.credits.history(it.fixture.reader, it.agent.row.id, 10);
    expect(line).toMatchObject({
      type: 'charge',
      costName: 'post',
      amount: -100,
      balanceAfter: 49_900,
      actionId: outcome.type === 'done' ? outcome.actionId : '',
    });
    expect(grant).toMatchObject({ type: 'grant', amount: 50_000, balanceAfter: 50_000, actionId: null });
  });

  it('costs nothing when its effect fails, and leaves no line', async () => {
    using it = desk();
    isFailing = true;
    await expect(perform(it)).rejects.toThrow('Not today.');
    expect(balances(it)).toEqual([50_000, 0]);
    expect(it.fixture.credits.history(it.fixture.reader, it.agent.row.id, 10)).toEqual([]);
  });

  it('is charged once, however often one key comes, at the same time too', async () => {
    using it = desk();
    await Promise.all(Array.from({ length: 5 }, () => perform(it, 'one')));
    await perform(it, 'one');
    expect(balances(it)).toEqual([49_900, 0]);
  });

  it('succeeds 400 times of 1,000 at once against credits for 400; the rest get 402', async () => {
    using it = desk();
    for (let spent = 0; spent < 100; spent += 1) await perform(it);
    const results = await Promise.allSettled(Array.from({ length: 1_000 }, () => perform(it)));
    const refusals = results.flatMap((one) => (one.status === 'rejected' ? [one.reason as unknown] : []));
    expect(results.length - refusals.length).toBe(400);
    expect(refusals.every((one) => isAppError(one) && one.catalogue.status === 402)).toBe(true);
    expect(balances(it)).toEqual([0, 0]);
    const [refusal] = refusals;
    // ERR-5 word for word.
    expect(isAppError(refusal) && refusal.message).toBe(
      "You've used all 50 credits this month. Upgrade to Pro for 200 credits/month.",
    );
    expect(isAppError(refusal) && refusal.details).toEqual({
      tier: 'free',
      credits_remaining: 0,
      can_purchase: false,
      reset_at: '2026-12-21T00:00:00.000+00:00',
    });
  });

  it('gets its month on the day of registration, with what was left over', async () => {
    using it = desk();
    await perform(it);
    it.fixture.clock.advance(30 * DAY);
    expect(balances(it)).toEqual([99_900, 0]);
    it.fixture.credits.care();
    expect(balances(it)).toEqual([99_900, 0]);
    expect(it.fixture.credits.history(it.fixture.reader, it.agent.row.id, 1)).toMatchObject([
      { type: 'grant', amount: 50_000, balanceAfter: 99_900 },
    ]);
  });

  it('is not bounded for an owner whose plan is enterprise', async () => {
    using it = desk();
    const owner = it.fixture.addPerson({ plan: 'enterprise' });
    const agent = it.fixture.addAgent({ origin: 'nb', ownerId: owner.id });
    const own = { fixture: it.fixture, agent };
    await perform(own);
    expect(balances(own)).toEqual([null, 0]);
    expect(it.fixture.credits.history(it.fixture.reader, agent.row.id, 10)).toMatchObject([
      { type: 'charge', amount: -100, balanceAfter: null },
    ]);
  });

  it('is blocked by a cap of its owner until midnight, whatever the balance', async () => {
    using it = desk();
    const cap = { agentId: it.agent.row.id, kind: 'post.publish', perDay: 150, setAt: 0 } as const;
    it.fixture.writer.transaction((tx) => setCap(tx, cap));
    await perform(it);
    const refused = await perform(it).catch((error: unknown) => error);
    expect(isAppError(refused) && [refused.code, refused.details]).toEqual([
      'payment_required',
      {
        credits_remaining: 0.05,
        can_purchase: false,
        reset_at: '2026-11-22T00:00:00.000+00:00',
        cap: { kind: 'post.publish', credits_per_day: 0.15 },
      },
    ]);
    expect(balances(it)).toEqual([49_900, 0]);
    it.fixture.clock.advance(12 * 3_600_000);
    expect((await perform(it)).type).toBe('done');
  });
});

describe('what is held', () => {
  const hold = async (it: { fixture: GateFixture; agent: TestAgent }): Promise<string> => {
    const outcome = await perform(it);
    if (outcome.type !== 'held') throw new Error('It was not held');
    expect(balances(it)).toEqual([49_900, 100]);
    return outcome.actionId;
  };

  it('costs nothing by the mma door', async () => {
    using it = desk('console');
    expect((await perform(it, undefined, 'mma')).type).toBe('held');
    expect(balances(it)).toEqual([50_000, 0]);
  });

  it('sets its credits aside; approval takes them', async () => {
    using it = desk('console');
    it.fixture.approve(await hold(it));
    expect(balances(it)).toEqual([49_900, 0]);
  });

  it('gives them back when it is rejected', async () => {
    using it = desk('console');
    it.fixture.reject(await hold(it));
    expect(balances(it)).toEqual([50_000, 0]);
  });

  it('gives them back when it is withdrawn', async () => {
    using it = desk('console');
    it.fixture.gate.withdraw(await hold(it), it.fixture.callerOf(it.agent.actor, 'nb'));
    expect(balances(it)).toEqual([50_000, 0]);
  });

  it('gives them back when it expires', async () => {
    using it = desk('console');
    await hold(it);
    it.fixture.clock.advance(8 * DAY);
    it.fixture.gate.expireOverdue();
    expect(balances(it)).toEqual([50_000, 0]);
  });

  it('gives them back when its effect fails, and takes them when it is run again', async () => {
    using it = desk('console');
    const actionId = await hold(it);
    isFailing = true;
    expect(it.fixture.approve(actionId).status).toBe('failed');
    expect(balances(it)).toEqual([50_000, 0]);
    isFailing = false;
    const { ownerId } = it.fixture.getAction(actionId);
    expect(it.fixture.gate.retry(actionId, it.fixture.deskOf(ownerId ?? '')).status).toBe('executed');
    expect(balances(it)).toEqual([49_900, 0]);
  });

  it('keeps its price when a version of it comes by the mma door', async () => {
    using it = desk('console');
    const revises = await hold(it);
    const caller = it.fixture.callerOf(it.agent.actor, 'mma');
    await it.fixture.gate.perform(say, { content: 'Hello again' }, caller, { revises });
    expect(balances(it)).toEqual([49_900, 100]);
    it.fixture.approve(revises);
    expect(balances(it)).toEqual([49_900, 0]);
  });
});

describe('what is undone', () => {
  const undo = ({ fixture }: { fixture: GateFixture }, actionId: string) =>
    fixture.gate.undo(actionId, fixture.deskOf(fixture.getAction(actionId).ownerId ?? ''));
  const doneBy = async (it: { fixture: GateFixture; agent: TestAgent }): Promise<string> => {
    const outcome = await perform(it);
    if (outcome.type === 'replayed') throw new Error('Nothing repeats here');
    if (outcome.type === 'held') it.fixture.approve(outcome.actionId);
    expect(balances(it)).toEqual([49_900, 0]);
    return outcome.actionId;
  };

  it.each(['nb', 'console'] as const)('gives back what it cost, once, to an agent of %s', async (origin) => {
    using it = desk(origin);
    const actionId = await doneBy(it);
    undo(it, actionId);
    expect(balances(it)).toEqual([50_000, 0]);
    expect(it.fixture.credits.history(it.fixture.reader, it.agent.row.id, 1)).toMatchObject([
      { type: 'refund', costName: 'post', amount: 100, balanceAfter: 50_000, actionId },
    ]);
    undo(it, actionId);
    expect(balances(it)).toEqual([50_000, 0]);
  });

  it('makes room under the cap of the day on which it was taken', async () => {
    using it = desk();
    const cap = { agentId: it.agent.row.id, kind: 'all', perDay: 100, setAt: 0 } as const;
    it.fixture.writer.transaction((tx) => setCap(tx, cap));
    undo(it, await doneBy(it));
    expect((await perform(it)).type).toBe('done');
  });

  it('gives nothing back once it was there for a day', async () => {
    using it = desk();
    const actionId = await doneBy(it);
    it.fixture.clock.advance(DAY + 1);
    undo(it, actionId);
    expect(balances(it)).toEqual([49_900, 0]);
  });

  it('gives nothing back that cost nothing', async () => {
    using it = desk('console');
    const outcome = await perform(it, undefined, 'mma');
    const actionId = outcome.type === 'held' ? outcome.actionId : '';
    it.fixture.approve(actionId);
    undo(it, actionId);
    expect(balances(it)).toEqual([50_000, 0]);
    expect(it.fixture.credits.history(it.fixture.reader, it.agent.row.id, 5)).toEqual([]);
  });

  it('pays back to where it came from, for an owner without a limit too', async () => {
    using it = desk();
    const owner = it.fixture.addPerson({ plan: 'enterprise' });
    const own = { fixture: it.fixture, agent: it.fixture.addAgent({ origin: 'nb', ownerId: owner.id }) };
    const outcome = await perform(own);
    undo(own, outcome.type === 'done' ? outcome.actionId : '');
    expect(balances(own)).toEqual([null, 0]);
    const grants = it.fixture.database.raw.read
      .prepare("select balance from credit_accounts where type = 'grants'")
      .pluck();
    expect(grants.get()).toBe(0);
  });
});

describe('an owner is told', () => {
  const alertsOf = ({ fixture }: { fixture: GateFixture }): unknown[] =>
    fixture
      .events()
      .filter(({ topic }) => topic === 'spending.threshold')
      .map(({ data }) => [data['scope'], data['threshold']]);
  const spend = async (it: { fixture: GateFixture; agent: TestAgent }, times: number): Promise<void> => {
    for (let done = 0; done < times; done += 1) await perform(it);
  };

  it('at each threshold of a cap, once a day, and in the log', async () => {
    using it = desk();
    const cap = { agentId: it.agent.row.id, kind: 'post.publish', perDay: 1_000, setAt: 0 } as const;
    it.fixture.writer.transaction((tx) => setCap(tx, cap));
    await spend(it, 4);
    expect(alertsOf(it)).toEqual([]);
    await spend(it, 1);
    expect(alertsOf(it)).toEqual([['post.publish', 50]]);
    await spend(it, 5);
    expect(alertsOf(it)).toEqual([50, 75, 90, 100].map((threshold) => ['post.publish', threshold]));
    await expect(perform(it)).rejects.toThrow('used up until midnight');
    it.fixture.clock.advance(DAY);
    await spend(it, 5);
    expect(alertsOf(it)).toHaveLength(5);
    const logged = it.fixture.database.raw.read
      .prepare("select agent_id, owner_id from audit where type = 'spending.threshold'")
      .all();
    expect(logged).toHaveLength(5);
    expect(logged[0]).toEqual({ agent_id: it.agent.row.id, owner_id: it.agent.row.ownerId });
  });

  it('of the highest threshold alone where one spend crosses several, and that nothing more fits', async () => {
    using it = desk();
    const cap = { agentId: it.agent.row.id, kind: 'all', perDay: 150, setAt: 0 } as const;
    it.fixture.writer.transaction((tx) => setCap(tx, cap));
    await spend(it, 1);
    expect(alertsOf(it)).toEqual([['all', 100]]);
  });

  it('once of a threshold that is crossed again after something was given back', async () => {
    using it = desk('console');
    const cap = { agentId: it.agent.row.id, kind: 'all', perDay: 400, setAt: 0 } as const;
    it.fixture.writer.transaction((tx) => setCap(tx, cap));
    await spend(it, 1);
    const held = await perform(it);
    expect(alertsOf(it)).toEqual([['all', 50]]);
    it.fixture.reject(held.type === 'held' ? held.actionId : '');
    await spend(it, 1);
    expect(alertsOf(it)).toEqual([['all', 50]]);
  });

  it('of the month’s credits, once a month', async () => {
    using it = desk();
    await spend(it, 249);
    expect(alertsOf(it)).toEqual([]);
    await spend(it, 1);
    expect(alertsOf(it)).toEqual([['month', 50]]);
    await spend(it, 250);
    expect(alertsOf(it)).toEqual([50, 75, 90, 100].map((threshold) => ['month', threshold]));
    it.fixture.clock.advance(31 * DAY);
    await spend(it, 250);
    expect(alertsOf(it)).toHaveLength(5);
  });

  it('never of an agent nobody owns, nor of a month without a limit', async () => {
    using it = desk();
    const owner = it.fixture.addPerson({ plan: 'enterprise' });
    const unclaimed = it.fixture.addAgent({ origin: 'nb', ownerId: null, status: 'unclaimed' });
    const unlimited = it.fixture.addAgent({ origin: 'nb', ownerId: owner.id });
    await spend({ fixture: it.fixture, agent: unclaimed }, 300);
    await spend({ fixture: it.fixture, agent: unlimited }, 300);
    expect(alertsOf(it)).toEqual([]);
  });

  it('not where the spend itself fails', async () => {
    using it = desk();
    const cap = { agentId: it.agent.row.id, kind: 'all', perDay: 200, setAt: 0 } as const;
    it.fixture.writer.transaction((tx) => setCap(tx, cap));
    isFailing = true;
    await expect(perform(it)).rejects.toThrow('Not today.');
    expect(alertsOf(it)).toEqual([]);
  });
});

describe('the ledger', () => {
  it('refuses to change or forget what it wrote', async () => {
    using it = desk();
    await perform(it);
    const { write } = it.fixture.database.raw;
    for (const statement of [
      'update credit_transactions set amount = 1',
      'delete from credit_transactions',
      'update credit_entries set amount = 1',
      'delete from credit_entries',
    ]) {
      expect(() => write.exec(statement)).toThrow('append-only');
    }
    expect(() => write.exec('update credit_accounts set balance = -1')).toThrow('CHECK');
  });

  it('is found broken by the doctor when a balance was edited behind its back', async () => {
    using it = desk();
    await perform(it);
    it.fixture.database.raw.write.exec("update credit_accounts set balance = 1000 where type = 'available'");
    expect(checkLedger(it.fixture.database.raw.read)).toMatchObject({ check: 'credits', verdict: 'problem' });
  });
});
