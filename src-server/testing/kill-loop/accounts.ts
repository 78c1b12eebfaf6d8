import type { BuiltServer } from './built-server';
import { dataOf, sendCall, stringOf } from './http-calls';

/** A person on the free plan has room for three. */
export const AGENTS = 3;
const EMAIL = 'anna@example.org';

/** The first admin by the printed link, an agent registered with the admin's address and claimed, and added ones. */
export async function openAccounts(server: BuiltServer) {
  const url = await server.ready;
  const post = async (path: string, body: unknown, token?: string) =>
    dataOf(
      await sendCall(url, { method: 'POST', path, body, ...(token === undefined ? {} : { token }) }),
      path,
    );

  const link = new URLSearchParams(server.findFirstLink()?.hash.slice(1)).get('link');
  const admin = { token: link, email: EMAIL, display_name: 'Anna Schmidt' };
  const signedIn = await post('/api/auth/link/verify', admin);
  const accessToken = stringOf(signedIn, 'access_token');

  // Rounds with grace set it themselves.
  const preferences = '/api/console/preferences';
  dataOf(
    await sendCall(url, {
      method: 'PATCH',
      path: preferences,
      token: accessToken,
      body: { graceSeconds: 0 },
    }),
    preferences,
  );

  const body = { name: 'Anna Schmidt', email: EMAIL, agentName: 'Agent 0', agentHandle: 'agent-0' };
  const registered = await post('/api/v1/agents/register', body);
  await post('/api/console/joining/claim', { agentId: stringOf(registered, 'agentId') }, accessToken);
  const agentKeys = [stringOf(registered, 'apiKey')];
  for (let index = 1; index < AGENTS; index += 1) {
    const added = await post(
      '/api/console/agents',
      { name: `Agent ${index}`, handle: `agent-${index}` },
      accessToken,
    );
    const { agent, key } = added as { agent: { id: string }; key: { secret: string } };
    const policy = { kind: 'post.publish', verdict: 'hold' };
    const path = `/api/console/agents/${agent.id}/policy`;
    dataOf(await sendCall(url, { method: 'PUT', path, token: accessToken, body: policy }), path);
    agentKeys.push(key.secret);
  }
  return { accessToken, refreshToken: stringOf(signedIn, 'refresh_token'), agentKeys };
}
