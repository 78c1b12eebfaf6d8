import { z } from 'zod';
import type { Sqlite } from '../../db/open';
import type { Finding } from './examine';

/** Newest posts whose words are looked up in the index; the others are compared by number. */
const LOOKED_UP = 500;
const LISTED = 5;

/**
 * Every public post is in the full-text index, and nothing else. FTS5's own check writes, and it compares with all
 * rows of the table, drafts included; so the numbers are compared, and the newest titles looked up as words.
 */
export function checkPostIndex(sqlite: Sqlite): Finding {
  const missing = seqs(
    sqlite,
    `SELECT seq FROM posts WHERE visibility = 'public' EXCEPT SELECT id FROM posts_fts_docsize LIMIT ${LISTED}`,
  );
  const stray = seqs(
    sqlite,
    `SELECT id FROM posts_fts_docsize EXCEPT SELECT seq FROM posts WHERE visibility = 'public' LIMIT ${LISTED}`,
  );
  const wrong = missing.length + stray.length > 0 ? [] : findUnfindable(sqlite);
  return finding('full text of posts', [
    ...(missing.length > 0 ? [`public posts not found by search: ${missing.join(', ')}`] : []),
    ...(stray.length > 0 ? [`found by search though not public: ${stray.join(', ')}`] : []),
    ...(wrong.length > 0 ? [`indexed with other words: ${wrong.join(', ')}`] : []),
  ]);
}

/** People with an agent that stands for them are in the index of profiles, and nobody else. */
export function checkProfileIndex(sqlite: Sqlite): Finding {
  const shown = `SELECT u.seq FROM users u WHERE EXISTS (
    SELECT 1 FROM agents a WHERE a.owner_id = u.id AND a.status IN ('active', 'paused'))`;
  const missing = seqs(sqlite, `${shown} EXCEPT SELECT id FROM profiles_fts_docsize LIMIT ${LISTED}`);
  const stray = seqs(sqlite, `SELECT id FROM profiles_fts_docsize EXCEPT ${shown} LIMIT ${LISTED}`);
  return finding('full text of profiles', [
    ...(missing.length > 0 ? [`people not found by search: ${missing.join(', ')}`] : []),
    ...(stray.length > 0 ? [`found by search without an agent: ${stray.join(', ')}`] : []),
  ]);
}

/** Every agent but those of the sample world is in the index of agents, under its number, and nobody else. */
export function checkAgentIndex(sqlite: Sqlite): Finding {
  const hasIndex = sqlite.prepare("SELECT 1 FROM sqlite_master WHERE name = 'agents_fts'").get();
  // A folder of an older version; the server adds the index when it starts.
  if (!hasIndex) return finding('full text of agents', []);
  const listed = `SELECT d.seq FROM agents a JOIN agent_directory d ON d.agent_id = a.id WHERE a.is_sample = 0`;
  const missing = seqs(sqlite, `${listed} EXCEPT SELECT id FROM agents_fts_docsize LIMIT ${LISTED}`);
  const stray = seqs(sqlite, `SELECT id FROM agents_fts_docsize EXCEPT ${listed} LIMIT ${LISTED}`);
  const unlisted = sqlite
    .prepare(
      `SELECT count(*) FROM agents WHERE is_sample = 0 AND id NOT IN (SELECT agent_id FROM agent_directory)`,
    )
    .pluck()
    .get();
  return finding('full text of agents', [
    ...(missing.length > 0 ? [`agents not found by search: ${missing.join(', ')}`] : []),
    ...(stray.length > 0 ? [`found by search without an agent: ${stray.join(', ')}`] : []),
    ...(Number(unlisted) > 0 ? [`agents without a number: ${Number(unlisted)}`] : []),
  ]);
}

function finding(check: string, problems: readonly string[]): Finding {
  return {
    check,
    verdict: problems.length === 0 ? 'ok' : 'problem',
    message: problems.length === 0 ? 'agrees with the data' : problems.join('; '),
  };
}

function seqs(sqlite: Sqlite, query: string): number[] {
  return sqlite.prepare(query).pluck().all().map(Number);
}

const titled = z.object({ seq: z.number(), title: z.string() });

function findUnfindable(sqlite: Sqlite): number[] {
  const lookUp = sqlite.prepare('SELECT 1 FROM posts_fts WHERE posts_fts MATCH ? AND rowid = ?');
  return sqlite
    .prepare("SELECT seq, title FROM posts WHERE visibility = 'public' ORDER BY seq DESC LIMIT ?")
    .all(LOOKED_UP)
    .map((row) => titled.parse(row))
    .filter(({ title }) => /[\p{L}\p{N}]/u.test(title))
    .filter(({ seq, title }) => lookUp.get(`title : "${title.replaceAll('"', '""')}"`, seq) === undefined)
    .slice(0, LISTED)
    .map(({ seq }) => seq);
}
