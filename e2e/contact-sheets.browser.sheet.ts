import { expect, test } from './browser-fixtures';
import { clearSheet, composeSheet, createCamera, type SheetLocale } from './contact-sheet';

const STATES = ['address', 'code', 'wrong code', 'first admin', 'used link', 'console'];

for (const locale of ['en', 'de'] as const satisfies readonly SheetLocale[]) {
  test.describe(locale, () => {
    test.use({ locale: locale === 'de' ? 'de-DE' : 'en-GB' });

    test(`contact sheet of signing in (${locale})`, async ({ page, served, allowedErrors }) => {
      test.setTimeout(180_000);
      // Nobody is signed in, the link asks for a name, then a wrong code and a used link.
      allowedErrors.push(/40[01] \((Bad Request|Unauthorized)\).*\/api\/auth\//);
      if (locale === 'en') clearSheet('sign-in');
      const { shoot } = createCamera(page, locale, (size) => page.setViewportSize(size));
      const heading = page.getByRole('heading', { level: 1 });
      const email = page.locator('input[type="email"]');

      await page.goto(`${served.url}/console/`);
      await expect(page.locator('html')).toHaveAttribute('lang', locale);
      await expect(email).toBeVisible();
      await shoot('sign-in', 'address');
      await email.fill('anna@example.org');
      await page.keyboard.press('Enter');
      const code = page.locator('[autocomplete="one-time-code"]');
      await expect(code).toBeVisible();
      await shoot('sign-in', 'code');
      await code.fill('000000');
      await page.keyboard.press('Enter');
      await expect(page.locator('[aria-invalid="true"]')).toHaveCount(1);
      await shoot('sign-in', 'wrong code');

      await page.goto('about:blank');
      await page.goto(served.firstLink);
      await expect(page.locator('[autocomplete="name"]')).toBeVisible();
      await page.locator('[autocomplete="name"]').fill('Anna Schmidt');
      await email.fill('anna@example.org');
      await shoot('sign-in', 'first admin');
      await page.keyboard.press('Enter');
      await expect(page.getByRole('navigation').first()).toBeVisible();
      await shoot('sign-in', 'console');

      await page.context().clearCookies();
      await page.goto('about:blank');
      await page.goto(served.firstLink);
      await expect(page.getByRole('alert')).toBeVisible();
      await expect(heading).toBeVisible();
      await shoot('sign-in', 'used link');
      await composeSheet('sign-in', STATES);
    });
  });
}
