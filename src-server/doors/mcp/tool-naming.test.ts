import { afterEach, describe, expect, test } from 'vitest';
import {
  createTestDoor,
  GATEWAY,
  modern,
  rpc,
  STREAM,
  TEST_TOOLS,
  WITH_KEY,
  type TestDoor,
} from './mcp-test-host';

let door: TestDoor;
afterEach(() => door.app.close());

const DOTTED = TEST_TOOLS.map(({ name }) => name);
const UNDERSCORED = DOTTED.map((name) => name.replace('.', '_'));

async function listNames(path: string, headers: Record<string, string> = WITH_KEY): Promise<string[]> {
  const answer = await door.post(path, rpc('tools/list'), headers);
  return answer.json().result.tools.map(({ name }: { name: string }) => name);
}

function hello(name: string) {
  return rpc('initialize', {
    protocolVersion: '2025-11-25',
    capabilities: {},
    clientInfo: { name, version: '1' },
  });
}

describe('tools/list', () => {
  test("prints the seed's names in the host's order", async () => {
    door = await createTestDoor();
    expect(await listNames(STREAM)).toEqual(DOTTED);
    expect(await listNames(STREAM)).toEqual(DOTTED);
    expect(await listNames(GATEWAY, {})).toEqual(DOTTED);
  });

  test('prints names without dots where the address asks for them', async () => {
    door = await createTestDoor();
    expect(await listNames(`${STREAM}?names=underscore`)).toEqual(UNDERSCORED);
    expect(await listNames(`${GATEWAY}?names=underscore`, {})).toEqual(UNDERSCORED);
    expect(await listNames(`${STREAM}?names=other`)).toEqual(DOTTED);
    expect(await listNames(`${STREAM}?names=underscore&names=dotted`)).toEqual(DOTTED);
  });

  test("prints names without dots to the client of the key's last initialize", async () => {
    door = await createTestDoor();
    await door.post(STREAM, hello('claude-ai'), WITH_KEY);
    expect(await listNames(STREAM)).toEqual(UNDERSCORED);
    expect(await listNames(STREAM, { authorization: 'Bearer mma_other' })).toEqual(DOTTED);
    await door.post(STREAM, hello('mcp-inspector'), WITH_KEY);
    expect(await listNames(STREAM)).toEqual(DOTTED);
  });

  test('prints names without dots to a client that names itself in the request', async () => {
    door = await createTestDoor();
    const { headers, body } = modern('tools/list');
    Object.assign(body.params?.['_meta'] ?? {}, {
      'io.modelcontextprotocol/clientInfo': { name: 'claude-code', version: '2.1' },
    });
    const answer = await door.post(STREAM, body, { ...headers, ...WITH_KEY });
    expect(answer.json().result.tools.map(({ name }: { name: string }) => name)).toEqual(UNDERSCORED);
    expect(door.remembered.size).toBe(0);
  });

  test("lets the key's setting and then the address overrule the client", async () => {
    door = await createTestDoor();
    door.settings.set('alice', 'underscore');
    expect(await listNames(STREAM)).toEqual(UNDERSCORED);
    expect(await listNames(`${STREAM}?names=dotted`)).toEqual(DOTTED);
    door.settings.set('alice', 'dotted');
    await door.post(STREAM, hello('cursor-vscode'), WITH_KEY);
    expect(await listNames(STREAM)).toEqual(DOTTED);
  });

  test('speaks of tools in descriptions and instructions by the names it prints', async () => {
    door = await createTestDoor();
    const plain = await door.post(STREAM, rpc('tools/list'), WITH_KEY);
    expect(plain.json().result.tools[0].description).toContain('drafts.create.');
    const strict = await door.post(`${STREAM}?names=underscore`, rpc('tools/list'), WITH_KEY);
    expect(strict.json().result.tools[0].description).toContain('drafts_create.');
    const greeting = await door.post(STREAM, hello('Cursor'), WITH_KEY);
    expect(greeting.json().result.instructions).toBe(
      'Find with search_query, write with drafts_create; a person decides.',
    );
  });

  test('carries schemas, title and hints', async () => {
    door = await createTestDoor();
    const answer = await door.post(STREAM, rpc('tools/list'), WITH_KEY);
    const [search, drafts] = answer.json().result.tools;
    expect(search).toMatchObject({
      title: 'Search',
      inputSchema: { type: 'object', required: ['q'] },
      outputSchema: { type: 'object', required: ['items'] },
      annotations: { title: 'Search', readOnlyHint: true, openWorldHint: true },
    });
    expect(search.inputSchema).not.toHaveProperty('$schema');
    expect(drafts).not.toHaveProperty('outputSchema');
  });
});

describe('tools/call', () => {
  test('accepts both spellings from everybody, in both eras', async () => {
    door = await createTestDoor();
    for (const name of ['drafts.create', 'drafts_create']) {
      const { headers, body } = modern('tools/call', { name, arguments: {} });
      await door.post(STREAM, rpc('tools/call', { name }), WITH_KEY);
      await door.post(STREAM, body, { ...headers, ...WITH_KEY });
    }
    expect(door.calls.map(({ name }) => name)).toEqual(Array.from({ length: 4 }, () => 'drafts.create'));
  });

  test('tells the tool which spelling its client sees', async () => {
    door = await createTestDoor();
    const answer = await door.post(
      `${STREAM}?names=underscore`,
      rpc('tools/call', { name: 'drafts.create' }),
      WITH_KEY,
    );
    expect(answer.json().result.content[1].text).toContain('search_query');
  });
});
