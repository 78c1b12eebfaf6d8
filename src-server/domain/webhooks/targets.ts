import type { LookupAddress } from 'node:dns';
import { BlockList, isIP, isIPv4, isIPv6 } from 'node:net';

/**
 * Where outbound calls may go (decisions §6). Looked at twice: the URL when somebody names it, and the address when a
 * connection is made to it, since a name may lead elsewhere by then.
 */

/** `local` may be excepted by an owner; `never` may not: metadata services, multicast and what is no host. */
export type AddressClass = 'public' | 'local' | 'never';

type Network = readonly [address: string, prefix: number];

const LOCAL: readonly Network[] = [
  ['10.0.0.0', 8],
  ['100.64.0.0', 10],
  ['127.0.0.0', 8],
  ['172.16.0.0', 12],
  ['192.168.0.0', 16],
  ['::1', 128],
  ['fc00::', 7],
];

const NEVER: readonly Network[] = [
  ['0.0.0.0', 8],
  ['169.254.0.0', 16],
  ['192.0.0.0', 24],
  ['192.0.2.0', 24],
  ['192.88.99.0', 24],
  ['198.18.0.0', 15],
  ['198.51.100.0', 24],
  ['203.0.113.0', 24],
  ['224.0.0.0', 4],
  ['240.0.0.0', 4],
  // Alibaba's and Azure's services stand outside the ranges that are reserved.
  ['100.100.100.200', 32],
  ['168.63.129.16', 32],
  // AWS's, within the local ones.
  ['fd00:ec2::254', 128],
];

function listOf(networks: readonly Network[]): BlockList {
  const list = new BlockList();
  for (const [address, prefix] of networks)
    list.addSubnet(address, prefix, isIPv4(address) ? 'ipv4' : 'ipv6');
  return list;
}

const local = listOf(LOCAL);
const never = listOf(NEVER);
/** What is routed at all, less what carries other addresses in it: Teredo, documentation, 6to4. */
const globalV6 = listOf([['2000::', 3]]);
const carrierV6 = listOf([
  ['2001::', 23],
  ['2001:db8::', 32],
  ['2002::', 16],
  ['3fff::', 20],
]);

/** `::ffff:7f00:1` and `::ffff:127.0.0.1` as the IPv4 address that they stand for. */
function mappedV4(address: string): string | undefined {
  if (!isIPv6(address)) return undefined;
  const canonical = new URL(`http://[${address}]`).hostname.slice(1, -1);
  const match = /^::ffff:([0-9a-f]{1,4}):([0-9a-f]{1,4})$/.exec(canonical);
  if (!match?.[1] || !match[2]) return undefined;
  const high = Number.parseInt(match[1], 16);
  const low = Number.parseInt(match[2], 16);
  return [high >> 8, high & 255, low >> 8, low & 255].join('.');
}

export function classOf(address: string): AddressClass {
  const [bare = ''] = address.split('%', 1);
  const v4 = isIPv4(bare) ? bare : mappedV4(bare);
  if (v4 !== undefined) {
    if (never.check(v4, 'ipv4')) return 'never';
    return local.check(v4, 'ipv4') ? 'local' : 'public';
  }
  if (!isIPv6(bare) || never.check(bare, 'ipv6')) return 'never';
  if (local.check(bare, 'ipv6')) return 'local';
  return globalV6.check(bare, 'ipv6') && !carrierV6.check(bare, 'ipv6') ? 'public' : 'never';
}

export interface LocalTarget {
  readonly host: string;
  readonly port: number;
}

/** The host and port of a URL, as exceptions name them. */
export function hostAndPortOf(url: URL): LocalTarget {
  const port = url.port === '' ? (url.protocol === 'https:' ? 443 : 80) : Number(url.port);
  return { host: bareHost(url), port };
}

function bareHost({ hostname }: URL): string {
  return hostname.replace(/^\[(.*)\]$/, '$1');
}

export interface TargetProblem {
  readonly rule: 'https_url' | 'local_target';
  readonly message: string;
}

const NOT_HTTPS = { rule: 'https_url', message: 'must be an https URL without credentials' } as const;
const NOT_PUBLIC = { rule: 'local_target', message: 'must not lead to a private address' } as const;

/**
 * Why a URL can't be a target whatever its name leads to; undefined when it can.
 * @param isExcepted whether the owner lets webhooks go to this host and port
 */
export function findTargetProblem(
  text: string,
  isExcepted: (target: LocalTarget) => boolean,
): TargetProblem | undefined {
  if (!URL.canParse(text)) return NOT_HTTPS;
  const url = new URL(text);
  if (url.username !== '' || url.password !== '') return NOT_HTTPS;
  const excepted = (url.protocol === 'http:' || url.protocol === 'https:') && isExcepted(hostAndPortOf(url));
  if (url.protocol !== 'https:' && !excepted) return NOT_HTTPS;
  const host = bareHost(url);
  if (isIP(host) !== 0) {
    const found = classOf(host);
    return found === 'never' || (found === 'local' && !excepted) ? NOT_PUBLIC : undefined;
  }
  const isLocalName = /(^|\.)(localhost|local|internal|lan|home\.arpa)\.?$/i.test(host);
  return isLocalName && !excepted ? NOT_PUBLIC : undefined;
}

/** A name or address led where no call may go. */
export class BlockedTargetError extends Error {
  readonly code = 'BLOCKED_TARGET';
  constructor(readonly address: string) {
    super('The target leads to an address that is not allowed');
    this.name = 'BlockedTargetError';
  }
}

/** @throws BlockedTargetError */
export function assertReachable(address: string, mayBeLocal: boolean): void {
  const found = classOf(address);
  if (found === 'never' || (found === 'local' && !mayBeLocal)) throw new BlockedTargetError(address);
}

/** Resolves a name to all of its addresses; `dns.lookup` with `all`. */
export type Resolve = (
  hostname: string,
  callback: (error: NodeJS.ErrnoException | null, addresses: LookupAddress[]) => void,
) => void;

type LookupCallback = (
  error: NodeJS.ErrnoException | null,
  address: string | LookupAddress[],
  family?: number,
) => void;

/**
 * A `lookup` for sockets: the very addresses that were looked at are those connected to, so a name that changes in
 * between (DNS rebinding) gains nothing. One address that is not allowed refuses the name.
 */
export function checkedLookup(resolve: Resolve, mayBeLocal: boolean) {
  return (hostname: string, options: { readonly all?: boolean }, callback: LookupCallback): void => {
    resolve(hostname, (error, addresses) => {
      if (error) return callback(error, []);
      try {
        for (const { address } of addresses) assertReachable(address, mayBeLocal);
      } catch (blocked) {
        return callback(blocked as NodeJS.ErrnoException, []);
      }
      const [first] = addresses;
      if (!first) return callback(new Error(`No address of ${hostname}`), []);
      return options.all === true ? callback(null, addresses) : callback(null, first.address, first.family);
    });
  };
}
