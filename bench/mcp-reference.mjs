// The yardstick for `tools/call`: a stateless Streamable HTTP server in the shape of the official SDK v1 example
// (a new server and a new transport for every request, behind the SDK's own Express app), with one `echo` tool.
// Prints one JSON line when it listens, {"ready":true,"url":"http://127.0.0.1:PORT/mcp"}; ends on SIGTERM.
import { createMcpExpressApp } from '@modelcontextprotocol/sdk/server/express.js';
import { McpServer } from '@modelcontextprotocol/sdk/server/mcp.js';
import { StreamableHTTPServerTransport } from '@modelcontextprotocol/sdk/server/streamableHttp.js';
import { z } from 'zod';

const HOST = '127.0.0.1';
const echoInput = { text: z.string() };

function createEchoServer() {
  const server = new McpServer({ name: 'reference', version: '1.0.0' });
  server.registerTool('echo', { description: 'Says it back', inputSchema: echoInput }, ({ text }) => ({
    content: [{ type: 'text', text }],
  }));
  return server;
}

const app = createMcpExpressApp({ host: HOST });

app.post('/mcp', (request, response) => {
  const server = createEchoServer();
  const transport = new StreamableHTTPServerTransport({ sessionIdGenerator: undefined });
  response.on('close', () => {
    void transport.close();
    void server.close();
  });
  server
    .connect(transport)
    .then(() => transport.handleRequest(request, response, request.body))
    .catch((error) => {
      console.error(error);
      if (!response.headersSent) response.sendStatus(500);
    });
});

for (const method of ['get', 'delete']) {
  app[method]('/mcp', (_request, response) => {
    response.status(405).set('allow', 'POST').end();
  });
}

const port = Number(process.argv[2] ?? 0);
const listener = app.listen(port, HOST, () => {
  console.log(JSON.stringify({ ready: true, url: `http://${HOST}:${listener.address().port}/mcp` }));
});

process.once('SIGTERM', () => {
  listener.close();
  listener.closeAllConnections();
});
