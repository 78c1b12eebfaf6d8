import { pino, type Logger as PinoLogger } from 'pino';

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

/** One logger per process, on stderr (stdout carries the ready line alone); subsystems are children. */
export function createLogger(level: string): Logger {
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
    pino.destination({ fd: 2, sync: true }),
  );
}
