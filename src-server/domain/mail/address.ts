import { truncateCodePoints } from '../../lib/text/code-points';
import type { Vault } from '../../lib/vault';

/** The one form in which addresses are stored and compared: NFC, lower case. */
export function normaliseAddress(address: string): string {
  return address.trim().normalize('NFC').toLowerCase();
}

/** What stands for an address in tables, counters and limits, so that a stolen file names nobody. */
export function addressMac(vault: Pick<Vault, 'hmac'>, address: string): string {
  return vault.hmac('codes', `address/v1\n${normaliseAddress(address)}`).toString('hex');
}

/** One line of at most `max` code points: header fields can't be continued, forged or flooded. */
export function toOneLine(value: string, max: number): string {
  return truncateCodePoints(value.replaceAll(/[\p{Cc}\p{Zl}\p{Zp}\s]+/gu, ' ').trim(), max);
}
