import type { Page } from '@playwright/test';
import { connectAgent, registerAgent } from './agent';
import { expect, test } from './browser-fixtures';
import { expectNoAxeViolations } from './fixtures';
import type { Served } from './served';

const ADMIN = 'anna@example.org';
const OTHER = 'bots@example.net';

async function becomeFirstAdmin(page: Page, served: Served): Promise<void> {
  await page.goto(served.firstLink);
  await page.getByLabel('Your name').fill('Anna Schmidt');
  await page.getByLabel('Your e-mail address').fill(ADMIN);
  await expectNoAxeViolations(page);
  await page.getByRole('button', { name: 'Become the admin' }).click();
  await expect(page.getByRole('navigation', { name: 'Pages' })).toBeVisible();
}

/** The newest code that came after `since` mails. */
async function waitForCode(served: Served, to: string, since = 0): Promise<string> {
  let code: string | undefined;
  await expect
    .poll(async () => (code = await served.findCode(to, since)), {
      message: `mail to ${to}`,
      timeout: 30_000,
    })
    .toBeDefined();
  return code ?? '';
}

async function signIn(page: Page, served: Served, since: number): Promise<void> {
  await page.getByLabel('Your e-mail address').fill(ADMIN);
  await expectNoAxeViolations(page);
  await page.getByRole('button', { name: 'Send me a code' }).click();
  await expect(page.getByLabel('Six digits')).toBeFocused();
  await expectNoAxeViolations(page);
  await page.getByLabel('Six digits').fill(await waitForCode(served, ADMIN, since));
  await page.getByRole('button', { name: 'Sign in', exact: true }).click();
}

test('in a browser: first admin by the printed link, an agent of another address by its code, and decisions by key', async ({
  page,
  context,
  served,
  allowedErrors,
}) => {
  test.setTimeout(240_000);
  // The page asks whether an older session can go on; the link is first tried as it is, and asks who its admin is.
  allowedErrors.push(/401 \(Unauthorized\).*\/api\/auth\/refresh/);
  allowedErrors.push(/400 \(Bad Request\).*\/api\/auth\/link\/verify/);

  await test.step('the printed link makes the first admin', async () => {
    await becomeFirstAdmin(page, served);
    expect(page.url()).not.toContain('csl_');
    expect(await page.evaluate(() => document.cookie)).toBe('');
  });

  await test.step('its cookies are for this site and no script', async () => {
    const cookies = await context.cookies([`${served.url}/api/console`, `${served.url}/api/auth`]);
    expect(cookies.map(({ name, path, httpOnly, sameSite }) => ({ name, path, httpOnly, sameSite }))).toEqual(
      [
        { name: 'cs_access', path: '/api/console', httpOnly: true, sameSite: 'Strict' },
        { name: 'cs_refresh', path: '/api/auth', httpOnly: true, sameSite: 'Strict' },
      ],
    );
    const response = await page.request.get(`${served.url}/console/`);
    const policy = response.headers()['content-security-policy'];
    expect(policy).toContain("default-src 'none'");
    expect(policy).toContain("frame-ancestors 'none'");
    expect(policy).not.toContain('unsafe');
  });

  const registered =
    await test.step('an agent of another address is claimed with its code and a one-time code', async () => {
      const agent = await registerAgent(served.url, { email: OTHER });
      await page.getByRole('link', { name: 'Agents' }).click();
      await expect(page.getByText('Nobody waits.')).toBeVisible();
      await expectNoAxeViolations(page);
      await page.getByLabel('Claim by code').fill(agent.claimCode);
      await page.keyboard.press('Enter');
      const card = page.getByRole('region', { name: 'Who stands behind the code' });
      await expect(card).toContainText('an address that is not yours');
      // Enough of it to recognise, for whoever knows it.
      await expect(card).toContainText('b…@example.net');
      await expectNoAxeViolations(page);

      allowedErrors.push(/\/api\/console\/joining\/claim/);
      // The mail about the registration came first.
      await card.getByRole('button', { name: 'Claim' }).click();
      await expect(card.getByLabel('One-time code')).toBeFocused();
      await expectNoAxeViolations(page);
      const code = await waitForCode(served, OTHER);
      const wrong = code.replace(/\d/, (digit) => String((Number(digit) + 1) % 10));
      await card.getByLabel('One-time code').fill(wrong);
      await page.keyboard.press('Enter');
      await expect(card.getByText(/code is wrong/)).toBeVisible();
      await card.getByLabel('One-time code').fill(code);
      await page.keyboard.press('Enter');
      await expect(page.getByText('Max Agent is yours').first()).toBeVisible();
      return agent;
    });

  await using agent = await connectAgent(served.url, registered.apiKey);
  const propose = async (title: string, content: string): Promise<string> => {
    const answer = await agent.call('drafts.create', { title, content, note: `About “${title}”` });
    expect(answer['status']).toBe('PENDING_CONFIRMATION');
    return String(answer['draftId']);
  };
  const expectStatus = (draftId: string, status: string) =>
    expect
      .poll(async () => (await agent.call('proposals.get', { draftId })).status, {
        message: 'what its agent reads once grace is over',
        timeout: 30_000,
        // An agent may call 30 times a minute.
        intervals: [5_500, 2_000],
      })
      .toBe(status);
  const detail = page.getByTestId('inbox-detail');

  await test.step('approve by key', async () => {
    const draftId = await propose('Approve me', 'The quick brown fox writes its first post.');
    await page.getByRole('link', { name: /Inbox/ }).click();
    await page.getByRole('option', { name: /Approve me/ }).click();
    await expect(detail.getByText('The quick brown fox writes its first post.').first()).toBeVisible();
    await expectNoAxeViolations(page);
    await page.keyboard.press('a');
    await expectStatus(draftId, 'PUBLISHED');
  });

  await test.step('reject by key, with a reason and a note', async () => {
    const draftId = await propose('Reject me', 'The rude brown fox shouts in its third post.');
    await page.getByRole('option', { name: /Reject me/ }).click();
    await expect(detail.getByText(/rude brown fox/).first()).toBeVisible();
    await page.keyboard.press('r');
    const dialog = page.getByRole('dialog');
    await dialog.getByRole('textbox').fill('Please be kinder.');
    await expectNoAxeViolations(page);
    await dialog.getByRole('radio', { name: /Wrong tone/ }).check();
    await dialog.getByRole('button', { name: /Reject/ }).click();
    await expectStatus(draftId, 'REJECTED');
    const { decision } = await agent.call('proposals.get', { draftId });
    expect(decision).toMatchObject({ reasonCode: 'wrong_tone', note: 'Please be kinder.' });
  });

  const text = page.getByRole('textbox', { name: /^Text/ });
  const mended = 'The slow brown fox has no typo in its second post.';
  const edited = await test.step('what is being typed outlives the access cookie', async () => {
    const draftId = await propose('Edit me', 'The slow brown fox has a typpo in its second post.');
    await page.getByRole('option', { name: /Edit me/ }).click();
    await expect(detail.getByText(/typpo/).first()).toBeVisible();
    await page.keyboard.press('e');
    await text.fill('The slow brown fox has');
    allowedErrors.push(/401 \(Unauthorized\)/);
    await context.clearCookies({ name: 'cs_access' });
    await page.keyboard.press('Control+s');
    await expect(page.getByText('The slow brown fox has').first()).toBeVisible();
    await expect(page.getByLabel('Your e-mail address')).toBeHidden();
    await expect(detail).toContainText('Version 2');
    return draftId;
  });

  await test.step('and the end of the session: another tab signs out, this one signs in again', async () => {
    await page.keyboard.press('e');
    await text.fill(mended);
    const other = await context.newPage();
    await other.goto(`${served.url}/console/`);
    await other.getByRole('button', { name: 'Appearance and language' }).click();
    await other.getByRole('menuitem', { name: 'Sign out' }).click();
    await expect(other.getByLabel('Your e-mail address')).toBeVisible();
    await other.close();
    expect(await context.cookies([`${served.url}/api/console`, `${served.url}/api/auth`])).toEqual([]);

    await page.keyboard.press('Control+s');
    await expect(page.getByLabel('Your e-mail address')).toBeVisible();
    await expect(detail).toBeHidden();
    await signIn(page, served, 0);
    await expect(text).toHaveValue(mended);
    await page.keyboard.press('Control+Enter');
    await expectStatus(edited, 'PUBLISHED');
    const outcome = await agent.call('proposals.get', { draftId: edited });
    expect(outcome['decision']).toMatchObject({ edited: true });
    expect(outcome['input']).toMatchObject({ content: mended });
  });

  await test.step('what was approved is found by search, and nothing else', async () => {
    const found = await agent.call('search.query', { q: 'brown fox', type: 'posts' });
    const titles = (found['results'] as { title: string }[]).map(({ title }) => title);
    expect(titles.toSorted()).toEqual(['Approve me', 'Edit me']);
  });

  await test.step('every page is accessible', async () => {
    for (const tab of ['decided', 'failed']) {
      await page.goto(`${served.url}/console/inbox?tab=${tab}`);
      await expect(page.getByRole('tab', { selected: true, name: new RegExp(tab, 'i') })).toBeVisible();
      await expectNoAxeViolations(page);
    }
    await page.goto(`${served.url}/console/agents/${registered.agentId}`);
    for (const tab of ['Overview', 'Policy', 'Keys', 'History', 'Connect']) {
      await page.getByRole('tab', { name: tab, exact: true }).click();
      await expect(page.getByRole('tab', { name: tab, exact: true, selected: true })).toBeVisible();
      await expect(page.getByRole('tabpanel', { name: tab })).not.toBeEmpty();
      await expectNoAxeViolations(page);
    }
    for (const step of ['language', 'recovery', 'agent', 'approval']) {
      await page.goto(`${served.url}/console/welcome?step=${step}`);
      await expect(page.getByRole('heading', { level: 1 })).toBeVisible();
      await expectNoAxeViolations(page);
    }
    allowedErrors.push(/404 \(Not Found\)/);
    await page.goto(`${served.url}/console/agents/nobody`);
    await expect(page.getByText('No agent of yours is here')).toBeVisible();
    await expectNoAxeViolations(page);
    await page.goto(`${served.url}/console/nowhere`);
    await expect(page.getByRole('main')).toBeVisible();
    await expectNoAxeViolations(page);
  });

  await test.step('signing out leaves nothing on the page', async () => {
    await page.goto(`${served.url}/console/inbox?tab=decided`);
    await expect(page.getByText('Approve me').first()).toBeVisible();
    await page.getByRole('button', { name: 'Appearance and language' }).click();
    await page.getByRole('menuitem', { name: 'Sign out' }).click();
    await expect(page.getByLabel('Your e-mail address')).toBeVisible();
    await expect(page.getByText('Approve me')).toHaveCount(0);
    expect(await context.cookies([`${served.url}/api/console`, `${served.url}/api/auth`])).toEqual([]);
    await page.goto(served.firstLink);
    await expect(page.getByText('This sign-in link does not work (any more).')).toBeVisible();
    await expectNoAxeViolations(page);
  });
});
