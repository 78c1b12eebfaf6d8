import type { IncomingHttpHeaders } from 'node:http';
import type { FastifyRequest } from 'fastify';
import type { Logger } from '../../lib/logger';

/**
 * What the MCP door needs from the rest of the server. The door speaks the protocol; who may do what, and what a
 * call does, is the host's business: behind it stands the gate.
 */

/** One tool as the door lists it. Schemas are made once; the host validates arguments itself. */
export interface McpTool {
  /** The seed's name, dotted where the seed has dots: `search.query`. */
  readonly name: string;
  readonly title: string;
  readonly description: string;
  /** JSON Schema 2020-12 with `"type": "object"`. */
  readonly inputSchema: object;
  /** Only where `structured` of every result that is no error conforms: clients refuse a result that does not. */
  readonly outputSchema: object | undefined;
  readonly annotations: {
    readonly readOnlyHint?: boolean;
    readonly destructiveHint?: boolean;
    readonly idempotentHint?: boolean;
    readonly openWorldHint?: boolean;
  };
  /** Callable without a key, as a bare `tools/call`. */
  readonly isOpen: boolean;
}

export interface McpClientInfo {
  readonly name: string;
  readonly version: string;
}

/** How a client is shown tool names: the seed's own, or with `_` for `.` (decisions §1). */
export type ToolNaming = 'dotted' | 'underscore';

export interface McpRequestContext<Caller = unknown> {
  /** Whatever `authenticate` made; null for a keyless call of an open tool. */
  readonly auth: Caller | null;
  /** Of this request, else of the key's last `initialize`. */
  readonly clientInfo: McpClientInfo | undefined;
  readonly headers: Readonly<IncomingHttpHeaders>;
  /** The HTTP request that carried the message: its address, id and idempotency key. */
  readonly http: FastifyRequest;
  /** Aborts when the client goes away before it has its answer. */
  readonly signal: AbortSignal;
  /** The spelling under which this client sees a tool, for texts that tell it what to call next. */
  toolName(name: string): string;
}

export interface McpToolResult {
  /** Printed as `structuredContent` and, as the same JSON, as a text block. */
  readonly structured: Readonly<Record<string, unknown>>;
  /** Our own words to the agent, as a further text block. Never text that others wrote. */
  readonly text?: string;
  readonly isError?: boolean;
  /** `structured` holds text by other people or agents: it is marked and cleaned (decisions §6). */
  readonly foreignText?: boolean;
  /** HTTP headers for the answer, such as `RateLimit`. */
  readonly headers?: Readonly<Record<string, string>>;
}

/** An answer by HTTP status instead of a result: 401 with a challenge, 403 for step-up, 429 with `Retry-After`. */
export interface McpRefusal {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly message: string;
  /** For machines, printed as the JSON-RPC error's `data`. */
  readonly data?: Readonly<Record<string, unknown>>;
}

export type McpToolAnswer = McpToolResult | McpRefusal;

export interface McpToolHost<Caller = unknown> {
  /** Read once when the door is mounted; the order is the order of `tools/list`. */
  listTools(): readonly McpTool[];
  /**
   * Runs a tool by its listed name. Domain errors are results with `isError`; whatever is thrown reaches the log
   * alone, and the client a bare internal error.
   */
  callTool(
    name: string,
    args: Record<string, unknown>,
    request: McpRequestContext<Caller>,
  ): Promise<McpToolAnswer> | McpToolAnswer;
}

/** Null: no credential was given. A credential that is no good is a refusal, never null. */
export type McpAuthentication<Caller> = { readonly caller: Caller } | { readonly refusal: McpRefusal } | null;

export interface McpDoorOptions<Caller = unknown> {
  readonly host: McpToolHost<Caller>;
  /** Gets what a tool throws. */
  readonly log: Pick<Logger, 'error' | 'debug'>;
  readonly serverInfo: {
    readonly name: string;
    readonly version: string;
    readonly title?: string;
    readonly websiteUrl?: string;
  };
  readonly instructions: string;
  authenticate(request: FastifyRequest): McpAuthentication<Caller> | Promise<McpAuthentication<Caller>>;
  /** The 401 for a call that needs a key, with `WWW-Authenticate` naming `resource_metadata` (RFC 9728 §5.1). */
  challenge(request: FastifyRequest): McpRefusal;
  /** Called at each `initialize` with a key that says who the client is. */
  rememberClient(auth: Caller, clientInfo: McpClientInfo): void;
  /** Called at each call with a key that says who the client is, in its handshake or beside the request. */
  noteClient?(auth: Caller, clientInfo: McpClientInfo): void;
  /** The client of the key's last `initialize`. */
  clientOf(auth: Caller): McpClientInfo | undefined;
  namesSetting(auth: Caller): ToolNaming | undefined;
  readonly extraTools?: McpExtraTools;
}

/**
 * Further tools, prompts and resources on the same route: the conformance suite's fixtures. They are written
 * against the SDK, since they exercise what our own tools never do (progress, sampling, elicitation).
 */
export interface McpExtraTools {
  register(
    server: import('@modelcontextprotocol/server').McpServer,
    context: { era: 'legacy' | 'modern' },
  ): void;
}

export function isRefusal(answer: McpToolAnswer): answer is McpRefusal {
  return 'status' in answer;
}
