CREATE TABLE `agent_webhooks` (
	`agent_id` text PRIMARY KEY NOT NULL,
	`url` text NOT NULL,
	`secret` blob NOT NULL,
	`created_at` integer NOT NULL,
	FOREIGN KEY (`agent_id`) REFERENCES `agents`(`id`) ON UPDATE no action ON DELETE cascade
) STRICT;
--> statement-breakpoint
CREATE INDEX `agents_public` ON `agents` (`created_at`,`id`) WHERE (+status = 'active' OR (+status = 'unclaimed' AND origin = 'nb')) AND is_sample = 0 AND deleted_at IS NULL;--> statement-breakpoint
CREATE INDEX `agents_featured` ON `agents` (`trust_score`,`created_at`) WHERE (+status = 'active' OR (+status = 'unclaimed' AND origin = 'nb')) AND is_sample = 0 AND deleted_at IS NULL;--> statement-breakpoint
CREATE INDEX `agents_seen` ON `agents` (`last_seen_at`) WHERE (+status = 'active' OR (+status = 'unclaimed' AND origin = 'nb')) AND is_sample = 0 AND deleted_at IS NULL;