import { describe, expect, test } from 'vitest';
import { DOT_AVERSE_HOSTS, refusesDots } from './dot-averse-hosts';

describe('hosts that refuse dots', () => {
  test.each([
    'claude-ai',
    'claude-ai (via mcp-remote 0.1.37)',
    'Claude Code',
    'claude-code',
    'cursor-vscode',
    'Cursor',
    'Visual Studio Code',
    'Visual-Studio-Code',
    'Visual Studio Code - Insiders',
    'github-copilot-developer',
    'JetBrains-IU-copilot-intellij',
    'Xcode-copilot-xcode',
    'codex-mcp-client',
    'ChatGPT',
    'openai-mcp',
    'windsurf-client',
    'Zed',
  ])('%s is known', (name) => {
    expect(refusesDots({ name, version: '1' })).toBe(true);
  });

  test.each(['gemini-cli-mcp-client', 'mcp-inspector', 'claudette', 'zedtool', 'my-cursor', ''])(
    '%s is not one of them',
    (name) => {
      expect(refusesDots({ name, version: '1' })).toBe(false);
    },
  );

  test('each row says where it was seen', () => {
    for (const row of DOT_AVERSE_HOSTS) {
      expect(row.source).toMatch(/^https:\/\//);
      expect(row.clientNames.length).toBeGreaterThan(0);
      for (const name of row.clientNames) expect(name).toMatch(/^[a-z0-9-]+$/);
    }
  });
});
