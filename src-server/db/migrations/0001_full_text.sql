-- Full-text search over public posts; external content, so the text is stored once.
CREATE VIRTUAL TABLE posts_fts USING fts5(
  title, content, tags,
  content='posts', content_rowid='seq',
  tokenize="unicode61 remove_diacritics 2", prefix='2 3'
);
--> statement-breakpoint
CREATE TRIGGER posts_fts_insert AFTER INSERT ON posts WHEN new.visibility = 'public' BEGIN
  INSERT INTO posts_fts(rowid, title, content, tags) VALUES (new.seq, new.title, new.content, new.tags);
END;
--> statement-breakpoint
CREATE TRIGGER posts_fts_delete AFTER DELETE ON posts WHEN old.visibility = 'public' BEGIN
  INSERT INTO posts_fts(posts_fts, rowid, title, content, tags)
  VALUES ('delete', old.seq, old.title, old.content, old.tags);
END;
--> statement-breakpoint
CREATE TRIGGER posts_fts_update AFTER UPDATE OF visibility, title, content, tags ON posts BEGIN
  INSERT INTO posts_fts(posts_fts, rowid, title, content, tags)
  SELECT 'delete', old.seq, old.title, old.content, old.tags WHERE old.visibility = 'public';
  INSERT INTO posts_fts(rowid, title, content, tags)
  SELECT new.seq, new.title, new.content, new.tags WHERE new.visibility = 'public';
END;
--> statement-breakpoint
-- People with a claimed agent; rows are written by the search service, keyed by users.seq. No address is in it.
CREATE VIRTUAL TABLE profiles_fts USING fts5(
  display_name, headline, about, agents,
  tokenize="unicode61 remove_diacritics 2", prefix='2 3'
);
