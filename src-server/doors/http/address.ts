import { isIP } from 'node:net';
import type { FastifyRequest } from 'fastify';

/**
 * Where a call comes from, for limits, audit and claims: what the trusted proxies say, or the peer itself. What no
 * address is, such as a name a proxy passed on unread, counts for nothing.
 */
export function addressOf(request: FastifyRequest): string {
  return isIP(request.ip) === 0 ? (request.socket.remoteAddress ?? 'unknown') : request.ip;
}
