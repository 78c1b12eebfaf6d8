import canonicalize from 'canonicalize';

/**
 * The JCS form (RFC 8785) of a JSON value: the bytes a hash is made of. No Unicode normalisation (decisions §3).
 * `undefined` members are left out as JSON does.
 */
export function toCanonicalJson(value: unknown): string {
  const text = canonicalize(value);
  if (text === undefined) throw new TypeError('Only JSON values have a canonical form');
  return text;
}
