import type { FastifyRequest } from 'fastify';
import { AppError } from '../../lib/errors';

/**
 * Keeps web pages away from a server on the owner's machine (decisions §0, §6): a rebound name fails the `Host`
 * list, a page of another origin fails `Origin`, and a cross-site image or link that would call us fails
 * `Sec-Fetch-Site`, except for top-level navigation to a page.
 */
export function createGuard({ allowedHosts }: { readonly allowedHosts: () => ReadonlySet<string> }) {
  const isAllowedHost = (host: string | undefined): boolean =>
    host !== undefined && allowedHosts().has(host.toLowerCase());

  return function guard(request: FastifyRequest): void {
    const { headers } = request;
    if (!isAllowedHost(headers.host)) {
      throw new AppError('forbidden', 'Host: is not a name of this server.');
    }
    const { origin } = headers;
    if (origin !== undefined && !isAllowedHost(hostOf(origin))) {
      throw new AppError('forbidden', 'Origin: pages of other origins may not call this server.');
    }
    const site = headers['sec-fetch-site'];
    if (site === undefined || site === 'same-origin' || site === 'none') return;
    const isNavigation =
      request.method === 'GET' &&
      headers['sec-fetch-mode'] === 'navigate' &&
      headers['sec-fetch-dest'] === 'document' &&
      request.routeOptions.config.dialect === 'page';
    if (!isNavigation) throw new AppError('forbidden', 'Sec-Fetch-Site: cross-site requests are refused.');
  };
}

/** Host and port of an `Origin`; undefined for `null` and anything that is no URL. */
function hostOf(origin: string): string | undefined {
  try {
    return new URL(origin).host;
  } catch {
    return undefined;
  }
}

/** The names a server that listens on `host:port` answers to. */
export function hostsOf(host: string, port: number, publicUrl: string | undefined): Set<string> {
  const names = new Set(['localhost', '127.0.0.1', '[::1]', host.includes(':') ? `[${host}]` : host]);
  names.delete('0.0.0.0');
  names.delete('[::]');
  const hosts = new Set([...names].map((name) => `${name}:${port}`));
  if (port === 80) for (const name of names) hosts.add(name);
  if (publicUrl) hosts.add(new URL(publicUrl).host);
  return hosts;
}
