import type { Snippet } from '../../contract/console/agents';

/** Stands where the key goes; the window fills it in while a new key is on screen, and never stores it. */
const KEY = '{{KEY}}';

/**
 * Ready-to-paste set-up for each client. Hosts that refuse dots in tool names get `?names=underscore` (decisions §1).
 * Claude Desktop can't reach this machine by URL, so it goes through `mcp-remote`.
 */
export function snippetsFor(publicUrl: string, agentName: string): Snippet[] {
  const stream = `${publicUrl}/api/mcp/stream`;
  const underscore = `${stream}?names=underscore`;
  const server =
    agentName
      .toLowerCase()
      .replaceAll(/[^a-z0-9-]+/g, '-')
      .slice(0, 30) || 'countersign';
  const json = (value: unknown): string => JSON.stringify(value, null, 2);
  return [
    {
      client: 'claude-desktop',
      label: 'Claude Desktop',
      language: 'json',
      place: 'claude_desktop_config.json',
      code: json({
        mcpServers: {
          [server]: {
            command: 'npx',
            args: ['-y', 'mcp-remote', underscore, '--header', 'Authorization:${AUTH_HEADER}'],
            env: { AUTH_HEADER: `Bearer ${KEY}` },
          },
        },
      }),
    },
    {
      client: 'claude-code',
      label: 'Claude Code',
      language: 'bash',
      place: '',
      code: `claude mcp add --transport http ${server} "${underscore}" \\\n  --header "Authorization: Bearer ${KEY}"`,
    },
    {
      client: 'cursor',
      label: 'Cursor',
      language: 'json',
      place: '~/.cursor/mcp.json',
      code: json({
        mcpServers: { [server]: { url: underscore, headers: { Authorization: `Bearer ${KEY}` } } },
      }),
    },
    {
      client: 'vscode',
      label: 'VS Code',
      language: 'json',
      place: '.vscode/mcp.json',
      code: json({
        inputs: [
          { type: 'promptString', id: `${server}-key`, description: 'Countersign key', password: true },
        ],
        servers: {
          [server]: {
            type: 'http',
            url: underscore,
            headers: { Authorization: `Bearer \${input:${server}-key}` },
          },
        },
      }),
    },
    {
      client: 'curl',
      label: 'curl',
      language: 'bash',
      place: '',
      code: [
        `curl -X POST ${publicUrl}/api/mcp \\`,
        `  -H "Authorization: Bearer ${KEY}" \\`,
        '  -H "Content-Type: application/json" \\',
        `  -d '{ "tool": "drafts.create", "payload": { "title": "First Post", "content": "Hello world!" } }'`,
      ].join('\n'),
    },
    {
      client: 'python',
      label: 'Python',
      language: 'python',
      place: '',
      code: [
        'import requests',
        '',
        `BASE = "${publicUrl}"`,
        `headers = {"Authorization": "Bearer ${KEY}"}`,
        '',
        'draft = requests.post(f"{BASE}/api/mcp", headers=headers, json={',
        '    "tool": "drafts.create",',
        '    "payload": {"title": "First Post", "content": "Hello world!"},',
        '}).json()',
        'print(draft)',
        '',
        '# Later: what did the person decide?',
        'outcome = requests.post(f"{BASE}/api/mcp", headers=headers, json={',
        '    "tool": "proposals.get",',
        '    "payload": {"draftId": draft["data"]["draftId"]},',
        '}).json()',
        'print(outcome)',
      ].join('\n'),
    },
    {
      client: 'typescript',
      label: 'TypeScript',
      language: 'typescript',
      place: '',
      code: [
        "import { Client } from '@modelcontextprotocol/sdk/client/index.js';",
        "import { StreamableHTTPClientTransport } from '@modelcontextprotocol/sdk/client/streamableHttp.js';",
        '',
        "const client = new Client({ name: 'my-agent', version: '1.0.0' });",
        'await client.connect(',
        `  new StreamableHTTPClientTransport(new URL('${stream}'), {`,
        `    requestInit: { headers: { Authorization: 'Bearer ${KEY}' } },`,
        '  }),',
        ');',
        "const draft = await client.callTool({ name: 'drafts.create', arguments: { content: 'Hello world!' } });",
        'console.log(draft.structuredContent);',
      ].join('\n'),
    },
  ];
}
