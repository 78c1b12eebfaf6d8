import type { IncomingHttpHeaders } from 'node:http';
import { classifyInboundRequest, SUPPORTED_PROTOCOL_VERSIONS } from '@modelcontextprotocol/server';
import { isJsonObject, type JsonObject, type RequestId } from './json-rpc';

/**
 * The short way for a plain `tools/call`. The SDK builds a server, a transport and web requests for each message,
 * which costs several times what a search does. A call that is beyond doubt well formed needs none of it: this
 * module recognises one, and whatever it does not recognise goes the SDK's way, which alone words errors. A test
 * compares both ways over generated requests.
 */
export interface DirectCall {
  readonly id: RequestId;
  readonly name: string;
  readonly args: JsonObject;
  readonly era: 'legacy' | 'modern';
}

const MESSAGE_KEYS = new Set(['jsonrpc', 'id', 'method', 'params']);
const PARAMS_KEYS = new Set(['name', 'arguments', '_meta']);
const RESERVED_META_PREFIX = 'io.modelcontextprotocol/';
const VERSION_META_KEY = 'io.modelcontextprotocol/protocolVersion';
const MODERN_VERSION = '2026-07-28';
const HANDSHAKE_VERSIONS = new Set<string | undefined>([...SUPPORTED_PROTOCOL_VERSIONS, undefined]);

/** Reads a plain `tools/call`; undefined for everything else, however little is unusual about it. */
export function readDirectCall(headers: IncomingHttpHeaders, body: unknown): DirectCall | undefined {
  if (!isJsonObject(body) || body['method'] !== 'tools/call' || body['jsonrpc'] !== '2.0') return undefined;
  const { id, params } = body;
  if (!isRequestId(id) || !isJsonObject(params) || !hasOnly(body, MESSAGE_KEYS)) return undefined;
  const { name, arguments: args = {}, _meta: meta = {} } = params;
  if (typeof name !== 'string' || !isJsonObject(args) || !isJsonObject(meta)) return undefined;
  if (!hasOnly(params, PARAMS_KEYS)) return undefined;
  const era = Object.hasOwn(meta, VERSION_META_KEY)
    ? isPlainModern(headers, body, name) && 'modern'
    : isPlainLegacy(headers, meta) && 'legacy';
  return era === false ? undefined : { id, name, args, era };
}

function isPlainLegacy(headers: IncomingHttpHeaders, meta: JsonObject): boolean {
  if (!HANDSHAKE_VERSIONS.has(singleHeader(headers['mcp-protocol-version']))) return false;
  const token = meta['progressToken'];
  if (token !== undefined && !isRequestId(token)) return false;
  return Object.keys(meta).every((key) => !key.startsWith(RESERVED_META_PREFIX));
}

/** The envelope is judged by the SDK itself; the headers must say exactly what the body says. */
function isPlainModern(headers: IncomingHttpHeaders, body: JsonObject, name: string): boolean {
  const protocolVersionHeader = singleHeader(headers['mcp-protocol-version']);
  if (protocolVersionHeader !== MODERN_VERSION) return false;
  if (headers['mcp-method'] !== 'tools/call' || headers['mcp-name'] !== name) return false;
  const outcome = classifyInboundRequest({ httpMethod: 'POST', protocolVersionHeader, body });
  return outcome.kind === 'modern' && outcome.classification.revision === MODERN_VERSION;
}

function isRequestId(value: unknown): value is RequestId {
  return typeof value === 'string' || Number.isSafeInteger(value);
}

function hasOnly(object: JsonObject, keys: ReadonlySet<string>): boolean {
  for (const key of Object.keys(object)) if (!keys.has(key)) return false;
  return true;
}

/** Node joins repeated headers of these names into one; the type does not know. */
function singleHeader(value: string | string[] | undefined): string | undefined {
  return Array.isArray(value) ? value.join(', ') : value;
}
