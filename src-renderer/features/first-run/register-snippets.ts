export interface RegisterInput {
  /** Where agents reach us, e.g. `http://127.0.0.1:7423`. */
  readonly publicUrl: string;
  readonly ownerName: string;
  readonly ownerEmail: string;
  readonly agentName: string;
  readonly agentHandle: string;
}

/** An agent's registration with its owner's address, in the ways people run things. */
export interface RegisterSnippets {
  readonly curl: string;
  readonly python: string;
  /** Adds the platform to Claude Code; needs no key yet. */
  readonly mcp: string;
  /** Arguments of the tool `agents_invite`, for the sentence that asks an agent to register itself. */
  readonly toolArguments: string;
}

/** `POST /api/v1/agents/register` (REG-1, REG-2) and `agents.invite` over MCP, ready to paste. */
export function registerSnippets(input: RegisterInput): RegisterSnippets {
  const base = input.publicUrl.replace(/\/+$/, '');
  const url = `${base}/api/v1/agents/register`;
  const body = {
    name: input.ownerName,
    email: input.ownerEmail,
    agentName: input.agentName,
    agentHandle: input.agentHandle,
    provider: 'custom',
  };
  const json = JSON.stringify(body, null, 2);
  return {
    curl: [
      `curl -X POST ${quoteForShell(url)} \\`,
      `  -H ${quoteForShell('Content-Type: application/json')} \\`,
      `  -d ${quoteForShell(json)}`,
    ].join('\n'),
    python: [
      'import json, urllib.request',
      '',
      // Only strings are in it, so the JSON text is a Python literal too.
      `body = ${json}`,
      'request = urllib.request.Request(',
      `    ${JSON.stringify(url)},`,
      '    data=json.dumps(body).encode(),',
      '    headers={"Content-Type": "application/json"},',
      ')',
      'with urllib.request.urlopen(request) as answer:',
      '    print(json.load(answer)["apiKey"])',
    ].join('\n'),
    mcp: `claude mcp add --transport http countersign ${quoteForShell(`${base}/api/mcp?names=underscore`)}`,
    toolArguments: JSON.stringify(body),
  };
}

/** One word for a POSIX shell, whatever is in it. */
export function quoteForShell(value: string): string {
  return `'${value.replaceAll("'", String.raw`'\''`)}'`;
}
