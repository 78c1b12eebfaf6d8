import { afterEach, describe, expect, it } from 'vitest';
import { DAY, MINUTE, SECOND } from '../../lib/clock';
import { isAppError, type AppError } from '../../lib/errors';
import { cliCaller, createIdentityWorld, type IdentityWorld, type WorldOptions } from './identity.fixture';

const worlds: IdentityWorld[] = [];
async function makeWorld(options?: WorldOptions): Promise<IdentityWorld> {
  const world = await createIdentityWorld(options);
  worlds.push(world);
  return world;
}
afterEach(async () => {
  for (const world of worlds.splice(0)) await world[Symbol.asyncDispose]();
});

const ALICE = 'alice@example.com';
const AWAY = '203.0.113.7';
const signIn = (address: string, ip: string | null = AWAY) => ({ purpose: 'sign-in' as const, address, ip });

async function refusalOf(promise: Promise<unknown>): Promise<AppError> {
  const error: unknown = await promise.then(
    () => undefined,
    (reason: unknown) => reason,
  );
  if (!isAppError(error)) throw new Error('expected a refusal', { cause: error });
  return error;
}

/** A code that is certainly another one. */
const not = (code: string): string => (code === '111111' ? '222222' : '111111');

describe('a one-time code', () => {
  it('works once, for its address, in any spelling of it', async () => {
    const { identity, codeFor } = await makeWorld();
    await identity.codes.request(signIn('Alice@Example.com'));
    const otp = codeFor(ALICE);
    expect(otp).toMatch(/^\d{6}$/);
    await expect(identity.codes.verify({ ...signIn('ALICE@example.com'), otp }, () => 'done')).resolves.toBe(
      'done',
    );
    const again = await refusalOf(identity.codes.verify({ ...signIn(ALICE), otp }, () => 'done'));
    expect(again.code).toBe('unauthenticated');
  });

  it('is for one purpose and one subject', async () => {
    const { identity, codeFor } = await makeWorld();
    const claim = { purpose: 'claim' as const, address: ALICE, subjectId: 'agent-1', ip: AWAY };
    await identity.codes.request(claim);
    const otp = codeFor(ALICE);
    for (const other of [
      { ...claim, purpose: 'lite-claim' as const },
      { ...claim, subjectId: 'agent-2' },
      { ...claim, subjectId: null },
      { ...claim, address: 'bob@example.com' },
      signIn(ALICE),
    ]) {
      const refusal = await refusalOf(identity.codes.verify({ ...other, otp }, () => undefined));
      expect(refusal.details).toEqual({});
    }
    await identity.codes.verify({ ...claim, otp }, () => undefined);
  });

  it('dies at the fifth wrong guess, each counted though it was refused', async () => {
    const { identity, codeFor } = await makeWorld();
    await identity.codes.request(signIn(ALICE));
    const otp = codeFor(ALICE);
    const left: unknown[] = [];
    for (let guess = 0; guess < 5; guess += 1) {
      const refusal = await refusalOf(
        identity.codes.verify({ ...signIn(ALICE), otp: not(otp) }, () => undefined),
      );
      left.push(refusal.details.attempts_left);
    }
    expect(left).toEqual([4, 3, 2, 1, 0]);
    const tooLate = await refusalOf(identity.codes.verify({ ...signIn(ALICE), otp }, () => undefined));
    expect(tooLate.message).toBe('That code is wrong or no longer good. Ask for a new one.');
    expect(tooLate.details).toEqual({});
  });

  it('still works after four wrong guesses', async () => {
    const { identity, codeFor } = await makeWorld();
    await identity.codes.request(signIn(ALICE));
    const otp = codeFor(ALICE);
    for (let guess = 0; guess < 4; guess += 1) {
      await refusalOf(identity.codes.verify({ ...signIn(ALICE), otp: not(otp) }, () => undefined));
    }
    await expect(identity.codes.verify({ ...signIn(ALICE), otp }, () => 'done')).resolves.toBe('done');
  });

  it('lives ten minutes', async () => {
    const { identity, codeFor, clock } = await makeWorld();
    await identity.codes.request(signIn(ALICE));
    clock.advance(10 * MINUTE - 1);
    const otp = codeFor(ALICE);
    clock.advance(1);
    const refusal = await refusalOf(identity.codes.verify({ ...signIn(ALICE), otp }, () => undefined));
    expect(refusal.code).toBe('unauthenticated');
  });

  it('ends when a newer one is asked for, even after that was used', async () => {
    const { identity, codeFor, clock } = await makeWorld();
    await identity.codes.request(signIn(ALICE));
    const older = codeFor(ALICE);
    let newer = older;
    // One in a million times both are the same digits.
    while (newer === older) {
      clock.advance(SECOND);
      await identity.codes.request(signIn(ALICE));
      newer = codeFor(ALICE);
    }
    await refusalOf(identity.codes.verify({ ...signIn(ALICE), otp: older }, () => undefined));
    await expect(identity.codes.verify({ ...signIn(ALICE), otp: newer }, () => 'done')).resolves.toBe('done');
    const refusal = await refusalOf(identity.codes.verify({ ...signIn(ALICE), otp: older }, () => undefined));
    expect(refusal.details).toEqual({});
  });

  it('stays good when what it was to do failed, and nothing of that is kept', async () => {
    const { identity, codeFor, database } = await makeWorld();
    await identity.codes.request(signIn(ALICE));
    const otp = codeFor(ALICE);
    const failing = identity.codes.verify({ ...signIn(ALICE), otp }, (tx) => {
      identity.users.createUser(tx, { email: ALICE, displayName: 'Alice' }, cliCaller);
      throw new Error('disk on fire');
    });
    await expect(failing).rejects.toThrow('disk on fire');
    expect(identity.users.countUsers(database.reader)).toBe(0);
    await expect(identity.codes.verify({ ...signIn(ALICE), otp }, () => 'fine')).resolves.toBe('fine');
  });

  it('proves nothing when its row is copied under another address', async () => {
    const { identity, codeFor, database } = await makeWorld();
    await identity.codes.request(signIn('mallory@example.com'));
    await identity.codes.request(signIn(ALICE));
    const otp = codeFor('mallory@example.com');
    database.raw.write.exec(
      `UPDATE one_time_codes SET code_mac = (SELECT code_mac FROM one_time_codes ORDER BY rowid LIMIT 1)`,
    );
    const copied = await refusalOf(identity.codes.verify({ ...signIn(ALICE), otp }, () => undefined));
    expect(copied.details).toEqual({ attempts_left: 4 });
  });

  it('leaves neither itself nor the address readable on disk', async () => {
    const { identity, codeFor, bytesOnDisk } = await makeWorld();
    await identity.codes.request(signIn('very.particular.person@example.com'));
    const otp = codeFor('very.particular.person@example.com');
    const bytes = bytesOnDisk();
    expect(bytes.includes('one_time_codes')).toBe(true);
    expect(bytes.includes('very.particular.person')).toBe(false);
    expect(bytes.includes(otp)).toBe(false);
  });
});

describe('limits of one-time codes', () => {
  it('allow three requests per address in 15 minutes, from wherever they come', async () => {
    const { identity } = await makeWorld();
    for (const ip of [AWAY, '198.51.100.4', null]) await identity.codes.request(signIn(ALICE, ip));
    const refusal = await refusalOf(identity.codes.request(signIn(ALICE, '192.0.2.1')));
    expect(refusal.code).toBe('rate_limited');
    expect(refusal.retryAfterSeconds).toBeGreaterThan(800);
    await identity.codes.request(signIn('bob@example.com'));
  });

  it('allow ten a day per address', async () => {
    const { identity, clock } = await makeWorld({ hasLimits: false });
    for (let request = 0; request < 10; request += 1) {
      await identity.codes.request(signIn(ALICE));
      clock.advance(5 * MINUTE);
    }
    const refusal = await refusalOf(identity.codes.request(signIn(ALICE)));
    expect(refusal.code).toBe('rate_limited');
    expect(refusal.retryAfterSeconds).toBe((14 * 60 - 50) * 60);
    clock.advance(DAY);
    await identity.codes.request(signIn(ALICE));
  });

  it('allow twenty requests per IP in 15 minutes, whatever the addresses', async () => {
    const { identity } = await makeWorld();
    for (let request = 0; request < 20; request += 1) {
      await identity.codes.request(signIn(`person${request}@example.com`));
    }
    const refusal = await refusalOf(identity.codes.request(signIn('one.more@example.com')));
    expect(refusal.code).toBe('rate_limited');
    await identity.codes.request(signIn('one.more@example.com', '198.51.100.4'));
  });

  it.each(['127.0.0.1', '::1', '::ffff:127.0.0.1'])('count per address alone on loopback %s', async (ip) => {
    const { identity } = await makeWorld();
    for (let request = 0; request < 25; request += 1) {
      await identity.codes.request(signIn(`person${request}@example.com`, ip));
    }
    const limited = () => identity.codes.request(signIn('person0@example.com', ip));
    await limited();
    await limited();
    expect((await refusalOf(limited())).code).toBe('rate_limited');
  });

  it('end guessing from one IP, whatever the addresses', async () => {
    const { identity } = await makeWorld();
    const guess = (address: string, ip = AWAY) =>
      refusalOf(identity.codes.verify({ ...signIn(address, ip), otp: '123456' }, () => undefined));
    for (let index = 0; index < 30; index += 1) {
      expect((await guess(`person${index}@example.com`)).code).toBe('unauthenticated');
    }
    expect((await guess('last@example.com')).code).toBe('rate_limited');
    expect((await guess('last@example.com', '198.51.100.4')).code).toBe('unauthenticated');
  });
});

describe('an address that may not sign in', () => {
  it('is answered like one that may, to requests and to guesses, and nothing is mailed', async () => {
    const { identity, database } = await makeWorld({ isSignUpOpen: false });
    database.writer.transaction((tx) =>
      identity.users.createUser(tx, { email: ALICE, displayName: 'Alice' }, cliCaller),
    );
    const story = async (address: string): Promise<unknown[]> => {
      const seen: unknown[] = [await identity.codes.request(signIn(address, '127.0.0.1'))];
      for (let guess = 0; guess < 6; guess += 1) {
        const refusal = await refusalOf(
          identity.codes.verify({ ...signIn(address, '127.0.0.1'), otp: 'x00000' }, () => undefined),
        );
        seen.push([refusal.code, refusal.message, refusal.details]);
      }
      for (let request = 0; request < 2; request += 1)
        await identity.codes.request(signIn(address, '127.0.0.1'));
      const limited = await refusalOf(identity.codes.request(signIn(address, '127.0.0.1')));
      seen.push([limited.code]);
      return seen;
    };
    expect(await story('stranger@example.com')).toEqual(await story(ALICE));
    expect(identity.mail.listMails({ to: ALICE })).toHaveLength(3);
    expect(identity.mail.listMails({ to: 'stranger@example.com' })).toHaveLength(0);
  });

  it('is any but the owner’s on a desktop, even where sign-up was configured open', async () => {
    const { identity, database } = await makeWorld({ mode: 'desktop', isSignUpOpen: true });
    database.writer.transaction((tx) =>
      identity.users.createUser(tx, { email: ALICE, displayName: 'Alice' }, cliCaller),
    );
    await identity.codes.request(signIn(ALICE));
    await identity.codes.request(signIn('stranger@example.com'));
    expect(identity.mail.listMails({}).map(({ to }) => to)).toEqual([ALICE]);
  });

  it('does not include whoever is to claim an agent', async () => {
    const { identity, codeFor } = await makeWorld({ isSignUpOpen: false });
    const claim = {
      purpose: 'lite-claim' as const,
      address: 'stranger@example.com',
      subjectId: 'a',
      ip: AWAY,
    };
    await identity.codes.request(claim);
    const otp = codeFor('stranger@example.com');
    await expect(identity.codes.verify({ ...claim, otp }, () => 'claimed')).resolves.toBe('claimed');
  });
});

describe('the mail with a code', () => {
  it('speaks the recipient’s language and keeps the code out of its subject', async () => {
    const { identity, database } = await makeWorld();
    database.writer.transaction((tx) =>
      identity.users.createUser(
        tx,
        { email: 'greta@example.com', displayName: 'Greta', locale: 'de' },
        cliCaller,
      ),
    );
    await identity.codes.request(signIn('greta@example.com'));
    await identity.codes.request(signIn(ALICE));
    const [english] = identity.mail.listMails({ to: ALICE });
    const [german] = identity.mail.listMails({ to: 'greta@example.com' });
    expect(english?.subject).toBe('Your sign-in code');
    expect(english?.text).toContain('It works once, for 10 minutes.');
    expect(german?.subject).toBe('Code zum Anmelden');
    expect(german?.text).toContain('Er gilt einmal und 10 Minuten lang.');
    expect(german?.text).toMatch(/\n {4}\d{6}\n/);
  });
});
