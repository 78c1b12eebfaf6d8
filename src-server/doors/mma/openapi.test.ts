import { beforeEach, describe, expect, it } from 'vitest';
import { MMA_CODES } from '../../testing/mma-fixture';
import { createTestServer, type TestServer } from '../../testing/test-server';

/** `GET /api/mcp/openapi.json` (M007), which ChatGPT imports as an action. */

const METHODS = ['get', 'post', 'put', 'patch', 'delete'] as const;

type Json = Record<string, unknown>;
interface Operation {
  readonly operationId: string;
  readonly summary: string;
  readonly security: readonly object[];
  readonly parameters?: readonly { readonly name: string; readonly in: string; readonly schema: Json }[];
  readonly requestBody?: { readonly content: Readonly<Record<string, { readonly schema: Json }>> };
  readonly responses: Readonly<Record<string, { readonly description: string; readonly content: Json }>>;
}
interface PathItem extends Partial<Readonly<Record<(typeof METHODS)[number], Operation>>> {
  readonly parameters?: readonly { readonly name: string; readonly in: string }[];
}
interface Document {
  readonly openapi: string;
  readonly info: { readonly title: string; readonly version: string };
  readonly servers: readonly { readonly url: string }[];
  readonly paths: Readonly<Record<string, PathItem>>;
  readonly components: { readonly schemas: Json; readonly securitySchemes: Json };
}

function operationsOf(document: Document): { method: string; path: string; operation: Operation }[] {
  return Object.entries(document.paths).flatMap(([path, item]) =>
    METHODS.flatMap((method) => {
      const operation = item[method];
      return operation ? [{ method, path, operation }] : [];
    }),
  );
}

function walk(value: unknown, visit: (object: Json) => void): void {
  if (Array.isArray(value)) for (const item of value) walk(item, visit);
  else if (typeof value === 'object' && value !== null) {
    visit(value as Json);
    for (const item of Object.values(value)) walk(item, visit);
  }
}

describe('the OpenAPI document', () => {
  let server: TestServer;
  let document: Document;
  beforeEach(async () => {
    server = await createTestServer();
    const answer = await server.call<Document>('GET', '/api/mcp/openapi.json');
    if (answer.status !== 200) throw new Error(`openapi.json answered ${answer.status}`);
    document = answer.body;
  });

  it('is OpenAPI 3.1 with a title, a version, our address and the bearer scheme', () => {
    expect(document.openapi).toMatch(/^3\.1\.\d+$/);
    expect(document.info).toMatchObject({
      title: expect.any(String),
      version: expect.stringMatching(/^\d+\.\d+\.\d+/),
    });
    expect(document.servers).toEqual([{ url: 'http://127.0.0.1:7423' }]);
    expect(document.components.securitySchemes).toMatchObject({ bearer: { type: 'http', scheme: 'bearer' } });
  });

  it('has fewer than thirty operations, each with its own id and a summary of at most 300 characters', () => {
    const operations = operationsOf(document);
    expect(operations.length).toBeGreaterThan(10);
    expect(operations.length).toBeLessThan(30);
    const ids = operations.map(({ operation }) => operation.operationId);
    expect(new Set(ids).size).toBe(ids.length);
    for (const { operation } of operations) {
      expect(operation.operationId).toMatch(/^[a-zA-Z][a-zA-Z0-9_-]{0,63}$/);
      expect(operation.summary.length).toBeGreaterThan(5);
      expect(operation.summary.length).toBeLessThanOrEqual(300);
    }
  });

  it('describes every parameter of a path, says who may call, and answers what it declares', () => {
    for (const { method, path, operation } of operationsOf(document)) {
      const declared = [...(document.paths[path]?.parameters ?? []), ...(operation.parameters ?? [])];
      const names = [...path.matchAll(/\{(\w+)\}/g)].map(([, name]) => name);
      expect(declared.filter((one) => one.in === 'path').map(({ name }) => name)).toEqual(names);
      expect([path, Array.isArray(operation.security)]).toEqual([path, true]);
      for (const scheme of operation.security) expect(Object.keys(scheme)).toEqual(['bearer']);
      expect(Object.keys(operation.responses).some((status) => status.startsWith('2'))).toBe(true);
      for (const response of Object.values(operation.responses))
        expect(response.description.length).toBeGreaterThan(0);
      if (method === 'get') expect(operation.requestBody).toBeUndefined();
    }
  });

  it('resolves every reference, and no schema carries a dialect of its own', () => {
    walk(document, (object) => {
      expect(object['$schema']).toBeUndefined();
      const ref = object['$ref'];
      if (typeof ref !== 'string') return;
      expect(ref).toMatch(/^#\/components\/schemas\/\w+$/);
      const name = ref.split('/').at(-1) ?? '';
      expect([ref, Object.hasOwn(document.components.schemas, name)]).toEqual([ref, true]);
    });
    const used = new Set<string>();
    walk(document.paths, (object) => {
      if (typeof object['$ref'] === 'string') used.add(object['$ref'].split('/').at(-1) ?? '');
    });
    expect(Object.keys(document.components.schemas).filter((name) => !used.has(name))).toEqual([]);
  });

  it('names schema types that JSON Schema knows', () => {
    const known = ['object', 'array', 'string', 'number', 'integer', 'boolean', 'null'];
    const visit = (schema: unknown): void =>
      walk(schema, (object) => {
        const { type } = object;
        for (const one of typeof type === 'string' ? [type] : Array.isArray(type) ? type : []) {
          expect(known).toContain(one);
        }
        // The importer of ChatGPT actions refuses an object without.
        if (type === 'object') expect(object['properties']).toBeTypeOf('object');
      });
    visit(document.components.schemas);
    for (const { operation } of operationsOf(document)) {
      for (const { schema } of Object.values(operation.requestBody?.content ?? {})) visit(schema);
    }
  });

  it('is true: every operation is routed, and every mma route but the stream is described', () => {
    const routed = server.agentApp.routeTable
      .filter(({ path }) => path.startsWith('/api/v1/') || path.startsWith('/api/mcp'))
      .map(({ method, path }) => `${method} ${path.replaceAll(/:(\w+)/g, '{$1}')}`);
    const described = operationsOf(document).map(({ method, path }) => `${method.toUpperCase()} ${path}`);
    expect(described.filter((one) => !routed.includes(one))).toEqual([]);
    const left = routed.filter((one) => !described.includes(one) && !one.includes('/api/mcp/stream'));
    expect(left.toSorted()).toEqual([
      'DELETE /api/mcp',
      'GET /api/mcp/openapi.json',
      'PATCH /api/mcp',
      'PUT /api/mcp',
    ]);
  });

  it('offers every tool, and its error has the eight codes', async () => {
    const tools = await server.call<{ data: { tools: { name: string }[] } }>('GET', '/api/mcp');
    const call = document.paths['/api/mcp']?.['post'];
    const schema = call?.requestBody?.content['application/json']?.schema as { oneOf: Json[] };
    const names = schema.oneOf.map(
      ({ properties }) => (properties as { tool: { const: string } }).tool.const,
    );
    expect(names).toEqual(tools.body.data.tools.map(({ name }) => name));
    const error = document.components.schemas['Error'] as { properties: { error_code: { enum: string[] } } };
    expect(error.properties.error_code.enum).toEqual([...MMA_CODES]);
  });

  it('follows the configured address', async () => {
    server.context.setPublicUrl('https://desk.example.org');
    const { body } = await server.call<Document>('GET', '/api/mcp/openapi.json');
    expect(body.servers).toEqual([{ url: 'https://desk.example.org' }]);
  });
});
