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

/**
 * The method of a body that asks for an answer; undefined for notifications, responses and bodies without a method.
 * Deliberately generous about the id: whether a key is needed must not hang on how a malformed id is read.
 */
export function requestMethodOf(body: unknown): string | undefined {
  if (!isJsonObject(body) || typeof body['method'] !== 'string') return undefined;
  return Object.hasOwn(body, 'id') ? body['method'] : undefined;
}

export function paramsOf(body: unknown): JsonObject {
  return isJsonObject(body) && isJsonObject(body['params']) ? body['params'] : {};
}

export interface JsonRpcFault {
  readonly code: number;
  readonly message: string;
  readonly data?: unknown;
}

/** An error answer as JSON text. */
export function toFaultJson({ code, message, data }: JsonRpcFault, id: RequestId | null): string {
  const error = data === undefined ? { code, message } : { code, message, data };
  return JSON.stringify({ jsonrpc: '2.0', error, id });
}

export function sendFault(
  reply: FastifyReply,
  fault: JsonRpcFault & { readonly status: number },
  id: RequestId | null,
): FastifyReply {
  return sendJson(reply, fault.status, toFaultJson(fault, id));
}

export function sendJson(reply: FastifyReply, status: number, json: string): FastifyReply {
  return reply.code(status).header('content-type', JSON_TYPE).send(json);
}
