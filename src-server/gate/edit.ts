import { codePointLength } from '../contract/common';
import type { Tx } from '../db/open';
import { AppError, notFound, type FieldProblem } from '../lib/errors';
import { parseOrThrow } from '../lib/validate';
import { findVersion, insertVersion, updateAction, type ActionRow } from './actions.repo';
import type { Caller, UserActor } from './caller';
import { contentBlocked, scanPublic } from './content';
import {
  alreadyDecided,
  findOwn,
  getAction,
  requireDecider,
  staleVersion,
  writeRead,
  type Seen,
} from './decide';
import type { Target } from './define-action';
import { definitionOf, record, type GateDeps } from './deps';
import type { InTransaction } from './idempotency';
import { getPayload, hashPayload } from './payload';
import { contextOf } from './action-context';
import { isOverdue, MAX_VERSIONS, titleOf } from './steps';
import { diffFieldsOf } from './versions';

export interface Edit extends Seen {
  readonly fields: Readonly<Record<string, string>>;
}

/**
 * Saves the owner's edit of prose fields as the next version, which counts as read: it was in the editor.
 * Approving it is a second call with its hash.
 * @throws AppError `validation` naming the field and bound, `content_blocked`, `stale_version`
 */
export function edit(
  deps: GateDeps,
  change: Edit,
  caller: Caller,
  inTransaction?: InTransaction<ActionRow>,
): ActionRow {
  const user = requireDecider(caller);
  deps.writer.transaction(
    (tx) => {
      const now = deps.clock.now();
      editIn(deps, tx, change, { user, caller, now });
      inTransaction?.(tx, getAction(tx, change.actionId), now);
    },
    { isDurable: true },
  );
  deps.afterCommit();
  return getAction(deps.reader, change.actionId);
}

function editIn(
  deps: GateDeps,
  tx: Tx,
  change: Edit,
  { user, caller, now }: { readonly user: UserActor; readonly caller: Caller; readonly now: number },
): void {
  const action = findOwn(tx, change.actionId, user);
  if (action.status !== 'pending') throw alreadyDecided(tx, action);
  if (action.version !== change.version || action.hash !== change.hash) throw staleVersion(action);
  if (isOverdue(action, now))
    throw new AppError('gone', 'This proposal expired; silence counted as no.', {
      reason: 'proposal_expired',
    });
  if (action.version >= MAX_VERSIONS) {
    throw new AppError('invalid_transition', `A proposal has at most ${MAX_VERSIONS} versions.`, {
      reason: 'too_many_versions',
    });
  }
  const stored = findVersion(tx, action.id, action.version);
  if (!stored) throw notFound('version');
  const definition = definitionOf(deps, action.actionName);
  const payload = getPayload(stored);
  for (const [field, value] of Object.entries(change.fields)) {
    if (!definition.editable.includes(field)) {
      throw fieldError({ path: field, message: 'is not a field that can be edited', rule: 'unknown_key' });
    }
    const bound = definition.fields[field]?.maxLength;
    if (bound !== undefined && codePointLength(value) > bound) {
      throw fieldError({
        path: field,
        message: `must have at most ${bound} characters`,
        rule: 'max_length',
        bound,
      });
    }
  }
  const input = parseOrThrow(definition.input, { ...payload.input, ...change.fields }) as Record<
    string,
    unknown
  >;
  const issues = scanPublic(deps, definition, input);
  if (issues.length > 0) throw contentBlocked(issues);
  const next = hashPayload({ ...payload, input });
  if (next.hash === action.hash) return;
  const version = action.version + 1;
  const targets = definition.describeTargets?.(tx, payload.targets) ?? labelled(payload.targets);
  const title = titleOf(definition, input, targets);
  updateAction(tx, action.id, {
    status: 'pending',
    version,
    hash: next.hash,
    title,
    updatedAt: now,
    expiresAt: action.expiresAt,
    snoozedUntil: action.snoozedUntil,
  });
  insertVersion(tx, { actionId: action.id, version, by: 'owner', ...next, note: null, createdAt: now });
  const edited = { ...action, version, hash: next.hash, title };
  definition.onHold?.(tx, contextOf(deps, tx, edited, input, payload.targets, now));
  record(
    deps,
    tx,
    {
      type: 'action.edited',
      caller,
      action: edited,
      data: { version, hash: next.hash, previousHash: action.hash },
      personId: user.userId,
      // Audit keeps original, final and diff (decisions §3): versions hold the first two.
      personData: { diff: diffFieldsOf(payload.input, input, definition.editable) },
    },
    now,
  );
  writeRead(deps, tx, edited, { version, hash: next.hash }, user, 'editor', caller, now);
}

/** Where nothing better is known, a thing is called by its id. */
function labelled(targets: readonly Pick<Target, 'type' | 'id'>[]): Target[] {
  return targets.map((target) => ({ ...target, label: target.id }));
}

function fieldError(field: FieldProblem): AppError {
  return new AppError('validation', `${field.path}: ${field.message}`, { fields: [field] });
}
