import {
  classifyInboundRequest,
  createMcpHandler,
  legacyStatelessFallback,
  ProtocolError,
  ProtocolErrorCode,
  Server,
  WebStandardStreamableHTTPServerTransport,
  type CallToolResult,
  type McpServer,
} from '@modelcontextprotocol/server';
import { z } from 'zod';
import { createExtendedServer } from './extra-tools';
import type { McpDoorOptions, ToolNaming } from './tool';
import type { ToolCatalogue } from './tool-catalogue';

/** One message on its way through the SDK. */
export interface SdkExchange {
  readonly body: unknown;
  /** Headers and abort signal of the HTTP request; its body is `body`. */
  readonly request: Request;
  readonly naming: ToolNaming;
  /** Whether the client can only read, or may be given, a stream of events. */
  readonly stream: 'never' | 'possible' | 'only';
  /** Calls one of our tools; unknown names throw the protocol's own error. */
  callTool(name: string, args: Record<string, unknown>): Promise<CallToolResult>;
}

export interface SdkLeg {
  serve(exchange: SdkExchange): Promise<Response>;
  /** Ends open `subscriptions/listen` streams and aborts what is in flight. */
  close(): Promise<void>;
}

export interface SdkLegOptions extends Pick<McpDoorOptions, 'serverInfo' | 'instructions' | 'extraTools'> {
  readonly catalogue: ToolCatalogue;
  readonly onError: (error: Error) => void;
}

/** The tool list changes only with the program, and depends on who asks. */
const LIST_TTL_MS = 300_000;
/** Open `subscriptions/listen` streams over all clients; beyond it the SDK answers that the limit is reached. */
const MAX_SUBSCRIPTIONS = 256;
const SSE_KEEP_ALIVE_MS = 15_000;

const listParams = z.object({ cursor: z.string().optional() });

/**
 * Both protocol eras over the official SDK, stateless: 2026-07-28 by its handler, the 2025 handshake by its own
 * transport, which answers plain JSON unless a fixture may stream. Each message gets a fresh low-level `Server`
 * over lists made once; the high-level one would register every tool again.
 */
export function createSdkLeg(options: SdkLegOptions): SdkLeg {
  const exchanges = new WeakMap<Request, SdkExchange>();
  const exchangeOf = (request: Request | undefined): SdkExchange => {
    const exchange = request === undefined ? undefined : exchanges.get(request);
    if (exchange === undefined) throw new Error('MCP request without its exchange');
    return exchange;
  };
  const modern = createMcpHandler(
    ({ requestInfo }) => buildServer(options, exchangeOf(requestInfo), 'modern'),
    {
      legacy: 'reject',
      responseMode: 'auto',
      maxSubscriptions: MAX_SUBSCRIPTIONS,
      keepAliveMs: SSE_KEEP_ALIVE_MS,
      onerror: options.onError,
    },
  );
  const streamingLegacy = legacyStatelessFallback(
    ({ requestInfo }) => buildServer(options, exchangeOf(requestInfo), 'legacy'),
    options.onError,
  );

  return {
    async serve(exchange) {
      const { request, body } = exchange;
      exchanges.set(request, exchange);
      const route = classifyInboundRequest({
        httpMethod: 'POST',
        protocolVersionHeader: request.headers.get('mcp-protocol-version') ?? undefined,
        mcpMethodHeader: request.headers.get('mcp-method') ?? undefined,
        mcpNameHeader: request.headers.get('mcp-name') ?? undefined,
        body,
      });
      if (route.kind !== 'legacy') return modern.fetch(request, { parsedBody: body });
      // Our own tools emit nothing before their result; fixtures do.
      if (options.extraTools !== undefined && exchange.stream !== 'never') {
        return streamingLegacy(request, { parsedBody: body });
      }
      return serveLegacyJson(buildServer(options, exchange, 'legacy'), request, body);
    },
    close: () => modern.close(),
  };
}

async function serveLegacyJson(
  server: Server | McpServer,
  request: Request,
  body: unknown,
): Promise<Response> {
  const transport = new WebStandardStreamableHTTPServerTransport({
    sessionIdGenerator: undefined,
    enableJsonResponse: true,
  });
  await server.connect(transport);
  try {
    return await transport.handleRequest(request, { parsedBody: body });
  } finally {
    await server.close();
  }
}

function buildServer(
  options: SdkLegOptions,
  exchange: SdkExchange,
  era: 'legacy' | 'modern',
): Server | McpServer {
  const { catalogue, serverInfo, extraTools } = options;
  const { naming } = exchange;
  const serverOptions = {
    instructions: catalogue.inWords(options.instructions, naming),
    capabilities: { tools: {} },
    cacheHints: { 'tools/list': { ttlMs: LIST_TTL_MS, cacheScope: 'private' as const } },
  };
  if (extraTools !== undefined) {
    return createExtendedServer({ serverInfo, serverOptions, catalogue, exchange, extraTools, era });
  }
  const server = new Server(serverInfo, serverOptions);
  server.setRequestHandler('tools/list', { params: listParams }, ({ cursor }) => {
    if (cursor !== undefined) {
      throw new ProtocolError(ProtocolErrorCode.InvalidParams, 'Unknown cursor: the tool list has one page');
    }
    return { tools: [...catalogue.list(naming)] };
  });
  server.setRequestHandler('tools/call', (request) =>
    exchange.callTool(request.params.name, request.params.arguments ?? {}),
  );
  return server;
}
