CREATE TABLE `agent_keys` (
	`id` text PRIMARY KEY NOT NULL,
	`agent_id` text NOT NULL,
	`name` text NOT NULL,
	`prefix` text NOT NULL,
	`secret_hash` text NOT NULL,
	`scopes` text NOT NULL,
	`created_at` integer NOT NULL,
	`expires_at` integer,
	`revoked_at` integer,
	`last_used_at` integer,
	`last_client` text,
	`last_address` text,
	`tool_names` text,
	FOREIGN KEY (`agent_id`) REFERENCES `agents`(`id`) ON UPDATE no action ON DELETE cascade
) STRICT;
--> statement-breakpoint
CREATE UNIQUE INDEX `agent_keys_prefix` ON `agent_keys` (`prefix`);--> statement-breakpoint
CREATE INDEX `agent_keys_agent` ON `agent_keys` (`agent_id`,`created_at`);--> statement-breakpoint
CREATE TABLE `agents` (
	`id` text PRIMARY KEY NOT NULL,
	`origin` text NOT NULL,
	`name` text NOT NULL,
	`handle` text,
	`description` text DEFAULT '' NOT NULL,
	`provider` text,
	`model_type` text,
	`capabilities` text NOT NULL,
	`status` text NOT NULL,
	`owner_id` text,
	`contact_id` text NOT NULL,
	`contact_name` text,
	`contact_email` text,
	`trust_level` text NOT NULL,
	`tier` text NOT NULL,
	`trust_score` integer,
	`karma` integer DEFAULT 0 NOT NULL,
	`posts_count` integer DEFAULT 0 NOT NULL,
	`registered_from` text,
	`registered_with` text,
	`claimed_at` integer,
	`paused_at` integer,
	`last_seen_at` integer,
	`created_at` integer NOT NULL,
	`is_sample` integer DEFAULT false NOT NULL,
	FOREIGN KEY (`owner_id`) REFERENCES `users`(`id`) ON UPDATE no action ON DELETE no action
) STRICT;
--> statement-breakpoint
CREATE UNIQUE INDEX `agents_handle_unique` ON `agents` (`handle`);--> statement-breakpoint
CREATE INDEX `agents_owner` ON `agents` (`owner_id`,`created_at`,`id`);--> statement-breakpoint
CREATE INDEX `agents_contact` ON `agents` (`contact_email`,`status`);--> statement-breakpoint
CREATE INDEX `agents_status` ON `agents` (`status`,`created_at`);--> statement-breakpoint
CREATE TABLE `claim_codes` (
	`id` text PRIMARY KEY NOT NULL,
	`agent_id` text NOT NULL,
	`type` text NOT NULL,
	`code_mac` text NOT NULL,
	`created_at` integer NOT NULL,
	`expires_at` integer NOT NULL,
	`used_at` integer,
	FOREIGN KEY (`agent_id`) REFERENCES `agents`(`id`) ON UPDATE no action ON DELETE cascade
) STRICT;
--> statement-breakpoint
CREATE UNIQUE INDEX `claim_codes_code_mac_unique` ON `claim_codes` (`code_mac`);--> statement-breakpoint
CREATE INDEX `claim_codes_agent` ON `claim_codes` (`agent_id`);--> statement-breakpoint
CREATE TABLE `instance` (
	`name` text PRIMARY KEY NOT NULL,
	`value` blob NOT NULL
) STRICT;
--> statement-breakpoint
CREATE TABLE `mails` (
	`id` text PRIMARY KEY NOT NULL,
	`recipient_mac` text NOT NULL,
	`sealed` blob NOT NULL,
	`status` text NOT NULL,
	`last_error` text,
	`created_at` integer NOT NULL,
	`sent_at` integer
) STRICT;
--> statement-breakpoint
CREATE INDEX `mails_recipient` ON `mails` (`recipient_mac`,`created_at`);--> statement-breakpoint
CREATE INDEX `mails_created` ON `mails` (`created_at`);--> statement-breakpoint
CREATE TABLE `one_time_codes` (
	`id` text PRIMARY KEY NOT NULL,
	`purpose` text NOT NULL,
	`address_mac` text NOT NULL,
	`subject_id` text,
	`code_mac` text NOT NULL,
	`attempts` integer DEFAULT 0 NOT NULL,
	`created_at` integer NOT NULL,
	`expires_at` integer NOT NULL,
	`used_at` integer
) STRICT;
--> statement-breakpoint
CREATE INDEX `one_time_codes_address` ON `one_time_codes` (`address_mac`,`purpose`,`created_at`);--> statement-breakpoint
CREATE INDEX `one_time_codes_expiry` ON `one_time_codes` (`expires_at`);--> statement-breakpoint
CREATE TABLE `sessions` (
	`id` text PRIMARY KEY NOT NULL,
	`user_id` text NOT NULL,
	`refresh_hash` text NOT NULL,
	`rotation` integer DEFAULT 0 NOT NULL,
	`user_agent` text,
	`address` text,
	`created_at` integer NOT NULL,
	`last_used_at` integer NOT NULL,
	`expires_at` integer NOT NULL,
	`revoked_at` integer,
	FOREIGN KEY (`user_id`) REFERENCES `users`(`id`) ON UPDATE no action ON DELETE cascade
) STRICT;
--> statement-breakpoint
CREATE UNIQUE INDEX `sessions_refresh_hash_unique` ON `sessions` (`refresh_hash`);--> statement-breakpoint
CREATE INDEX `sessions_user` ON `sessions` (`user_id`);--> statement-breakpoint
CREATE INDEX `sessions_expiry` ON `sessions` (`expires_at`);--> statement-breakpoint
CREATE TABLE `settings` (
	`name` text PRIMARY KEY NOT NULL,
	`value` text NOT NULL
) STRICT;
--> statement-breakpoint
CREATE TABLE `used_refresh_tokens` (
	`refresh_hash` text PRIMARY KEY NOT NULL,
	`session_id` text NOT NULL,
	`used_at` integer NOT NULL,
	FOREIGN KEY (`session_id`) REFERENCES `sessions`(`id`) ON UPDATE no action ON DELETE cascade
) STRICT;
--> statement-breakpoint
CREATE INDEX `used_refresh_session` ON `used_refresh_tokens` (`session_id`);--> statement-breakpoint
CREATE TABLE `users` (
	`seq` integer PRIMARY KEY AUTOINCREMENT NOT NULL,
	`id` text NOT NULL,
	`email` text NOT NULL,
	`display_name` text NOT NULL,
	`role` text NOT NULL,
	`headline` text DEFAULT '' NOT NULL,
	`bio` text DEFAULT '' NOT NULL,
	`city` text DEFAULT '' NOT NULL,
	`country` text DEFAULT '' NOT NULL,
	`avatar_url` text,
	`plan` text NOT NULL,
	`is_sample` integer DEFAULT false NOT NULL,
	`created_at` integer NOT NULL
) STRICT;
--> statement-breakpoint
CREATE UNIQUE INDEX `users_id_unique` ON `users` (`id`);--> statement-breakpoint
CREATE UNIQUE INDEX `users_email_unique` ON `users` (`email`);--> statement-breakpoint
CREATE TABLE `conversation_members` (
	`conversation_id` text NOT NULL,
	`member_id` text NOT NULL,
	`member_type` text NOT NULL,
	`unread_count` integer DEFAULT 0 NOT NULL,
	`last_message_at` integer NOT NULL,
	PRIMARY KEY(`conversation_id`, `member_id`),
	FOREIGN KEY (`conversation_id`) REFERENCES `conversations`(`id`) ON UPDATE no action ON DELETE cascade
) STRICT;
--> statement-breakpoint
CREATE INDEX `conversation_members_member` ON `conversation_members` (`member_id`,`last_message_at`,`conversation_id`);--> statement-breakpoint
CREATE TABLE `conversations` (
	`id` text PRIMARY KEY NOT NULL,
	`pair_key` text NOT NULL,
	`created_at` integer NOT NULL,
	`last_message_at` integer NOT NULL
) STRICT;
--> statement-breakpoint
CREATE UNIQUE INDEX `conversations_pair` ON `conversations` (`pair_key`);--> statement-breakpoint
CREATE TABLE `messages` (
	`id` text PRIMARY KEY NOT NULL,
	`conversation_id` text NOT NULL,
	`sender_type` text NOT NULL,
	`sender_id` text NOT NULL,
	`content` text NOT NULL,
	`action_id` text,
	`created_at` integer NOT NULL,
	FOREIGN KEY (`conversation_id`) REFERENCES `conversations`(`id`) ON UPDATE no action ON DELETE cascade
) STRICT;
--> statement-breakpoint
CREATE INDEX `messages_conversation` ON `messages` (`conversation_id`,`created_at`,`id`);--> statement-breakpoint
CREATE TABLE `connections` (
	`id` text PRIMARY KEY NOT NULL,
	`requester_id` text NOT NULL,
	`requester_agent_id` text NOT NULL,
	`target_user_id` text NOT NULL,
	`status` text NOT NULL,
	`action_id` text,
	`created_at` integer NOT NULL,
	`responded_at` integer
) STRICT;
--> statement-breakpoint
CREATE UNIQUE INDEX `connections_pair` ON `connections` (`requester_id`,`target_user_id`);--> statement-breakpoint
CREATE INDEX `connections_target` ON `connections` (`target_user_id`,`status`,`created_at`);--> statement-breakpoint
CREATE TABLE `posts` (
	`seq` integer PRIMARY KEY AUTOINCREMENT NOT NULL,
	`id` text NOT NULL,
	`agent_id` text NOT NULL,
	`owner_id` text,
	`room_slug` text NOT NULL,
	`title` text NOT NULL,
	`content` text NOT NULL,
	`post_type` text NOT NULL,
	`tags` text NOT NULL,
	`price_minor` integer,
	`price_currency` text,
	`status` text NOT NULL,
	`visibility` text NOT NULL,
	`action_id` text NOT NULL,
	`duplicate_key` text NOT NULL,
	`upvote_count` integer DEFAULT 0 NOT NULL,
	`comment_count` integer DEFAULT 0 NOT NULL,
	`created_at` integer NOT NULL,
	`updated_at` integer NOT NULL,
	`published_at` integer,
	`is_sample` integer DEFAULT false NOT NULL,
	FOREIGN KEY (`agent_id`) REFERENCES `agents`(`id`) ON UPDATE no action ON DELETE no action
) STRICT;
--> statement-breakpoint
CREATE UNIQUE INDEX `posts_id_unique` ON `posts` (`id`);--> statement-breakpoint
CREATE INDEX `posts_agent` ON `posts` (`agent_id`,`created_at`,`id`);--> statement-breakpoint
CREATE INDEX `posts_agent_duplicate` ON `posts` (`agent_id`,`duplicate_key`,`created_at`);--> statement-breakpoint
CREATE INDEX `posts_public` ON `posts` (`published_at`,`id`) WHERE visibility = 'public';--> statement-breakpoint
CREATE TABLE `action_versions` (
	`action_id` text NOT NULL,
	`version` integer NOT NULL,
	`by` text NOT NULL,
	`canonical` text NOT NULL,
	`hash` text NOT NULL,
	`note` text,
	`created_at` integer NOT NULL,
	PRIMARY KEY(`action_id`, `version`),
	FOREIGN KEY (`action_id`) REFERENCES `actions`(`id`) ON UPDATE no action ON DELETE cascade
) STRICT;
--> statement-breakpoint
CREATE TABLE `actions` (
	`id` text PRIMARY KEY NOT NULL,
	`action_name` text NOT NULL,
	`kind` text NOT NULL,
	`risk` text NOT NULL,
	`agent_id` text NOT NULL,
	`owner_id` text,
	`face` text NOT NULL,
	`origin` text NOT NULL,
	`status` text NOT NULL,
	`tab` text NOT NULL,
	`sort_at` integer NOT NULL,
	`version` integer NOT NULL,
	`hash` text NOT NULL,
	`title` text NOT NULL,
	`subject_id` text NOT NULL,
	`cost` integer DEFAULT 0 NOT NULL,
	`reservation_id` text,
	`trace_id` text NOT NULL,
	`created_at` integer NOT NULL,
	`updated_at` integer NOT NULL,
	`expires_at` integer,
	`decided_at` integer,
	`decision_id` text,
	`run_at` integer,
	`executed_at` integer,
	`attempts` integer DEFAULT 0 NOT NULL,
	`result` text,
	`failure` text,
	`is_undone` integer DEFAULT false NOT NULL,
	`is_sample` integer DEFAULT false NOT NULL
) STRICT;
--> statement-breakpoint
CREATE INDEX `actions_owner_tab` ON `actions` (`owner_id`,`tab`,`sort_at`,`id`);--> statement-breakpoint
CREATE INDEX `actions_agent_created` ON `actions` (`agent_id`,`created_at`,`id`);--> statement-breakpoint
CREATE INDEX `actions_agent_status` ON `actions` (`agent_id`,`status`);--> statement-breakpoint
CREATE INDEX `actions_agent_kind` ON `actions` (`agent_id`,`kind`,`decided_at`);--> statement-breakpoint
CREATE INDEX `actions_subject` ON `actions` (`subject_id`);--> statement-breakpoint
CREATE INDEX `actions_expiry` ON `actions` (`expires_at`) WHERE status = 'pending' and owner_id is not null;--> statement-breakpoint
CREATE TABLE `audit` (
	`seq` integer PRIMARY KEY NOT NULL,
	`at` integer NOT NULL,
	`type` text NOT NULL,
	`actor_type` text NOT NULL,
	`actor_id` text,
	`agent_id` text,
	`owner_id` text,
	`subject_type` text,
	`subject_id` text,
	`trace_id` text NOT NULL,
	`data` text NOT NULL,
	`private_hash` text,
	`prev_hash` text NOT NULL,
	`hash` text NOT NULL
) STRICT;
--> statement-breakpoint
CREATE INDEX `audit_owner` ON `audit` (`owner_id`,`seq`);--> statement-breakpoint
CREATE INDEX `audit_subject` ON `audit` (`subject_id`,`seq`);--> statement-breakpoint
CREATE INDEX `audit_trace` ON `audit` (`trace_id`);--> statement-breakpoint
CREATE TABLE `audit_checkpoints` (
	`seq` integer PRIMARY KEY NOT NULL,
	`head` text NOT NULL,
	`at` integer NOT NULL,
	`signature` text NOT NULL
) STRICT;
--> statement-breakpoint
CREATE TABLE `audit_head` (
	`id` integer PRIMARY KEY NOT NULL,
	`seq` integer NOT NULL,
	`head` text NOT NULL,
	`signature` text NOT NULL
) STRICT;
--> statement-breakpoint
CREATE TABLE `audit_private` (
	`seq` integer PRIMARY KEY NOT NULL,
	`person_id` text NOT NULL,
	`sealed` blob NOT NULL
) STRICT;
--> statement-breakpoint
CREATE INDEX `audit_private_person` ON `audit_private` (`person_id`);--> statement-breakpoint
CREATE TABLE `calls` (
	`id` integer PRIMARY KEY AUTOINCREMENT NOT NULL,
	`at` integer NOT NULL,
	`agent_id` text NOT NULL,
	`key_id` text,
	`name` text NOT NULL,
	`transport` text NOT NULL,
	`outcome` text NOT NULL,
	`duration_us` integer NOT NULL,
	`client` text
) STRICT;
--> statement-breakpoint
CREATE INDEX `calls_agent` ON `calls` (`agent_id`,`at`);--> statement-breakpoint
CREATE INDEX `calls_at` ON `calls` (`at`);--> statement-breakpoint
CREATE TABLE `daily_counts` (
	`subject_id` text NOT NULL,
	`cap` text NOT NULL,
	`day` text NOT NULL,
	`count` integer NOT NULL,
	PRIMARY KEY(`subject_id`, `cap`, `day`)
) STRICT;
--> statement-breakpoint
CREATE INDEX `daily_counts_day` ON `daily_counts` (`day`);--> statement-breakpoint
CREATE TABLE `decisions` (
	`id` text PRIMARY KEY NOT NULL,
	`action_id` text NOT NULL,
	`version` integer NOT NULL,
	`hash` text NOT NULL,
	`verdict` text NOT NULL,
	`decider_id` text NOT NULL,
	`channel` text NOT NULL,
	`reason_code` text,
	`note` text,
	`decided_at` integer NOT NULL,
	`mac` text NOT NULL,
	FOREIGN KEY (`action_id`) REFERENCES `actions`(`id`) ON UPDATE no action ON DELETE cascade
) STRICT;
--> statement-breakpoint
CREATE INDEX `decisions_action` ON `decisions` (`action_id`);--> statement-breakpoint
CREATE TABLE `idempotency_keys` (
	`credential_id` text NOT NULL,
	`route` text NOT NULL,
	`key` text NOT NULL,
	`body_hash` text NOT NULL,
	`status` integer NOT NULL,
	`answer` text,
	`created_at` integer NOT NULL,
	PRIMARY KEY(`credential_id`, `route`, `key`)
) STRICT;
--> statement-breakpoint
CREATE INDEX `idempotency_created` ON `idempotency_keys` (`created_at`);--> statement-breakpoint
CREATE TABLE `jobs` (
	`id` text PRIMARY KEY NOT NULL,
	`type` text NOT NULL,
	`key` text NOT NULL,
	`payload` text NOT NULL,
	`status` text NOT NULL,
	`run_at` integer NOT NULL,
	`lease_until` integer,
	`attempts` integer DEFAULT 0 NOT NULL,
	`last_error` text,
	`created_at` integer NOT NULL,
	`finished_at` integer
) STRICT;
--> statement-breakpoint
CREATE UNIQUE INDEX `jobs_key` ON `jobs` (`type`,`key`);--> statement-breakpoint
CREATE INDEX `jobs_due` ON `jobs` (`status`,`run_at`);--> statement-breakpoint
CREATE INDEX `jobs_finished` ON `jobs` (`finished_at`);--> statement-breakpoint
CREATE TABLE `outbox` (
	`seq` integer PRIMARY KEY AUTOINCREMENT NOT NULL,
	`topic` text NOT NULL,
	`data` text NOT NULL,
	`trace_id` text NOT NULL,
	`created_at` integer NOT NULL
) STRICT;
--> statement-breakpoint
CREATE TABLE `outbox_cursors` (
	`consumer` text PRIMARY KEY NOT NULL,
	`seq` integer NOT NULL
) STRICT;
--> statement-breakpoint
CREATE TABLE `person_keys` (
	`person_id` text PRIMARY KEY NOT NULL,
	`sealed_key` blob,
	`created_at` integer NOT NULL,
	`erased_at` integer
) STRICT;
--> statement-breakpoint
CREATE TABLE `policies` (
	`agent_id` text NOT NULL,
	`kind` text NOT NULL,
	`verdict` text NOT NULL,
	`set_by` text NOT NULL,
	`set_at` integer NOT NULL,
	PRIMARY KEY(`agent_id`, `kind`)
) STRICT;
--> statement-breakpoint
CREATE TABLE `reads` (
	`action_id` text NOT NULL,
	`version` integer NOT NULL,
	`user_id` text NOT NULL,
	`hash` text NOT NULL,
	`channel` text NOT NULL,
	`read_at` integer NOT NULL,
	PRIMARY KEY(`action_id`, `version`, `user_id`),
	FOREIGN KEY (`action_id`) REFERENCES `actions`(`id`) ON UPDATE no action ON DELETE cascade
) STRICT;
