import { findFreePort, findPortHolder } from '../src-server/lib/ports';

const HOST = '127.0.0.1';

/** Undefined when the port is free now; else who has it and which comes next. */
export async function findTakenPort(
  port: number,
): Promise<{ readonly holder: string | null; readonly nextFreePort: number | null } | undefined> {
  const nextFreePort = await findFreePort(port, HOST);
  if (nextFreePort === port) return undefined;
  return { holder: findPortHolder(port) ?? null, nextFreePort: nextFreePort ?? null };
}
