import { McpServer, type ServerOptions, type StandardSchemaWithJSON } from '@modelcontextprotocol/server';
import { isJsonObject, type JsonObject } from './json-rpc';
import type { SdkExchange } from './sdk-leg';
import type { McpDoorOptions, McpExtraTools } from './tool';
import type { ToolCatalogue } from './tool-catalogue';

export interface ExtendedServerOptions {
  readonly serverInfo: McpDoorOptions['serverInfo'];
  readonly serverOptions: ServerOptions;
  readonly catalogue: ToolCatalogue;
  readonly exchange: SdkExchange;
  readonly extraTools: McpExtraTools;
  readonly era: 'legacy' | 'modern';
}

/**
 * The server for a door with extra tools: the SDK's high-level one, since only that checks `x-mcp-header`
 * parameters (SEP-2243). Our own tools stand beside the extra ones.
 */
export function createExtendedServer(options: ExtendedServerOptions): McpServer {
  const { catalogue, exchange, extraTools, era } = options;
  const server = new McpServer(options.serverInfo, options.serverOptions);
  for (const tool of catalogue.list(exchange.naming)) {
    const { name, title, description, annotations } = tool;
    const config = {
      ...(title !== undefined && { title }),
      ...(description !== undefined && { description }),
      ...(annotations !== undefined && { annotations }),
      inputSchema: asListed(tool.inputSchema),
      ...(tool.outputSchema !== undefined && { outputSchema: asListed(tool.outputSchema) }),
    };
    server.registerTool(name, config, (args) => exchange.callTool(name, args));
  }
  extraTools.register(server, { era });
  return server;
}

/** Lists a JSON Schema as it is. Arguments of our tools are validated behind the door, by the schema's author. */
function asListed(schema: JsonObject): StandardSchemaWithJSON<JsonObject, JsonObject> {
  return {
    '~standard': {
      version: 1,
      vendor: 'countersign',
      validate: (value) => (isJsonObject(value) ? { value } : { issues: [{ message: 'must be an object' }] }),
      jsonSchema: { input: () => schema, output: () => schema },
    },
  };
}
