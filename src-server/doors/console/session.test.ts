import { describe, expect, it } from 'vitest';
import { SOCKET_SECRET_HEADER } from '../../contract/process';
import { createOwner, createTestServer } from '../../testing/test-server';

describe('a console write with an Idempotency-Key', () => {
  it('answers a repeat with the same bytes, and hands a secret out once', async () => {
    const server = await createTestServer();
    await createOwner(server);
    const send = (method: 'PATCH' | 'POST', path: string, payload: object) =>
      server.consoleApp.inject({
        method,
        url: `/api/console${path}`,
        headers: { [SOCKET_SECRET_HEADER]: server.socketSecret, 'idempotency-key': 'once' },
        payload,
      });

    const first = await send('PATCH', '/preferences', { expiryDays: 3 });
    const second = await send('PATCH', '/preferences', { expiryDays: 3 });
    expect(second.body).toBe(first.body);
    expect(second.headers['idempotent-replayed']).toBe('true');
    const other = await send('PATCH', '/preferences', { expiryDays: 4 });
    expect(other.statusCode).toBe(409);

    const shown = await send('POST', '/setup/recovery-code', {});
    expect(shown.json<{ recoveryCode: string }>().recoveryCode).toMatch(/^(?:[A-Z0-9]{4}-){5}[A-Z0-9]{4}$/);
    const repeated = await send('POST', '/setup/recovery-code', {});
    expect(repeated.statusCode).toBe(409);
    expect(repeated.body).toContain('already delivered');
  });
});
