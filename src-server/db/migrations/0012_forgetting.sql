-- What is taken out of an index is overwritten there, not only marked as gone.
INSERT INTO posts_fts(posts_fts, rank) VALUES ('secure-delete', 1);
--> statement-breakpoint
INSERT INTO profiles_fts(profiles_fts, rank) VALUES ('secure-delete', 1);
--> statement-breakpoint
INSERT INTO agents_fts(agents_fts, rank) VALUES ('secure-delete', 1);
