import { describe, expect, it } from 'vitest';
import { checkedLookup, classOf, findTargetProblem, type Resolve } from './targets';

describe('classOf', () => {
  it.each([
    ['93.184.215.14', 'public'],
    ['2606:2800:21f:cb07:6820:80da:af6b:8b2c', 'public'],
    ['127.0.0.1', 'local'],
    ['127.255.255.254', 'local'],
    ['10.0.0.1', 'local'],
    ['172.31.255.255', 'local'],
    ['172.32.0.1', 'public'],
    ['192.168.1.1', 'local'],
    ['100.64.0.1', 'local'],
    ['100.100.100.200', 'never'],
    ['169.254.169.254', 'never'],
    ['168.63.129.16', 'never'],
    ['0.0.0.0', 'never'],
    ['224.0.0.1', 'never'],
    ['255.255.255.255', 'never'],
    ['198.18.0.1', 'never'],
    ['::1', 'local'],
    ['fd12:3456::1', 'local'],
    ['fd00:ec2::254', 'never'],
    ['fe80::1', 'never'],
    ['fe80::1%eth0', 'never'],
    ['ff02::1', 'never'],
    ['::', 'never'],
    ['::ffff:127.0.0.1', 'local'],
    ['::ffff:7f00:1', 'local'],
    ['::ffff:a9fe:a9fe', 'never'],
    ['::ffff:5db8:d70e', 'public'],
    ['64:ff9b::7f00:1', 'never'],
    ['2002:7f00:1::', 'never'],
    ['2001:0:4136:e378::', 'never'],
    ['2001:db8::1', 'never'],
    ['nonsense', 'never'],
    ['', 'never'],
  ])('%s is %s', (address, expected) => {
    expect(classOf(address)).toBe(expected);
  });
});

describe('findTargetProblem', () => {
  const nobody = () => false;

  it.each([
    ['https://myserver.com/miu-events'],
    ['https://myserver.com:8443/'],
    ['https://93.184.215.14/'],
    ['https://[2606:2800:21f:cb07:6820:80da:af6b:8b2c]/'],
  ])('takes %s', (url) => {
    expect(findTargetProblem(url, nobody)).toBeUndefined();
  });

  it.each([
    ['http://myserver.com/', 'https'],
    ['ftp://myserver.com/', 'https'],
    ['javascript:alert(1)', 'https'],
    ['nonsense', 'https'],
    ['https://me:secret@myserver.com/', 'credentials'],
    ['https://me@myserver.com/', 'credentials'],
    ['https://localhost/', 'private'],
    ['https://LOCALHOST./', 'private'],
    ['https://a.localhost/', 'private'],
    ['https://nas.local/', 'private'],
    ['https://127.0.0.1/', 'private'],
    ['https://0x7f.1/', 'private'],
    ['https://2130706433/', 'private'],
    ['https://[::1]/', 'private'],
    ['https://[::ffff:127.0.0.1]/', 'private'],
    ['https://169.254.169.254/latest', 'private'],
    ['https://metadata.google.internal/', 'private'],
  ])('refuses %s', (url, words) => {
    expect(findTargetProblem(url, nobody)?.message).toContain(words);
  });

  it('takes http to the very host and port that its owner excepted, and never a metadata service', () => {
    const only = ({ host, port }: { host: string; port: number }) => host === '127.0.0.1' && port === 9_000;
    expect(findTargetProblem('http://127.0.0.1:9000/hook', only)).toBeUndefined();
    expect(findTargetProblem('http://127.0.0.1:9001/hook', only)?.message).toContain('https');
    expect(findTargetProblem('https://127.0.0.1:9001/hook', only)?.message).toContain('private');
    expect(findTargetProblem('http://169.254.169.254/latest', () => true)?.message).toContain('private');
  });
});

describe('checkedLookup', () => {
  const answering =
    (...addresses: string[]): Resolve =>
    (_hostname, callback) =>
      callback(
        null,
        addresses.map((address) => ({ address, family: address.includes(':') ? 6 : 4 })),
      );
  const look = (resolve: Resolve, mayBeLocal = false) =>
    new Promise<unknown>((done) => {
      checkedLookup(resolve, mayBeLocal)('name.example', { all: true }, (error, addresses) =>
        done(error ? error.message : addresses),
      );
    });

  it('gives the addresses it looked at', async () => {
    expect(await look(answering('93.184.215.14'))).toEqual([{ address: '93.184.215.14', family: 4 }]);
  });

  it('refuses a name of which one address is not allowed', async () => {
    expect(await look(answering('93.184.215.14', '10.0.0.1'))).toContain('not allowed');
    expect(await look(answering('93.184.215.14', '10.0.0.1'), true)).toHaveLength(2);
    expect(await look(answering('169.254.169.254'), true)).toContain('not allowed');
  });

  it('gives one address to a socket that asks for one', async () => {
    const given = await new Promise((done) => {
      checkedLookup(answering('93.184.215.14'), false)('name.example', {}, (_error, address, family) =>
        done([address, family]),
      );
    });
    expect(given).toEqual(['93.184.215.14', 4]);
  });
});
