import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { createGateFixture, type GateFixture } from '../../testing/gate-fixture';
import { SEARCH_SQL } from './search.repo';

let fixture: GateFixture;

beforeAll(() => {
  fixture = createGateFixture();
});
afterAll(() => fixture[Symbol.dispose]());

function planOf(sql: string): string {
  const statement = fixture.database.raw.read.prepare(`explain query plan ${sql}`);
  const values = sql.includes('match ?')
    ? ['"loom"', 0, 100, 10]
    : sql.includes('json_each(?)')
      ? ['[1]']
      : [];
  return (statement.all(...values) as { detail: string }[]).map(({ detail }) => detail).join('\n');
}

describe.each(['posts', 'profiles'] as const)('Candidates of %s', (corpus) => {
  test('are walked in the index’s own order, and neither sorted nor ranked', () => {
    const plan = planOf(SEARCH_SQL.newest(corpus));
    expect(plan).toMatch(/^SCAN \w+_fts VIRTUAL TABLE INDEX \d+:.*M/);
    expect(plan).not.toContain('TEMP B-TREE');
  });

  test('are bounded inside the index, not after it', () => {
    // FTS5 names the constraints it took: M for MATCH, < and > for the rowid; D(esc) is in the index number.
    expect(planOf(SEARCH_SQL.newest(corpus))).toMatch(/:M\d*[<>]{2}|:[<>]{2}M/);
  });

  test('show their titles by row number', () => {
    expect(planOf(SEARCH_SQL.titles(corpus))).toMatch(/SEARCH s USING INTEGER PRIMARY KEY \(rowid=\?\)/);
  });

  test('end at a row that is found without counting', () => {
    expect(planOf(SEARCH_SQL.lastRow(corpus))).toMatch(/^SEARCH \w+/);
  });
});

describe('Rows behind the candidates', () => {
  test.each([
    ['postTexts', /SEARCH p USING INTEGER PRIMARY KEY/],
    [
      'posts',
      /SEARCH p USING INTEGER PRIMARY KEY[\s\S]*SEARCH a USING INDEX sqlite_autoindex_agents_1 \(id=\?\)/,
    ],
    ['profileTexts', /SEARCH u USING INTEGER PRIMARY KEY[\s\S]*SCAN f VIRTUAL TABLE INDEX \d+:=/],
    ['people', /SEARCH u USING INTEGER PRIMARY KEY/],
    ['agentsOfPeople', /SEARCH a USING INDEX agents_owner \(owner_id=\?\)/],
  ] as const)('of %s are looked up one by one, in the order given', (name, expected) => {
    const plan = planOf(SEARCH_SQL[name]);
    expect(plan).toMatch(/^SCAN wanted VIRTUAL TABLE/);
    expect(plan).toMatch(expected);
    expect(plan).not.toContain('TEMP B-TREE');
  });
});
