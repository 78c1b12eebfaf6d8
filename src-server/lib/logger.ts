import { pino, type Logger as PinoLogger } from 'pino';
import type { LogRing } from './log-ring';

export type Logger = PinoLogger;

/** Fields that never reach a log, wherever they stand. */
const SECRET_FIELDS = [
  'authorization',
  'cookie',
  'apiKey',
  'api_key',
  'secret',
  'otp',
  'claimCode',
  'claim_code',
  'recoveryCode',
  'masterKey',
  'socketSecret',
  'refresh_token',
  'access_token',
];

/** One logger per process, on stderr (stdout carries the ready line alone); subsystems are children. `ring` keeps the last lines. */
export function createLogger(level: string, ring?: LogRing): Logger {
  return pino(
    {
      level,
      base: undefined,
      timestamp: pino.stdTimeFunctions.isoTime,
      redact: {
        paths: SECRET_FIELDS.flatMap((name) => [name, `*.${name}`, `*.*.${name}`]),
        censor: '[redacted]',
      },
    },
    ring ? ring.before(pino.destination({ fd: 2, sync: true })) : pino.destination({ fd: 2, sync: true }),
  );
}
