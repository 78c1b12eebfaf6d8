import type { McpClientInfo } from './tool';

/**
 * Hosts that refuse tool names with a dot, or warn about them: they want `^[a-zA-Z0-9_-]{1,64}$`, often because the
 * model behind them does, and one dotted name can cost the whole list. `clientNames` are the beginnings of what such
 * a host sends as `clientInfo.name`, in lower case with `-` for blanks; the names come from the registry
 * https://github.com/apify/mcp-client-capabilities unless the source says otherwise.
 *
 * Not in the table, because dots reach them unharmed: Gemini CLI (its own rule allows dots, and it replaces the
 * rest: https://github.com/google-gemini/gemini-cli/issues/2966), Kiro
 * (https://github.com/gemini-cli-extensions/workspace/issues/168), the MCP Inspector and the official SDKs.
 */
export interface DotAverseHost {
  readonly host: string;
  readonly clientNames: readonly string[];
  readonly behaviour: string;
  readonly source: string;
}

export const DOT_AVERSE_HOSTS: readonly DotAverseHost[] = [
  {
    host: 'Claude Desktop and claude.ai',
    clientNames: ['claude-ai', 'claude-desktop'],
    behaviour: 'refuses the whole list: "FrontendRemoteMcpToolDefinition.name: String should match pattern"',
    source: 'https://github.com/barryw/ImmichMCP/issues/3',
  },
  {
    host: 'Claude Code',
    clientNames: ['claude-code'],
    behaviour: 'older versions send the name on and every message fails: "tools.15.custom.name"',
    source: 'https://github.com/microsoft/wassette/issues/56',
  },
  {
    host: 'Anthropic connector',
    clientNames: ['anthropic', 'claude'],
    behaviour: 'the same models, hence the same rule for tool names',
    source: 'https://github.com/microsoft/wassette/issues/56',
  },
  {
    host: 'Cursor',
    clientNames: ['cursor'],
    behaviour: 'leaves the tool out: "Tool name must only contain alphanumeric characters and underscores"',
    source: 'https://github.com/webstudio-is/webstudio/issues/5960',
  },
  {
    host: 'VS Code',
    clientNames: ['visual-studio-code', 'vscode', 'code-oss'],
    behaviour: 'works, but warns about each tool: "Tools names may only contain [a-z0-9_-]"',
    source: 'https://github.com/microsoft/vscode/issues/308463',
  },
  {
    host: 'GitHub Copilot CLI',
    clientNames: ['github-copilot', 'copilot'],
    behaviour: 'every prompt fails: "CAPIError: 400 tools.19.custom.name"',
    source: 'https://github.com/github/copilot-cli/issues/2581',
  },
  {
    host: 'GitHub Copilot in JetBrains IDEs',
    clientNames: ['jetbrains'],
    behaviour: 'warns about each tool: "Tools names may only contain [a-zA-Z0-9_-]"',
    source: 'https://github.com/microsoft/copilot-intellij-feedback/issues/1583',
  },
  {
    host: 'GitHub Copilot for Xcode',
    clientNames: ['xcode-copilot'],
    behaviour: 'the same service as Copilot CLI, which refuses dots',
    source: 'https://github.com/github/copilot-cli/issues/2581',
  },
  {
    host: 'OpenAI Codex',
    clientNames: ['codex'],
    behaviour:
      'the request to the model fails: "Expected a string that matches the pattern ^[a-zA-Z0-9_-]+$"',
    source: 'https://github.com/openai/codex/issues/8174',
  },
  {
    host: 'ChatGPT and the OpenAI API',
    clientNames: ['chatgpt', 'openai'],
    behaviour: 'the API refuses function names outside ^[a-zA-Z0-9_-]+$',
    source: 'https://github.com/openai/openai-dotnet/issues/441',
  },
  {
    host: 'Augment Code',
    clientNames: ['augment'],
    behaviour:
      '"Invalid tool definition: Tool name does not match the required pattern ^[a-zA-Z0-9_-]{1,64}$"',
    source: 'https://github.com/mastergo-design/mastergo-magic-mcp/pull/36',
  },
  {
    host: 'Windsurf',
    clientNames: ['windsurf', 'codeium'],
    behaviour: 'no report of its own found; hands names to models whose interfaces refuse dots',
    source: 'https://github.com/openai/codex/issues/8174',
  },
  {
    host: 'Zed',
    clientNames: ['zed'],
    behaviour: 'hands names to models as they are: "tools.0.custom.name: String should match pattern"',
    source: 'https://github.com/zed-industries/zed/pull/45789',
  },
];

/**
 * Whether a client is known to refuse dotted tool names. A name that continues past a known beginning counts too,
 * so that `claude-ai (via mcp-remote 0.1.37)` and `cursor-vscode` are recognised.
 */
export function refusesDots(client: McpClientInfo | undefined): boolean {
  if (client === undefined) return false;
  const name = client.name
    .trim()
    .toLowerCase()
    .replaceAll(/[\s_]+/g, '-');
  return KNOWN_BEGINNINGS.some((beginning) => {
    if (!name.startsWith(beginning)) return false;
    const next = name.charAt(beginning.length);
    return next === '' || !/[a-z0-9]/.test(next);
  });
}

const KNOWN_BEGINNINGS = DOT_AVERSE_HOSTS.flatMap((row) => row.clientNames);
