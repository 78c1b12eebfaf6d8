import { describe, expect, it, vi } from 'vitest';
import { createConsoleProxy } from './console-proxy';
import { Seen, startAndWait, supervise, useBench } from './testing/stand-in-server';

const bench = useBench();

describe('calls of the window', () => {
  async function serve(name = 'well') {
    const run = supervise(bench, name);
    const upstream = await startAndWait(run);
    const proxy = createConsoleProxy({ whenUp: run.supervisor.whenUp, answerMs: 300 });
    const call = (path: string, init?: RequestInit) => proxy(new Request(`app://console${path}`, init));
    return { run, upstream, call, proxy };
  }

  it('carry the secret of the shell, never one of the window', async () => {
    const { call } = await serve();
    const answer = await call('/api/console/x?y=1', {
      headers: { 'x-countersign-socket-secret': 'of the window', 'if-match': '"v1"' },
    });
    const seen = Seen.parse(await answer.json());
    expect(seen.url).toBe('/api/console/x?y=1');
    expect(seen.headers).toMatchObject({ 'x-countersign-socket-secret': seen.secret, 'if-match': '"v1"' });
    expect(answer.headers.getSetCookie()).toEqual(['a=1', 'b=2']);
  });

  it('send bodies whole and take answers without one', async () => {
    const { call } = await serve();
    const sent = await call('/api/echo', { method: 'POST', body: 'é'.repeat(2_000_000) });
    expect(await sent.json()).toMatchObject({ method: 'POST', length: 4_000_000 });
    const empty = await call('/api/empty', { method: 'DELETE' });
    expect([empty.status, empty.headers.get('x-of'), await empty.text()]).toEqual([204, 'server', '']);
  });

  it('stream as the server writes, and closing one ends it at the server', async () => {
    const { call, run } = await serve();
    const reader = (await call('/api/stream')).body?.getReader();
    expect(new TextDecoder().decode((await reader?.read())?.value)).toBe('data: 1\n\n');
    await reader?.cancel();
    await vi.waitFor(() => expect(run.said()).toContain('stream closed'));

    const gone = new AbortController();
    await call('/api/stream', { signal: gone.signal });
    gone.abort();
    await vi.waitFor(() => expect(run.said().filter((line) => line === 'stream closed')).toHaveLength(2));
  });

  it('wait for a server that is starting', async () => {
    const run = supervise(bench, 'well');
    const proxy = createConsoleProxy({ whenUp: run.supervisor.whenUp });
    run.supervisor.start();
    expect((await proxy(new Request('app://console/api/x'))).status).toBe(200);
  });

  it('are asked again when the server dies over a read, and never over a write', async () => {
    const reading = await serve();
    const answer = await reading.call('/api/once');
    expect(answer.status).toBe(200);
    expect(await answer.json()).not.toMatchObject({ pid: reading.upstream.pid });

    const writing = await serve('well-too');
    const refused = await writing.call('/api/once', { method: 'POST', body: '{}' });
    expect(refused.status).toBe(503);
    expect(await refused.json()).toMatchObject({ code: 'server_away', status: 503 });
  });

  it('say that the server is away when none is coming', async () => {
    const run = supervise(bench, 'well');
    const proxy = createConsoleProxy({ whenUp: run.supervisor.whenUp });
    const answer = await proxy(new Request('app://console/api/x'));
    expect(answer.status).toBe(503);
    expect(answer.headers.get('content-type')).toBe('application/problem+json');
  });

  it('wait no longer than the bound for a start, nor for an answer', async () => {
    const { call } = await serve();
    expect((await call('/api/hang', { method: 'POST' })).status).toBe(503);
    const run = supervise(bench, 'hangs');
    run.supervisor.start();
    const proxy = createConsoleProxy({ whenUp: run.supervisor.whenUp, parkMs: 100 });
    expect((await proxy(new Request('app://console/api/x'))).status).toBe(503);
  });

  it('fail, and do not look complete, when an answer is cut off', async () => {
    const { call } = await serve();
    await expect((await call('/api/cut')).text()).rejects.toThrow('aborted');
  });
});
