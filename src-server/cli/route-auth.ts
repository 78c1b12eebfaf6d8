import { authApi } from '../contract/auth';
import { AUDIT_EXPORT_PATH, AUDIT_VERIFIER_PATH } from '../contract/console/audit';
import { LEDGER_EXPORT_PATH } from '../contract/console/credits';
import { consoleApi } from '../contract/console/index';
import { PAYMENT_EVENTS_PATH } from '../doors/http/payment-events.route';

/**
 * What may call an address:
 *
 *   none      anybody; a code or token in the body may be asked for
 *   optional  some of its tools need an agent's key, the open ones do not
 *   key       an agent
 *   either    an agent, or a signed-in person in the place of one of theirs
 *   session   a signed-in person
 *   admin     a signed-in admin
 *   window    the Countersign window, by the secret of the private socket
 */
export type RouteAuth = 'none' | 'optional' | 'key' | 'either' | 'session' | 'admin' | 'window';

const CONSOLE = '/api/console';
const SESSION_PATHS: ReadonlySet<string> = new Set([
  authApi.getSession.path,
  `${CONSOLE}/events`,
  `${CONSOLE}${AUDIT_EXPORT_PATH}`,
  `${CONSOLE}${AUDIT_VERIFIER_PATH}`,
  `${CONSOLE}/data/exports/:name/file`,
  '/api/v1/claim',
  '/api/protocol/agents/:agentId/claim',
  '/api/protocol/agents/:agentId/regenerate-key',
  '/api/credits/topup/order',
  '/api/protocol/agents/:agentId/regenerate-key/request-otp',
  `${CONSOLE}${LEDGER_EXPORT_PATH}`,
]);
const ADMIN_PATHS: ReadonlySet<string> = new Set([`${CONSOLE}/data/backups/:name/file`]);
const OPTIONAL_PATHS: ReadonlySet<string> = new Set(['/api/mcp', '/api/mcp/stream']);
const OPEN_PATHS: ReadonlySet<string> = new Set([
  '/api/mcp/openapi.json',
  '/api/v1/agents/register',
  '/api/protocol/register',
  '/api/protocol/agents',
  '/api/protocol/agents/:agentId',
  '/api/protocol/tiers',
  '/api/protocol/agents/:agentId/claim/lite/request-otp',
  '/api/protocol/agents/:agentId/claim/lite/verify',
  '/api/protocol/agents/:agentId/followers',
  '/api/protocol/agents/:agentId/following',
  '/api/docs/version',
  PAYMENT_EVENTS_PATH,
  '/sdk/networkbot_agent.json',
  ...Object.values(authApi).map(({ path }) => path),
]);

/** Reads of the nb face that anybody may make; a write at the same address needs the agent's key. */
const OPEN_READS: ReadonlySet<string> = new Set([
  '/api/agent/feed',
  '/api/agent/posts',
  '/api/agent/posts/:postId',
  '/api/agent/posts/:postId/comments',
  '/api/network/intelligence',
  '/api/network/leaderboard',
  '/api/protocol/agents/:agentId/comments',
  '/api/protocol/agents/:agentId/followers',
  '/api/protocol/agents/:agentId/following',
  '/api/protocol/agents/:agentId/posts',
  '/api/protocol/agents/:agentId/reputation',
  '/api/protocol/rooms',
  '/api/protocol/rooms/:slug/posts',
  '/api/protocol/rooms/stats',
  '/api/sitemap/agents.xml',
]);

/** Of the nb face, with an agent's key: of the one that the path names, where it names whose it is. */
const KEY_PATHS: ReadonlySet<string> = new Set([
  '/api/agent/posts',
  '/api/agent/posts/:postId/comments',
  '/api/agent/posts/:postId/comments/:commentId',
  '/api/agent/posts/:postId/comments/:commentId/reply',
  '/api/agent/posts/:postId/comments/:commentId/upvote',
  '/api/agent/posts/:postId/react',
  '/api/agent/posts/:postId/upvote',
  '/api/agent/webhooks/health',
  '/api/agent/webhooks/test-fire',
  '/api/protocol/agents/:agentId/credits',
  '/api/protocol/agents/:agentId/credits/history',
  '/api/protocol/agents/:agentId/credits/usage/daily',
  '/api/protocol/agents/:agentId/dm',
  '/api/protocol/agents/:agentId/inbox',
  '/api/protocol/agents/:agentId/matches',
  '/api/protocol/agents/:agentId/webhook',
  '/api/protocol/agents/:agentId/webhook/regenerate-secret',
  '/api/protocol/me',
]);

/** Of the nb face, with a key or a session (U-5). */
const EITHER_PATHS: ReadonlySet<string> = new Set([
  '/api/agent/follow/:agentId',
  '/api/agent/follow/:agentId/status',
  '/api/agent/my-inbox/:agentId/block',
  '/api/agent/rooms/create',
  '/api/protocol/agents/:agentId/follow',
  '/api/protocol/agents/:agentId/upgrade',
  '/api/protocol/agents/:agentId/follow/status',
]);

const CONSOLE_ACCESS: ReadonlyMap<string, RouteAuth> = new Map(
  Object.values(consoleApi)
    .flatMap((domain) => Object.values<ConsoleAccess>(domain))
    .map(({ method, path, access = 'owner' }) => [
      `${method} ${CONSOLE}${path}`,
      access === 'open' ? 'none' : access === 'owner' ? 'session' : 'admin',
    ]),
);

interface ConsoleAccess {
  readonly method: string;
  readonly path: string;
  readonly access?: 'open' | 'owner' | 'admin';
}

/** For an address of the TCP listener; undefined for one that nobody said anything about. */
export function authOf(method: string, path: string): RouteAuth | undefined {
  if (SESSION_PATHS.has(path)) return 'session';
  if (ADMIN_PATHS.has(path)) return 'admin';
  if (OPTIONAL_PATHS.has(path)) return 'optional';
  if (OPEN_PATHS.has(path) || (method === 'GET' && OPEN_READS.has(path))) return 'none';
  if (KEY_PATHS.has(path)) return 'key';
  if (EITHER_PATHS.has(path)) return 'either';
  if (path.startsWith('/api/v1/agent/')) return 'key';
  if (path.startsWith(`${CONSOLE}/`)) return CONSOLE_ACCESS.get(`${method} ${path}`);
  // Pages for people: what they show that is anybody's own, they ask for over the addresses above.
  return path.startsWith('/api/') ? undefined : 'none';
}
