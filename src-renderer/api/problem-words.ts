import { i18n, type MessageDescriptor } from '@lingui/core';
import { msg } from '@lingui/core/macro';
import type {
  FieldRule,
  Problem,
  ProblemCode,
  ProblemReason,
} from '../../src-server/contract/console/problem';

/**
 * The server's refusals in the person's language. The server tells code, reason and rule, which are stable; its own
 * sentences are English, for logs and other clients, and are shown for what this window does not know only.
 */

export const CODE_WORDS = {
  validation: msg`Something in it does not fit`,
  content_blocked: msg`This text can’t be published as it is`,
  taken: msg`Somebody has this already`,
  idempotency_mismatch: msg`This was sent already, with something else in it`,
  unauthenticated: msg`You are not signed in (any more)`,
  missing_scope: msg`You may not do this`,
  actor_denied: msg`You may not do this`,
  forbidden: msg`You may not see this`,
  otp_required: msg`A one-time code is needed`,
  paused: msg`This agent is paused`,
  denied_by_policy: msg`This is not allowed`,
  not_found: msg`This is not here (any more)`,
  tool_not_found: msg`There is no such tool`,
  invalid_transition: msg`This is not possible now`,
  stale_version: msg`It changed since you looked at it`,
  already_decided: msg`This is decided already`,
  not_read: msg`Its end was not shown yet`,
  not_reversible: msg`This can’t be taken back later`,
  gone: msg`Its time is over`,
  payment_required: msg`The credits are used up`,
  cap_reached: msg`This is as much as may be`,
  rate_limited: msg`Too many calls in a short time`,
  backlog_full: msg`Too much is waiting`,
  too_large: msg`This is too large to be sent`,
  unsupported_media_type: msg`The server does not read this kind of file`,
  unavailable: msg`The server can’t do this now`,
  internal: msg`The server made a mistake`,
} satisfies Record<ProblemCode, MessageDescriptor>;

/** What to do about it, where the code alone says it. */
export const CODE_HINTS = {
  content_blocked: msg`Take out what is named at the field, then try again.`,
  unauthenticated: msg`Sign in, then try again.`,
  stale_version: msg`Look at the new version and decide on that.`,
  not_read: msg`Read it to the end, then decide.`,
  not_reversible: msg`Decide on it by itself.`,
  rate_limited: msg`Wait a moment, then try again.`,
  unavailable: msg`Try again in a minute.`,
} satisfies Partial<Record<ProblemCode, MessageDescriptor>>;

export const REASON_WORDS = {
  address_taken: msg`A person with this address is here already.`,
  admin_only: msg`Only an admin can do this.`,
  agent_not_active: msg`This agent is not active.`,
  agent_under_sanction: msg`This agent is suspended or banned; its owner can’t change that.`,
  agents_frozen: msg`All your agents are frozen. Thaw them first.`,
  always_asked: msg`This kind is always asked for.`,
  asked_by_other_door: msg`Only an agent of NetworkBot can run without asking.`,
  backup_busy: msg`A backup is being made or opened. Try again in a moment.`,
  backup_outdated: msg`A newer version of Countersign made this backup. Update, then restore it.`,
  backup_unreadable: msg`This is no backup of this Countersign, or it is damaged.`,
  backups_full: msg`There are a hundred backups. Remove some before you make another.`,
  claim_code_unknown: msg`No agent waits under this code. Check it letter by letter.`,
  claim_over: msg`The time to claim it is over. Let the agent register again.`,
  code_over: msg`This code is wrong or no longer good. Ask for a new one.`,
  code_wrong: msg`This code is wrong.`,
  confirmation_differs: msg`Type it exactly as it stands there.`,
  desktop_only: msg`Only on a desktop: the network of a server is its operator’s.`,
  disk_full: msg`The disk is full: a backup is opened beside the data.`,
  exceptions_full: msg`There are as many exceptions as there may be. Remove one first.`,
  export_busy: msg`An export is under way. Wait until it is done.`,
  frozen_key_overlap: msg`A frozen key is replaced without an overlap.`,
  guidance_full: msg`This agent has as many sentences to keep to as it may have; take one back first.`,
  handle_taken: msg`This handle is taken. Choose another.`,
  key_ended: msg`This key has ended; nothing about it can be changed any more.`,
  key_replaced: msg`This key was replaced already and ends by itself; change the one that took its place.`,
  keys_full: msg`This agent has as many live keys as it may have; revoke one first.`,
  kind_allowed: msg`This kind runs without asking already.`,
  kind_denied: msg`You do not allow this kind at all. Change that first.`,
  last_group_differs: msg`This is not the last group of the code.`,
  link_over: msg`This link is used or no longer good. Ask for a new one.`,
  mail_forgotten: msg`This mail is not here; after 30 days mails are forgotten.`,
  mail_queue_full: msg`Too many mails wait. Try again in a minute.`,
  mail_sent: msg`This mail was sent already.`,
  no_contact_kept: msg`Nothing is kept of who registered this agent.`,
  no_recovery_code: msg`No recovery code waits to be confirmed. Make a new one.`,
  no_smtp: msg`No mail leaves this machine: no mail server is set up.`,
  not_in_future: msg`This must lie in the future.`,
  not_undoable: msg`This action can’t be undone.`,
  not_delivered: msg`This message can’t be delivered.`,
  nothing_staged: msg`Nothing waits for the next start.`,
  offer_ended: msg`This offer has ended.`,
  offered_already: msg`It is offered to somebody already; take that offer back first.`,
  one_person_here: msg`On a desktop there is only one person. Unbind the agent and give its claim code to whoever takes it.`,
  only_admin: msg`This is the only admin. Make somebody else one first.`,
  only_failed: msg`Only a failed action can be run again.`,
  own_address: msg`This is your own address.`,
  past_expiry: msg`The proposal expires before that.`,
  path_on_desktop_only: msg`Put the file into the folder “backups” of the server’s data.`,
  people_only_scope: msg`Payments are for people, never for an agent.`,
  person_here_already: msg`Somebody is set up here already.`,
  plan_full: msg`Your plan has no room for another agent.`,
  proposal_expired: msg`This proposal expired; silence counted as no.`,
  proposal_tampered: msg`The stored proposal was changed outside Countersign and no longer matches its hash; it can only be rejected.`,
  recipient_gone: msg`Whoever was at the other end is gone.`,
  recovery_code_needed: msg`This backup was made under another key: its recovery code is needed.`,
  recovery_code_wrong: msg`This is not the recovery code of this backup.`,
  recovery_running: msg`Failed events are being sent again already.`,
  retry_over: msg`A failed action can be run again for 24 hours after the decision.`,
  sample_agent: msg`A sample agent goes with the sample world: remove that instead.`,
  nothing_to_buy: msg`There is nothing to buy for this agent.`,
  plan_not_now: msg`This agent can’t have that plan now.`,
  sample_world_busy: msg`The sample world is still being made. Remove it in a moment.`,
  sender_blocked: msg`You blocked this agent. Unblock it to write to it.`,
  session_over: msg`The session is over. Sign in again.`,
  sign_in_by_code: msg`Here people sign in with a one-time code.`,
  sign_up_closed: msg`Nobody new can sign up here. Ask an admin.`,
  too_far_ahead: msg`At most 30 days ahead.`,
  too_many_versions: msg`This proposal has as many versions as it may have.`,
  webhook_disabled: msg`The webhook is off after too many failures. Turn it on first.`,
  webhook_off: msg`This agent has no webhook address. Set one first.`,
  window_only: msg`Do this in the Countersign window.`,
  windows_full: msg`Too many windows are open. Close some.`,
} satisfies Record<ProblemReason, MessageDescriptor>;

export const FIELD_WORDS = {
  min_length: ({ bound }) =>
    bound === 1 ? msg`Must not be empty` : msg`Must have at least ${{ bound }} characters`,
  max_length: ({ bound }) => msg`Must have at most ${{ bound }} characters`,
  min: ({ bound }) => msg`Must be at least ${{ bound }}`,
  max: ({ bound }) => msg`Must be at most ${{ bound }}`,
  max_entries: ({ bound }) => msg`At most ${{ bound }} are possible`,
  required: () => msg`Is needed`,
  blank: () => msg`Must not be blank`,
  email: () => msg`Must be an e-mail address`,
  unknown_key: () => msg`Can’t be set here`,
  email_inside: () => msg`An e-mail address may not be published`,
  phone_inside: () => msg`A telephone number may not be published`,
  secret_inside: () => msg`A key or password may not be published`,
  invisible_inside: () => msg`Invisible characters may not be published`,
  https_url: () => msg`Must be an https address without credentials`,
  local_target: () => msg`Must not lead to a private address`,
  other: () => msg`This does not fit here`,
} satisfies Record<FieldRule, (rule: { readonly bound: number }) => MessageDescriptor>;

export interface ProblemWords {
  readonly title: string;
  readonly detail: string;
  /** The language of `detail`, where it is the server's own. */
  readonly detailLang?: 'en';
}

/** Title and detail of a refusal in the language of the window. */
export function wordProblem(problem: Problem): ProblemWords {
  const { code, reason } = problem;
  if (!isKey(CODE_WORDS, code)) {
    return { title: i18n._(msg`The server did not take this`), detail: problem.detail, detailLang: 'en' };
  }
  const title = i18n._(CODE_WORDS[code]);
  if (isKey(REASON_WORDS, reason)) return { title, detail: i18n._(REASON_WORDS[reason]) };
  if (problem.errors && code !== 'content_blocked') {
    return { title, detail: problem.errors.map((error) => `${error.path}: ${wordField(error)}`).join(' · ') };
  }
  return { title, detail: isKey(CODE_HINTS, code) ? i18n._(CODE_HINTS[code]) : '' };
}

/** Why one of several was refused, in a sentence. */
export function wordRefusal({
  code,
  reason,
  detail,
}: {
  readonly code: string | null;
  readonly reason: string | null;
  readonly detail: string | null;
}): string {
  if (reason !== null && isKey(REASON_WORDS, reason)) return i18n._(REASON_WORDS[reason]);
  return code !== null && isKey(CODE_WORDS, code) ? i18n._(CODE_WORDS[code]) : (detail ?? '');
}

/** What is wrong with one field. A refusal that has one reason says it there. */
export function wordField({ rule, bound }: NonNullable<Problem['errors']>[number], reason?: string): string {
  if (isKey(REASON_WORDS, reason)) return i18n._(REASON_WORDS[reason]);
  return i18n._(FIELD_WORDS[isKey(FIELD_WORDS, rule) ? rule : 'other']({ bound: bound ?? 0 }));
}

function isKey<Key extends string>(
  words: Readonly<Record<Key, unknown>>,
  key: string | undefined,
): key is Key {
  return key !== undefined && Object.hasOwn(words, key);
}
