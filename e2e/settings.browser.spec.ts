import { expect, test } from './browser-fixtures';

test('settings in the browser: a refused change is taken back and explained, the port is left to the operator', async ({
  page,
  served,
  allowedErrors,
}) => {
  // Nobody is signed in at first, and the refusal is meant.
  allowedErrors.push(/status of 40[01]/);
  await page.goto(served.firstLink);
  await page.locator('[autocomplete="name"]').fill('Anna Schmidt');
  await page.locator('input[type="email"]').fill('anna@example.org');
  await page.keyboard.press('Enter');
  await expect(page.getByRole('navigation').first()).toBeVisible();

  await page.route('**/api/console/preferences', (route) =>
    route.fulfill({
      status: 400,
      contentType: 'application/problem+json',
      body: JSON.stringify({
        type: 'about:blank',
        title: 'Not accepted',
        status: 400,
        code: 'validation',
        detail: 'Too long.',
      }),
    }),
  );
  await page.goto(`${served.url}/console/settings/general`);
  const days = page.getByTestId('expiry-days');
  await days.selectOption('30');
  await expect(page.getByRole('alert')).toContainText('Something in it does not fit');
  await expect(days).toHaveValue('7');
  await page.unroute('**/api/console/preferences');
  await days.selectOption('30');
  await expect(page.getByTestId('save-status')).toHaveText('Saved');
  await page.getByTestId('undo-setting').click();
  await expect(days).toHaveValue('7');

  await page.goto(`${served.url}/console/settings/server`);
  await expect(page.getByRole('main')).toContainText('--port');
});
