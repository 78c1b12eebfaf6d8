import { paramsOf, requestMethodOf } from './json-rpc';
import type { ToolCatalogue } from './tool-catalogue';

/** `/api/mcp` also shows its tools to strangers, as its `GET` does (decisions §1). */
export type McpSurface = 'gateway' | 'stream';

/** Handshakes of both eras; `server/discover` is the 2026-07-28 revision's `initialize`. */
const OPEN_METHODS = new Set(['initialize', 'ping', 'server/discover']);

/**
 * Whether a body may be answered without a key. Notifications, responses and malformed messages may: they reach no
 * tool and no data, and a client would otherwise fail at `notifications/initialized` before it is ever challenged.
 */
export function isOpenToStrangers(body: unknown, surface: McpSurface, catalogue: ToolCatalogue): boolean {
  const method = requestMethodOf(body);
  if (method === undefined || OPEN_METHODS.has(method)) return true;
  if (method === 'tools/list') return surface === 'gateway';
  if (method !== 'tools/call') return false;
  const name = paramsOf(body)['name'];
  return typeof name === 'string' && catalogue.find(name)?.isOpen === true;
}
