import { describe, expect, it } from 'vitest';
import { ACTIONS } from '../actions';
import type { InboxDetail } from '../contract/console/inbox';
import type { Problem } from '../contract/console/problem';
import { DAY, HOUR } from '../lib/clock';
import {
  claimedAgent,
  createOwner,
  createTestServer,
  decideOn,
  newestProposal,
  registerAgent,
  type TestServer,
} from '../testing/test-server';

const draft = { title: 'First Post', content: 'Hello world!' };

async function deskWithAgent(): Promise<{ server: TestServer; key: string; agentId: string }> {
  const server = await createTestServer();
  await createOwner(server);
  const { key, agentId } = await claimedAgent(server);
  return { server, key, agentId };
}

function hashOf(item: InboxDetail): string {
  return item.versions.find(({ version }) => version === item.version)?.hash ?? '';
}

interface ToolBody {
  ok: boolean;
  data: Record<string, unknown> & { draftId: string };
  error_code?: string;
}

describe('a held action', () => {
  it('waits for a person, is published by their approval, and is found by search', async () => {
    const { server, key } = await deskWithAgent();
    const held = await server.tool<ToolBody>(key, 'drafts.create', draft);
    expect(held.status).toBe(200);
    expect(held.body).toMatchObject({
      ok: true,
      data: { status: 'PENDING_CONFIRMATION', visibility: 'draft', version: 1 },
    });
    expect(held.body.data['draftId']).toBe(held.body.data['postId']);

    const before = await server.tool<{ data: { results: unknown[] } }>(key, 'search.query', {
      q: 'hello',
      type: 'posts',
    });
    expect(before.body.data.results).toEqual([]);

    const decided = await decideOn(server, await newestProposal(server), 'approve');
    expect(decided.status).toBe(200);
    expect(decided.body.status).toBe('executed');
    await server.processAll();

    const after = await server.tool<{ data: { results: { id: string }[] } }>(key, 'search.query', {
      q: 'hello',
      type: 'posts',
    });
    expect(after.body.data.results.map(({ id }) => id)).toEqual([held.body.data.draftId]);
    const outcome = await server.tool<ToolBody>(key, 'proposals.get', { draftId: held.body.data.draftId });
    expect(outcome.body.data).toMatchObject({
      status: 'PUBLISHED',
      decision: { verdict: 'approve', edited: false },
    });
  });

  it('tells its agent reason and note of a rejection, and comes back as version 2 with the diff', async () => {
    const { server, key } = await deskWithAgent();
    const held = await server.tool<ToolBody>(key, 'drafts.create', draft);
    const { draftId } = held.body.data;
    await decideOn(server, await newestProposal(server), 'reject', {
      reasonCode: 'wrong_tone',
      note: 'Warmer, please',
    });
    const outcome = await server.tool<ToolBody>(key, 'proposals.get', { draftId });
    expect(outcome.body.data).toMatchObject({
      status: 'REJECTED',
      decision: { verdict: 'reject', reasonCode: 'wrong_tone', note: 'Warmer, please' },
    });

    const revised = await server.tool<ToolBody>(key, 'drafts.create', {
      ...draft,
      content: 'Hello dear world!',
      draftId,
    });
    expect(revised.body.data).toMatchObject({ draftId, version: 2, status: 'PENDING_CONFIRMATION' });
    const item = await newestProposal(server);
    expect(item.version).toBe(2);
    expect(
      item.versions[1]?.diff[0]?.changes.some(
        ({ type, value }) => type === 'added' && value.includes('dear'),
      ),
    ).toBe(true);
    expect(item.decisions[0]).toMatchObject({ verdict: 'reject', note: 'Warmer, please' });
  });

  it('is refused when the decision was made on other bytes, and the attempt is audited', async () => {
    const { server, key } = await deskWithAgent();
    const held = await server.tool<ToolBody>(key, 'drafts.create', draft);
    const seen = await newestProposal(server);
    await server.console('POST', `/inbox/${seen.id}/read`, { version: 1, hash: hashOf(seen) });
    await server.tool(key, 'drafts.create', {
      ...draft,
      content: 'Something else',
      draftId: held.body.data.draftId,
    });

    const stale = await server.console<Problem>('POST', `/inbox/${seen.id}/decide`, {
      version: 1,
      hash: hashOf(seen),
      verdict: 'approve',
    });
    expect(stale.status).toBe(409);
    expect(stale.body).toMatchObject({ code: 'stale_version', details: { version: 2 } });
    const rows = server.context.database.raw.read
      .prepare("select type from audit where type = 'action.stale-decision'")
      .all();
    expect(rows).toHaveLength(1);
    const outcome = await server.tool<ToolBody>(key, 'proposals.get', { draftId: held.body.data.draftId });
    expect(outcome.body.data['status']).toBe('PENDING_CONFIRMATION');
  });

  it('is not approved unread', async () => {
    const { server, key } = await deskWithAgent();
    await server.tool(key, 'drafts.create', draft);
    const item = await newestProposal(server);
    const answer = await server.console<Problem>('POST', `/inbox/${item.id}/decide`, {
      version: 1,
      hash: hashOf(item),
      verdict: 'approve',
    });
    expect(answer.status).toBe(409);
    expect(answer.body.code).toBe('not_read');
  });

  it('is decided once; the second decision hears what the first one was', async () => {
    const { server, key } = await deskWithAgent();
    await server.tool(key, 'drafts.create', draft);
    const item = await newestProposal(server);
    await decideOn(server, item, 'approve');
    const second = await server.console<Problem>('POST', `/inbox/${item.id}/decide`, {
      version: 1,
      hash: hashOf(item),
      verdict: 'reject',
    });
    expect(second.status).toBe(409);
    expect(second.body).toMatchObject({ code: 'already_decided', details: { verdict: 'approve' } });
  });

  it('is edited by its owner in prose alone, and the agent gets the final words and the diff', async () => {
    const { server, key } = await deskWithAgent();
    const held = await server.tool<ToolBody>(key, 'drafts.create', draft);
    const item = await newestProposal(server);
    const forbidden = await server.console<Problem>('POST', `/inbox/${item.id}/edit`, {
      version: 1,
      hash: hashOf(item),
      fields: { roomSlug: 'elsewhere' },
    });
    expect(forbidden.status).toBe(400);
    expect(forbidden.body.errors?.[0]?.path).toBe('roomSlug');

    const edited = await server.console<InboxDetail>('POST', `/inbox/${item.id}/edit`, {
      version: 1,
      hash: hashOf(item),
      fields: { content: 'Hello, wide world!' },
    });
    expect(edited.body.version).toBe(2);
    expect(edited.body.versions[1]).toMatchObject({ by: 'owner' });
    const pending = await server.tool<ToolBody>(key, 'proposals.get', { draftId: held.body.data.draftId });
    expect(pending.body.data['input']).toMatchObject({ content: 'Hello world!' });

    await decideOn(server, edited.body, 'approve');
    const outcome = await server.tool<ToolBody>(key, 'proposals.get', { draftId: held.body.data.draftId });
    expect(outcome.body.data).toMatchObject({
      status: 'PUBLISHED',
      input: { content: 'Hello, wide world!' },
      decision: { edited: true, diff: [{ field: 'content' }] },
    });
  });

  it('expires: silence is no', async () => {
    const { server, key } = await deskWithAgent();
    const held = await server.tool<ToolBody>(key, 'drafts.create', draft);
    server.clock.advance(7 * DAY + HOUR);
    server.context.gate.expireOverdue();
    const outcome = await server.tool<ToolBody>(key, 'proposals.get', { draftId: held.body.data.draftId });
    expect(outcome.body.data['status']).toBe('EXPIRED');
  });

  it('can be withdrawn by its agent and by no other', async () => {
    const { server, key } = await deskWithAgent();
    const held = await server.tool<ToolBody>(key, 'drafts.create', draft);
    const stranger = await claimedAgent(server);
    const refused = await server.tool<ToolBody>(stranger.key, 'proposals.withdraw', {
      draftId: held.body.data.draftId,
    });
    expect(refused.status).toBe(404);
    const withdrawn = await server.tool<ToolBody>(key, 'proposals.withdraw', {
      draftId: held.body.data.draftId,
    });
    expect(withdrawn.body.data['status']).toBe('WITHDRAWN');
    expect((await server.console<{ items: unknown[] }>('GET', '/inbox')).body.items).toEqual([]);
  });
});

describe('a row edited by hand', () => {
  it('to approved runs nothing: the decision’s MAC does not verify', async () => {
    const { server, key } = await deskWithAgent();
    const held = await server.tool<ToolBody>(key, 'drafts.create', draft);
    const item = await newestProposal(server);
    const { write } = server.context.database.raw;
    const now = Date.now();
    write
      .prepare('insert into decisions values (?, ?, 1, ?, ?, ?, ?, null, null, ?, ?)')
      .run(
        'dec_forged',
        item.id,
        hashOf(item),
        'approve',
        (await server.console<{ user: { id: string } }>('GET', '/me')).body.user.id,
        'window',
        now,
        'x'.repeat(44),
      );
    write
      .prepare(
        "update actions set status = 'approved', tab = 'decided', decision_id = 'dec_forged', run_at = ? where id = ?",
      )
      .run(now - 1, item.id);
    server.context.gate.execute(item.id);
    const outcome = await server.tool<ToolBody>(key, 'proposals.get', { draftId: held.body.data.draftId });
    expect(outcome.body.data['status']).toBe('FAILED');
    const refused = write.prepare("select count(*) from audit where type = 'action.refused'").pluck().get();
    expect(refused).toBe(1);
    const visible = write
      .prepare('select visibility from posts where id = ?')
      .pluck()
      .get(held.body.data.draftId);
    expect(visible).toBe('draft');
  });

  it('whose payload changed after the approval runs nothing', async () => {
    const { server, key } = await deskWithAgent();
    await server.tool(key, 'drafts.create', draft);
    const item = await newestProposal(server);
    const { write } = server.context.database.raw;
    // The effect is held up by a far run_at, as grace will do; the bytes change meanwhile.
    await server.console('POST', `/inbox/${item.id}/read`, { version: 1, hash: hashOf(item) });
    write.exec(
      "create temp trigger hold after update of status on actions when new.status = 'approved' begin update actions set run_at = 9999999999999 where id = new.id; end",
    );
    await server.console('POST', `/inbox/${item.id}/decide`, {
      version: 1,
      hash: hashOf(item),
      verdict: 'approve',
    });
    write.exec('drop trigger hold');
    write
      .prepare(
        "update action_versions set canonical = replace(canonical, 'Hello', 'Evil') where action_id = ?",
      )
      .run(item.id);
    write.prepare('update actions set run_at = 1 where id = ?').run(item.id);
    server.context.gate.execute(item.id);
    const status = write.prepare('select status from actions where id = ?').pluck().get(item.id);
    expect(status).toBe('failed');
  });
});

describe('idempotency keys', () => {
  it('answer a repeat byte for byte and do nothing twice', async () => {
    const { server, key } = await deskWithAgent();
    const headers = { 'idempotency-key': 'k-1' };
    const first = await server.tool(key, 'drafts.create', draft, headers);
    const second = await server.tool(key, 'drafts.create', draft, headers);
    expect(second.body).toEqual(first.body);
    expect(second.headers['idempotent-replayed']).toBe('true');
    const other = await server.tool<ToolBody>(key, 'drafts.create', { ...draft, content: 'Other' }, headers);
    expect(other.status).toBe(409);
    expect(other.body.error_code).toBe('PAYLOAD_INVALID');
    expect((await server.console<{ items: unknown[] }>('GET', '/inbox')).body.items).toHaveLength(1);
  });
});

describe('the floor', () => {
  it('holds an mma agent whatever its owner allowed', async () => {
    const { server, agentId } = await deskWithAgent();
    const answer = await server.console<Problem>('PUT', `/agents/${agentId}/policy`, {
      kind: 'post.publish',
      verdict: 'allow',
    });
    expect(answer.status).toBe(400);
    expect(answer.body.errors?.[0]?.path).toBe('verdict');
  });

  it('denies what the owner denied', async () => {
    const { server, key, agentId } = await deskWithAgent();
    await server.console('PUT', `/agents/${agentId}/policy`, { kind: 'post.publish', verdict: 'deny' });
    const refused = await server.tool<ToolBody>(key, 'drafts.create', draft);
    expect(refused.status).toBe(403);
    expect(refused.body.error_code).toBe('FORBIDDEN');
  });
});

describe('a paused agent', () => {
  it('is refused everywhere but in reading its own proposals', async () => {
    const { server, key, agentId } = await deskWithAgent();
    const held = await server.tool<ToolBody>(key, 'drafts.create', draft);
    await server.console('POST', `/agents/${agentId}/pause`);
    for (const [tool, payload] of [
      ['drafts.create', { content: 'More' }],
      ['search.query', { q: 'x', type: 'posts' }],
      ['proposals.withdraw', { draftId: held.body.data.draftId }],
    ] as const) {
      const refused = await server.tool<ToolBody>(key, tool, payload);
      expect([tool, refused.status, refused.body.error_code]).toEqual([tool, 403, 'FORBIDDEN']);
    }
    const own = await server.tool<ToolBody>(key, 'proposals.get', { draftId: held.body.data.draftId });
    expect(own.status).toBe(200);
    await server.console('POST', `/agents/${agentId}/resume`);
    expect((await server.tool(key, 'drafts.create', { content: 'More' })).status).toBe(200);
  });
});

describe('an unclaimed mma agent', () => {
  it('drafts unread until it is claimed; then the drafts wait in the Inbox and their time starts', async () => {
    const server = await createTestServer();
    await createOwner(server);
    const agent = await registerAgent(server);
    const held = await server.tool<ToolBody>(agent.key, 'drafts.create', draft);
    expect(held.body.data).toMatchObject({ status: 'PENDING_CONFIRMATION', expiresAt: null });
    expect((await server.console<{ items: unknown[] }>('GET', '/inbox')).body.items).toEqual([]);
    const refused = await server.tool<ToolBody>(agent.key, 'connections.request', { targetUserId: 'x' });
    expect(refused.status).toBe(403);

    server.clock.advance(3 * DAY);
    const joining = await server.console<{ items: { id: string; draftsWaiting: number }[] }>(
      'GET',
      '/joining',
    );
    expect(joining.body.items).toMatchObject([{ id: agent.agentId, draftsWaiting: 1 }]);
    await server.console('POST', '/joining/claim', { agentId: agent.agentId });
    const inbox = await server.console<{ items: { expiresAt: string }[] }>('GET', '/inbox');
    const left = Date.parse(inbox.body.items[0]?.expiresAt ?? '') - server.clock.now();
    expect(left).toBeGreaterThan(7 * DAY - HOUR);
  });
});

describe('content', () => {
  it('with an address or a number is blocked on the mma door, naming field and span', async () => {
    const { server, key } = await deskWithAgent();
    const blocked = await server.tool<ToolBody & { details: { issues: { code: string; span: number[] }[] } }>(
      key,
      'drafts.create',
      {
        content: 'Write to anna@example.org',
      },
    );
    expect(blocked.status).toBe(400);
    expect(blocked.body.error_code).toBe('PAYLOAD_INVALID');
    expect(blocked.body.details.issues[0]).toMatchObject({ code: 'pii.email', span: [9, 25] });
  });

  it('is counted in code points', async () => {
    const { server, key } = await deskWithAgent();
    expect((await server.tool(key, 'drafts.create', { content: '😀'.repeat(2_000) })).status).toBe(200);
    const tooLong = await server.tool<ToolBody & { error: string }>(key, 'drafts.create', {
      content: '😀'.repeat(2_001),
    });
    expect(tooLong.status).toBe(400);
    expect(tooLong.body.error).toContain('at most 2000');
  });
});

describe('the registry of actions', () => {
  it('gives each a kind, bounds and unique names', () => {
    const names = ACTIONS.map(({ name }) => name);
    expect(new Set(names).size).toBe(names.length);
    for (const action of ACTIONS) {
      for (const field of action.editable)
        expect(action.fields[field]?.maxLength, `${action.name}.${field}`).toBeGreaterThan(0);
    }
  });
});
