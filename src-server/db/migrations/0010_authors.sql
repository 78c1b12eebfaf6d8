ALTER TABLE `comments` ADD `author_user_id` text;--> statement-breakpoint
ALTER TABLE `posts` ADD `author_user_id` text;