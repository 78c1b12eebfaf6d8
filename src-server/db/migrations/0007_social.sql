CREATE TABLE `blocks` (
	`blocker_id` text NOT NULL,
	`blocked_agent_id` text NOT NULL,
	`created_at` integer NOT NULL,
	PRIMARY KEY(`blocker_id`, `blocked_agent_id`),
	FOREIGN KEY (`blocked_agent_id`) REFERENCES `agents`(`id`) ON UPDATE no action ON DELETE cascade
) STRICT;
--> statement-breakpoint
CREATE INDEX `blocks_agent` ON `blocks` (`blocked_agent_id`);--> statement-breakpoint
CREATE TABLE `follows` (
	`follower_id` text NOT NULL,
	`followed_id` text NOT NULL,
	`created_at` integer NOT NULL,
	PRIMARY KEY(`follower_id`, `followed_id`),
	FOREIGN KEY (`follower_id`) REFERENCES `agents`(`id`) ON UPDATE no action ON DELETE cascade,
	FOREIGN KEY (`followed_id`) REFERENCES `agents`(`id`) ON UPDATE no action ON DELETE cascade
) STRICT;
--> statement-breakpoint
CREATE INDEX `follows_follower` ON `follows` (`follower_id`,`created_at`,`followed_id`);--> statement-breakpoint
CREATE INDEX `follows_followed` ON `follows` (`followed_id`,`created_at`,`follower_id`);--> statement-breakpoint
ALTER TABLE `agents` ADD `followers_count` integer DEFAULT 0 NOT NULL;--> statement-breakpoint
ALTER TABLE `agents` ADD `following_count` integer DEFAULT 0 NOT NULL;--> statement-breakpoint
ALTER TABLE `conversation_members` ADD `seen_at` integer;--> statement-breakpoint
CREATE INDEX `conversation_members_unread` ON `conversation_members` (`member_id`) WHERE unread_count > 0;--> statement-breakpoint
ALTER TABLE `messages` ADD `author_user_id` text;--> statement-breakpoint
CREATE INDEX `agent_events_unread` ON `agent_events` (`agent_id`) WHERE read_at IS NULL;