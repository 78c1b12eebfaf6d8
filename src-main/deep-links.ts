/**
 * `countersign://v1/…` from other programs. A link opens a page, at most filled in, and never acts: what comes out of
 * here is a place to show and holds nothing that the window would send anywhere by itself.
 */
import { z } from 'zod';
import { LinkTarget } from './ipc/contract';

export const LINK_SCHEME = 'countersign';
const MAX_LINK = 2048;
const UNKNOWN: LinkTarget = { page: 'unknown' };

/** The parts after the version; `item` and the like are checked by the target's own schema. */
const VERSION = 'v1';
const Parts = z.array(z.string().min(1).max(200)).min(1).max(3);

/** The link among the arguments that the system or a second start hands over; undefined where there is none. */
export function findLink(argv: readonly string[]): string | undefined {
  return argv.find((argument) => argument.toLowerCase().startsWith(`${LINK_SCHEME}:`));
}

/** What a link shows; for anything that is not one of ours, of this version, to the letter: `unknown`. */
export function parseLink(text: string): LinkTarget {
  if (text.length > MAX_LINK || !URL.canParse(text)) return UNKNOWN;
  const url = new URL(text);
  if (url.protocol !== `${LINK_SCHEME}:` || url.host !== VERSION) return UNKNOWN;
  if (url.username !== '' || url.password !== '' || url.hash !== '') return UNKNOWN;
  const parts = Parts.safeParse(decodeParts(url.pathname));
  if (!parts.success) return UNKNOWN;
  const [page, id, ...more] = parts.data;
  if (more.length > 0) return UNKNOWN;
  const query = Object.fromEntries(url.searchParams);
  if ([...url.searchParams].length !== Object.keys(query).length) return UNKNOWN;
  return LinkTarget.safeParse(toTarget(page, id, query)).data ?? UNKNOWN;
}

/** Whatever does not belong stays in and is refused by the schema. */
function toTarget(page: string | undefined, id: string | undefined, query: Record<string, string>): unknown {
  const named = (name: string) => (id === undefined ? {} : { [name]: id });
  switch (page) {
    case 'inbox':
      return { page, ...query, ...named('item') };
    case 'agents':
    case 'webhooks':
    case 'credits':
      return { page, ...query, ...named('agent') };
    case 'claim':
      return { page, ...query, ...named('code') };
    case 'settings':
      return { page, ...query, ...named('section') };
    case 'cases':
      return { page, ...query, ...named('trace') };
    default:
      return undefined;
  }
}

function decodeParts(pathname: string): string[] | undefined {
  try {
    return pathname
      .replace(/^\//, '')
      .replace(/\/$/, '')
      .split('/')
      .map((part) => decodeURIComponent(part));
  } catch {
    return undefined;
  }
}
