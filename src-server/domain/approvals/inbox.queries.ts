import type { z } from 'zod';
import type { ActionVersion, InboxDetail, InboxItem, PayloadField } from '../../contract/console/inbox';
import type * as contract from '../../contract/console/inbox';
import { decodeKeyset, toPage } from '../../db/cursor';
import type { Reader } from '../../db/open';
import {
  countByStatus,
  countOfOwner,
  findAction,
  findVersion,
  listAgentActions,
  listDecisions,
  listInboxRows,
  listReadIds,
  listSimilar,
  listVersions,
  type ActionRow,
  type VersionRow,
} from '../../gate/actions.repo';
import { RETRY_WINDOW_MS } from '../../gate/undo-retry';
import { isInGrace } from '../../gate/grace';
import type { ActionDefinition, Target } from '../../gate/define-action';
import { KIND_TABLE } from '../../gate/kinds';
import { PENDING_PER_OWNER } from '../../gate/limits';
import { tryOpenPayload } from '../../gate/payload';
import { diffFieldsOf } from '../../gate/versions';
import { toIso, toIsoOrNull, type Clock } from '../../lib/clock';
import { notFound } from '../../lib/errors';
import { listAgentsByIds, type AgentRow } from '../agents/agents.repo';
import { isLiveKey } from '../agents/keys.queries';
import { listMarkedKeys } from '../agents/keys.repo';

const DEFAULT_LIMIT = 50;
const HISTORY_COUNTED = 1_000;
const SIMILAR_SHOWN = 5;

export interface InboxReader {
  list(
    db: Reader,
    ownerId: string,
    query: z.infer<NonNullable<typeof contract.listInbox.query>>,
  ): z.infer<typeof contract.listInbox.answer>;
  detail(db: Reader, ownerId: string, actionId: string): InboxDetail;
  history(
    db: Reader,
    ownerId: string,
    agentId: string,
    query: { readonly cursor?: string | undefined; readonly limit?: number | undefined },
  ): { items: InboxItem[]; nextCursor: string | null };
}

/** The console's read models of what waits and what was decided. Payloads are drawn from their canonical bytes. */
export function createInboxReader({
  actions,
  clock,
  publicUrl,
  findUserName,
}: {
  readonly actions: ReadonlyMap<string, ActionDefinition<unknown, unknown>>;
  readonly clock: Clock;
  readonly publicUrl: () => string;
  readonly findUserName: (db: Reader, userId: string) => string | undefined;
}): InboxReader {
  const present = (row: ActionRow, agent: AgentRow | undefined, isRead: boolean): InboxItem => ({
    id: row.id,
    agent: {
      id: row.agentId,
      name: agent?.name ?? row.agentId,
      handle: agent?.handle ?? null,
      origin: row.origin,
      isSample: agent?.isSample ?? false,
    },
    actionName: row.actionName,
    kind: row.kind,
    risk: row.risk,
    status: row.status,
    version: row.version,
    hash: row.hash,
    title: row.title,
    createdAt: toIso(row.createdAt),
    updatedAt: toIso(row.updatedAt),
    expiresAt: row.status === 'pending' ? toIsoOrNull(row.expiresAt) : null,
    decidedAt: toIsoOrNull(row.decidedAt),
    runAt: toIsoOrNull(row.runAt),
    snoozedUntil: toIsoOrNull(row.snoozedUntil),
    isRead,
    isUndone: row.isUndone,
    canUndo:
      isInGrace(row, clock.now()) ||
      (row.status === 'executed' &&
        !row.isUndone &&
        KIND_TABLE[row.kind].canUndo &&
        actions.get(row.actionName)?.undo !== undefined),
  });

  const presentAll = (db: Reader, ownerId: string, rows: readonly ActionRow[]): InboxItem[] => {
    const agents = new Map(
      listAgentsByIds(
        db,
        rows.map(({ agentId }) => agentId),
      ).map((agent) => [agent.id, agent]),
    );
    const readIds = listReadIds(db, ownerId, rows);
    return rows.map((row) => present(row, agents.get(row.agentId), readIds.has(row.id)));
  };

  const presentVersion = (
    db: Reader,
    row: ActionRow,
    version: VersionRow,
    before: VersionRow | undefined,
  ): ActionVersion => {
    const definition = actions.get(row.actionName);
    const payload = tryOpenPayload(version);
    const input = payload?.input ?? {};
    const targets = payload?.targets ?? [];
    return {
      version: version.version,
      by: version.by,
      createdAt: toIso(version.createdAt),
      hash: version.hash,
      // Nothing is drawn from bytes that are not those of the hash; approving them is refused.
      canonical: payload ? version.canonical : '',
      fields: fieldsOf(input, definition),
      targets: definition?.describeTargets
        ? [...definition.describeTargets(db, targets)]
        : targets.map(({ type, id }) => ({ type, id, label: id })),
      note: version.note,
      diff: before
        ? diffFieldsOf(tryOpenPayload(before)?.input ?? {}, input, definition?.editable ?? [])
        : [],
    };
  };

  return {
    list(db, ownerId, query) {
      const tab = query?.tab ?? 'pending';
      const limit = query?.limit ?? DEFAULT_LIMIT;
      const after = query?.cursor === undefined ? undefined : decodeKeyset(query.cursor);
      const rows = listInboxRows(
        db,
        { ownerId, tab, agentId: query?.agentId, kind: query?.kind, risk: query?.risk, q: query?.q },
        { after, limit: limit + 1 },
      );
      const page = toPage(rows, limit, (row) => ({ at: row.sortAt, id: row.id }));
      return {
        items: presentAll(db, ownerId, page.items),
        nextCursor: page.nextCursor,
        counts: {
          pending: countOfOwner(db, ownerId, 'pending', PENDING_PER_OWNER),
          snoozed: countOfOwner(db, ownerId, 'snoozed', PENDING_PER_OWNER),
          failed: countOfOwner(db, ownerId, 'failed', PENDING_PER_OWNER),
        },
      };
    },

    detail(db, ownerId, actionId) {
      const row = findAction(db, actionId);
      if (!row || row.ownerId !== ownerId) throw notFound('proposal');
      const [agent] = listAgentsByIds(db, [row.agentId]);
      const versions = listVersions(db, actionId);
      const current =
        versions.find(({ version }) => version === row.version) ?? findVersion(db, actionId, row.version);
      const definition = actions.get(row.actionName);
      const payload = current && tryOpenPayload(current);
      const readIds = listReadIds(db, ownerId, [row]);
      const counts = countByStatus(db, row.agentId, HISTORY_COUNTED);
      const sum = (wanted: (entry: (typeof counts)[number]) => boolean): number =>
        counts.filter(wanted).reduce((total, { n }) => total + n, 0);
      const similar = listSimilar(db, row.agentId, row.kind, actionId, SIMILAR_SHOWN, ownerId);
      const now = clock.now();
      return {
        ...present(row, agent, readIds.has(row.id)),
        versions: versions.map((version, index) => presentVersion(db, row, version, versions[index - 1])),
        decisions: listDecisions(db, actionId).map((decision) => ({
          id: decision.id,
          version: decision.version,
          hash: decision.hash,
          verdict: decision.verdict,
          channel: decision.channel,
          reasonCode: decision.reasonCode,
          note: decision.note,
          decidedAt: toIso(decision.decidedAt),
          decidedBy: findUserName(db, decision.deciderId) ?? decision.deciderId,
          isInForce: decision.id === row.decisionId,
        })),
        effects:
          payload && definition
            ? [...definition.effects(payload.input, describe(db, definition, payload.targets))]
            : [],
        cost: row.cost / 1_000,
        failure:
          row.status === 'failed'
            ? {
                message: row.failure ?? '',
                canRetryUntil: toIsoOrNull(row.decidedAt === null ? null : row.decidedAt + RETRY_WINDOW_MS),
              }
            : null,
        leakedKeys: listMarkedKeys(db, row.id, ownerId)
          .filter(({ key }) => isLiveKey(key, now))
          .map(({ key, agent: holder }) => ({
            id: key.id,
            name: key.name,
            prefix: key.prefix,
            isFrozen: key.frozenAt !== null,
            agent: holder,
          })),
        resultUrl:
          row.status === 'executed' && !row.isUndone && definition?.resultPath
            ? toUrl(publicUrl(), definition.resultPath({ subjectId: row.subjectId }))
            : null,
        context: {
          approved: sum(({ status }) => status === 'executed' || status === 'approved'),
          edited: sum(({ status, version }) => status === 'executed' && version > 1),
          rejected: sum(({ status }) => status === 'rejected'),
          pending: sum(({ status }) => status === 'pending'),
          agentStatus: agent?.deletedAt ? 'deleted' : (agent?.status ?? 'unclaimed'),
          trustLevel: agent?.trustLevel ?? 'basic',
          lastSeenAt: toIsoOrNull(agent?.lastSeenAt),
          similar: similar.map((other) => ({
            id: other.id,
            title: other.title,
            status: other.status,
            decidedAt: toIsoOrNull(other.decidedAt),
          })),
        },
      };
    },

    history(db, ownerId, agentId, query) {
      const [agent] = listAgentsByIds(db, [agentId]);
      if (!agent || agent.ownerId !== ownerId) throw notFound('agent');
      const limit = query.limit ?? DEFAULT_LIMIT;
      const after = query.cursor === undefined ? undefined : decodeKeyset(query.cursor);
      const rows = listAgentActions(db, agentId, { after, limit: limit + 1, ownerId });
      const page = toPage(rows, limit, (row) => ({ at: row.createdAt, id: row.id }));
      return { items: presentAll(db, ownerId, page.items), nextCursor: page.nextCursor };
    },
  };
}

/** Targets with the names people know them by; an id where there is no better one. */
function describe(
  db: Reader,
  definition: ActionDefinition<unknown, unknown> | undefined,
  targets: readonly Pick<Target, 'type' | 'id'>[],
): Target[] {
  const described = definition?.describeTargets?.(db, targets);
  return described ? [...described] : targets.map(({ type, id }) => ({ type, id, label: id }));
}

function toUrl(base: string, path: string | null): string | null {
  return path === null ? null : `${base}${path}`;
}

/** Known fields in the order of their definition, then the rest as data: nothing of the payload is left out. */
function fieldsOf(
  input: Readonly<Record<string, unknown>>,
  definition: ActionDefinition<unknown, unknown> | undefined,
): PayloadField[] {
  const known = Object.keys(definition?.fields ?? {}).filter((name) => input[name] !== undefined);
  const others = Object.keys(input).filter((name) => input[name] !== undefined && !known.includes(name));
  return [...known, ...others].map((name) => {
    const form = definition?.fields[name];
    return {
      name,
      form: form?.form ?? (typeof input[name] === 'string' ? 'line' : 'data'),
      value: input[name],
      isEditable: definition?.editable.includes(name) ?? false,
      maxLength: form?.maxLength ?? null,
    };
  });
}
