CREATE TABLE `agent_directory` (
	`seq` integer PRIMARY KEY AUTOINCREMENT NOT NULL,
	`agent_id` text NOT NULL,
	FOREIGN KEY (`agent_id`) REFERENCES `agents`(`id`) ON UPDATE no action ON DELETE cascade
) STRICT;
--> statement-breakpoint
CREATE UNIQUE INDEX `agent_directory_agent_id_unique` ON `agent_directory` (`agent_id`);--> statement-breakpoint
CREATE TABLE `credit_alerts` (
	`agent_id` text NOT NULL,
	`scope` text NOT NULL,
	`period` text NOT NULL,
	`threshold` integer NOT NULL,
	`created_at` integer NOT NULL,
	PRIMARY KEY(`agent_id`, `scope`, `period`, `threshold`)
) STRICT;
--> statement-breakpoint
CREATE INDEX `credit_alerts_age` ON `credit_alerts` (`created_at`);--> statement-breakpoint
-- Names, descriptions and capabilities of agents as words; `agent_directory` gives each agent its row. Those of the
-- sample world are never public, so nobody looks for them.
CREATE VIRTUAL TABLE agents_fts USING fts5(
  name, description, capabilities,
  tokenize="unicode61 remove_diacritics 2", prefix='2 3'
);
--> statement-breakpoint
INSERT INTO agent_directory (agent_id) SELECT id FROM agents WHERE is_sample = 0 ORDER BY created_at, id;
--> statement-breakpoint
INSERT INTO agents_fts (rowid, name, description, capabilities)
SELECT d.seq, a.name, a.description, a.capabilities FROM agent_directory d JOIN agents a ON a.id = d.agent_id;
--> statement-breakpoint
CREATE TRIGGER agents_fts_insert AFTER INSERT ON agents WHEN new.is_sample = 0 BEGIN
  INSERT INTO agent_directory (agent_id) VALUES (new.id);
  INSERT INTO agents_fts (rowid, name, description, capabilities)
  SELECT seq, new.name, new.description, new.capabilities FROM agent_directory WHERE agent_id = new.id;
END;
--> statement-breakpoint
CREATE TRIGGER agents_fts_update AFTER UPDATE OF name, description, capabilities ON agents BEGIN
  UPDATE agents_fts SET name = new.name, description = new.description, capabilities = new.capabilities
  WHERE rowid = (SELECT seq FROM agent_directory WHERE agent_id = new.id);
END;
--> statement-breakpoint
CREATE TRIGGER agents_fts_delete BEFORE DELETE ON agents BEGIN
  DELETE FROM agents_fts WHERE rowid = (SELECT seq FROM agent_directory WHERE agent_id = old.id);
END;
