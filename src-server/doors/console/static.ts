import { randomBytes } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import fastifyStatic from '@fastify/static';
import type { FastifyInstance, FastifyReply } from 'fastify';
import { AppError } from '../../lib/errors';

const BASE = '/console/';

/** Nothing but our own files, and styles that carry this page's nonce. */
function consolePolicy(nonce: string): string {
  return [
    "default-src 'none'",
    "script-src 'self'",
    `style-src 'self' 'nonce-${nonce}'`,
    "img-src 'self' data:",
    "font-src 'self'",
    "connect-src 'self'",
    "base-uri 'self'",
    "form-action 'none'",
    "frame-ancestors 'none'",
    "object-src 'none'",
  ].join('; ');
}

/** Serves the built console under `/console/` (server mode); every other path of it is the application itself. */
export async function serveConsoleFiles(app: FastifyInstance, folder: string | undefined): Promise<void> {
  const page = { config: { dialect: 'page' } } as const;
  app.get('/console', page, async (_request, reply) => reply.redirect(BASE));
  if (folder === undefined) {
    app.get(`${BASE}*`, page, async () => {
      throw new AppError('not_found', 'The console was not built; run npm run build.');
    });
    return;
  }
  const template = await readFile(join(folder, 'index.html'), 'utf8');
  const sendIndex = (reply: FastifyReply): FastifyReply => {
    const nonce = randomBytes(16).toString('base64');
    return reply
      .header('content-type', 'text/html; charset=utf-8')
      .header('content-security-policy', consolePolicy(nonce))
      .send(
        template
          .replaceAll('__CSP_NONCE__', nonce)
          .replace(/<base\b[^>]*>/, '')
          .replace('<head>', `<head><base href="${BASE}">`),
      );
  };
  await app.register(fastifyStatic, {
    root: join(folder, 'assets'),
    prefix: `${BASE}assets/`,
    immutable: true,
    maxAge: '365d',
    index: false,
    decorateReply: false,
  });
  app.get(`${BASE}*`, page, async (_request, reply) => sendIndex(reply));
}
