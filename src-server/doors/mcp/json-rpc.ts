import type { FastifyReply } from 'fastify';

/** JSON-RPC 2.0 as the door needs it before and beside the SDK: shapes, ids, error answers. */

export type JsonObject = Record<string, unknown>;
export type RequestId = string | number;

/** JSON-RPC error codes that the door itself answers. */
export const PARSE_ERROR = -32700;
export const INVALID_REQUEST = -32600;
export const INVALID_PARAMS = -32602;
export const INTERNAL_ERROR = -32603;
/** What the official SDK uses for refusals that are HTTP's: method, media type, size, credentials. */
export const TRANSPORT_ERROR = -32000;

export const JSON_TYPE = 'application/json; charset=utf-8';

export function isJsonObject(value: unknown): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** Whether a parsed body is addressed to the JSON-RPC server rather than to another dialect of the same path. */
export function isJsonRpcBody(body: unknown): boolean {
  const first: unknown = Array.isArray(body) ? body[0] : body;
  return isJsonObject(first) && Object.hasOwn(first, 'jsonrpc');
}

/** The id to answer under: null where the body names none that JSON-RPC allows. */
export function requestIdOf(body: unknown): RequestId | null {
  if (!isJsonObject(body) || typeof body['method'] !== 'string') return null;
  const id = body['id'];
  return typeof id === 'string' || (typeof id === 'number' && Number.isSafeInteger(id)) ? id : null;
}

/** The method of a body that asks for an answer; undefined for notifications, responses and malformed bodies. */
export function requestMethodOf(body: unknown): string | undefined {
  return requestIdOf(body) === null || !isJsonObject(body) ? undefined : String(body['method']);
}

export function paramsOf(body: unknown): JsonObject {
  return isJsonObject(body) && isJsonObject(body['params']) ? body['params'] : {};
}

export interface JsonRpcFault {
  readonly status: number;
  readonly code: number;
  readonly message: string;
  readonly data?: unknown;
}

export function sendFault(reply: FastifyReply, fault: JsonRpcFault, id: RequestId | null): FastifyReply {
  const { status, code, message, data } = fault;
  const error = data === undefined ? { code, message } : { code, message, data };
  return sendJson(reply, status, JSON.stringify({ jsonrpc: '2.0', error, id }));
}

export function sendJson(reply: FastifyReply, status: number, json: string): FastifyReply {
  return reply.code(status).header('content-type', JSON_TYPE).send(json);
}
