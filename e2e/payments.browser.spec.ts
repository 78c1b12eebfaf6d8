import { registerAgent } from './agent';
import { expect, test } from './browser-fixtures';
import { callConsole } from './desk';
import { expectNoAxeViolations } from './fixtures';

const ADMIN = 'anna@example.org';

test('in a browser: credits are bought at the sandbox’s checkout, which leads back to them', async ({
  page,
  served,
  allowedErrors,
}) => {
  test.setTimeout(120_000);
  // The page asks whether an older session can go on; the link is first tried as it is, and asks who its admin is.
  allowedErrors.push(/401 \(Unauthorized\).*\/api\/auth\/refresh/);
  allowedErrors.push(/400 \(Bad Request\).*\/api\/auth\/link\/verify/);
  await page.goto(served.firstLink);
  await page.getByLabel('Your name').fill('Anna Schmidt');
  await page.getByLabel('Your e-mail address').fill(ADMIN);
  await page.getByRole('button', { name: 'Become the admin' }).click();
  await expect(page.getByRole('navigation', { name: 'Pages' })).toBeVisible();
  const { agentId } = await registerAgent(served.url, { email: ADMIN });
  await callConsole(page, 'POST', '/joining/claim', { agentId });
  await served.cli('agent', 'set', '--id', agentId, '--tier', 'pro');

  await test.step('let go', async () => {
    await page.goto(`${served.url}/console/credits?tab=payments`);
    await page.getByRole('button', { name: 'Buy 200 credits for ₹900' }).click();
    await expect(page).toHaveURL(/\/checkout\/cs_sandbox_/);
    await expectNoAxeViolations(page);
    await page.getByRole('button', { name: 'Cancel the order' }).click();
    await expect(page.getByRole('heading', { name: 'Not paid' })).toBeVisible();
    await expectNoAxeViolations(page);
  });

  await test.step('paid', async () => {
    await page.getByRole('link', { name: 'See your credits' }).click();
    await expect(page.getByTestId('payment-status')).toHaveText('Let go');
    await page.getByRole('button', { name: 'Buy 50 credits for ₹250' }).click();
    await expect(page.getByText('No money moves here.')).toBeVisible();
    await page.getByRole('button', { name: 'Pay ₹250.00 in the sandbox' }).click();
    await expect(page.getByRole('heading', { name: 'Paid' })).toBeVisible();
    await page.getByRole('link', { name: 'See your credits' }).click();
    await expect(page.getByTestId('payment-status')).toHaveText(['Paid', 'Let go']);
    await page.getByRole('tab', { name: 'Overview' }).click();
    await expect(page.getByRole('row', { name: /Max Agent/ })).toContainText('250');
  });
});
