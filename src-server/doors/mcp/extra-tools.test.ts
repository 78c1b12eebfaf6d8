import { afterEach, expect, test } from 'vitest';
import { z } from 'zod';
import type { McpServer } from '@modelcontextprotocol/server';
import { Client as ClientV1 } from '@modelcontextprotocol/sdk/client/index.js';
import { StreamableHTTPClientTransport as TransportV1 } from '@modelcontextprotocol/sdk/client/streamableHttp.js';
import { Client, StreamableHTTPClientTransport } from '@modelcontextprotocol/client';
import { createTestDoor, modern, rpc, STREAM, TEST_TOOLS, WITH_KEY, type TestDoor } from './mcp-test-host';

/** Fixtures of the kind that the conformance suite asks for, on the production route. */

let door: TestDoor;
const open: { close(): Promise<void> }[] = [];
afterEach(async () => {
  for (const client of open.splice(0)) await client.close();
  await door.app.close();
});

function register(server: McpServer): void {
  server.registerTool('test_progress', { inputSchema: z.object({}) }, async (_args, { mcpReq }) => {
    const progressToken = mcpReq['_meta']?.progressToken;
    if (progressToken !== undefined) {
      await mcpReq.notify({
        method: 'notifications/progress',
        params: { progressToken, progress: 1, total: 2 },
      });
    }
    return { content: [{ type: 'text', text: 'done' }] };
  });
  server.registerTool(
    'test_header',
    { inputSchema: z.object({ region: z.string().meta({ 'x-mcp-header': 'Region' }) }) },
    ({ region }) => ({ content: [{ type: 'text', text: region }] }),
  );
  server.registerPrompt('test_simple_prompt', {}, () => ({
    messages: [{ role: 'user', content: { type: 'text', text: 'hello' } }],
  }));
}

async function createExtendedDoor() {
  door = await createTestDoor({ extraTools: { register } });
  return new URL(STREAM, await door.listen());
}

const requestInit = { headers: WITH_KEY };

test('progress reaches a 2025 client before the result', async () => {
  const client = new ClientV1({ name: 'v1', version: '1' });
  await client.connect(new TransportV1(await createExtendedDoor(), { requestInit }));
  open.push(client);
  const seen: number[] = [];
  const result = await client.callTool({ name: 'test_progress' }, undefined, {
    onprogress: ({ progress }) => void seen.push(progress),
  });
  expect(seen).toEqual([1]);
  expect(result['content']).toEqual([{ type: 'text', text: 'done' }]);
  expect(await client.getPrompt({ name: 'test_simple_prompt' })).toHaveProperty('messages');
});

test('progress reaches a 2026 client before the result', async () => {
  const client = new Client({ name: 'v2', version: '1' }, { versionNegotiation: { mode: 'auto' } });
  await client.connect(new StreamableHTTPClientTransport(await createExtendedDoor(), { requestInit }));
  open.push(client);
  const seen: number[] = [];
  await client.callTool(
    { name: 'test_progress' },
    { onprogress: ({ progress }) => void seen.push(progress) },
  );
  expect(seen).toEqual([1]);
});

test('our own tools stay as they are, and extra ones need the key', async () => {
  await createExtendedDoor();
  const list = await door.post(STREAM, rpc('tools/list'), WITH_KEY);
  const names = list.json().result.tools.map(({ name }: { name: string }) => name);
  expect(names).toEqual([...TEST_TOOLS.map(({ name }) => name), 'test_progress', 'test_header']);
  const found = await door.post(STREAM, rpc('tools/call', { name: 'search.query', unusual: 1 }), WITH_KEY);
  expect(found.json().result.structuredContent.items).toHaveLength(1);
  const stranger = await door.post(STREAM, rpc('tools/call', { name: 'test_progress' }));
  expect(stranger.statusCode).toBe(401);
});

test('header parameters of a fixture are checked against its arguments', async () => {
  await createExtendedDoor();
  const { headers, body } = modern('tools/call', { name: 'test_header', arguments: { region: 'eu' } });
  const right = await door.post(STREAM, body, { ...headers, ...WITH_KEY, 'mcp-param-region': 'eu' });
  expect(right.json().result.content[0].text).toBe('eu');
  const wrong = await door.post(STREAM, body, { ...headers, ...WITH_KEY, 'mcp-param-region': 'us' });
  expect([wrong.statusCode, wrong.json().error.code]).toEqual([400, -32020]);
});

test('a client without streams gets the result as JSON', async () => {
  await createExtendedDoor();
  const answer = await door.post(STREAM, rpc('tools/call', { name: 'test_progress' }), {
    ...WITH_KEY,
    accept: 'application/json',
  });
  expect(answer.json().result.content[0].text).toBe('done');
});
