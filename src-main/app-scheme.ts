/** What `app://console/` answers: the window's files, and its `/api/*` calls over the private socket. */
import { randomBytes } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { extname, resolve, sep } from 'node:path';
import type { ConsoleProxy } from './console-proxy';

export const APP_SCHEME = 'app';
export const APP_ORIGIN = 'app://console';
export const APP_START_URL = `${APP_ORIGIN}/`;

/** In `index.html` where the nonce of each answer goes. */
const NONCE_MARK = '__CSP_NONCE__';

const TYPES: Readonly<Record<string, string>> = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.json': 'application/json; charset=utf-8',
  '.svg': 'image/svg+xml',
  '.png': 'image/png',
  '.ico': 'image/x-icon',
  '.woff2': 'font/woff2',
};

const FIXED_HEADERS: Readonly<Record<string, string>> = {
  'x-content-type-options': 'nosniff',
  'referrer-policy': 'no-referrer',
  'cross-origin-opener-policy': 'same-origin',
  'cross-origin-resource-policy': 'same-origin',
};

/** Everything from our own files, nothing inline but styles that carry this answer's nonce (Mantine's). */
export function toContentSecurityPolicy(nonce: string): string {
  return [
    "default-src 'none'",
    "script-src 'self'",
    `style-src 'self' 'nonce-${nonce}'`,
    "img-src 'self' data:",
    "font-src 'self'",
    "connect-src 'self'",
    // The page names its own root, so that its files are found from every path.
    "base-uri 'self'",
    "form-action 'none'",
    "frame-ancestors 'none'",
    "object-src 'none'",
  ].join('; ');
}

/** True for addresses of our own window's origin. */
export function isAppUrl(text: string): boolean {
  if (!URL.canParse(text)) return false;
  const url = new URL(text);
  return url.protocol === `${APP_SCHEME}:` && url.host === 'console';
}

export function createAppHandler(deps: {
  /** The built renderer. */
  readonly root: string;
  readonly proxy: ConsoleProxy;
}): (request: Request) => Promise<Response> {
  const root = resolve(deps.root);
  return async (request) => {
    if (!isAppUrl(request.url)) return refuse(404, 'not found');
    const { pathname } = new URL(request.url);
    if (pathname.startsWith('/api/')) return deps.proxy(request);
    if (request.method !== 'GET' && request.method !== 'HEAD') return refuse(405, 'method not allowed');
    return serveFile(root, pathname);
  };
}

async function serveFile(root: string, pathname: string): Promise<Response> {
  const file = toFile(root, pathname);
  if (file === undefined) return refuse(403, 'outside of the app');
  const type = TYPES[extname(file)];
  if (type === undefined) return refuse(404, 'not found');
  let bytes: Buffer;
  try {
    bytes = await readFile(file);
  } catch {
    return refuse(404, 'not found');
  }
  const headers = { ...FIXED_HEADERS, 'content-type': type };
  if (extname(file) === '.html') {
    const nonce = randomBytes(16).toString('base64');
    return new Response(bytes.toString('utf8').replaceAll(NONCE_MARK, nonce), {
      headers: {
        ...headers,
        'content-security-policy': toContentSecurityPolicy(nonce),
        'cache-control': 'no-store',
      },
    });
  }
  // Names below assets/ carry a hash of what is in them.
  const cache = pathname.startsWith('/assets/') ? 'max-age=31536000, immutable' : 'no-cache';
  return new Response(new Uint8Array(bytes), { headers: { ...headers, 'cache-control': cache } });
}

/** The file for a path, or undefined when it lies outside of the root. Paths without extension are pages. */
function toFile(root: string, pathname: string): string | undefined {
  let path: string;
  try {
    path = decodeURIComponent(pathname);
  } catch {
    return undefined;
  }
  if (path.includes('\0')) return undefined;
  const file = resolve(root, `.${sep}${path}`);
  if (file !== root && !file.startsWith(root + sep)) return undefined;
  return extname(file) === '' || file === root ? resolve(root, 'index.html') : file;
}

function refuse(status: number, text: string): Response {
  return new Response(text, {
    status,
    headers: { ...FIXED_HEADERS, 'content-type': 'text/plain; charset=utf-8' },
  });
}
