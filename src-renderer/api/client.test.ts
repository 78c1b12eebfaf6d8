import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { z } from 'zod';
import { endpoint } from '../../src-server/contract/console/endpoint';
import { call, fillPath } from './client';
import { AnswerError, NetworkError, ProblemError } from './problem';

const getThing = endpoint({
  method: 'GET',
  path: '/things/:id',
  summary: 'One thing',
  params: z.strictObject({ id: z.string() }),
  query: z.strictObject({ limit: z.number().optional(), q: z.string().optional() }),
  answer: z.object({ name: z.string() }),
});
const renameThing = endpoint({
  method: 'POST',
  path: '/things/:id/rename',
  summary: 'Rename',
  params: z.strictObject({ id: z.string() }),
  body: z.strictObject({ name: z.string() }),
  answer: z.object({ name: z.string() }),
});

interface Seen {
  readonly url: string;
  readonly method: string;
  readonly headers: IncomingMessage['headers'];
  readonly body: string;
}

let server: Server;
let seen: Seen[];
let answers: ((response: ServerResponse, request: IncomingMessage) => void)[];

function json(status: number, body: unknown, type = 'application/json') {
  return (response: ServerResponse) => {
    response.writeHead(status, { 'content-type': type }).end(JSON.stringify(body));
  };
}
const hangUp = (_response: ServerResponse, request: IncomingMessage) => request.socket.destroy();

beforeEach(async () => {
  seen = [];
  answers = [];
  server = createServer((request, response) => {
    let body = '';
    request.on('data', (chunk: Buffer) => {
      body += chunk.toString('utf8');
    });
    request.on('end', () => {
      seen.push({ url: request.url ?? '', method: request.method ?? '', headers: request.headers, body });
      (answers.shift() ?? json(500, {}))(response, request);
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  vi.stubGlobal('location', { origin: `http://127.0.0.1:${port}`, protocol: 'http:' });
});

afterEach(async () => {
  vi.unstubAllGlobals();
  vi.useRealTimers();
  server.closeAllConnections();
  await new Promise((resolve) => server.close(resolve));
});

describe('call', () => {
  it('fills path and query, leaves out what is undefined, and gives back the answer', async () => {
    answers = [json(200, { name: 'kettle' })];
    await expect(
      call(getThing, { params: { id: 'a/b' }, query: { limit: 5, q: undefined } }),
    ).resolves.toEqual({
      name: 'kettle',
    });
    expect(seen[0]).toMatchObject({ method: 'GET', url: '/api/console/things/a%2Fb?limit=5' });
    expect(seen[0]?.headers['idempotency-key']).toBeUndefined();
  });

  it('sends a write as JSON with an idempotency key of its own', async () => {
    answers = [json(200, { name: 'pot' }), json(200, { name: 'pot' })];
    await call(renameThing, { params: { id: 'x' }, body: { name: 'pot' } });
    await call(renameThing, { params: { id: 'x' }, body: { name: 'pot' } });
    expect(seen[0]?.body).toBe('{"name":"pot"}');
    expect(seen[0]?.headers['content-type']).toBe('application/json');
    expect(seen[0]?.headers['idempotency-key']).toMatch(/^[0-9a-f-]{36}$/);
    expect(seen[0]?.headers['idempotency-key']).not.toBe(seen[1]?.headers['idempotency-key']);
  });

  it('throws the problem the server names, with code, details and fields', async () => {
    const problem = {
      type: 'urn:countersign:problem:stale_version',
      title: 'Changed since you looked',
      status: 409,
      detail: 'The agent changed this.',
      code: 'stale_version',
      requestId: 'req_1',
      errors: [{ path: 'hash', message: 'is old' }],
      details: { version: 3 },
    };
    answers = [json(409, problem, 'application/problem+json')];
    const error: unknown = await call(getThing, { params: { id: 'x' } }).catch((thrown: unknown) => thrown);
    expect(error).toBeInstanceOf(ProblemError);
    expect((error as ProblemError).problem).toEqual(problem);
    expect((error as ProblemError).code).toBe('stale_version');
  });

  it('throws a network error when nobody answers', async () => {
    answers = [hangUp];
    await expect(call(getThing, { params: { id: 'x' } })).rejects.toBeInstanceOf(NetworkError);
  });

  it('names an answer that breaks the contract', async () => {
    answers = [json(200, { nom: 'kettle' })];
    await expect(call(getThing, { params: { id: 'x' } })).rejects.toBeInstanceOf(AnswerError);
  });

  it('repeats a write that may be repeated while the server restarts, under the same key', async () => {
    answers = [hangUp, json(503, { code: 'unavailable' }), json(200, { name: 'pot' })];
    await expect(
      call(renameThing, { params: { id: 'x' }, body: { name: 'pot' }, canRepeat: true }),
    ).resolves.toEqual({ name: 'pot' });
    expect(new Set(seen.map(({ headers }) => headers['idempotency-key'])).size).toBe(1);
    expect(seen).toHaveLength(3);
  });

  it('does not repeat a write that does not say so, nor one that was refused', async () => {
    answers = [hangUp, json(409, { code: 'already_decided' })];
    await expect(call(renameThing, { params: { id: 'x' }, body: { name: 'pot' } })).rejects.toBeInstanceOf(
      NetworkError,
    );
    await expect(
      call(renameThing, { params: { id: 'x' }, body: { name: 'pot' }, canRepeat: true }),
    ).rejects.toBeInstanceOf(ProblemError);
    expect(seen).toHaveLength(2);
  });

  it('renews a session that ran out, once for all calls that met the end together', async () => {
    const byUrl = (url: string) => seen.filter((entry) => entry.url.startsWith(url)).length;
    let isRenewed = false;
    const answer = (response: ServerResponse, request: IncomingMessage) => {
      if (request.url === '/api/auth/refresh') {
        isRenewed = true;
        json(200, {})(response);
      } else
        json(isRenewed ? 200 : 401, isRenewed ? { name: 'kettle' } : { code: 'unauthenticated' })(response);
    };
    answers = Array.from({ length: 8 }, () => answer);
    const both = [call(getThing, { params: { id: 'a' } }), call(getThing, { params: { id: 'b' } })];
    await expect(Promise.all(both)).resolves.toEqual([{ name: 'kettle' }, { name: 'kettle' }]);
    expect(byUrl('/api/auth/refresh')).toBe(1);
  });

  it('gives the refusal back when the session can not be renewed', async () => {
    answers = [json(401, { code: 'unauthenticated' }), json(401, { detail: 'no' })];
    await expect(call(getThing, { params: { id: 'a' } })).rejects.toMatchObject({ status: 401 });
  });
});

describe('fillPath', () => {
  it('throws when a parameter is missing, instead of calling another address', () => {
    expect(() => fillPath('/things/:id', {})).toThrow('parameter "id" is missing');
  });
});
