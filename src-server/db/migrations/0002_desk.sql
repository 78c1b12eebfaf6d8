CREATE TABLE `agent_transfers` (
	`id` text PRIMARY KEY NOT NULL,
	`agent_id` text NOT NULL,
	`from_user_id` text NOT NULL,
	`to_user_id` text NOT NULL,
	`created_at` integer NOT NULL,
	`expires_at` integer NOT NULL,
	`ended_at` integer,
	`outcome` text,
	FOREIGN KEY (`agent_id`) REFERENCES `agents`(`id`) ON UPDATE no action ON DELETE cascade
) STRICT;
--> statement-breakpoint
CREATE INDEX `agent_transfers_agent` ON `agent_transfers` (`agent_id`,`created_at`);--> statement-breakpoint
CREATE INDEX `agent_transfers_to` ON `agent_transfers` (`to_user_id`,`created_at`);--> statement-breakpoint
CREATE TABLE `key_clients` (
	`key_id` text NOT NULL,
	`client` text NOT NULL,
	`address` text NOT NULL,
	`first_seen_at` integer NOT NULL,
	`last_seen_at` integer NOT NULL,
	`calls` integer NOT NULL,
	PRIMARY KEY(`key_id`, `client`, `address`),
	FOREIGN KEY (`key_id`) REFERENCES `agent_keys`(`id`) ON UPDATE no action ON DELETE cascade
) STRICT;
--> statement-breakpoint
CREATE TABLE `guidance` (
	`id` text PRIMARY KEY NOT NULL,
	`agent_id` text NOT NULL,
	`owner_id` text NOT NULL,
	`kind` text,
	`text` text NOT NULL,
	`action_id` text,
	`created_at` integer NOT NULL,
	`retired_at` integer
) STRICT;
--> statement-breakpoint
CREATE INDEX `guidance_agent` ON `guidance` (`agent_id`,`created_at`,`id`);--> statement-breakpoint
ALTER TABLE `agent_keys` ADD `replaced_by_id` text;--> statement-breakpoint
ALTER TABLE `agent_keys` ADD `replaced_at` integer;--> statement-breakpoint
ALTER TABLE `agent_keys` ADD `frozen_at` integer;--> statement-breakpoint
ALTER TABLE `agent_keys` ADD `calls_count` integer DEFAULT 0 NOT NULL;--> statement-breakpoint
ALTER TABLE `agent_keys` ADD `calls_at_replacement` integer;--> statement-breakpoint
ALTER TABLE `agents` ADD `frozen_at` integer;--> statement-breakpoint
ALTER TABLE `users` ADD `frozen_at` integer;--> statement-breakpoint
ALTER TABLE `users` ADD `erased_at` integer;--> statement-breakpoint
ALTER TABLE `actions` ADD `snoozed_until` integer;--> statement-breakpoint
CREATE INDEX `actions_snooze` ON `actions` (`snoozed_until`) WHERE snoozed_until is not null;