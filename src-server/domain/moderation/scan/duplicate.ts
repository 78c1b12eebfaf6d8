import { createHash } from 'node:crypto';
import { stripDefaultIgnorable } from '../../../lib/text/default-ignorable';

/**
 * Key under which texts that read the same are the same (decisions §6): without invisible characters, NFKC,
 * case folded, white space collapsed, as SHA-256 in hexadecimal. Follows NFKC_Casefold (UAX #44). Lone
 * surrogates, which no door lets in, all count as U+FFFD.
 */
export function duplicateKey(text: string): string {
  const compatible = stripDefaultIgnorable(text).normalize('NFKC');
  // By way of upper case, so that ẞ, ß and SS meet; and all sigmas become one.
  const folded = compatible.toLowerCase().toUpperCase().toLowerCase().replaceAll('ς', 'σ').normalize('NFKC');
  const collapsed = folded.replace(/[\s\x85]+/g, ' ').trim();
  return createHash('sha256').update(collapsed, 'utf8').digest('hex');
}
