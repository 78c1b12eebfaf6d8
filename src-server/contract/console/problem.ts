import { z } from 'zod';

/** What kind of refusal it is; each has its status. */
export const PROBLEM_CODES = [
  'validation',
  'content_blocked',
  'taken',
  'idempotency_mismatch',
  'unauthenticated',
  'missing_scope',
  'actor_denied',
  'forbidden',
  'otp_required',
  'paused',
  'denied_by_policy',
  'not_found',
  'tool_not_found',
  'invalid_transition',
  'stale_version',
  'already_decided',
  'not_read',
  'not_reversible',
  'gone',
  'payment_required',
  'cap_reached',
  'rate_limited',
  'backlog_full',
  'too_large',
  'unsupported_media_type',
  'unavailable',
  'internal',
] as const;
export type ProblemCode = (typeof PROBLEM_CODES)[number];

/** Why, where the code alone leaves a person in doubt. The window has words for each in every language. */
export const PROBLEM_REASONS = [
  'address_taken',
  'admin_only',
  'agent_not_active',
  'agent_under_sanction',
  'agents_frozen',
  'always_asked',
  'asked_by_other_door',
  'backup_busy',
  'backup_outdated',
  'backup_unreadable',
  'backups_full',
  'claim_code_unknown',
  'claim_over',
  'code_over',
  'code_wrong',
  'confirmation_differs',
  'desktop_only',
  'disk_full',
  'exceptions_full',
  'export_busy',
  'frozen_key_overlap',
  'guidance_full',
  'handle_taken',
  'key_ended',
  'key_replaced',
  'keys_full',
  'kind_allowed',
  'kind_denied',
  'last_group_differs',
  'link_over',
  'mail_forgotten',
  'mail_queue_full',
  'mail_sent',
  'no_contact_kept',
  'no_recovery_code',
  'no_smtp',
  'not_in_future',
  'not_undoable',
  'nothing_staged',
  'offer_ended',
  'offered_already',
  'one_person_here',
  'only_admin',
  'only_failed',
  'own_address',
  'past_expiry',
  'path_on_desktop_only',
  'people_only_scope',
  'person_here_already',
  'plan_full',
  'proposal_expired',
  'proposal_tampered',
  'recovery_code_needed',
  'recovery_code_wrong',
  'recovery_running',
  'retry_over',
  'sample_agent',
  'sample_world_busy',
  'session_over',
  'sign_in_by_code',
  'sign_up_closed',
  'too_far_ahead',
  'too_many_versions',
  'webhook_disabled',
  'webhook_off',
  'window_only',
  'windows_full',
] as const;
export type ProblemReason = (typeof PROBLEM_REASONS)[number];

/** Which rule a field breaks; the first five have a `bound`. */
export const FIELD_RULES = [
  'min_length',
  'max_length',
  'min',
  'max',
  'max_entries',
  'required',
  'blank',
  'email',
  'unknown_key',
  'email_inside',
  'phone_inside',
  'secret_inside',
  'invisible_inside',
  'https_url',
  'local_target',
  'other',
] as const;
export type FieldRule = (typeof FIELD_RULES)[number];

/** RFC 9457 problem details, the error shape of every console endpoint. */
export const problem = z.object({
  type: z.string(),
  title: z.string(),
  status: z.number().int(),
  /** In English, for logs and for clients that do not know `code` or `reason`. */
  detail: z.string(),
  /** Stable, for machines: one of `PROBLEM_CODES`. */
  code: z.string(),
  /** Stable too: one of `PROBLEM_REASONS`. */
  reason: z.string().optional(),
  requestId: z.string(),
  errors: z
    .array(
      z.object({
        path: z.string(),
        message: z.string(),
        /** One of `FIELD_RULES`. */
        rule: z.string().optional(),
        bound: z.number().optional(),
      }),
    )
    .optional(),
  /** What a client needs to go on: the current version and hash, the decision already taken. */
  details: z.record(z.string(), z.unknown()).optional(),
});
export type Problem = z.infer<typeof problem>;
