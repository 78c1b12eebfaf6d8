// Many webhook receivers in one process: one port each; the first tenth of them never answers while told to hang.
import http from 'node:http';

const count = Number(process.argv[2]);
const hanging = Number(process.argv[3]);
let received = 0;
let isHanging = false;

const servers = await Promise.all(
  Array.from({ length: count }, async (_, index) => {
    const server = http.createServer((request, response) => {
      request.resume();
      request.on('end', () => {
        if (isHanging && index < hanging) return;
        received += 1;
        response.end('{"ok":true}');
      });
    });
    server.keepAliveTimeout = 60_000;
    await new Promise((resolve) => server.listen(0, '127.0.0.1', resolve));
    return server;
  }),
);

/** Counts, and tells the receivers to hang or to answer. */
const control = http.createServer((request, response) => {
  if (request.url === '/hang') isHanging = true;
  if (request.url === '/answer') isHanging = false;
  response.end(JSON.stringify({ received }));
});
await new Promise((resolve) => control.listen(0, '127.0.0.1', resolve));

const portOf = (server) => server.address().port;
process.stdout.write(
  `${JSON.stringify({ ports: servers.map(portOf), url: `http://127.0.0.1:${portOf(control)}` })}\n`,
);
process.on('SIGTERM', () => process.exit(0));
