import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { cameraOf, clearSheet, composeSheet, LOCALES, showPage } from './contact-sheet';
import { addAgent, callConsole, setUpOwner } from './desk';
import { expect, test } from './fixtures';

/** Pictures of the Webhooks page: without agents, without an address, each tab, an open delivery. */

const EVENTS = ['new_dm', 'new_match', 'new_comment', 'networkbot_ping', 'test_fire'];

test('contact sheet of webhooks', async ({ app, window, serverUrl }) => {
  test.setTimeout(240_000);
  clearSheet('webhooks');
  await serverUrl();
  await setUpOwner(window);
  const states = [
    'no agents',
    'no address',
    'deliveries',
    'inspector',
    'settings',
    'secret',
    'test',
    'turned off',
  ];
  const shootBoth = async (state: string, path: string) => {
    for (const locale of LOCALES) {
      await showPage(window, locale, path);
      await cameraOf(app, window, locale).shoot('webhooks', state);
    }
  };
  await shootBoth('no agents', '/webhooks');

  const { id } = await addAgent(window, 'Atlas', 'atlas');
  const rook = await addAgent(window, 'Rook', 'rook');
  await shootBoth('no address', '/webhooks');

  let status = 200;
  const server = createServer((request, response) => {
    request.resume();
    request.on('end', () => response.writeHead(status, { 'x-receiver': 'sheet' }).end('{"received":true}'));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  await callConsole(window, 'POST', '/webhooks/exceptions', { host: '127.0.0.1', port });
  for (const agent of [id, rook.id]) {
    await callConsole(window, 'PATCH', `/webhooks/${agent}`, { url: `http://127.0.0.1:${port}/miu-events` });
  }
  const send = async (agent: string, event: string) => {
    const sent = await callConsole<{ id: string }>(window, 'POST', `/webhooks/${agent}/test`, { event });
    const path = `/webhooks/${agent}/deliveries/${sent.id}`;
    await expect
      .poll(async () => (await callConsole<{ status: string }>(window, 'GET', path)).status)
      .not.toBe('pending');
    return sent.id;
  };
  for (const event of EVENTS) await send(id, event);
  status = 503;
  const failed = await send(id, 'new_dm');
  status = 200;
  await send(id, 'new_match');
  const at = `/webhooks?agent=${id}`;
  await shootBoth('deliveries', `${at}&tab=deliveries`);
  await shootBoth('inspector', `${at}&tab=deliveries&delivery=${failed}`);
  await shootBoth('settings', `${at}&tab=settings`);
  await callConsole(window, 'POST', `/webhooks/${id}/secret`, { overlapHours: 24 });
  await shootBoth('secret', `${at}&tab=secret`);
  await callConsole(window, 'PATCH', `/webhooks/${id}`, { useCatcher: true });
  await send(id, 'new_comment');
  await shootBoth('test', `${at}&tab=test`);
  status = 410;
  await send(rook.id, 'new_dm');
  await shootBoth('turned off', `/webhooks?agent=${rook.id}&tab=deliveries`);
  server.closeAllConnections();
  server.close();
  await composeSheet('webhooks', states);
});
