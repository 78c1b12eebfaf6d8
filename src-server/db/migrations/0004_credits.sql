CREATE TABLE `credit_accounts` (
	`id` text PRIMARY KEY NOT NULL,
	`agent_id` text,
	`type` text NOT NULL,
	`balance` integer DEFAULT 0 NOT NULL,
	`floor` integer,
	CONSTRAINT "credit_accounts_floor" CHECK("credit_accounts"."floor" IS NULL OR "credit_accounts"."balance" >= "credit_accounts"."floor")
) STRICT;
--> statement-breakpoint
CREATE INDEX `credit_accounts_agent` ON `credit_accounts` (`agent_id`);--> statement-breakpoint
CREATE TABLE `credit_caps` (
	`agent_id` text NOT NULL,
	`kind` text NOT NULL,
	`per_day` integer NOT NULL,
	`set_at` integer NOT NULL,
	PRIMARY KEY(`agent_id`, `kind`)
) STRICT;
--> statement-breakpoint
CREATE TABLE `credit_days` (
	`agent_id` text NOT NULL,
	`kind` text NOT NULL,
	`day` text NOT NULL,
	`amount` integer NOT NULL,
	PRIMARY KEY(`agent_id`, `day`, `kind`)
) STRICT;
--> statement-breakpoint
CREATE INDEX `credit_days_day` ON `credit_days` (`day`);--> statement-breakpoint
CREATE TABLE `credit_entries` (
	`transaction_id` text NOT NULL,
	`account_id` text NOT NULL,
	`amount` integer NOT NULL,
	PRIMARY KEY(`transaction_id`, `account_id`),
	FOREIGN KEY (`transaction_id`) REFERENCES `credit_transactions`(`id`) ON UPDATE no action ON DELETE no action,
	FOREIGN KEY (`account_id`) REFERENCES `credit_accounts`(`id`) ON UPDATE no action ON DELETE no action
) STRICT;
--> statement-breakpoint
CREATE INDEX `credit_entries_account` ON `credit_entries` (`account_id`);--> statement-breakpoint
CREATE TABLE `credit_reservations` (
	`id` text PRIMARY KEY NOT NULL,
	`agent_id` text NOT NULL,
	`action_id` text NOT NULL,
	`kind` text NOT NULL,
	`cost_name` text NOT NULL,
	`amount` integer NOT NULL,
	`source_id` text NOT NULL,
	`created_at` integer NOT NULL,
	`settled_at` integer,
	`outcome` text
) STRICT;
--> statement-breakpoint
CREATE INDEX `credit_reservations_open` ON `credit_reservations` (`agent_id`) WHERE settled_at is null;--> statement-breakpoint
CREATE TABLE `credit_transactions` (
	`seq` integer PRIMARY KEY AUTOINCREMENT NOT NULL,
	`id` text NOT NULL,
	`agent_id` text NOT NULL,
	`type` text NOT NULL,
	`cost_name` text,
	`action_id` text,
	`amount` integer NOT NULL,
	`balance_after` integer,
	`created_at` integer NOT NULL
) STRICT;
--> statement-breakpoint
CREATE UNIQUE INDEX `credit_transactions_id_unique` ON `credit_transactions` (`id`);--> statement-breakpoint
CREATE INDEX `credit_transactions_agent` ON `credit_transactions` (`agent_id`,`seq`);--> statement-breakpoint
CREATE INDEX `credit_transactions_action` ON `credit_transactions` (`action_id`);--> statement-breakpoint
CREATE TABLE `credit_wallets` (
	`agent_id` text PRIMARY KEY NOT NULL,
	`anchor_day` integer NOT NULL,
	`next_grant_at` integer NOT NULL,
	`granted_in_period` integer NOT NULL
) STRICT;
--> statement-breakpoint
CREATE INDEX `credit_wallets_due` ON `credit_wallets` (`next_grant_at`);
--> statement-breakpoint
CREATE TRIGGER `credit_transactions_no_update` BEFORE UPDATE ON `credit_transactions` BEGIN
  SELECT RAISE(ABORT, 'The ledger is append-only');
END;
--> statement-breakpoint
CREATE TRIGGER `credit_transactions_no_delete` BEFORE DELETE ON `credit_transactions` BEGIN
  SELECT RAISE(ABORT, 'The ledger is append-only');
END;
--> statement-breakpoint
CREATE TRIGGER `credit_entries_no_update` BEFORE UPDATE ON `credit_entries` BEGIN
  SELECT RAISE(ABORT, 'The ledger is append-only');
END;
--> statement-breakpoint
CREATE TRIGGER `credit_entries_no_delete` BEFORE DELETE ON `credit_entries` BEGIN
  SELECT RAISE(ABORT, 'The ledger is append-only');
END;
