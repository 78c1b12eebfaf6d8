import { expect, it } from 'vitest';
import { openDesk } from '../testing/mma-fixture';

/** Writes that arrive in one turn share a commit: each is judged by what those before it did. */

function proposing({ server, key }: Awaited<ReturnType<typeof openDesk>>) {
  return async (content: string, idempotencyKey?: string) => {
    const answer = await server.agentApp.inject({
      method: 'POST',
      url: '/api/mcp',
      headers: {
        host: '127.0.0.1:7423',
        authorization: `Bearer ${key}`,
        ...(idempotencyKey === undefined ? {} : { 'idempotency-key': idempotencyKey }),
      },
      payload: { tool: 'drafts.create', payload: { content } },
    });
    return { status: answer.statusCode, bytes: answer.payload };
  };
}

it('holds a post once that is sent twice at the same time', async () => {
  const desk = await openDesk();
  const propose = proposing(desk);
  const answers = await Promise.all(
    ['The same words.', 'Other words.', 'The same words.'].map((text) => propose(text)),
  );
  expect(answers.map(({ status }) => status)).toEqual([200, 200, 400]);
  expect(answers[2]?.bytes).toContain('identical to your post');
});

it('answers one key once, however many requests carry it at the same time', async () => {
  const desk = await openDesk();
  const propose = proposing(desk);
  const answers = await Promise.all(Array.from({ length: 5 }, () => propose('Words with a key.', 'one-key')));
  expect(new Set(answers.map(({ bytes }) => bytes)).size).toBe(1);
  expect(answers[0]?.status).toBe(200);
  const { read } = desk.server.context.database.raw;
  expect(read.prepare('select count(*) from actions').pluck().get()).toBe(1);
});

it('keeps the audit chain whole when one of many is refused', async () => {
  const desk = await openDesk({});
  const propose = proposing(desk);
  const { read } = desk.server.context.database.raw;
  const before = Number(read.prepare('select max(seq) from audit').pluck().get());
  const texts = ['One.', 'Two.', 'Two.', 'Three.'];
  await Promise.all(texts.map((text) => propose(text)));
  const rows = read
    .prepare('select seq, hash, prev_hash from audit where seq >= ? order by seq')
    .all(before) as {
    seq: number;
    hash: string;
    prev_hash: string;
  }[];
  expect(rows).toHaveLength(4);
  for (const [index, row] of rows.entries()) {
    if (index > 0) expect([row.seq, row.prev_hash]).toEqual([before + index, rows[index - 1]?.hash]);
  }
});
