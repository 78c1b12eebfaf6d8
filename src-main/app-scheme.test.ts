import { mkdirSync, mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { beforeAll, expect, it } from 'vitest';
import { createAppHandler } from './app-scheme';

let handle: (request: Request) => Promise<Response>;

beforeAll(() => {
  const folder = mkdtempSync(join(tmpdir(), 'scheme-'));
  const root = join(folder, 'renderer');
  mkdirSync(join(root, 'assets'), { recursive: true });
  writeFileSync(join(root, 'index.html'), '<meta name="csp-nonce" nonce="__CSP_NONCE__"><h1>window</h1>');
  writeFileSync(join(root, 'assets', 'a.js'), 'export {};');
  writeFileSync(join(root, 'secret.txt'), 'not of a kind that the window uses');
  writeFileSync(join(folder, 'keychain.json'), 'outside');
  mkdirSync(join(folder, 'renderer-old'));
  writeFileSync(join(folder, 'renderer-old', 'a.js'), 'outside');
  handle = createAppHandler({
    root,
    proxy: (request) =>
      Promise.resolve(new Response(`proxied ${request.method} ${new URL(request.url).pathname}`)),
  });
});

const get = (path: string): Promise<Response> => handle(new Request(`app://console${path}`));

it('gives the page for every path without extension, each time with a nonce of its own', async () => {
  const [first, second] = await Promise.all([get('/'), get('/agents/agent-1')]);
  const nonce = /nonce-([^']+)'/.exec(first.headers.get('content-security-policy') ?? '')?.[1] ?? '';
  expect(Buffer.from(nonce, 'base64')).toHaveLength(16);
  expect(await first.text()).toBe(`<meta name="csp-nonce" nonce="${nonce}"><h1>window</h1>`);
  expect(second.headers.get('content-security-policy')).not.toContain(nonce);
  expect(await second.text()).toContain('<h1>window</h1>');
});

it('allows nothing inline and nothing from elsewhere', async () => {
  const policy = (await get('/')).headers.get('content-security-policy') ?? '';
  expect(policy).toContain("default-src 'none'");
  expect(policy).toContain("frame-ancestors 'none'");
  expect(policy).not.toMatch(/unsafe|https?:|\*/);
});

it('gives files with their type, hashed ones to keep', async () => {
  const answer = await get('/assets/a.js');
  expect(answer.headers.get('content-type')).toBe('text/javascript; charset=utf-8');
  expect(answer.headers.get('x-content-type-options')).toBe('nosniff');
  expect(answer.headers.get('cache-control')).toContain('immutable');
});

it.each([
  ['/%2e%2e/keychain.json', 403],
  ['/..%2fkeychain.json', 403],
  ['/assets/..%2f..%2fkeychain.json', 403],
  ['/..%2frenderer-old/a.js', 403],
  ['/%00.js', 403],
  ['/%', 403],
  ['/secret.txt', 404],
  ['/missing.js', 404],
])('gives nothing outside of its folder and nothing unknown: %s', async (path, status) => {
  const answer = await get(path);
  expect([status, 404]).toContain(answer.status);
  expect(await answer.text()).not.toMatch(/outside$|window/);
});

it('knows one host', async () => {
  expect((await handle(new Request('app://other/'))).status).toBe(404);
  expect((await handle(new Request('app://console.evil/api/console/me'))).status).toBe(404);
});

it('hands every API call on, whatever its method, and takes no other than GET and HEAD for files', async () => {
  const posted = await handle(new Request('app://console/api/console/me', { method: 'POST', body: '{}' }));
  expect(await posted.text()).toBe('proxied POST /api/console/me');
  expect((await handle(new Request('app://console/', { method: 'POST', body: '' }))).status).toBe(405);
});
