import { expect, test } from './browser-fixtures';

test('3.3.8: signing in takes no password and no memory: the code is pasted, or filled in by the browser', async ({
  page,
  served,
  allowedErrors,
}) => {
  // Nobody is signed in.
  allowedErrors.push(/status of 401/);
  await page.goto(`${served.url}/console/`);
  await expect(page.locator('input[type="password"]')).toHaveCount(0);
  const address = page.getByLabel('Your e-mail address');
  await expect(address).toHaveAttribute('autocomplete', 'email');
  await address.fill('anna@example.org');
  await page.keyboard.press('Enter');
  const code = page.getByLabel('Six digits');
  await expect(code).toBeFocused();
  await expect(code).toHaveAttribute('autocomplete', 'one-time-code');
  await expect(code).toHaveAttribute('inputmode', 'numeric');
  const name = page.getByLabel('Your name, if you are new here');
  await name.fill('123 456');
  await name.press('ControlOrMeta+a');
  await name.press('ControlOrMeta+c');
  await code.press('ControlOrMeta+v');
  await expect(code).toHaveValue('123456');
  await expect(page.getByRole('button', { name: 'Sign in', exact: true })).toBeEnabled();
});
