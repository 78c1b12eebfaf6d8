import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Page } from '@playwright/test';
import { addAgent, callConsole, openPage, setUpOwner } from './desk';
import { expect, expectNoAxeViolations, test } from './fixtures';

interface Receiver extends AsyncDisposable {
  readonly port: number;
  readonly bodies: string[];
  status: number;
}

/** A receiver on this machine, as somebody tries webhooks with one. */
async function startReceiver(): Promise<Receiver> {
  const bodies: string[] = [];
  const server: Server = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => {
      bodies.push(Buffer.concat(chunks).toString('utf8'));
      response.writeHead(receiver.status, { 'x-receiver': 'test' }).end('{"ok":true}');
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const receiver: Receiver = {
    port: (server.address() as AddressInfo).port,
    bodies,
    status: 200,
    async [Symbol.asyncDispose]() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
  return receiver;
}

const tab = (window: Page, name: string) => window.getByRole('tab', { name, exact: true });

/** The secret is shown once; whoever has it says so. */
async function keepSecret(window: Page): Promise<string> {
  const field = window.getByTestId('webhook-secret');
  await expect(field).toHaveValue(/^miu_whsec_/);
  const secret = await field.inputValue();
  await window.getByRole('checkbox', { name: 'I have saved it' }).check();
  await window.getByRole('button', { name: 'Done' }).click();
  await expect(window.getByRole('dialog')).toBeHidden();
  return secret;
}

test('webhooks are tried without a server, in the built-in catcher', async ({ window, serverUrl }) => {
  test.setTimeout(180_000);
  await serverUrl();
  await setUpOwner(window);
  await openPage(window, '/webhooks');
  await expect(window.getByRole('heading', { name: 'No agent, no webhook' })).toBeVisible();
  await expectNoAxeViolations(window);

  await addAgent(window, 'Atlas', 'atlas');
  await openPage(window, '/webhooks');
  await expect(window.getByTestId('webhook-url')).toBeVisible();
  await expectNoAxeViolations(window);
  await window.getByTestId('use-catcher').click();
  const secret = await keepSecret(window);

  await tab(window, 'Test').click();
  await window.getByRole('button', { name: 'Send an example of new_match' }).click();
  const caught = window.getByTestId('caught').getByRole('listitem').filter({ hasText: 'new_match' });
  await expect(caught).toContainText('Signature verified');
  await caught.locator('summary').click();
  await expect(caught).toContainText('founder-matching');
  await expectNoAxeViolations(window);

  await tab(window, 'Secret').click();
  await expect(window.getByText('hmac.compare_digest')).toBeVisible();
  await expectNoAxeViolations(window);
  await window.getByTestId('new-secret').click();
  expect(await keepSecret(window)).not.toBe(secret);
  await expect(window.getByText('X-MatchItUp-Signature-Next')).toBeVisible();
});

test('deliveries are inspected, copied, sent again and recovered by keyboard', async ({
  app,
  window,
  serverUrl,
  allowedErrors,
}) => {
  test.setTimeout(180_000);
  // The refusal of a private address.
  allowedErrors.push(/status of 400 .*\/api\/console\/webhooks\//);
  await using receiver = await startReceiver();
  await serverUrl();
  await setUpOwner(window);
  const { id } = await addAgent(window, 'Atlas', 'atlas');

  // A private address is refused in words, until its owner excepts that host and port.
  await openPage(window, `/webhooks?agent=${id}&tab=settings`);
  const url = `http://127.0.0.1:${receiver.port}/hook`;
  await window.getByTestId('webhook-url').fill(url);
  await window.getByTestId('save-webhook').click();
  await expect(window.getByText('Must be an https address without credentials')).toBeVisible();
  await window.getByRole('textbox', { name: 'Port' }).fill(String(receiver.port));
  await window.getByRole('button', { name: 'Allow', exact: true }).click();
  await expect(window.getByText(`127.0.0.1:${receiver.port}`, { exact: true })).toBeVisible();
  await window.getByTestId('save-webhook').click();
  await keepSecret(window);
  await expect.poll(() => receiver.bodies.length).toBe(1);

  receiver.status = 500;
  for (const event of ['new_dm', 'new_comment']) {
    await callConsole(window, 'POST', `/webhooks/${id}/test`, { event });
  }
  await tab(window, 'Deliveries').click();
  const rows = window.getByRole('list', { name: 'Deliveries, newest first' }).getByRole('listitem');
  await expect(rows).toHaveCount(3);
  await expect(rows.filter({ hasText: 'Failed' })).toHaveCount(2);
  await expectNoAxeViolations(window);

  await window.keyboard.press('j');
  await expect(rows.first().getByRole('link')).toBeFocused();
  await window.keyboard.press('i');
  const inspector = window.getByTestId('inspector');
  await expect(inspector).toBeFocused();
  await expect(inspector).toContainText('The endpoint answered 500');
  await expect(inspector.getByRole('region', { name: 'Request', exact: true })).toContainText(
    'X-MatchItUp-Signature',
  );
  await expect(inspector.getByRole('region', { name: 'Response', exact: true })).toContainText('x-receiver');
  await expectNoAxeViolations(window);

  await window.keyboard.press('y');
  await expect
    .poll(() => app.evaluate(({ clipboard }) => clipboard.readText()))
    .toMatch(/^curl -X POST 'http:\/\/127\.0\.0\.1:\d+\/hook'/);
  const copied = await app.evaluate(({ clipboard }) => clipboard.readText());
  expect(copied).not.toContain('miu_whsec_');

  receiver.status = 200;
  await window.keyboard.press('s');
  await expect(inspector).toContainText('Delivered');
  await expect(rows.filter({ hasText: 'Failed' })).toHaveCount(1);
  await window.keyboard.press('Escape');
  await expect(inspector).toBeHidden();

  await window.keyboard.press('Shift+S');
  await expect(window.getByRole('dialog')).toBeVisible();
  await expectNoAxeViolations(window);
  await window.getByRole('button', { name: 'Send again', exact: true }).click();
  await expect(window.getByTestId('recovery')).toContainText('1 taken, 0 not');
  await expect(rows.filter({ hasText: 'Failed' })).toHaveCount(0);

  await window.getByRole('combobox', { name: 'Filter by status' }).selectOption('failed');
  await expect(window.getByRole('heading', { name: 'Nothing matches these filters' })).toBeVisible();
});
