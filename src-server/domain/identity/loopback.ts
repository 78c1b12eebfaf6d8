import { isIPv6 } from 'node:net';

/** Whether a call comes from this machine, where one address stands for everybody (decisions §2). */
export function isLoopback(ip: string): boolean {
  const v4 = isIPv6(ip) && ip.toLowerCase().startsWith('::ffff:') ? ip.slice('::ffff:'.length) : ip;
  return v4 === '::1' || v4.startsWith('127.');
}
