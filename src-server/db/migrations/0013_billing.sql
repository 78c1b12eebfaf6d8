CREATE TABLE `agent_plans` (
	`agent_id` text PRIMARY KEY NOT NULL,
	`tier` text NOT NULL,
	`former_tier` text NOT NULL,
	`started_at` integer NOT NULL,
	`ends_at` integer NOT NULL
) STRICT;
--> statement-breakpoint
CREATE INDEX `agent_plans_end` ON `agent_plans` (`ends_at`);--> statement-breakpoint
CREATE TABLE `payment_events` (
	`id` text PRIMARY KEY NOT NULL,
	`type` text NOT NULL,
	`payment_id` text NOT NULL,
	`received_at` integer NOT NULL
) STRICT;
--> statement-breakpoint
CREATE INDEX `payment_events_age` ON `payment_events` (`received_at`);--> statement-breakpoint
CREATE TABLE `payments` (
	`id` text PRIMARY KEY NOT NULL,
	`purpose` text NOT NULL,
	`credits` integer,
	`plan_key` text,
	`agent_id` text NOT NULL,
	`buyer_id` text NOT NULL,
	`amount` integer NOT NULL,
	`currency` text NOT NULL,
	`status` text NOT NULL,
	`provider` text,
	`session_id` text,
	`checkout_url` text,
	`checkout_expires_at` integer,
	`created_at` integer NOT NULL,
	`updated_at` integer NOT NULL,
	`paid_at` integer,
	`fulfilled_at` integer,
	`transaction_id` text,
	CONSTRAINT "payments_amount" CHECK("payments"."amount" > 0),
	CONSTRAINT "payments_item" CHECK(("payments"."credits" IS NULL) <> ("payments"."plan_key" IS NULL))
) STRICT;
--> statement-breakpoint
CREATE UNIQUE INDEX `payments_session_id_unique` ON `payments` (`session_id`);--> statement-breakpoint
CREATE INDEX `payments_agent` ON `payments` (`agent_id`,`status`);--> statement-breakpoint
CREATE INDEX `payments_buyer` ON `payments` (`buyer_id`,`created_at`,`id`);--> statement-breakpoint
CREATE INDEX `payments_status` ON `payments` (`status`,`updated_at`);