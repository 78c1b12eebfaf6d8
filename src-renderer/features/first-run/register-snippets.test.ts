import { execFileSync } from 'node:child_process';
import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { quoteForShell, registerSnippets } from './register-snippets';

const input = {
  publicUrl: 'http://127.0.0.1:7423/',
  ownerName: `Ana "the owner" O'Neill $(id) \\`,
  ownerEmail: 'ana@example.org',
  agentName: 'Atlas `x`',
  agentHandle: 'atlas',
};

describe('the snippets that register an agent', () => {
  it.skipIf(process.platform === 'win32')('hand a shell exactly the body, whatever stands in a name', () => {
    const { curl } = registerSnippets(input);
    // The command itself is replaced by printf: what matters is how the shell splits the rest into words.
    const words = execFileSync('sh', ['-c', curl.replace(/^curl/, String.raw`printf '%s\0'`)], {
      encoding: 'utf8',
    })
      .split('\0')
      .slice(0, -1);
    expect(words.slice(0, 5)).toEqual([
      '-X',
      'POST',
      'http://127.0.0.1:7423/api/v1/agents/register',
      '-H',
      'Content-Type: application/json',
    ]);
    expect(JSON.parse(words[6] ?? '')).toEqual({
      name: input.ownerName,
      email: 'ana@example.org',
      agentName: 'Atlas `x`',
      agentHandle: 'atlas',
      provider: 'custom',
    });
  });

  it('tell the same to curl, Python and an MCP agent', () => {
    const { python, mcp, toolArguments } = registerSnippets(input);
    const literal = /^body = (\{.*?^\})$/ms.exec(python)?.[1] ?? '';
    expect(JSON.parse(literal)).toEqual(JSON.parse(toolArguments));
    expect(mcp).toBe(
      `claude mcp add --transport http countersign 'http://127.0.0.1:7423/api/mcp?names=underscore'`,
    );
  });

  it('quote for the shell so that nothing gets out of the quotes', () => {
    fc.assert(
      fc.property(fc.string({ maxLength: 60, unit: 'binary' }), (value) => {
        const inner = quoteForShell(value).slice(1, -1);
        expect(inner.replaceAll(String.raw`'\''`, '')).not.toContain("'");
        expect(inner.replaceAll(String.raw`'\''`, "'")).toBe(value);
      }),
    );
  });
});
