import type { FastifyReply, FastifyRequest } from 'fastify';
import type { McpClientInfo, McpRequestContext, ToolNaming } from './tool';
import { printedName } from './tool-catalogue';

export interface RequestContextParts<Caller> {
  readonly auth: Caller | null;
  readonly clientInfo: McpClientInfo | undefined;
  /** Found out when first asked for: most calls never ask. */
  readonly naming: () => ToolNaming;
  readonly request: FastifyRequest;
  readonly reply: FastifyReply;
}

/** What a tool may know of its call. The abort signal is made when first asked for: most tools never do. */
export function createRequestContext<Caller>(parts: RequestContextParts<Caller>): McpRequestContext<Caller> {
  const { auth, clientInfo, naming, request, reply } = parts;
  let signal: AbortSignal | undefined;
  return {
    auth,
    clientInfo,
    headers: request.headers,
    http: request,
    get signal() {
      signal ??= watchDisconnect(reply);
      return signal;
    },
    toolName: (name) => printedName(name, naming()),
  };
}

function watchDisconnect({ raw }: FastifyReply): AbortSignal {
  const controller = new AbortController();
  const abort = () => {
    if (!raw.writableFinished) controller.abort();
  };
  if (raw.destroyed) abort();
  else raw.once('close', abort);
  return controller.signal;
}
