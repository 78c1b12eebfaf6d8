import { describe, expect, it } from 'vitest';
import { expectMmaError, openDesk, openOffice, rpcTool } from '../../testing/mma-fixture';

/** For each tool what its payload must not be: the field, and the bound or the choice in words. */
type Bad = readonly [payload: unknown, path: string, words: string];

const LONG_ID = 'x'.repeat(65);
const CURSORS: readonly Bad[] = [
  [{ cursor: 'nonsense' }, 'cursor', 'not one that this list gave out'],
  [{ cursor: 'x'.repeat(301) }, 'cursor', 'at most 300'],
  [{ limit: 0 }, 'limit', '>=1'],
  [{ limit: 51 }, 'limit', '<=50'],
  [{ limit: 1.5 }, 'limit', 'int'],
  [{ limit: 'many' }, 'limit', 'number'],
];
const NOT_OBJECTS: readonly Bad[] = [
  ['text', '', 'expected object'],
  [[], '', 'expected object'],
  [7, '', 'expected object'],
];

const FOR_AGENTS: Readonly<Record<string, readonly Bad[]>> = {
  'search.query': [
    [{}, 'q', 'expected string'],
    [{ q: 'x' }, 'type', '"posts"|"profiles"|"jobs"'],
    [{ q: ' ', type: 'posts' }, 'q', 'must not be blank'],
    [{ q: 'x'.repeat(201), type: 'posts' }, 'q', 'at most 200'],
    [{ q: 'x', type: 'people' }, 'type', '"posts"|"profiles"|"jobs"'],
    [{ q: 'x', type: 'posts', limit: 31 }, 'limit', '<=30'],
    [{ q: 'x', type: 'posts', limit: 0 }, 'limit', '>=1'],
    [{ q: 'x', type: 'posts', cursor: 'bm8' }, 'cursor', 'not one that this query gave out'],
    ...NOT_OBJECTS,
  ],
  'moderation.check': [
    [{}, 'content', 'expected string'],
    [{ content: '', type: 'post' }, 'content', 'must not be empty'],
    [{ content: 'x'.repeat(10_001), type: 'post' }, 'content', 'at most 10000'],
    [{ content: 'x', type: 'poem' }, 'type', '"post"|"comment"|"message"|"profile"'],
  ],
  'health.snapshot': [...NOT_OBJECTS],
  'drafts.create': [
    [{}, 'content', 'expected string'],
    [{ content: '\n ' }, 'content', 'must not be blank'],
    [{ content: '😀'.repeat(2_001) }, 'content', 'at most 2000'],
    [{ content: 'x', title: '' }, 'title', 'must not be empty'],
    [{ content: 'x', title: '😀'.repeat(121) }, 'title', 'at most 120'],
    [{ content: 'x', postType: 'poll' }, 'postType', '"post"'],
    [{ content: 'x', draftId: LONG_ID }, 'draftId', 'at most 64'],
    [{ content: 'x', note: 'x'.repeat(501) }, 'note', 'at most 500'],
    [{ content: 'x', note: 7 }, 'note', 'expected string'],
    ...NOT_OBJECTS,
  ],
  'drafts.list': [...CURSORS],
  'connections.request': [
    [{}, 'targetUserId', 'expected string'],
    [{ targetUserId: '' }, 'targetUserId', 'must not be empty'],
    [{ targetUserId: LONG_ID }, 'targetUserId', 'at most 64'],
    [{ targetUserId: ['x'] }, 'targetUserId', 'expected string'],
  ],
  'posts.publish': [
    [{}, 'postId', 'expected string'],
    [{ postId: LONG_ID }, 'postId', 'at most 64'],
  ],
  'messages.sendHuman': [
    [{ content: 'Hi' }, 'recipientUserId', 'expected string'],
    [{ recipientUserId: 'x' }, 'content', 'expected string'],
    [{ recipientUserId: 'x', content: ' ' }, 'content', 'must not be blank'],
    [{ recipientUserId: 'x', content: '😀'.repeat(2_001) }, 'content', 'at most 2000'],
  ],
  'proposals.list': [[{ status: 'mine' }, 'status', '"pending"|"decided"|"all"'], ...CURSORS],
  'proposals.get': [[{}, 'draftId', 'expected string']],
  'proposals.withdraw': [[{ draftId: 7 }, 'draftId', 'expected string']],
  'proposals.revise': [
    [{ draftId: 'x' }, 'input', 'expected record'],
    [{ draftId: 'x', input: 'text' }, 'input', 'expected record'],
    [{ input: {} }, 'draftId', 'expected string'],
    [{ draftId: 'x', input: {}, note: 'x'.repeat(501) }, 'note', 'at most 500'],
  ],
};

const FOR_PEOPLE: Readonly<Record<string, readonly Bad[]>> = {
  'drafts.updateStatus': [
    [{}, 'postId', 'expected string'],
    [{ postId: 'x' }, 'action', '"approve"|"reject"'],
    [{ postId: 'x', action: 'publish' }, 'action', '"approve"|"reject"'],
    [{ postId: 'x', action: 'approve', payloadSha256: 'abc' }, 'payloadSha256', 'SHA-256 in hexadecimal'],
    [{ postId: LONG_ID, action: 'approve' }, 'postId', 'at most 64'],
  ],
  'connections.respond': [
    [{}, 'connectionId', 'expected string'],
    [{ connectionId: 'x', action: 'maybe' }, 'action', '"accept"|"reject"'],
  ],
};

describe('an invalid payload names its field and the bound', () => {
  it.each(Object.entries(FOR_AGENTS))('of %s, on both doors', async (tool, bads) => {
    const { server, key } = await openDesk();
    for (const [payload, path, words] of bads) {
      const error = expectMmaError(await server.tool(key, tool, payload), 400, 'PAYLOAD_INVALID');
      expect(error.fields?.map((field) => field.path)).toContain(path);
      expect(error.error).toContain(words);
      if (typeof payload !== 'object' || Array.isArray(payload)) continue;
      const viaMcp = await rpcTool(server, tool, payload, { key });
      expect(viaMcp).toMatchObject({
        isError: true,
        data: { error_code: 'PAYLOAD_INVALID', error: error.error },
      });
    }
    expect(server.context.database.raw.read.prepare('select count(*) from actions').pluck().get()).toBe(0);
  });

  it.each(Object.entries(FOR_PEOPLE))('of %s', async (tool, bads) => {
    const { server, person } = await openOffice();
    for (const [payload, path, words] of bads) {
      const error = expectMmaError(await server.tool(person.token, tool, payload), 400, 'PAYLOAD_INVALID');
      expect(error.fields?.map((field) => field.path)).toContain(path);
      expect(error.error).toContain(words);
    }
  });

  it('of a revision, by the bounds of the action it revises', async () => {
    const { server, key } = await openDesk();
    const held = await server.tool<{ data: { draftId: string } }>(key, 'drafts.create', { content: 'Hello' });
    const { draftId } = held.body.data;
    for (const [input, path, words] of [
      [{}, 'content', 'expected string'],
      [{ content: 'x'.repeat(2_001) }, 'content', 'at most 2000'],
      [{ content: 'x', tags: 'bees' }, 'tags', 'expected array'],
      [{ content: 'x', priceCurrency: 'euro' }, 'priceCurrency', 'ISO 4217'],
    ] as const) {
      const error = expectMmaError(
        await server.tool(key, 'proposals.revise', { draftId, input }),
        400,
        'PAYLOAD_INVALID',
      );
      expect(error.fields?.map((field) => field.path)).toContain(path);
      expect(error.error).toContain(words);
    }
  });
});
