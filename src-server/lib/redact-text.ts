/**
 * Takes out of a text what must not leave this computer: credentials of every form we make, addresses, and paths that
 * name a person's home. What it can't know are names and sentences: callers leave those out to begin with.
 */
const PATTERNS: readonly RegExp[] = [
  // PEM blocks, whole.
  /-----BEGIN [A-Z ]+-----[\s\S]*?(?:-----END [A-Z ]+-----|$)/g,
  // Agent keys: a face's prefix and 32 random bytes.
  /\b(?:mma|nb)_[A-Za-z0-9_-]{16,}/g,
  /\bBearer\s+[^\s"',]+/gi,
  // JWTs, whole or cut.
  /\beyJ[A-Za-z0-9_-]{8,}(?:\.[A-Za-z0-9_-]+){0,2}/g,
  // E-mail addresses.
  /[^\s"'<>(),;:]{1,64}@[^\s"'<>(),;:]{1,255}/g,
  // Claim codes and recovery codes: groups of four.
  /\b(?:MMA-)?[A-Z0-9]{4}(?:-[A-Z0-9]{4}){1,5}\b/g,
  // Anything long that is base64, base64url or hexadecimal.
  /(?<![A-Za-z0-9+/_-])[A-Za-z0-9+/_-]{32,}={0,2}/g,
  // One-time codes.
  /(?<![\d.:-])\d{6}(?![\d.:-])/g,
  // Home folders.
  /(?:\/home\/|\/Users\/|[A-Z]:\\Users\\)[^\s/\\"':]+/g,
  // Addresses of machines.
  /(?<![\d.])(?:\d{1,3}\.){3}\d{1,3}(?![\d.])/g,
];

export function redactText(text: string): string {
  return PATTERNS.reduce((result, pattern) => result.replace(pattern, '[redacted]'), text);
}
