import { createHmac } from 'node:crypto';
import { MINUTE, SECOND } from '../../lib/clock';
import { AppError } from '../../lib/errors';
import { secretsEqual } from '../../lib/vault';

/** Stripe's scheme: `t=<seconds>,v1=<HMAC-SHA256 of "t.body" in hexadecimal>`, more than one `v1` while a secret rolls. */

/** How old, or how far ahead, a signature may be. */
export const TOLERANCE_MS = 5 * MINUTE;
/** A header with more than this is no signature of anybody's. */
const MAX_HEADER = 1_000;

function macOf(secret: string, seconds: number, body: string): string {
  return createHmac('sha256', secret).update(`${seconds}.${body}`, 'utf8').digest('hex');
}

export function signEvent(secret: string, body: string, now: number): string {
  const seconds = Math.floor(now / SECOND);
  return `t=${seconds},v1=${macOf(secret, seconds, body)}`;
}

/** @throws AppError `validation` for a signature that is missing, malformed, wrong or too old */
export function verifyEvent(secret: string, body: string, header: string | undefined, now: number): void {
  const parts = (header ?? '').slice(0, MAX_HEADER).split(',');
  const valuesOf = (name: string): string[] =>
    parts.filter((part) => part.startsWith(`${name}=`)).map((part) => part.slice(name.length + 1));
  const [time = ''] = valuesOf('t');
  if (!/^\d{1,12}$/.test(time)) throw refused('is missing or malformed');
  const expected = macOf(secret, Number(time), body);
  if (!valuesOf('v1').some((given) => secretsEqual(given, expected))) throw refused('does not match');
  if (Math.abs(now - Number(time) * SECOND) > TOLERANCE_MS) throw refused('is too old');
}

function refused(message: string): AppError {
  return new AppError('validation', `Stripe-Signature: ${message}.`, {
    fields: [{ path: 'Stripe-Signature', message }],
  });
}
