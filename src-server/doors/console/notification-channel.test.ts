import { describe, expect, it } from 'vitest';
import { NOTIFICATION_CHANNEL, SHELL_CHANNEL_HEADER, SOCKET_SECRET_HEADER } from '../../contract/process';
import { openDesk } from '../../testing/mma-fixture';

describe('a decision on a notification', () => {
  it('goes through the same path: read and decision carry their channel, another version is refused', async () => {
    const { server, key } = await openDesk();
    const held = await server.tool<{ data: { draftId: string } }>(key, 'drafts.create', {
      title: 'A',
      content: 'B',
    });
    const listed = await server.console<{ items: { id: string }[] }>('GET', '/inbox');
    const id = listed.body.items[0]?.id ?? '';
    const item = await server.console<{ versions: { hash: string }[] }>('GET', `/inbox/${id}`);
    const hash = item.body.versions[0]?.hash ?? '';
    const send = (path: string, payload: object, secret = server.socketSecret) =>
      server.consoleApp.inject({
        method: 'POST',
        url: `/api/console/inbox/${id}/${path}`,
        headers: { [SOCKET_SECRET_HEADER]: secret, [SHELL_CHANNEL_HEADER]: NOTIFICATION_CHANNEL },
        payload,
      });
    expect((await send('decide', { version: 1, hash, verdict: 'approve' }, 'x')).statusCode).toBe(401);
    const unread = await send('decide', { version: 1, hash, verdict: 'approve' });
    expect(unread.json<{ code: string }>().code).toBe('not_read');
    expect((await send('read', { version: 1, hash })).statusCode).toBe(200);

    await server.tool(key, 'proposals.revise', {
      draftId: held.body.data.draftId,
      input: { title: 'A', content: 'C' },
    });
    const changed = await send('decide', { version: 1, hash, verdict: 'approve' });
    expect(changed.statusCode).toBe(409);
    expect(changed.json<{ code: string }>().code).toBe('stale_version');

    const now = await server.console<{ versions: { version: number; hash: string }[] }>(
      'GET',
      `/inbox/${id}`,
    );
    const seen = { version: 2, hash: now.body.versions.at(-1)?.hash ?? '' };
    await send('read', seen);
    expect((await send('decide', { ...seen, verdict: 'approve' })).statusCode).toBe(200);
    const again = await send('decide', { ...seen, verdict: 'reject' });
    expect(again.json<{ code: string }>().code).toBe('already_decided');
    const { raw } = server.context.database;
    expect(raw.read.prepare('SELECT channel FROM decisions').pluck().all()).toEqual(['notification']);
    expect(raw.read.prepare('SELECT DISTINCT channel FROM reads').pluck().all()).toEqual(['notification']);
  });
});
