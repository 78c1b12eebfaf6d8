import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import * as fc from 'fast-check';
import { createTestDoor, GATEWAY, modern, rpc, STREAM, WITH_KEY, type TestDoor } from './mcp-test-host';

let door: TestDoor;
beforeAll(async () => {
  door = await createTestDoor();
});
afterAll(() => door.app.close());

const METHODS = [
  'initialize',
  'ping',
  'tools/list',
  'tools/call',
  'server/discover',
  'logging/setLevel',
  'tasks/get',
];
const junk = fc.oneof(
  fc.jsonValue({ maxDepth: 4 }),
  fc.constantFrom<unknown>('\uD800', '\u0000', 'constructor', -0, 1e308, '', [], {}, null),
);
const bodies = fc.oneof(
  junk,
  fc.record(
    {
      jsonrpc: fc.oneof(fc.constant('2.0'), junk),
      id: fc.oneof(fc.integer(), junk),
      method: fc.oneof(fc.constantFrom(...METHODS), junk),
      params: fc.oneof(
        junk,
        fc.record(
          {
            name: fc.oneof(
              fc.constantFrom('browse_members', 'health.snapshot', 'toString', '__proto__'),
              junk,
            ),
            arguments: junk,
            cursor: junk,
            protocolVersion: junk,
            capabilities: junk,
            clientInfo: junk,
            _meta: fc.oneof(junk, fc.constant(modern('ping').body.params?.['_meta'])),
          },
          { requiredKeys: [] },
        ),
      ),
    },
    { requiredKeys: [] },
  ),
);
const headers = fc.record(
  {
    authorization: fc.constantFrom('Bearer mma_alice', 'Bearer mma_revoked', 'Basic x', ''),
    accept: fc.constantFrom('application/json', 'text/event-stream', '*/*', 'nonsense'),
    'mcp-protocol-version': fc.constantFrom('2025-11-25', '2026-07-28', '', 'x'),
    'mcp-method': fc.constantFrom('tools/call', 'x'),
    'mcp-name': fc.constantFrom('browse_members', '=?base64?%%?=', ''),
  },
  { requiredKeys: [] },
);

/** What is wrong with the answer to a body: a server error, or no JSON-RPC message. */
async function findFault(
  url: string,
  body: string,
  sent: Record<string, string>,
): Promise<string | undefined> {
  const answer = await door.post(url, body, sent);
  if (answer.statusCode >= 500) return `${answer.statusCode}: ${answer.body}`;
  if (answer.body === '' || url === GATEWAY) return undefined;
  const json = /^data: (.*)$/m.exec(answer.body)?.[1] ?? answer.body;
  return JSON.parse(json).jsonrpc === '2.0' ? undefined : answer.body;
}

describe('whatever is sent', () => {
  test('no JSON body ends in a 500', async () => {
    await fc.assert(
      fc.asyncProperty(fc.constantFrom(GATEWAY, STREAM), bodies, headers, async (url, body, sent) => {
        expect(await findFault(url, JSON.stringify(body) ?? '', sent)).toBeUndefined();
      }),
      { numRuns: 800 },
    );
  });

  test('no raw body ends in a 500', async () => {
    const raw = fc.oneof(
      fc.string({ unit: 'binary' }),
      fc.constantFrom('{"id":1e999}', '[[[[', '"\\ud800"', '{"__proto__":{}}', '\uFEFF{}', 'nul\u0000'),
    );
    await fc.assert(
      fc.asyncProperty(fc.constantFrom(GATEWAY, STREAM), raw, headers, async (url, body, sent) => {
        expect(await findFault(url, body, sent)).toBeUndefined();
      }),
      {
        numRuns: 300,
      },
    );
  });

  test('arguments nested as deep as a body can hold are no 500', async () => {
    const depth = 40_000;
    const nested = `${'{"a":'.repeat(depth)}1${'}'.repeat(depth)}`;
    const call = JSON.stringify(rpc('tools/call', { name: 'browse_members', arguments: {} }));
    for (const body of [
      call.replace('{}', nested),
      call.replace('"arguments":{}', `"unusual":${nested}`),
      call.replace('"arguments":{}', `"_meta":${nested}`),
      call.replace('"id":1', `"id":${nested}`),
    ]) {
      expect(await findFault(STREAM, body, WITH_KEY)).toBeUndefined();
    }
  });

  test('names of inherited properties are no tools', async () => {
    for (const name of ['toString', 'constructor', '__proto__', 'hasOwnProperty']) {
      const answer = await door.post(STREAM, rpc('tools/call', { name }), WITH_KEY);
      expect(answer.json().error.code).toBe(-32602);
    }
  });
});

describe('streams', () => {
  test('a subscription ends when the server closes', async () => {
    const own = await createTestDoor();
    const base = await own.listen();
    const { headers: sent, body } = modern('subscriptions/listen', {
      notifications: { toolsListChanged: true },
    });
    const response = await fetch(`${base}${STREAM}`, {
      method: 'POST',
      headers: { ...sent, ...WITH_KEY, 'content-type': 'application/json' },
      body: JSON.stringify(body),
    });
    expect(response.headers.get('content-type')).toMatch(/^text\/event-stream/);
    const reader = (response.body ?? new ReadableStream()).getReader();
    const first = await reader.read();
    expect(new TextDecoder().decode(first.value)).toContain('notifications/subscriptions/acknowledged');
    await own.app.close();
    let isDone = false;
    while (!isDone) isDone = (await reader.read().catch(() => ({ done: true }))).done;
    expect(isDone).toBe(true);
  });
});
