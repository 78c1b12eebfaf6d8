import { z } from 'zod';
import type { AuditCheckpoint, ServerToShell } from '../src-server/contract/process';

const port = z.int().min(0).max(65_535);
/** Cut rather than refused: a reason too long is better than none. */
const text = z.string().overwrite((given) => given.slice(0, 4096));

export const Checkpoint = z.object({
  seq: z.int().min(0),
  head: z.string().max(256),
  at: z.string().max(64),
  signature: z.string().max(1024),
}) satisfies z.ZodType<AuditCheckpoint>;

/** What the shell takes from its server; parts of it are shown in the window, so they are bounded. */
const ServerMessage = z.discriminatedUnion('type', [
  z.object({ type: z.literal('ready'), ready: z.literal(true), url: z.url().max(2048), socket: text.min(1) }),
  z.object({
    type: z.literal('failed'),
    code: z.enum([
      'port_taken',
      'data_locked',
      'wrong_key',
      'migration_failed',
      'data_newer',
      'restored',
      'unexpected',
    ]),
    message: text,
    details: z.object({
      port: port.optional(),
      holder: text.optional(),
      nextFreePort: port.optional(),
      dataFolder: text.optional(),
      updateCopy: z.object({ name: z.string().max(200), madeAt: z.iso.datetime() }).optional(),
      keptFile: text.optional(),
    }),
  }),
  z.object({
    type: z.literal('checkpoint'),
    checkpoint: Checkpoint,
  }),
]);

/** The message, or undefined when it is none of the contract's. */
export function findServerMessage(message: unknown): ServerToShell | undefined {
  const { data } = ServerMessage.safeParse(message);
  return data;
}
