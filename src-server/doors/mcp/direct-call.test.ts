import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import * as fc from 'fast-check';
import { createMcpHandler, ProtocolError, Server } from '@modelcontextprotocol/server';
import { readDirectCall } from './direct-call';
import { paramsOf } from './json-rpc';
import { createTestDoor, modern, rpc, SERVER_INFO, STREAM, WITH_KEY, type TestDoor } from './mcp-test-host';

/**
 * The short way for `tools/call` must not be told from the SDK's. The oracle is the SDK alone: its handler with its
 * low-level server, given the same message. What both say is compared, over calls that are well formed and over
 * calls with something wrong or merely odd about them.
 */

let door: TestDoor;
beforeAll(async () => {
  door = await createTestDoor();
});
afterAll(() => door.app.close());

const oracle = createMcpHandler(() => {
  const server = new Server(SERVER_INFO, { capabilities: { tools: {} } });
  server.setRequestHandler('tools/call', ({ params: { name, arguments: args = {} } }) => {
    if (name !== 'browse_members') throw new ProtocolError(-32602, `Tool ${name} not found`);
    const structuredContent = { tool: name, args };
    return { content: [{ type: 'text', text: JSON.stringify(structuredContent) }], structuredContent };
  });
  return server;
});

interface Message {
  readonly headers: Record<string, string>;
  readonly body: Record<string, unknown>;
}

async function askOracle({ headers, body }: Message) {
  const request = new Request('http://mcp.invalid/', {
    method: 'POST',
    headers: {
      ...headers,
      'content-type': 'application/json',
      accept: 'application/json, text/event-stream',
    },
  });
  const response = await oracle.fetch(request, { parsedBody: body });
  const text = await response.text();
  const json = /^data: (.*)$/m.exec(text)?.[1] ?? text;
  return { status: response.status, message: json === '' ? '' : JSON.parse(json) };
}

async function askDoor({ headers, body }: Message) {
  const answer = await door.post(STREAM, body, { ...headers, ...WITH_KEY });
  return { status: answer.statusCode, message: answer.body === '' ? '' : answer.json() };
}

const name = fc.constantFrom('browse_members', 'browse_members', 'browse_members', 'no.such', '');
const args = fc.dictionary(
  fc.string().filter((key) => key !== '__proto__'),
  fc
    .jsonValue({ maxDepth: 3 })
    .map((value) => JSON.parse(JSON.stringify(value).replaceAll('__proto__', 'proto'))),
  { maxKeys: 4 },
);
const id = fc.oneof(fc.string(), fc.integer(), fc.constantFrom(0, -1, Number.MAX_SAFE_INTEGER));

const wellFormed: fc.Arbitrary<Message> = fc
  .record({ name, args: fc.option(args, { nil: undefined }), id, isModern: fc.boolean() })
  .map(({ name, args, id, isModern }) => {
    const params = args === undefined ? { name } : { name, arguments: args };
    return isModern ? modern('tools/call', params, id) : { headers: {}, body: rpc('tools/call', params, id) };
  });

const META = 'io.modelcontextprotocol/';
type Change = (message: Message) => void;
const setBody =
  (key: string, value: unknown): Change =>
  ({ body }) => {
    if (value === undefined) delete body[key];
    else body[key] = value;
  };
const setParam =
  (key: string, value: unknown): Change =>
  ({ body }) => {
    body['params'] = { ...paramsOf(body), [key]: value };
  };
const setMeta =
  (key: string, value: unknown): Change =>
  ({ body }) => {
    const params = paramsOf(body);
    body['params'] = { ...params, _meta: { ...paramsOf({ params: params['_meta'] }), [key]: value } };
  };
const setHeader =
  (key: string, value: string | undefined): Change =>
  ({ headers }) => {
    if (value === undefined) delete headers[key];
    else headers[key] = value;
  };

const CHANGES: readonly Change[] = [
  ...[null, 1.5, 2 ** 60, true, {}, [], undefined].map((value) => setBody('id', value)),
  ...['1.0', 2, null, undefined].map((value) => setBody('jsonrpc', value)),
  ...['tools/Call', 7, undefined].map((value) => setBody('method', value)),
  ...[null, [], 'x', undefined].map((value) => setBody('params', value)),
  setBody('extra', 1),
  ...[null, 5, ['browse_members']].map((value) => setParam('name', value)),
  ...[null, 'x', [], 0].map((value) => setParam('arguments', value)),
  ...[null, 'x', []].map((value) => setParam('_meta', value)),
  setParam('unusual', { a: 1 }),
  setParam('task', { ttl: 'soon' }),
  setParam('requestState', 'abc'),
  ...['token', 7, 1.5, null, {}].map((value) => setMeta('progressToken', value)),
  setMeta('vendor/key', { nested: [1] }),
  setMeta(`${META}related-task`, { taskId: 'x' }),
  setMeta(`${META}related-task`, 'x'),
  ...['2026-07-28', '2030-01-01', '2025-11-25', 5].map((value) => setMeta(`${META}protocolVersion`, value)),
  ...[{ sampling: {} }, { roots: 5 }, [], null].map((value) => setMeta(`${META}clientCapabilities`, value)),
  ...[{ name: 'x', version: '1', title: 'X' }, { name: 5 }, null].map((v) => setMeta(`${META}clientInfo`, v)),
  setMeta(`${META}logLevel`, 'loud'),
  ...['2025-11-25', '2024-11-05', '2026-07-28', '1999-01-01', undefined].map((value) =>
    setHeader('mcp-protocol-version', value),
  ),
  ...['tools/call', 'tools/list', undefined].map((value) => setHeader('mcp-method', value)),
  ...['browse_members', 'other', '=?base64?YnJvd3NlX21lbWJlcnM=?=', undefined].map((value) =>
    setHeader('mcp-name', value),
  ),
];

const anyMessage: fc.Arbitrary<Message> = fc
  .tuple(wellFormed, fc.subarray([...CHANGES], { maxLength: 2 }))
  .map(([message, changes]) => {
    const copy = structuredClone(message);
    for (const change of changes) change(copy);
    return copy;
  });

describe('the short way for tools/call', () => {
  test('answers every message as the SDK does', async () => {
    let short = 0;
    let long = 0;
    await fc.assert(
      fc.asyncProperty(anyMessage, async (message) => {
        if (readDirectCall(message.headers, message.body) === undefined) long += 1;
        else short += 1;
        expect(await askDoor(message)).toEqual(await askOracle(message));
      }),
      { numRuns: 800 },
    );
    expect(Math.min(short, long)).toBeGreaterThan(100);
  });

  test.each(CHANGES.map((change, index) => [index, change] as const))(
    'agrees with the SDK about oddity %i alone',
    async (_index, change) => {
      for (const message of [
        { headers: {}, body: rpc('tools/call', { name: 'browse_members', arguments: { a: 1 } }) },
        modern('tools/call', { name: 'browse_members', arguments: { a: 1 } }),
      ]) {
        const odd = structuredClone(message) as Message;
        change(odd);
        expect(await askDoor(odd)).toEqual(await askOracle(odd));
      }
    },
  );

  test('is taken by what the official clients send', () => {
    const params = {
      name: 'browse_members',
      arguments: {},
      _meta: { progressToken: 1, 'claudecode/toolUseId': 'x' },
    };
    const legacy = { 'mcp-protocol-version': '2025-11-25' };
    expect(readDirectCall(legacy, rpc('tools/call', params))).toMatchObject({ era: 'legacy' });
    const { headers, body } = modern('tools/call', { name: 'browse_members', arguments: {} });
    expect(readDirectCall(headers, body)).toMatchObject({ era: 'modern', name: 'browse_members' });
  });
});
