import { codePointLength } from '../../contract/common';

/**
 * Text as the contract counts it: in Unicode code points (decisions §1). A lone surrogate counts as one.
 * `findForbiddenCharacter` is the check that every door makes on a parsed body before its schema runs.
 */

export { codePointLength };

/** Bodies nest at most this deep; the outermost object or array is level 1 (decisions §1). */
export const MAX_JSON_DEPTH = 32;

/** Arrays hold at most this many items (decisions §1). */
export const MAX_ARRAY_ITEMS = 100;

/** A 256 KB body can hold about twice as many values; no endpoint takes a hundredth of it. */
export const MAX_JSON_VALUES = 50_000;

const PATH_KEY_LENGTH = 64;

export type ForbiddenCode = 'lone_surrogate' | 'nul' | 'too_deep' | 'too_many_items' | 'too_many_values';

export interface ForbiddenInput {
  /** Where, as in `body.posts[3].title`. Safe to print: escaped and bounded. */
  path: string;
  code: ForbiddenCode;
  /** What is wrong and the bound, to follow the path in a sentence. */
  problem: string;
}

/** UTF-16 index at which code point number `count` starts; the string's length where there is none. */
export function indexOfCodePoint(value: string, count: number): number {
  let index = 0;
  for (let seen = 0; seen < count && index < value.length; seen += 1) {
    index += (value.codePointAt(index) ?? 0) > 0xffff ? 2 : 1;
  }
  return index;
}

/** The first `count` code points; never cuts a surrogate pair. Adds no ellipsis. */
export function truncateCodePoints(value: string, count: number): string {
  return value.length <= count ? value : value.slice(0, indexOfCodePoint(value, count));
}

/** Code points `from` up to, not including, `to`: the counterpart of a span. */
export function sliceCodePoints(value: string, from: number, to: number): string {
  const start = indexOfCodePoint(value, from);
  const rest = value.slice(start);
  return rest.slice(0, indexOfCodePoint(rest, Math.max(0, to - from)));
}

interface Node {
  value: unknown;
  parent: Node | undefined;
  key: string | number;
  depth: number;
}

/**
 * The first problem, in document order, that makes a parsed JSON value unfit to be read at all: a lone
 * surrogate or NUL in a string or key, nesting beyond 32, an array beyond 100 items, more than 50,000 values
 * (decisions §1). `path` is the name of the whole, such as `body`. Never recurses, never throws.
 */
export function findForbiddenCharacter(value: unknown, path: string): ForbiddenInput | undefined {
  const stack: Node[] = [{ value, parent: undefined, key: path, depth: 0 }];
  let values = 1;
  for (let node = stack.pop(); node !== undefined; node = stack.pop()) {
    const found = node.value;
    if (typeof found === 'string') {
      const code = forbiddenIn(found);
      if (code !== undefined) return report(node, code, `must not contain ${CHARACTER_NAMES[code]}`);
      continue;
    }
    if (typeof found !== 'object' || found === null) continue;
    const depth = node.depth + 1;
    if (depth > MAX_JSON_DEPTH) {
      return report(node, 'too_deep', `must not be nested deeper than ${MAX_JSON_DEPTH} levels`);
    }
    if (Array.isArray(found)) {
      if (found.length > MAX_ARRAY_ITEMS) {
        const problem = `must have at most ${MAX_ARRAY_ITEMS} items, has ${found.length}`;
        return report(node, 'too_many_items', problem);
      }
      values += found.length;
      if (values > MAX_JSON_VALUES) return tooMany(node);
      for (let at = found.length - 1; at >= 0; at -= 1) {
        stack.push({ value: found[at], parent: node, key: at, depth });
      }
      continue;
    }
    const entries = Object.entries(found);
    values += entries.length;
    if (values > MAX_JSON_VALUES) return tooMany(node);
    for (const [key] of entries) {
      const code = forbiddenIn(key);
      if (code === undefined) continue;
      const named = { value: undefined, parent: node, key, depth };
      return report(named, code, `must not have ${CHARACTER_NAMES[code]} in its name`);
    }
    for (const [key, child] of entries.toReversed()) stack.push({ value: child, parent: node, key, depth });
  }
  return undefined;
}

const CHARACTER_NAMES = { lone_surrogate: 'a lone surrogate', nul: 'the NUL character' } as const;

function forbiddenIn(value: string): keyof typeof CHARACTER_NAMES | undefined {
  if (value.includes('\0')) return 'nul';
  return /\p{Surrogate}/u.test(value) ? 'lone_surrogate' : undefined;
}

function tooMany(node: Node): ForbiddenInput {
  return report(node, 'too_many_values', `must hold at most ${MAX_JSON_VALUES} values in all`);
}

function report(node: Node, code: ForbiddenCode, problem: string): ForbiddenInput {
  const parts: string[] = [];
  for (let at: Node | undefined = node; at !== undefined; at = at.parent) {
    if (at.parent === undefined) parts.push(String(at.key));
    else if (typeof at.key === 'number') parts.push(`[${at.key}]`);
    else parts.push(keyStep(at.key));
  }
  return { path: parts.toReversed().join('').replace(/^\./, ''), code, problem };
}

/** `.name`, or `["na\u0000me"]` where the key is not a plain word; well-formed and bounded in any case. */
function keyStep(key: string): string {
  if (/^[\w-]{1,64}$/.test(key)) return `.${key}`;
  return `[${JSON.stringify(truncateCodePoints(key, PATH_KEY_LENGTH))}]`;
}
