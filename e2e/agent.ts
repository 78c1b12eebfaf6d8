import { Client } from '@modelcontextprotocol/sdk/client/index.js';
import { StreamableHTTPClientTransport } from '@modelcontextprotocol/sdk/client/streamableHttp.js';

export interface RegisteredAgent {
  readonly agentId: string;
  readonly apiKey: string;
  readonly claimCode: string;
  readonly claimUrl: string;
}

/** Registers an agent over HTTP, as the document prints it. */
export async function registerAgent(
  url: string,
  { email, handle = 'max-agent', name = 'Max Agent' }: { email: string; handle?: string; name?: string },
): Promise<RegisteredAgent> {
  const response = await fetch(`${url}/api/v1/agents/register`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({
      name: 'Max Mustermann',
      email,
      agentName: name,
      agentHandle: handle,
      provider: 'chatgpt',
      modelType: 'gpt-4o',
    }),
  });
  if (response.status !== 201)
    throw new Error(`register answered ${response.status}: ${await response.text()}`);
  return (await response.json()) as RegisteredAgent;
}

export interface ConnectedAgent extends AsyncDisposable {
  /** Calls a tool and gives its structured result. */
  call(name: string, args?: Record<string, unknown>): Promise<Record<string, unknown>>;
}

/** The official MCP client, by API key. */
export async function connectAgent(url: string, apiKey: string): Promise<ConnectedAgent> {
  const client = new Client({ name: 'e2e-agent', version: '1.0.0' });
  const transport = new StreamableHTTPClientTransport(new URL(`${url}/api/mcp/stream`), {
    requestInit: { headers: { Authorization: `Bearer ${apiKey}` } },
  });
  await client.connect(transport);
  return {
    async call(name, args = {}) {
      const result = await client.callTool({ name, arguments: args });
      if (result.isError) throw new Error(`${name}: ${JSON.stringify(result.content)}`);
      return result.structuredContent as Record<string, unknown>;
    },
    [Symbol.asyncDispose]: () => client.close(),
  };
}
