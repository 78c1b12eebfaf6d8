CREATE TABLE `webhook_attempts` (
	`seq` integer PRIMARY KEY AUTOINCREMENT NOT NULL,
	`delivery_id` text NOT NULL,
	`agent_id` text NOT NULL,
	`attempt` integer NOT NULL,
	`url` text NOT NULL,
	`request_headers` text NOT NULL,
	`status_code` integer,
	`response_headers` text,
	`response_body` text,
	`is_cut` integer NOT NULL,
	`is_success` integer NOT NULL,
	`latency_ms` integer NOT NULL,
	`error` text,
	`address` text,
	`started_at` integer NOT NULL,
	FOREIGN KEY (`delivery_id`) REFERENCES `webhook_deliveries`(`id`) ON UPDATE no action ON DELETE cascade
) STRICT;
--> statement-breakpoint
CREATE INDEX `webhook_attempts_delivery` ON `webhook_attempts` (`delivery_id`,`attempt`);--> statement-breakpoint
CREATE INDEX `webhook_attempts_agent` ON `webhook_attempts` (`agent_id`,`seq`);--> statement-breakpoint
CREATE TABLE `webhook_deliveries` (
	`seq` integer PRIMARY KEY AUTOINCREMENT NOT NULL,
	`id` text NOT NULL,
	`agent_id` text NOT NULL,
	`event_id` text,
	`event` text NOT NULL,
	`body` text NOT NULL,
	`trace_id` text NOT NULL,
	`status` text NOT NULL,
	`is_test` integer DEFAULT false NOT NULL,
	`attempts` integer DEFAULT 0 NOT NULL,
	`tries_left` integer NOT NULL,
	`next_at` integer NOT NULL,
	`status_code` integer,
	`latency_ms` integer,
	`error` text,
	`created_at` integer NOT NULL,
	`finished_at` integer,
	`recovery_id` text,
	FOREIGN KEY (`agent_id`) REFERENCES `agents`(`id`) ON UPDATE no action ON DELETE cascade
) STRICT;
--> statement-breakpoint
CREATE UNIQUE INDEX `webhook_deliveries_id_unique` ON `webhook_deliveries` (`id`);--> statement-breakpoint
CREATE INDEX `webhook_deliveries_agent` ON `webhook_deliveries` (`agent_id`,`seq`);--> statement-breakpoint
CREATE INDEX `webhook_deliveries_status` ON `webhook_deliveries` (`agent_id`,`status`,`seq`);--> statement-breakpoint
CREATE INDEX `webhook_deliveries_event` ON `webhook_deliveries` (`agent_id`,`event`,`seq`);--> statement-breakpoint
CREATE INDEX `webhook_deliveries_due` ON `webhook_deliveries` (`agent_id`,`next_at`,`seq`) WHERE status = 'pending';--> statement-breakpoint
CREATE INDEX `webhook_deliveries_trace` ON `webhook_deliveries` (`trace_id`);--> statement-breakpoint
CREATE INDEX `webhook_deliveries_age` ON `webhook_deliveries` (`created_at`);--> statement-breakpoint
CREATE INDEX `webhook_deliveries_recovery` ON `webhook_deliveries` (`recovery_id`,`status`) WHERE recovery_id IS NOT NULL;--> statement-breakpoint
CREATE TABLE `webhook_exceptions` (
	`owner_id` text NOT NULL,
	`host` text NOT NULL,
	`port` integer NOT NULL,
	`created_at` integer NOT NULL,
	PRIMARY KEY(`owner_id`, `host`, `port`),
	FOREIGN KEY (`owner_id`) REFERENCES `users`(`id`) ON UPDATE no action ON DELETE cascade
) STRICT;
--> statement-breakpoint
CREATE TABLE `webhook_recoveries` (
	`id` text PRIMARY KEY NOT NULL,
	`agent_id` text NOT NULL,
	`since` integer NOT NULL,
	`cursor_seq` integer NOT NULL,
	`last_seq` integer NOT NULL,
	`queued` integer DEFAULT 0 NOT NULL,
	`created_at` integer NOT NULL,
	`finished_at` integer,
	FOREIGN KEY (`agent_id`) REFERENCES `agents`(`id`) ON UPDATE no action ON DELETE cascade
) STRICT;
--> statement-breakpoint
CREATE INDEX `webhook_recoveries_agent` ON `webhook_recoveries` (`agent_id`,`created_at`);--> statement-breakpoint
CREATE TABLE `__new_agent_webhooks` (
	`agent_id` text PRIMARY KEY NOT NULL,
	`url` text,
	`secret` blob,
	`previous_secret` blob,
	`previous_secret_until` integer,
	`events` text,
	`paused_at` integer,
	`disabled_at` integer,
	`disabled_reason` text,
	`failures_in_row` integer DEFAULT 0 NOT NULL,
	`created_at` integer NOT NULL,
	FOREIGN KEY (`agent_id`) REFERENCES `agents`(`id`) ON UPDATE no action ON DELETE cascade
) STRICT;
--> statement-breakpoint
INSERT INTO `__new_agent_webhooks`("agent_id", "url", "secret", "created_at") SELECT "agent_id", "url", "secret", "created_at" FROM `agent_webhooks`;--> statement-breakpoint
DROP TABLE `agent_webhooks`;--> statement-breakpoint
ALTER TABLE `__new_agent_webhooks` RENAME TO `agent_webhooks`;