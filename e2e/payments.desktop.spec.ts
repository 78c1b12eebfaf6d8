import type { ElectronApplication } from '@playwright/test';
import { callConsole, openPage, setUpOwner } from './desk';
import { expect, expectNoAxeViolations, test } from './fixtures';
import { limitCredits } from './limited';
import { addNbAgent } from './nb-agent';

/** Addresses that the app would open in the browser, instead of opening them. */
async function catchExternal(app: ElectronApplication): Promise<() => Promise<string[]>> {
  await app.evaluate(({ shell }) => {
    const opened: string[] = [];
    Object.assign(globalThis, { opened });
    shell.openExternal = async (url) => {
      opened.push(url);
    };
  });
  return () => app.evaluate(() => (globalThis as unknown as { opened: string[] }).opened);
}

/** Presses _Pay_ at the sandbox's checkout, as the browser's form does. */
async function pay(checkout: string): Promise<string> {
  const shown = await fetch(checkout);
  expect(await shown.text()).toContain('No money moves here');
  const paid = await fetch(`${checkout}/pay`, {
    method: 'POST',
    headers: { 'content-type': 'application/x-www-form-urlencoded' },
    body: '',
  });
  return paid.text();
}

test('credits and plans are bought at a checkout, and the window follows', async ({
  app,
  window,
  dataDir,
  serverUrl,
}) => {
  // Several pages, each read by axe.
  test.setTimeout(180_000);
  const url = await serverUrl();
  const opened = await catchExternal(app);
  await setUpOwner(window);
  const atlas = await addNbAgent(window, url, 'Atlas');

  await test.step('on a desktop there is nothing to buy, and it says why', async () => {
    await openPage(window, '/credits?tab=payments');
    await expect(window.getByText('Credits of this agent have no limit')).toBeVisible();
    await expect(window.getByText('You have ordered nothing yet')).toBeVisible();
    await expectNoAxeViolations(window);
  });

  await test.step('Starter is told how it can', async () => {
    limitCredits(dataDir, atlas.id, 'free');
    await openPage(window, '/credits?tab=payments');
    await expect(window.getByText('Starter can’t be topped up.')).toBeVisible();
    await expect(window.getByText('It is on Starter, without an end.')).toBeVisible();
    await window.getByRole('button', { name: 'Change to Pro for ₹349' }).press('Enter');
    await expect(window.getByTestId('payment-status')).toHaveText('Waits to be paid');
    await expect.poll(opened).toHaveLength(1);
    expect(await pay((await opened())[0] ?? '')).toContain('Countersign window');
    await expect(window.getByTestId('payment-status')).toHaveText('Paid');
    await expect(window.getByText(/It is on Pro until/)).toBeVisible();
    await expectNoAxeViolations(window);
  });

  await test.step('a top-up raises the balance while one looks', async () => {
    await window.getByRole('button', { name: 'Buy 50 credits for ₹250' }).press('Enter');
    await expect.poll(opened).toHaveLength(2);
    await expect(window.getByRole('button', { name: 'Pay ₹250 for 50 credits' })).toBeVisible();
    await expectNoAxeViolations(window);
    await window.getByRole('button', { name: 'Pay ₹250 for 50 credits' }).press('Enter');
    await expect.poll(opened).toHaveLength(3);
    const [, first, again] = await opened();
    expect(again).toBe(first);
    await window.getByRole('tab', { name: 'Overview' }).click();
    const row = window.getByRole('row', { name: /Atlas/ });
    await expect(row).toContainText('200');
    await pay(first ?? '');
    await expect(row).toContainText('250');
    await window.getByRole('tab', { name: 'Ledger' }).click();
    await expect(window.getByTestId('ledger')).toContainText('Topped up');
    await expect(window.getByTestId('ledger')).toContainText('+50');
    await window.getByRole('tab', { name: 'Payments' }).click();
    await expect(window.getByTestId('payment-status')).toHaveText(['Paid', 'Paid']);
    await window.getByRole('button', { name: 'Copy the order’s id' }).first().press('Enter');
    await expect
      .poll(() => app.evaluate(({ clipboard }) => clipboard.readText()))
      .toMatch(/^order_[0-9A-Za-z]{22}$/);
  });

  await test.step('an agent that asks waits in the Inbox, with what it would cost', async () => {
    const asked = await fetch(`${url}/api/protocol/agents/${atlas.id}/upgrade`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', 'x-api-key': atlas.key },
      body: JSON.stringify({ plan_key: 'protocol_pro_monthly' }),
    });
    expect(asked.status).toBe(202);
    await openPage(window, '/inbox');
    await expect(window.getByText('Protocol Pro for 30 days is ordered, for ₹2999.')).toBeVisible();
    await expectNoAxeViolations(window);
  });

  await test.step('the agent’s own page has it too, in German as well', async () => {
    await callConsole(window, 'PATCH', '/preferences', { locale: 'de' });
    await openPage(window, `/agents/${atlas.id}?tab=credits`);
    await expect(window.getByRole('heading', { name: 'Aufladen' })).toBeVisible();
    await expect(window.getByRole('button', { name: '50 Credits für 250 ₹ kaufen' })).toBeVisible();
    await expect(window.getByText(/Er hat Pro bis/)).toBeVisible();
    await expectNoAxeViolations(window);
  });
});
