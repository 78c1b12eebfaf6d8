import { truncateCodePoints } from '../../lib/text/code-points';
import { isJsonObject, paramsOf, requestMethodOf, type JsonObject } from './json-rpc';
import type { McpClientInfo } from './tool';

/** Where the 2026-07-28 revision carries the client's name in each request. */
const CLIENT_INFO_META_KEY = 'io.modelcontextprotocol/clientInfo';
/** Names are kept with the key and shown in the console: bounded, in code points. */
const MAX_NAME_LENGTH = 100;
const UNNAMED_CLIENT = { name: 'unnamed client', version: '0' };
const NEWEST_HANDSHAKE = '2025-11-25';

/** Who a request says its client is: in `_meta`, or in the parameters of `initialize`. */
export function clientInfoOf(body: unknown): McpClientInfo | undefined {
  const params = paramsOf(body);
  const meta = params['_meta'];
  if (isJsonObject(meta) && CLIENT_INFO_META_KEY in meta) return readClientInfo(meta[CLIENT_INFO_META_KEY]);
  return requestMethodOf(body) === 'initialize' ? readClientInfo(params['clientInfo']) : undefined;
}

/**
 * An `initialize` that the SDK's schema accepts. The nb document's own sample has no `clientInfo`, and hand-written
 * clients leave out capabilities or all parameters; what they lack is assumed. Other bodies come back as they are.
 */
export function withHandshakeDefaults(body: unknown): unknown {
  if (requestMethodOf(body) !== 'initialize' || !isJsonObject(body)) return body;
  const params = paramsOf(body);
  const { protocolVersion, capabilities, clientInfo } = params;
  const completed: JsonObject = {
    ...params,
    protocolVersion: typeof protocolVersion === 'string' ? protocolVersion : NEWEST_HANDSHAKE,
    capabilities: isJsonObject(capabilities) ? capabilities : {},
    clientInfo: readClientInfo(clientInfo) === undefined ? UNNAMED_CLIENT : clientInfo,
  };
  if (!isJsonObject(params['_meta'])) delete completed['_meta'];
  return { ...body, params: completed };
}

function readClientInfo(value: unknown): McpClientInfo | undefined {
  if (!isJsonObject(value)) return undefined;
  const { name, version } = value;
  if (typeof name !== 'string' || name.trim() === '' || typeof version !== 'string') return undefined;
  return {
    name: truncateCodePoints(name, MAX_NAME_LENGTH),
    version: truncateCodePoints(version, MAX_NAME_LENGTH),
  };
}
