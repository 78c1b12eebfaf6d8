import {
  IMPACT_DAYS,
  type AgentKey,
  type KeyClient,
  type KeyLeak,
  type OwnedKey,
} from '../../contract/console/keys';
import { decodeKeyset, toPage } from '../../db/cursor';
import type { Db, Reader } from '../../db/open';
import { findAction } from '../../gate/actions.repo';
import { DAY, toIso, toIsoOrNull } from '../../lib/clock';
import { notFound } from '../../lib/errors';
import { isLoopback } from '../identity/loopback';
import {
  listAgentsByIds,
  listAgentsOfOwner,
  findAgent,
  type AgentKeyRow,
  type AgentRow,
} from './agents.repo';
import {
  findKey,
  listClients,
  listKeys,
  listOpenMarks,
  listUnrevokedKeys,
  type KeyMarkRow,
} from './keys.repo';

/** Keys of one agent that are shown: live ones first. */
export const KEYS_SHOWN = 50;
const AGENTS_PER_PAGE = 50;

export function isLiveKey(key: Pick<AgentKeyRow, 'revokedAt' | 'expiresAt'>, now: number): boolean {
  return key.revokedAt === null && (key.expiresAt === null || key.expiresAt > now);
}

const isLocal = (address: string | null): boolean => address !== null && isLoopback(address);

function presentKey(key: AgentKeyRow, leak: KeyLeak | null): AgentKey {
  return {
    id: key.id,
    name: key.name,
    prefix: key.prefix,
    scopes: key.scopes,
    createdAt: toIso(key.createdAt),
    expiresAt: toIsoOrNull(key.expiresAt),
    revokedAt: toIsoOrNull(key.revokedAt),
    frozenAt: toIsoOrNull(key.frozenAt),
    toolNames: key.toolNames,
    replacedAt: toIsoOrNull(key.replacedAt),
    replacedById: key.replacedById,
    callsCount: key.callsCount,
    callsSinceReplacement:
      key.callsAtReplacement === null ? null : Math.max(0, key.callsCount - key.callsAtReplacement),
    lastUsedAt: toIsoOrNull(key.lastUsedAt),
    lastClient: key.lastClient,
    lastAddress: key.lastAddress,
    isLastLocal: isLocal(key.lastAddress),
    leak,
  };
}

interface View {
  /** Whose keys they are: only they hear of leaks. Null for somebody who looks before claiming. */
  readonly viewerId: string | null;
  readonly now: number;
}

function presentKeys(db: Db, rows: readonly AgentKeyRow[], { viewerId, now }: View): AgentKey[] {
  const live = viewerId === null ? [] : rows.filter((row) => isLiveKey(row, now)).map(({ id }) => id);
  const marks = listOpenMarks(db, live);
  const writers = new Map(
    listAgentsByIds(
      db,
      marks.map(({ agentId }) => agentId),
    ).map((agent) => [agent.id, agent]),
  );
  return rows.map((row) => {
    const own = marks.filter(({ keyId }) => keyId === row.id);
    return presentKey(row, presentLeak(db, own, writers, viewerId));
  });
}

function presentLeak(
  db: Db,
  marks: readonly KeyMarkRow[],
  writers: ReadonlyMap<string, AgentRow>,
  viewerId: string | null,
): KeyLeak | null {
  const [last] = marks;
  if (!last) return null;
  const writer = writers.get(last.agentId);
  const action = last.actionId === '' ? undefined : findAction(db, last.actionId);
  return {
    times: marks.reduce((sum, { times }) => sum + times, 0),
    lastSeenAt: toIso(last.lastSeenAt),
    agent: { id: last.agentId, name: writer?.name ?? last.agentId, handle: writer?.handle ?? null },
    actionId: action && action.ownerId === viewerId ? action.id : null,
  };
}

/** The keys of one agent as whoever looks at it may see them. */
export function listKeysOf(db: Db, agent: Pick<AgentRow, 'id'>, view: View): AgentKey[] {
  return presentKeys(db, listKeys(db, agent.id, KEYS_SHOWN), view);
}

/** A key of an own agent. @throws AppError `not_found` for anybody else's */
export function getOwnKey(db: Db, ownerId: string, agentId: string, keyId: string): AgentKeyRow {
  const agent = findAgent(db, agentId);
  const key = findKey(db, keyId);
  if (!agent || agent.ownerId !== ownerId || !key || key.agentId !== agentId) throw notFound('key');
  return key;
}

export function getKeyView(db: Db, ownerId: string, agentId: string, keyId: string, now: number): AgentKey {
  const [key] = presentKeys(db, [getOwnKey(db, ownerId, agentId, keyId)], { viewerId: ownerId, now });
  if (!key) throw notFound('key');
  return key;
}

/** The keys of all agents of a person; a page is a number of agents, so that its cost is bounded. */
export function listOwnKeys(
  db: Reader,
  ownerId: string,
  query: { readonly cursor?: string | undefined; readonly limit?: number | undefined },
  now: number,
): { items: OwnedKey[]; nextCursor: string | null } {
  const limit = query.limit ?? AGENTS_PER_PAGE;
  const after = query.cursor === undefined ? undefined : decodeKeyset(query.cursor);
  const rows = listAgentsOfOwner(db, ownerId, { after, limit: limit + 1 });
  const page = toPage(rows, limit, (row) => ({ at: row.createdAt, id: row.id }));
  return {
    items: page.items.flatMap((agent) => {
      const { id, name, handle, isSample } = agent;
      return listKeysOf(db, agent, { viewerId: ownerId, now }).map((key) => ({
        ...key,
        agent: { id, name, handle, isSample },
      }));
    }),
    nextCursor: page.nextCursor,
  };
}

/** `Cursor 1.2.3` and `Cursor/1.3` are one program. */
export function programOf(client: string): string {
  return client
    .replace(/[ /]+v?\d.*$/, '')
    .trim()
    .toLowerCase();
}

/** Who used a key of late, and which of them has another live key of the same agent. */
export function getKeyImpact(
  db: Reader,
  ownerId: string,
  agentId: string,
  keyId: string,
  now: number,
): { clients: KeyClient[]; isLive: boolean } {
  const key = getOwnKey(db, ownerId, agentId, keyId);
  return { clients: listImpact(db, agentId, [key.id], now), isLive: isLiveKey(key, now) };
}

/** Clients of these keys in the last 30 days, latest first, each with a live key that stays, if it uses one. */
export function listImpact(db: Db, agentId: string, keyIds: readonly string[], now: number): KeyClient[] {
  const since = now - IMPACT_DAYS * DAY;
  const others = listUnrevokedKeys(db, agentId, KEYS_SHOWN).filter(
    (other) => !keyIds.includes(other.id) && isLiveKey(other, now) && other.frozenAt === null,
  );
  const otherOf = new Map<string, AgentKeyRow>();
  const byId = new Map(others.map((other) => [other.id, other]));
  for (const { client, keyId } of listClients(
    db,
    others.map(({ id }) => id),
    since,
  )) {
    const other = byId.get(keyId);
    if (client !== '' && other && !otherOf.has(programOf(client))) otherOf.set(programOf(client), other);
  }
  return listClients(db, keyIds, since).map((row) => {
    const other = otherOf.get(programOf(row.client));
    return {
      client: row.client,
      address: row.address,
      isLocal: isLocal(row.address),
      firstSeenAt: toIso(row.firstSeenAt),
      lastSeenAt: toIso(row.lastSeenAt),
      calls: row.calls,
      otherKey: other ? { id: other.id, name: other.name, prefix: other.prefix } : null,
    };
  });
}
