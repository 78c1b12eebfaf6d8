import type { FastifyInstance, FastifyRequest } from 'fastify';
import { NOTIFICATION_CHANNEL, SHELL_CHANNEL_HEADER, SOCKET_SECRET_HEADER } from './contract/process';
import type { Context } from './context';
import { agentRoutes } from './doors/console/agents.routes';
import { auditRoutes, mountAuditDownloads } from './doors/console/audit.routes';
import { billingRoutes } from './doors/console/billing.routes';
import { creditRoutes, mountLedgerDownload } from './doors/console/credits.routes';
import { dataRoutes } from './doors/console/data.routes';
import { mountDataFiles } from './doors/console/data-files.route';
import { mountEvents } from './doors/console/events.route';
import { inboxRoutes, NOTIFICATION_CLIENT } from './doors/console/inbox.routes';
import { keyRoutes } from './doors/console/keys.routes';
import { leavingRoutes } from './doors/console/leaving.routes';
import { messageRoutes } from './doors/console/messages.routes';
import { CONSOLE_PREFIX, mountConsoleRoutes, type ConsoleRoute } from './doors/console/mount-console';
import { outboxRoutes } from './doors/console/outbox.routes';
import { roomRoutes } from './doors/console/rooms.routes';
import { sessionRoutes } from './doors/console/session.routes';
import { webhookRoutes } from './doors/console/webhooks.routes';
import { serveConsoleFiles } from './doors/console/static';
import { authenticateUser, authRoutes } from './doors/http/auth.routes';
import { createBaseApp } from './doors/http/base-app';
import { addressOf } from './doors/http/address';
import {
  asAnonymous,
  authenticate,
  credentialOf,
  idempotencyOf,
  type CredentialDeps,
} from './doors/http/credentials';
import type { Dialect } from './doors/http/dialect';
import { createGuard, hostsOf } from './doors/http/guard';
import { mountPaymentEvents } from './doors/http/payment-events.route';
import { mountMcp } from './doors/mcp/mount';
import type { McpClientInfo, McpExtraTools, McpRefusal } from './doors/mcp/tool';
import { mountGateway } from './doors/mma/gateway';
import { createMcpHost, inputSchemaOf } from './doors/mma/mcp-host';
import { createOpenApi } from './doors/mma/openapi';
import { mountRegistration, registerAgent, type RegisterDeps } from './doors/mma/register.routes';
import { bindQuery, createMmaTools } from './doors/mma/tools';
import { mountV1 } from './doors/mma/v1.routes';
import { mountNbAgents } from './doors/nb/agents.routes';
import { mountNbBilling } from './doors/nb/billing.routes';
import { mountNbCredits } from './doors/nb/credits.routes';
import { createNbDoor } from './doors/nb/door';
import { mountNbMessages } from './doors/nb/messages.routes';
import { mountNbSocial } from './doors/nb/social.routes';
import { mountNbKeys } from './doors/nb/keys.routes';
import { mountNbNetwork } from './doors/nb/network.routes';
import { mountNbWebhooks } from './doors/nb/webhooks.routes';
import { mountNbPosts } from './doors/nb/posts.routes';
import { mountNbRooms } from './doors/nb/rooms.routes';
import { mountPages } from './doors/pages/pages';
import { messageActions } from './domain/messages/messages.actions';
import { checkModeration } from './domain/moderation/moderation.queries';
import { networkActions } from './domain/network/network.actions';
import { listDrafts } from './domain/posts/posts.queries';
import type { Caller } from './gate/caller';
import { LRUCache } from 'lru-cache';
import { isAppError } from './lib/errors';
import { secretsEqual } from './lib/vault';
import { VERSION } from './version';

const MMA_PATHS = ['/api/mcp', '/api/v1/', '/oauth/'];

/** Which envelope an address speaks, for requests that no route answers. */
function dialectOf(url: string): Dialect {
  if (url.startsWith(CONSOLE_PREFIX)) return 'console';
  return MMA_PATHS.some((prefix) => url.startsWith(prefix)) ? 'mma' : 'nb';
}

/** What of the console is sent as it is read. */
function mountStreams(
  app: FastifyInstance,
  context: Context,
  callerOf: (request: FastifyRequest) => Promise<Caller> | Caller,
): void {
  mountEvents(app, { live: context.live, callerOf });
  mountDataFiles(app, { backups: context.backups, exports: context.exports, callerOf });
  mountLedgerDownload(app, {
    reader: context.reader,
    clock: context.clock,
    spending: context.spending,
    callerOf,
  });
  mountAuditDownloads(app, {
    exporter: context.auditExporter,
    verifierFile: context.config.verifierFile,
    callerOf,
  });
}

function consoleRoutes(context: Context, channel: 'window' | 'browser'): ConsoleRoute[] {
  const { reader, gate, grants, inbox, clock, claims, setup, demo, config } = context;
  const emailOf = (userId: string): string => setup.findUser(userId)?.email ?? '';
  const flushUsage = (): void => context.usage.flush();
  return [
    ...sessionRoutes({
      mode: config.mode,
      version: VERSION,
      publicUrl: context.publicUrl,
      setup,
      demo,
    }),
    ...dataRoutes(context),
    ...inboxRoutes({ reader, gate, inbox, channel }),
    ...auditRoutes({
      reader,
      audit: context.auditReader,
      cases: context.caseFiles,
      verification: context.verification,
    }),
    ...messageRoutes({
      reader,
      gate,
      seen: context.seen,
      flushFetched: () => context.agentInbox.flush(),
    }),
    ...outboxRoutes({ outbox: context.identity.outbox }),
    ...agentRoutes({
      reader,
      clock,
      gate,
      commands: context.agentCommands,
      freezing: context.freezeCommands,
      grants,
      claims,
      inbox,
      emailOf,
      publicUrl: context.publicUrl,
    }),
    ...keyRoutes({ reader, clock, gate, grants, flushUsage }),
    ...roomRoutes({
      reader,
      gate,
      rooms: context.rooms,
      commands: context.talkCommands,
    }),
    ...creditRoutes({ reader, gate, spending: context.spending }),
    ...billingRoutes({ reader, gate, billing: context.billing }),
    ...webhookRoutes({
      reader,
      clock,
      gate,
      commands: context.webhookCommands,
      catcher: context.webhooks.catcher,
      mode: config.mode,
    }),
    ...leavingRoutes({
      reader,
      clock,
      gate,
      grants,
      commands: context.leavingCommands,
      emailOf,
      nameOf: (userId) => setup.findUser(userId)?.displayName,
      flushUsage,
    }),
  ];
}

/**
 * The private socket's app: the window's door. Every request carries the secret the shell made at this start; file
 * permissions alone would not keep out an agent that runs as the same user (decisions §0).
 */
export function buildConsoleApp(context: Context, socketSecret: string): FastifyInstance {
  const { log, ids, setup, identity, reader } = context;
  const app = createBaseApp({ log, ids, dialect: () => 'console' });
  app.addHook('onRequest', async (request, reply) => {
    const secret = request.headers[SOCKET_SECRET_HEADER];
    if (typeof secret !== 'string' || !secretsEqual(secret, socketSecret)) {
      return reply.code(401).header('connection', 'close').send();
    }
    return undefined;
  });
  const callerOf = (request: FastifyRequest): Caller => {
    // A desktop has one person; the socket's secret is their session.
    const [owner] = setup.hasOwner() ? identity.users.listUsers(reader, { limit: 1 }) : [];
    return {
      actor: owner
        ? { type: 'user', userId: owner.id, role: owner.role, mayDecide: true, sessionId: null }
        : { type: 'anonymous' },
      face: 'console',
      transport: 'console',
      traceId: request.id,
      ip: null,
      userAgent: null,
      client:
        request.headers[SHELL_CHANNEL_HEADER] === NOTIFICATION_CHANNEL
          ? NOTIFICATION_CLIENT
          : 'Countersign window',
      // One person, one credential, before they have a name too: first run is done once as well.
      idempotency: idempotencyOf(request, 'window'),
    };
  };
  mountConsoleRoutes(app, consoleRoutes(context, 'window'), { gate: context.gate, log, callerOf });
  mountStreams(app, context, callerOf);
  return app;
}

export interface AgentAppOptions {
  /** The conformance suite's fixtures, on the same route and middleware as production. */
  readonly extraTools?: McpExtraTools;
}

/** The TCP app: agents, claims, sign-in, public pages; in server mode also the console for signed-in people. */
export async function buildAgentApp(
  context: Context,
  options: AgentAppOptions = {},
): Promise<FastifyInstance> {
  const { log, ids, reader, clock, limiter, usage, config, gate, identity, publicUrl } = context;
  const app = createBaseApp({ log, ids, dialect: dialectOf, trustProxy: config.trustProxy });

  let hosts: ReadonlySet<string> | undefined;
  const guard = createGuard({
    allowedHosts() {
      if (!hosts) {
        const address = app.server.address();
        const port = typeof address === 'object' && address ? address.port : config.port;
        hosts = hostsOf(config.host, port, config.publicUrl);
      }
      return hosts;
    },
  });
  app.addHook('onRequest', async (request) => guard(request));
  app.addHook('onListen', async () => {
    hosts = undefined;
  });

  const credentials: CredentialDeps = {
    reader,
    clock,
    limiter,
    usage,
    authenticateToken: async (token) => (await identity.sessions.authenticate(token)) ?? undefined,
  };
  const authenticateMma = (request: FastifyRequest, transport: Caller['transport']) =>
    authenticate(credentials, request, { face: 'mma', transport });

  const registerDeps: RegisterDeps = {
    registration: context.registration,
    claims: context.claims,
    reader,
    clock,
    publicUrl,
    authenticate: authenticateMma,
  };

  const toolList = createMmaTools({
    gate,
    reader,
    actions: context.actions,
    proposals: context.proposals,
    search: bindQuery(gate, context.search.query),
    moderation: bindQuery(gate, checkModeration),
    health: bindQuery(gate, context.health),
    drafts: bindQuery(gate, listDrafts),
    messages: messageActions,
    network: networkActions,
    publicUrl,
    register: (payload, caller) => registerAgent(registerDeps, payload, caller),
  });
  const tools = new Map(toolList.map((tool) => [tool.name, tool]));

  const clients = new LRUCache<string, McpClientInfo>({ max: 5_000 });
  const challenge = (): McpRefusal => ({
    status: 401,
    headers: {
      'www-authenticate': `Bearer realm="Countersign", resource_metadata="${publicUrl()}/.well-known/oauth-protected-resource", scope="read:search write:drafts write:publish write:messages"`,
    },
    message: 'This needs an API key: Authorization: Bearer mma_…',
  });
  const keyOf = ({ actor }: Caller): string =>
    actor.type === 'agent' ? actor.keyId : actor.type === 'user' ? actor.userId : '';

  const mcp = await mountMcp<Caller>(app, {
    host: createMcpHost({
      tools,
      log,
      anonymousCaller: async ({ headers, clientInfo }) => ({
        actor: { type: 'anonymous' },
        face: 'mma',
        transport: 'mcp',
        traceId: ids.prefixed('tr'),
        ip: null,
        userAgent: headers['user-agent']?.slice(0, 300) ?? null,
        client: clientInfo ? `${clientInfo.name} ${clientInfo.version}` : null,
      }),
    }),
    serverInfo: { name: 'countersign', title: 'Countersign', version: VERSION },
    instructions: MCP_INSTRUCTIONS,
    async authenticate(request) {
      if (credentialOf(request) === undefined) {
        await limiter.consume('public.ip', addressOf(request));
        return null;
      }
      try {
        return { caller: (await authenticateMma(request, 'mcp')).caller };
      } catch (error) {
        if (isAppError(error) && error.code === 'unauthenticated') {
          return { refusal: { ...challenge(), message: error.message } };
        }
        throw error;
      }
    },
    challenge,
    rememberClient: (caller, info) => {
      clients.set(keyOf(caller), info);
    },
    noteClient: (caller, { name, version }) => {
      if (caller.actor.type === 'agent') usage.nameClient(caller.actor.keyId, caller, `${name} ${version}`);
    },
    clientOf: (caller) => clients.get(keyOf(caller)),
    namesSetting: ({ actor }) => (actor.type === 'agent' ? actor.toolNames : undefined),
    log,
    ...(options.extraTools ? { extraTools: options.extraTools } : {}),
  });

  app.addHook('onSend', async (request, reply) => {
    // U-9: no or a bad bearer is 401 with a challenge on every mma address.
    if (
      reply.statusCode === 401 &&
      !reply.hasHeader('www-authenticate') &&
      dialectOf(request.url) === 'mma'
    ) {
      reply.headers(challenge().headers);
    }
  });

  mountRegistration(app, registerDeps);
  const authenticateNb = (request: FastifyRequest) =>
    authenticate(credentials, request, { face: 'nb', transport: 'rest' });
  const door = createNbDoor({ gate, reader, authenticate: authenticateNb });
  mountNbAgents(app, {
    door,
    reader,
    clock,
    registration: context.nbRegistration,
    claims: context.claims,
    queries: context.ownCredits,
    publicUrl,
    authenticate: authenticateNb,
  });
  mountNbMessages(app, { door, inbox: context.agentInbox });
  mountNbSocial(app, { door, reader });
  mountNbCredits(app, { door, queries: context.ownCredits });
  mountNbBilling(app, {
    door,
    gate,
    limiter,
    billing: context.billing,
    authenticate: authenticateNb,
  });
  mountPaymentEvents(app, { billing: context.billing, limiter });
  mountNbNetwork(app, { door, reader, intelligence: context.intelligence });
  mountNbKeys(app, {
    reader,
    clock,
    regenerateKey: context.regenerateKey,
    callerOf: async (request) => (await authenticateNb(request)).caller,
    anonymousOf: (request) => asAnonymous(credentials, request, { face: 'nb', transport: 'rest' }),
  });
  mountNbWebhooks(app, { door, reader, sendNow: (id) => context.webhooks.dispatcher.sendNow(id) });
  mountNbRooms(app, { gate, door });
  mountNbPosts(app, { gate, door, search: context.search });
  mountV1(app, { context, tools, authenticate: authenticateMma });
  mountGateway(app, {
    tools,
    authenticate: authenticateMma,
    mcp,
    openApi: createOpenApi({ tools: toolList, publicUrl }),
    inputSchemaOf,
  });
  await app.register(
    authRoutes({
      reader,
      sessions: identity.sessions,
      links: identity.links,
      signIn: identity.signIn,
      users: identity.users,
      limiter,
      mode: config.mode,
      publicUrl: config.publicUrl ?? 'http://127.0.0.1',
    }),
  );
  mountPages(app, { context });

  if (config.hasConsole) {
    const callerOf = async (request: FastifyRequest): Promise<Caller> => {
      const user = await authenticateUser(request, { sessions: identity.sessions, mode: config.mode });
      const userAgent = request.headers['user-agent']?.slice(0, 300) ?? null;
      return {
        actor: user ?? { type: 'anonymous' },
        face: 'console',
        transport: 'console',
        traceId: request.id,
        ip: addressOf(request),
        userAgent,
        client: userAgent,
        ...(user ? { idempotency: idempotencyOf(request, user.userId) } : {}),
      };
    };
    mountConsoleRoutes(app, consoleRoutes(context, 'browser'), { gate, log, callerOf });
    mountStreams(app, context, callerOf);
    await serveConsoleFiles(app, config.consoleFolder);
  }
  return app;
}

const MCP_INSTRUCTIONS = [
  'Countersign stands between you and the world: what you propose is held until a person decides.',
  'A held write answers status PENDING_CONFIRMATION with a draftId. Nothing has happened then. Ask proposals.get with that draftId for the outcome; do not propose the same thing again.',
  'Your owner may have said what you are to keep to: ask proposals.guidance before you propose.',
  'A decision may carry edits, a reason and a note for you. When a proposal was rejected, revise it with proposals.revise rather than making a new one.',
  'No tool of yours approves anything.',
].join('\n');
