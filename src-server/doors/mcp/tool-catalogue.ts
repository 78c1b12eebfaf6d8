import type { Tool } from '@modelcontextprotocol/server';
import type { McpTool, ToolNaming } from './tool';

/** The host's tools, indexed under both spellings and printed once per naming when the door is mounted. */
export interface ToolCatalogue {
  /** Finds a tool by the seed's name or by the one without dots (decisions §1). */
  find(name: string): McpTool | undefined;
  /** The `tools` of `tools/list`, in the host's order. */
  list(naming: ToolNaming): readonly Tool[];
  /** Rewrites mentions of our tools in a text of ours to the spelling that the client sees. */
  inWords(text: string, naming: ToolNaming): string;
}

/** The strictest rule among hosts, and the dot of the seeds. */
const NAME_PATTERN = /^[a-zA-Z0-9_.-]{1,64}$/;
/** MCP reads schemas as 2020-12 when they do not say; naming it would only lengthen every list. */
const DEFAULT_DIALECT = 'https://json-schema.org/draft/2020-12/schema';

export function printedName(name: string, naming: ToolNaming): string {
  return naming === 'underscore' ? name.replaceAll('.', '_') : name;
}

/** @throws Error when a name is malformed, a schema is not an object's, or two spellings collide: a fault of ours. */
export function createToolCatalogue(tools: readonly McpTool[]): ToolCatalogue {
  const byName = new Map<string, McpTool>();
  for (const tool of tools) {
    assertPrintable(tool);
    for (const spelling of new Set([tool.name, printedName(tool.name, 'underscore')])) {
      if (byName.has(spelling)) throw new Error(`Two MCP tools answer to ${spelling}`);
      byName.set(spelling, tool);
    }
  }
  const inWords = createRewriter(tools);
  const lists = {
    dotted: tools.map((tool) => toDefinition(tool, 'dotted', inWords)),
    underscore: tools.map((tool) => toDefinition(tool, 'underscore', inWords)),
  };
  return {
    find: (name) => byName.get(name),
    list: (naming) => lists[naming],
    inWords,
  };
}

function assertPrintable(tool: McpTool): void {
  if (!NAME_PATTERN.test(tool.name)) throw new Error(`MCP tool name ${tool.name} is malformed`);
  for (const schema of [tool.inputSchema, tool.outputSchema]) {
    if (schema === undefined) continue;
    if (!('type' in schema) || schema.type !== 'object') {
      throw new Error(`A schema of MCP tool ${tool.name} does not describe an object`);
    }
  }
}

function toDefinition(tool: McpTool, naming: ToolNaming, inWords: ToolCatalogue['inWords']): Tool {
  const definition: Tool = {
    name: printedName(tool.name, naming),
    title: tool.title,
    description: inWords(tool.description, naming),
    inputSchema: toObjectSchema(tool.inputSchema),
    annotations: { title: tool.title, ...tool.annotations },
  };
  if (tool.outputSchema !== undefined) definition.outputSchema = toObjectSchema(tool.outputSchema);
  return definition;
}

function toObjectSchema(schema: object): Tool['inputSchema'] {
  const copy: Record<string, unknown> = { ...schema };
  if (copy['$schema'] === DEFAULT_DIALECT) delete copy['$schema'];
  return { ...copy, type: 'object' };
}

function createRewriter(tools: readonly McpTool[]): ToolCatalogue['inWords'] {
  const dotted = tools.map(({ name }) => name).filter((name) => name.includes('.'));
  if (dotted.length === 0) return (text) => text;
  // Longest first, and never inside a longer name: `drafts.list` must not match in `drafts.list.all`.
  const alternatives = dotted
    .toSorted((a, b) => b.length - a.length)
    .map((name) => name.replaceAll('.', '\\.'));
  const mention = new RegExp(`(?<![\\w.-])(?:${alternatives.join('|')})(?![\\w-]|\\.\\w)`, 'g');
  return (text, naming) =>
    naming === 'dotted' ? text : text.replaceAll(mention, (name) => printedName(name, naming));
}
