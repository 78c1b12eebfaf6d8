import { createServer, type IncomingHttpHeaders, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

export interface Received {
  readonly headers: IncomingHttpHeaders;
  readonly body: string;
  readonly at: number;
}

/** An endpoint of somebody else, on this machine: keeps what it got and answers as told. */
export interface Receiver extends AsyncDisposable {
  readonly port: number;
  readonly url: string;
  readonly received: Received[];
  /** From now on. */
  answer(how: (response: ServerResponse, received: Received) => void): void;
  /** Resolves once as many requests as this came in. */
  until(count: number): Promise<void>;
}

const OPEN: Receiver[] = [];

/** Receivers a test left open; the setup file closes them. */
export async function closeReceivers(): Promise<void> {
  for (const receiver of OPEN.splice(0)) await receiver[Symbol.asyncDispose]();
}

export async function startReceiver(): Promise<Receiver> {
  const received: Received[] = [];
  let respond = (response: ServerResponse, _received: Received): void => {
    response.end('{"ok":true}');
  };
  let waiting: { count: number; resolve: () => void }[] = [];
  const server = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => {
      const one = { headers: request.headers, body: Buffer.concat(chunks).toString('utf8'), at: Date.now() };
      received.push(one);
      respond(response, one);
      for (const { count, resolve } of waiting) if (received.length >= count) resolve();
      waiting = waiting.filter(({ count }) => received.length < count);
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  const receiver: Receiver = {
    port,
    url: `http://127.0.0.1:${port}/hook`,
    received,
    answer(how) {
      respond = how;
    },
    async until(count) {
      if (received.length >= count) return;
      await new Promise<void>((resolve) => waiting.push({ count, resolve }));
    },
    async [Symbol.asyncDispose]() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
  OPEN.push(receiver);
  return receiver;
}
