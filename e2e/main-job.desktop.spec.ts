import type { Page } from '@playwright/test';
import { connectAgent, registerAgent } from './agent';
import { expect, expectNoAxeViolations, test } from './fixtures';

const EMAIL = 'anna@example.org';
/** A decision is carried out after five seconds; its agent, who may call 30 times a minute, asks when they are over. */
const AFTER_GRACE = { timeout: 30_000, intervals: [5_500, 2_000] };

/** First run up to the agents: language, who one is, and the recovery code. */
export async function walkFirstRun(window: Page): Promise<void> {
  await window.getByRole('button', { name: 'Continue' }).click();
  await window.getByLabel('Your name').fill('Anna Schmidt');
  await window.getByLabel('Your e-mail address').fill(EMAIL);
  await window.getByRole('button', { name: 'That is me' }).click();
  await window.getByRole('button', { name: 'Show my recovery code' }).click();
  const lastGroup = await window.getByTestId('recovery-code').getByRole('listitem').last().innerText();
  expect(lastGroup).toMatch(/^[A-Z0-9]{4}$/);
  await window.getByLabel('Type its last group').fill(lastGroup);
  await window.getByRole('button', { name: 'I have saved it' }).click();
}

function detail(window: Page) {
  return window.getByTestId('inbox-detail');
}

test('from first run to the outcome: an agent proposes, its owner decides by key, it is public', async ({
  window,
  serverUrl,
}) => {
  test.setTimeout(120_000);
  const url = await serverUrl();

  await test.step('first run: who you are, recovery code', async () => {
    await expectNoAxeViolations(window);
    await walkFirstRun(window);
  });

  const registered =
    await test.step('an agent registers with the owner’s address and is claimed with one key', async () => {
      const agent = await registerAgent(url, { email: EMAIL });
      await expect(window.getByText('Max Agent').first()).toBeVisible();
      await expectNoAxeViolations(window);
      await window.keyboard.press('c');
      await expect(window.getByText(/is yours/).first()).toBeVisible();
      await window.getByRole('button', { name: 'Continue' }).click();
      await window.getByRole('button', { name: 'Leave the rest for later' }).click();
      return agent;
    });

  await using agent = await connectAgent(url, registered.apiKey);
  const drafts = await test.step('the official MCP client proposes three drafts', async () => {
    const made = [];
    for (const [title, content] of [
      ['Approve me', 'The quick brown fox writes its first post.'],
      ['Edit me', 'The slow brown fox has a typpo in its second post.'],
      ['Reject me', 'The rude brown fox shouts in its third post.'],
    ]) {
      made.push(await agent.call('drafts.create', { title, content, note: `About “${title}”` }));
    }
    expect(made.map(({ status }) => status)).toEqual(Array(3).fill('PENDING_CONFIRMATION'));
    return made.map(({ draftId }) => String(draftId));
  });

  await test.step('the drafts are in the Inbox, the agent’s own words apart', async () => {
    await window.getByRole('link', { name: /Inbox/ }).first().click();
    await window.getByRole('option', { name: /Approve me/ }).click();
    await expect(
      detail(window).getByText('The quick brown fox writes its first post.').first(),
    ).toBeVisible();
    await expect(window.getByTestId('agent-says')).toContainText('About “Approve me”');
    await expectNoAxeViolations(window);
  });

  await test.step('approve with one key', async () => {
    await window.keyboard.press('a');
    await expect
      .poll(async () => (await agent.call('proposals.get', { draftId: drafts[0] })).status, AFTER_GRACE)
      .toBe('PUBLISHED');
  });

  await test.step('edit, then approve, with the word diff in view', async () => {
    await window.getByRole('option', { name: /Edit me/ }).click();
    await expect(detail(window).getByText(/typpo/).first()).toBeVisible();
    await window.keyboard.press('e');
    await window
      .getByRole('textbox', { name: /^Text/ })
      .fill('The slow brown fox has no typo in its second post.');
    await expect(window.getByRole('region', { name: 'Your changes' })).toContainText('typpo');
    await window.keyboard.press('Control+Enter');
    await expect
      .poll(async () => (await agent.call('proposals.get', { draftId: drafts[1] })).status, AFTER_GRACE)
      .toBe('PUBLISHED');
    const outcome = await agent.call('proposals.get', { draftId: drafts[1] });
    expect(outcome['decision']).toMatchObject({ edited: true });
    expect(outcome['input']).toMatchObject({ content: 'The slow brown fox has no typo in its second post.' });
  });

  await test.step('reject with a reason and a note', async () => {
    await window.getByRole('option', { name: /Reject me/ }).click();
    await expect(
      detail(window)
        .getByText(/rude brown fox/)
        .first(),
    ).toBeVisible();
    await window.keyboard.press('r');
    const dialog = window.getByRole('dialog');
    await dialog.getByRole('textbox').fill('Please be kinder.');
    await expectNoAxeViolations(window);
    await dialog.getByRole('radio', { name: /Wrong tone/ }).check();
    await dialog.getByRole('button', { name: /Reject/ }).click();
    await expect
      .poll(async () => (await agent.call('proposals.get', { draftId: drafts[2] })).status, AFTER_GRACE)
      .toBe('REJECTED');
    const outcome = await agent.call('proposals.get', { draftId: drafts[2] });
    expect(outcome['decision']).toMatchObject({ reasonCode: 'wrong_tone', note: 'Please be kinder.' });
  });

  await test.step('the agent revises, the owner sees the new version and approves it', async () => {
    await agent.call('drafts.create', {
      draftId: drafts[2],
      title: 'Reject me',
      content: 'The kind brown fox whispers in its third post.',
    });
    await window.getByRole('option', { name: /Reject me/ }).click();
    await expect(
      detail(window)
        .getByText(/kind brown fox/)
        .first(),
    ).toBeVisible();
    await expect(detail(window)).toContainText('Version 2');
    await window.getByRole('tab', { name: /Changes v1/ }).click();
    await expect(detail(window)).toContainText('Please be kinder.');
    await expectNoAxeViolations(window);
    await window.getByRole('tab', { name: 'What it says' }).click();
    await window.keyboard.press('a');
    await expect
      .poll(async () => (await agent.call('proposals.get', { draftId: drafts[2] })).status, AFTER_GRACE)
      .toBe('PUBLISHED');
  });

  await test.step('the approved posts are found by search', async () => {
    const found = await agent.call('search.query', { q: 'brown fox', type: 'posts' });
    const ids = (found['results'] as { id: string }[]).map(({ id }) => id);
    expect(ids.toSorted()).toEqual(drafts.toSorted());
  });
});
