import { describe, expect, it } from 'vitest';
import { readConfig, type TrustProxy } from '../../config';
import { createTestServer, type TestServer } from '../../testing/test-server';

const PROXY = '10.0.0.1';

/** A call without a key: it counts for its address, and the answer says how many are left of it. */
async function left(
  server: TestServer,
  remoteAddress: string,
  forwardedFor?: string,
  url = '/api/mcp',
): Promise<number> {
  const answer = await server.agentApp.inject({
    method: 'GET',
    url,
    remoteAddress,
    headers: {
      host: '127.0.0.1:7423',
      ...(forwardedFor === undefined ? {} : { 'x-forwarded-for': forwardedFor }),
    },
  });
  return Number(answer.headers['x-ratelimit-remaining']);
}

const open = (trustProxy?: TrustProxy): Promise<TestServer> =>
  createTestServer({ mode: 'server', hasLimits: true, trustProxy });

describe('whose address a call counts for', () => {
  it('is the peer’s, whatever it forwards, unless a proxy is trusted', async () => {
    const server = await open();
    expect(await left(server, PROXY, '203.0.113.1')).toBe(99);
    expect(await left(server, PROXY, '203.0.113.2')).toBe(98);
  });

  it('is what a trusted proxy forwards, and the peer’s own where nobody trusted speaks', async () => {
    const server = await open([PROXY, '192.168.0.0/16']);
    expect(await left(server, PROXY, '203.0.113.1')).toBe(99);
    expect(await left(server, PROXY, '203.0.113.2')).toBe(99);
    expect(await left(server, '192.168.7.7', '203.0.113.1')).toBe(98);
    // Forged from elsewhere: counted for whoever sent it.
    expect(await left(server, '203.0.113.9', '203.0.113.5')).toBe(99);
    expect(await left(server, '203.0.113.9', '203.0.113.6')).toBe(98);
    expect(await left(server, '203.0.113.9', PROXY)).toBe(97);
  });

  it('is the last one before the proxies, not what a stranger wrote in front of it', async () => {
    const server = await open([PROXY]);
    expect(await left(server, PROXY, '198.51.100.1, 203.0.113.1')).toBe(99);
    expect(await left(server, PROXY, '198.51.100.2, 203.0.113.1')).toBe(98);
    expect(await left(server, PROXY, '127.0.0.1, 203.0.113.1, 10.0.0.1')).toBe(97);
  });

  it('is the proxy’s where it forwards what is no address', async () => {
    const server = await open([PROXY]);
    for (const [index, words] of ['unknown', '<script>', '300.1.1.1', ''].entries()) {
      expect(await left(server, PROXY, words)).toBe(99 - index);
    }
  });

  it('is found by hops, where their number is set', async () => {
    const server = await open(1);
    expect(await left(server, PROXY, '198.51.100.1, 203.0.113.1')).toBe(99);
    expect(await left(server, PROXY, '198.51.100.2, 203.0.113.1')).toBe(98);
  });

  it('stands with a registration, which is limited and told of by address', async () => {
    const server = await open([PROXY]);
    const register = (remoteAddress: string, handle: string) =>
      server.agentApp.inject({
        method: 'POST',
        url: '/api/v1/agents/register',
        remoteAddress,
        headers: { host: '127.0.0.1:7423', 'x-forwarded-for': '203.0.113.7' },
        payload: {
          name: 'Anna',
          email: `${handle}@example.org`,
          agentName: 'A',
          agentHandle: handle,
          provider: 'custom',
        },
      });
    expect((await register(PROXY, 'through-proxy')).statusCode).toBe(201);
    expect((await register('203.0.113.9', 'forged')).statusCode).toBe(201);
    const rows = server.context.database.raw.read
      .prepare('select handle, registered_from from agents order by handle')
      .raw()
      .all();
    expect(rows).toEqual([
      ['forged', '203.0.113.9'],
      ['through-proxy', '203.0.113.7'],
    ]);
  });
});

describe('COUNTERSIGN_TRUST_PROXY', () => {
  const read = (value: string, ...flags: string[]) =>
    readConfig(['--data', '/tmp/x', ...flags], { COUNTERSIGN_TRUST_PROXY: value }).config.trustProxy;

  it('is a list of addresses and networks, or a number of hops; off by default and on a desktop', () => {
    expect(read('127.0.0.1')).toEqual(['127.0.0.1']);
    expect(read(' 10.0.0.0/8 , fd00::/8,::1 ')).toEqual(['10.0.0.0/8', 'fd00::/8', '::1']);
    expect(read('2')).toBe(2);
    expect([read(''), read('0'), read(' , ')]).toEqual([undefined, undefined, undefined]);
    expect(readConfig(['--data', '/tmp/x'], {}).config.trustProxy).toBeUndefined();
    expect(read('127.0.0.1', '--desktop')).toBeUndefined();
  });

  it('is refused where it is anything else, and where it would trust everybody', () => {
    for (const value of [
      'true',
      'proxy.example.org',
      '10.0.0.0/33',
      '0.0.0.0/0',
      '::/0',
      '11',
      '1,2',
      '10.0.0.1/8/8',
    ]) {
      expect(() => read(value)).toThrow('COUNTERSIGN_TRUST_PROXY');
    }
  });
});
