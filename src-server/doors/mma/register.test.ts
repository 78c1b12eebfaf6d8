import { describe, expect, it } from 'vitest';
import { PROVIDERS, type RegisterAnswer } from '../../contract/mma/register';
import { DAY } from '../../lib/clock';
import { createOwner, createTestServer, registerAgent, type TestServer } from '../../testing/test-server';
import {
  BAD_KEY,
  expectChallenge,
  expectMmaError,
  INSTANT,
  MMA_KEY,
  openDesk,
  rpcTool,
  UUID,
} from '../../testing/mma-fixture';

const URL = '/api/v1/agents/register';

/** The document's own curl sample (M:39-47); its address is redacted there. */
const PRINTED = {
  name: 'Max Mustermann',
  email: 'max@example.org',
  agentName: 'Max Agent',
  agentHandle: 'max-agent',
  provider: 'chatgpt',
  modelType: 'gpt-4o',
};

const register = (server: TestServer, body: unknown, headers?: Record<string, string>) =>
  server.call<RegisterAnswer>('POST', URL, { body, ...(headers ? { headers } : {}) });

describe('POST /api/v1/agents/register (M001)', () => {
  it('takes the request as printed and answers 201 with the printed fields', async () => {
    const server = await createTestServer();
    const { status, body } = await register(server, PRINTED);
    expect(status).toBe(201);
    expect(Object.keys(body).toSorted()).toEqual([
      'agentHandle',
      'agentId',
      'apiKey',
      'claimCode',
      'claimExpiresAt',
      'claimUrl',
      'message',
      'success',
      'userId',
    ]);
    expect(body.success).toBe(true);
    expect(body.userId).toMatch(UUID);
    expect(body.agentId).toMatch(UUID);
    expect(body.agentId).not.toBe(body.userId);
    expect(body.agentHandle).toBe('max-agent');
    expect(body.apiKey).toMatch(MMA_KEY);
    expect(body.claimUrl).toBe('http://127.0.0.1:7423/claim');
    expect(body.claimCode).toMatch(/^MMA-[34679ACDEFGHJKMNPQRTUVWXY]{4}-[34679ACDEFGHJKMNPQRTUVWXY]{4}$/);
    expect(body.claimExpiresAt).toMatch(INSTANT);
    const daysLeft = (Date.parse(body.claimExpiresAt) - server.clock.now()) / DAY;
    expect(daysLeft).toBeGreaterThan(6.99);
    expect(daysLeft).toBeLessThanOrEqual(7);
    // REG-6: what the agent is to show its person.
    expect(body.message).toContain(`Visit: ${body.claimUrl}`);
    expect(body.message).toContain(`Enter code: ${body.claimCode}`);
    expect(body.message).toContain('Code expires in 7 days.');
  });

  it('takes the Python sample, without model and capabilities', async () => {
    const server = await createTestServer();
    const { status } = await register(server, {
      name: 'Anna Schmidt',
      email: 'anna@example.org',
      agentName: "Anna's Assistant",
      agentHandle: 'anna-assistant',
      provider: 'custom',
    });
    expect(status).toBe(201);
  });

  it('works with the key at once, for search and drafts only', async () => {
    const server = await createTestServer();
    const { body } = await register(server, { ...PRINTED, capabilities: ['search', 'drafts', 'messaging'] });
    const status = await server.call<Record<string, unknown>>('GET', '/api/v1/agent/status', {
      key: body.apiKey,
    });
    expect(status.body).toMatchObject({
      account: { status: 'unclaimed', claimed: false },
      trust: { level: 'basic', permissions: ['read', 'search', 'create_draft'] },
    });
    const search = await server.tool(body.apiKey, 'search.query', { q: 'developer', type: 'posts' });
    expect(search.status).toBe(200);
    const draft = await server.tool(body.apiKey, 'drafts.create', { content: 'Hello' });
    expect(draft.status).toBe(200);
  });

  it.each([...PROVIDERS, undefined])('takes the provider %s', async (provider) => {
    const server = await createTestServer();
    const { provider: _printed, ...rest } = PRINTED;
    const { status } = await register(server, { ...rest, ...(provider ? { provider } : {}) });
    expect(status).toBe(201);
  });

  it('drops keys that it does not know', async () => {
    const server = await createTestServer();
    const { status } = await register(server, { ...PRINTED, role: 'admin', ownerId: 'me', status: 'active' });
    expect(status).toBe(201);
    const row = server.context.database.raw.read.prepare('select owner_id, status from agents').get();
    expect(row).toEqual({ owner_id: null, status: 'unclaimed' });
  });

  it.each([
    ['name', { name: undefined }, 'expected string'],
    ['name', { name: '   ' }, 'must not be blank'],
    ['name', { name: 'x'.repeat(81) }, 'at most 80'],
    ['email', { email: undefined }, 'must be an e-mail address'],
    ['email', { email: 'max at example' }, 'must be an e-mail address'],
    ['email', { email: `${'x'.repeat(250)}@example.org` }, ''],
    ['agentName', { agentName: '' }, 'must not be empty'],
    ['agentName', { agentName: 'x'.repeat(81) }, 'at most 80'],
    ['agentHandle', { agentHandle: 'ab' }, '3 to 30'],
    ['agentHandle', { agentHandle: 'a'.repeat(31) }, '3 to 30'],
    ['agentHandle', { agentHandle: 'Max-Agent' }, 'lower-case'],
    ['agentHandle', { agentHandle: '-max-agent' }, 'inner hyphens'],
    ['agentHandle', { agentHandle: 'max agent' }, '3 to 30'],
    ['provider', { provider: 'llama' }, 'chatgpt'],
    ['modelType', { modelType: 'x'.repeat(81) }, 'at most 80'],
    ['capabilities', { capabilities: 'search' }, 'array'],
    ['capabilities', { capabilities: Array.from({ length: 21 }, (_, n) => `c${n}`) }, '20'],
    ['capabilities.0', { capabilities: ['x'.repeat(41)] }, 'at most 40'],
    ['capabilities.1', { capabilities: ['search', ' '] }, 'must not be blank'],
  ])('refuses a bad %s, naming field and bound', async (path, change, words) => {
    const server = await createTestServer();
    const answer = await register(server, { ...PRINTED, ...change });
    const error = expectMmaError(answer, 400, 'PAYLOAD_INVALID');
    expect(error.fields?.map((field) => field.path)).toContain(path);
    expect(error.error).toContain(path);
    expect(error.error).toContain(words);
  });

  it('counts code points, not UTF-16 units', async () => {
    const server = await createTestServer();
    expect((await register(server, { ...PRINTED, agentName: '🦊'.repeat(80) })).status).toBe(201);
  });

  it.each([
    ['a list', []],
    ['a string', '"x"'],
    ['null', 'null'],
    ['nothing', undefined],
  ])('refuses %s as a body', async (_name, body) => {
    const server = await createTestServer();
    expectMmaError(
      await server.call('POST', URL, { body, headers: { 'content-type': 'application/json' } }),
      400,
      'PAYLOAD_INVALID',
    );
  });

  it('refuses a handle or an address that an agent has with 409, naming the field', async () => {
    const server = await createTestServer();
    await register(server, PRINTED);
    const sameHandle = await register(server, { ...PRINTED, email: 'other@example.org' });
    expect(expectMmaError(sameHandle, 409, 'PAYLOAD_INVALID').fields?.[0]?.path).toBe('agentHandle');
    const sameAddress = await register(server, {
      ...PRINTED,
      email: 'MAX@example.org',
      agentHandle: 'max-two',
    });
    expect(expectMmaError(sameAddress, 409, 'PAYLOAD_INVALID').fields?.[0]?.path).toBe('email');
  });

  it('takes the address of a person who has no agent: an account does not count', async () => {
    const server = await createTestServer();
    await createOwner(server, 'max@example.org');
    expect((await register(server, PRINTED)).status).toBe(201);
  });

  it('still refuses the address of a claimed agent a year later', async () => {
    const { server, agent } = await openDesk();
    const email = String(
      server.context.database.raw.read
        .prepare('select contact_email from agents where id = ?')
        .pluck()
        .get(agent.agentId),
    );
    server.clock.advance(366 * DAY);
    expectMmaError(await register(server, { ...PRINTED, email }), 409, 'PAYLOAD_INVALID');
  });

  it('replaces an unclaimed account once its claim code is dead, and the old key with it', async () => {
    const server = await createTestServer();
    const first = await register(server, PRINTED);
    server.clock.advance(7 * DAY - 60_000);
    expectMmaError(await register(server, PRINTED), 409, 'PAYLOAD_INVALID');
    server.clock.advance(120_000);
    const second = await register(server, PRINTED);
    expect(second.status).toBe(201);
    expect(second.body.agentId).not.toBe(first.body.agentId);
    expectChallenge(await server.tool(first.body.apiKey, 'search.query', { q: 'x', type: 'posts' }));
    expect((await server.tool(second.body.apiKey, 'search.query', { q: 'x', type: 'posts' })).status).toBe(
      200,
    );
    await createOwner(server, 'max@example.org');
    const dead = await server.console('POST', '/joining/claim', { claimCode: first.body.claimCode });
    expect(dead.status).toBe(404);
  });

  it('refuses a bad key even here, where none is needed', async () => {
    const server = await createTestServer();
    expectChallenge(await server.call('POST', URL, { key: BAD_KEY, body: PRINTED }));
  });

  it('counts ten registrations an hour from an address, with or without a key', async () => {
    const server = await createTestServer({ hasLimits: true });
    let key = '';
    for (let n = 0; n < 10; n += 1) {
      const made = await server.call<RegisterAnswer>('POST', URL, {
        ...(key ? { key } : {}),
        body: { ...PRINTED, email: `max${n}@example.org`, agentHandle: `max-agent-${n}` },
      });
      expect(made.status).toBe(201);
      key = made.body.apiKey;
    }
    const body = { ...PRINTED, email: 'late@example.org', agentHandle: 'late' };
    for (const options of [{ body }, { key, body }]) {
      const answer = await server.call('POST', URL, options);
      expectMmaError(answer, 429, 'RATE_LIMITED');
      expect(Number(answer.headers['retry-after'])).toBeGreaterThan(0);
    }
    const invited = await rpcTool(server, 'agents.invite', body);
    expect([invited.isError, invited.data['error_code']]).toEqual([true, 'RATE_LIMITED']);
  });

  it('mails the person a way to claim and a way to say “not mine”, and no code', async () => {
    const server = await createTestServer();
    const { body } = await register(server, PRINTED);
    const [mail] = server.context.identity.mail.listMails({ to: 'max@example.org' });
    expect(mail?.text).toContain('/claim');
    expect(mail?.text).toContain('/claim/not-mine?agent=');
    expect(mail?.text).not.toContain(body.claimCode);
    expect(mail?.text).not.toContain(body.apiKey);
  });

  it('keeps neither key nor code in the file', async () => {
    const server = await createTestServer();
    const { apiKey, claimCode } = await registerAgent(server).then(({ key, claimCode }) => ({
      apiKey: key,
      claimCode,
    }));
    const { read } = server.context.database.raw;
    const tables = read
      .prepare("select name from sqlite_master where type = 'table' and sql not like 'CREATE VIRTUAL%'")
      .pluck()
      .all();
    for (const table of tables) {
      const rows = JSON.stringify(read.prepare(`select * from "${String(table)}"`).all());
      expect([table, rows.includes(apiKey), rows.includes(claimCode)]).toEqual([table, false, false]);
    }
  });
});

describe('agents.invite, as the published SDK registers', () => {
  const ARGUMENTS = { ...PRINTED, capabilities: ['search'] };

  it('is a bare tools/call without key or initialize, answered in JSON', async () => {
    const server = await createTestServer();
    const { answer, data } = await rpcTool(server, 'agents.invite', ARGUMENTS);
    expect(answer.status).toBe(200);
    expect(answer.headers['content-type']).toContain('application/json');
    expect(data).toMatchObject({ agentHandle: 'max-agent', claimUrl: 'http://127.0.0.1:7423/claim' });
    for (const name of [
      'userId',
      'agentId',
      'agentHandle',
      'apiKey',
      'claimUrl',
      'claimCode',
      'claimExpiresAt',
      'message',
    ]) {
      expect([name, typeof data[name]]).toEqual([name, 'string']);
    }
    expect((await server.tool(String(data['apiKey']), 'drafts.create', { content: 'Hello' })).status).toBe(
      200,
    );
    const row = server.context.database.raw.read.prepare('select registered_from from agents').get();
    expect(row).toEqual({ registered_from: '127.0.0.1' });
  });

  it('is there on the gateway and under the name without a dot too', async () => {
    const server = await createTestServer();
    const viaGateway = await server.call<{ data: RegisterAnswer }>('POST', '/api/mcp', {
      body: { tool: 'agents.invite', payload: ARGUMENTS },
    });
    expect(viaGateway.status).toBe(200);
    expect(viaGateway.body.data.apiKey).toMatch(MMA_KEY);
    const { data } = await rpcTool(
      server,
      'agents_invite',
      { ...ARGUMENTS, email: 'two@example.org', agentHandle: 'max-two' },
      { url: '/api/mcp' },
    );
    expect(data['apiKey']).toMatch(MMA_KEY);
  });

  it('tells a conflict and a bad field as a tool error, with the fields', async () => {
    const server = await createTestServer();
    await rpcTool(server, 'agents.invite', ARGUMENTS);
    const taken = await rpcTool(server, 'agents.invite', ARGUMENTS);
    expect(taken).toMatchObject({ isError: true, data: { error_code: 'PAYLOAD_INVALID' } });
    const bad = await rpcTool(server, 'agents.invite', { ...ARGUMENTS, agentHandle: 'A' });
    expect(bad.data['fields']).toMatchObject([{ path: 'agentHandle' }]);
  });
});
