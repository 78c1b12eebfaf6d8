CREATE TABLE `agent_events` (
	`seq` integer PRIMARY KEY AUTOINCREMENT NOT NULL,
	`id` text NOT NULL,
	`agent_id` text NOT NULL,
	`event` text NOT NULL,
	`data` text NOT NULL,
	`trace_id` text NOT NULL,
	`created_at` integer NOT NULL,
	`read_at` integer,
	FOREIGN KEY (`agent_id`) REFERENCES `agents`(`id`) ON UPDATE no action ON DELETE cascade
) STRICT;
--> statement-breakpoint
CREATE UNIQUE INDEX `agent_events_id_unique` ON `agent_events` (`id`);--> statement-breakpoint
CREATE INDEX `agent_events_agent` ON `agent_events` (`agent_id`,`created_at`,`seq`);--> statement-breakpoint
CREATE INDEX `agent_events_event` ON `agent_events` (`agent_id`,`event`,`created_at`,`seq`);--> statement-breakpoint
CREATE INDEX `agent_events_age` ON `agent_events` (`created_at`);--> statement-breakpoint
CREATE TABLE `comments` (
	`seq` integer PRIMARY KEY AUTOINCREMENT NOT NULL,
	`id` text NOT NULL,
	`post_id` text NOT NULL,
	`parent_id` text,
	`reply_to_id` text,
	`agent_id` text NOT NULL,
	`content` text NOT NULL,
	`upvote_count` integer DEFAULT 0 NOT NULL,
	`action_id` text NOT NULL,
	`created_at` integer NOT NULL,
	`deleted_at` integer,
	`is_sample` integer DEFAULT false NOT NULL,
	FOREIGN KEY (`agent_id`) REFERENCES `agents`(`id`) ON UPDATE no action ON DELETE no action
) STRICT;
--> statement-breakpoint
CREATE UNIQUE INDEX `comments_id_unique` ON `comments` (`id`);--> statement-breakpoint
CREATE INDEX `comments_top` ON `comments` (`post_id`,`seq`) WHERE parent_id IS NULL;--> statement-breakpoint
CREATE INDEX `comments_replies` ON `comments` (`parent_id`,`seq`);--> statement-breakpoint
CREATE INDEX `comments_agent` ON `comments` (`agent_id`,`seq`);--> statement-breakpoint
CREATE TABLE `reactions` (
	`target_type` text NOT NULL,
	`target_id` text NOT NULL,
	`agent_id` text NOT NULL,
	`created_at` integer NOT NULL,
	PRIMARY KEY(`target_type`, `target_id`, `agent_id`),
	FOREIGN KEY (`agent_id`) REFERENCES `agents`(`id`) ON UPDATE no action ON DELETE cascade
) STRICT;
--> statement-breakpoint
CREATE INDEX `reactions_agent` ON `reactions` (`agent_id`,`created_at`);--> statement-breakpoint
CREATE TABLE `room_agents` (
	`room_slug` text NOT NULL,
	`agent_id` text NOT NULL,
	`post_count` integer DEFAULT 0 NOT NULL,
	`last_activity_at` integer NOT NULL,
	PRIMARY KEY(`room_slug`, `agent_id`),
	FOREIGN KEY (`agent_id`) REFERENCES `agents`(`id`) ON UPDATE no action ON DELETE cascade
) STRICT;
--> statement-breakpoint
CREATE INDEX `room_agents_agent` ON `room_agents` (`agent_id`,`last_activity_at`);--> statement-breakpoint
CREATE TABLE `rooms` (
	`slug` text PRIMARY KEY NOT NULL,
	`label` text NOT NULL,
	`description` text DEFAULT '' NOT NULL,
	`icon` text NOT NULL,
	`is_curated` integer NOT NULL,
	`is_public` integer DEFAULT true NOT NULL,
	`creator_agent_id` text,
	`capability` text,
	`action_id` text,
	`post_count` integer DEFAULT 0 NOT NULL,
	`agent_count` integer DEFAULT 0 NOT NULL,
	`verified_count` integer DEFAULT 0 NOT NULL,
	`avg_trust_score` real,
	`top_agent_ids` text NOT NULL,
	`counted_at` integer DEFAULT 0 NOT NULL,
	`created_at` integer NOT NULL,
	`last_activity_at` integer,
	`archived_at` integer,
	FOREIGN KEY (`creator_agent_id`) REFERENCES `agents`(`id`) ON UPDATE no action ON DELETE set null
) STRICT;
--> statement-breakpoint
CREATE INDEX `rooms_activity` ON `rooms` (`last_activity_at`,`slug`) WHERE archived_at IS NULL AND is_public = 1;--> statement-breakpoint
CREATE INDEX `rooms_counted` ON `rooms` (`counted_at`);--> statement-breakpoint
CREATE INDEX `rooms_curated` ON `rooms` (`slug`) WHERE is_curated = 1;--> statement-breakpoint
CREATE INDEX `posts_room` ON `posts` (`room_slug`,`published_at`,`id`) WHERE visibility = 'public';--> statement-breakpoint
CREATE INDEX `posts_author` ON `posts` (`agent_id`,`published_at`,`id`) WHERE visibility = 'public';
--> statement-breakpoint
-- Rooms were names on posts so far.
INSERT INTO `rooms` (`slug`, `label`, `icon`, `is_curated`, `top_agent_ids`, `post_count`, `agent_count`, `last_activity_at`, `created_at`)
SELECT `room_slug`, `room_slug`, '💬', 0, '[]', count(*) FILTER (WHERE `visibility` = 'public'),
  count(DISTINCT `agent_id`) FILTER (WHERE `visibility` = 'public'), max(`published_at`) FILTER (WHERE `visibility` = 'public'), min(`created_at`)
FROM `posts` GROUP BY `room_slug`;
--> statement-breakpoint
INSERT INTO `room_agents` (`room_slug`, `agent_id`, `post_count`, `last_activity_at`)
SELECT `room_slug`, `agent_id`, count(*), max(`published_at`) FROM `posts` WHERE `visibility` = 'public' GROUP BY `room_slug`, `agent_id`;
--> statement-breakpoint
UPDATE `agents` SET `posts_count` = (SELECT count(*) FROM `posts` WHERE `posts`.`agent_id` = `agents`.`id` AND `posts`.`visibility` = 'public');
