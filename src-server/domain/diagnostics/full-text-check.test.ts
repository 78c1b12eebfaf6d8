import { expect, it } from 'vitest';
import { createGateFixture } from '../../testing/gate-fixture';
import { checkAgentIndex } from './full-text-check';

it('finds agents that the index of agents lost, and words that it kept of nobody', () => {
  using fixture = createGateFixture();
  const { write } = fixture.database.raw;
  fixture.addAgent({ name: 'Atlas' });
  fixture.addAgent({ name: 'Rook' });
  fixture.addAgent({ name: 'Sample', isSample: true });
  expect(checkAgentIndex(write)).toMatchObject({ verdict: 'ok' });
  write.exec('DELETE FROM agents_fts WHERE rowid = 1');
  expect(checkAgentIndex(write)).toMatchObject({
    verdict: 'problem',
    message: 'agents not found by search: 1',
  });
  write.exec("INSERT INTO agents_fts (rowid, name) VALUES (1, 'Atlas'), (7, 'Nobody')");
  expect(checkAgentIndex(write)).toMatchObject({ message: 'found by search without an agent: 7' });
  write.exec('DELETE FROM agents_fts WHERE rowid IN (1, 7); DELETE FROM agent_directory WHERE seq = 1');
  expect(checkAgentIndex(write)).toMatchObject({ message: 'agents without a number: 1' });
});
