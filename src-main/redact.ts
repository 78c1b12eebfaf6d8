/** The part of a logger that the shell's modules use. */
export interface Log {
  info(...data: unknown[]): void;
  warn(...data: unknown[]): void;
  error(...data: unknown[]): void;
}

const PATTERNS: readonly RegExp[] = [
  // Agent keys: a face's prefix and 32 random bytes.
  /\b(?:mma|nb)_[A-Za-z0-9_-]{16,}/g,
  /\bBearer\s+[^\s"',]+/gi,
  // JWTs, whole or cut.
  /\beyJ[A-Za-z0-9_-]{8,}(?:\.[A-Za-z0-9_-]+){0,2}/g,
  // 32 bytes in base64 (socket secret, master key) or hex.
  /(?<![A-Za-z0-9+/])[A-Za-z0-9+/]{43}=/g,
  /\b[0-9a-f]{64}\b/gi,
];
const MAX_LENGTH = 4000;

/** Takes what looks like a credential out of one line and cuts it at 4,000 characters. */
export function redactText(text: string): string {
  let redacted = text.length > MAX_LENGTH ? `${text.slice(0, MAX_LENGTH)}…` : text;
  for (const pattern of PATTERNS) redacted = redacted.replace(pattern, '[redacted]');
  return redacted;
}

/** The same for anything a logger is given; errors and objects become text first, so that nothing hides in them. */
export function redact(value: unknown): unknown {
  if (typeof value === 'string') return redactText(value);
  if (value instanceof Error) return redactText(value.stack ?? String(value));
  if (typeof value === 'object' && value !== null) return redactText(toJson(value));
  return value;
}

function toJson(value: object): string {
  try {
    return JSON.stringify(value);
  } catch {
    return '[not printable]';
  }
}
