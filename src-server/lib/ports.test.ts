import { createServer, type AddressInfo } from 'node:net';
import { afterEach, describe, expect, it } from 'vitest';
import { findFreePort, findPortHolder } from './ports';

const open: ReturnType<typeof createServer>[] = [];

async function listen(): Promise<number> {
  const server = createServer();
  open.push(server);
  await new Promise<void>((resolve) => {
    server.listen(0, '127.0.0.1', resolve);
  });
  return (server.address() as AddressInfo).port;
}

afterEach(() => {
  for (const server of open.splice(0)) server.close();
});

describe('a taken port', () => {
  it.runIf(process.platform === 'linux')('is known by the process that holds it', async () => {
    const port = await listen();
    expect(findPortHolder(port)).toContain(`(pid ${process.pid})`);
  });

  it('is passed over in the search for a free one', async () => {
    const port = await listen();
    const free = await findFreePort(port, '127.0.0.1');
    expect(free).toBeGreaterThan(port);
    expect(findPortHolder(free ?? 0)).toBeUndefined();
  });
});
