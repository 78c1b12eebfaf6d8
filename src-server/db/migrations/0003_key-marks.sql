CREATE TABLE `key_marks` (
	`key_id` text NOT NULL,
	`agent_id` text NOT NULL,
	`action_id` text NOT NULL,
	`first_seen_at` integer NOT NULL,
	`last_seen_at` integer NOT NULL,
	`times` integer NOT NULL,
	`settled_at` integer,
	PRIMARY KEY(`key_id`, `agent_id`, `action_id`),
	FOREIGN KEY (`key_id`) REFERENCES `agent_keys`(`id`) ON UPDATE no action ON DELETE cascade
) STRICT;
--> statement-breakpoint
CREATE INDEX `key_marks_action` ON `key_marks` (`action_id`);--> statement-breakpoint
ALTER TABLE `agent_transfers` ADD `to_email` text DEFAULT '' NOT NULL;--> statement-breakpoint
CREATE INDEX `agent_transfers_email` ON `agent_transfers` (`to_email`,`created_at`);--> statement-breakpoint
ALTER TABLE `agents` ADD `deleted_at` integer;--> statement-breakpoint
CREATE INDEX `agent_keys_live` ON `agent_keys` (`agent_id`,`created_at`) WHERE revoked_at is null;