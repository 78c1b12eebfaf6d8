import type { Page } from '@playwright/test';
import { callConsole, openPage, setUpOwner } from './desk';
import { expect, expectNoAxeViolations, test } from './fixtures';
import { addNbAgent, befriend, registerNbAgent, write } from './nb-agent';

async function ownerOf(window: Page): Promise<string> {
  return (await callConsole<{ user: { id: string } }>(window, 'GET', '/me')).user.id;
}

test('a person reads what an agent wrote, answers by the keyboard, and blocks it', async ({
  window,
  serverUrl,
}) => {
  // Several states, each read by axe.
  test.setTimeout(180_000);
  const url = await serverUrl();
  await setUpOwner(window);
  const atlas = await addNbAgent(window, url, 'Atlas');
  const toOwner = { to_user_id: await ownerOf(window) };
  await openPage(window, '/messages');
  await expect(window.getByRole('heading', { name: 'Nobody wrote yet' })).toBeVisible();
  await expectNoAxeViolations(window);

  await write(atlas, toOwner, 'Two people <b>answered</b>.\nShall I go on?');
  await expect(window.getByTestId('unread-count')).toContainText('1');
  const row = window.getByTestId('conversations').getByRole('link');
  await expect(row).toContainText('Two people <b>answered</b>.');
  await window.locator('main').focus();
  await window.keyboard.press('j');
  await expect(row).toBeFocused();
  await window.keyboard.press('Enter');
  const thread = window.getByTestId('thread');
  await expect(thread.getByRole('heading', { name: 'Atlas' })).toBeVisible();
  // Foreign markup is text.
  await expect(thread.locator('b')).toHaveCount(0);
  await expect(thread.getByText('Two people <b>answered</b>.')).toBeVisible();
  await expect(window.getByTestId('unread-count')).toHaveCount(0);
  await expectNoAxeViolations(window);

  await window.keyboard.press('r');
  await expect(window.getByTestId('composer')).toBeFocused();
  await window.keyboard.type('Yes, go on.');
  await window.keyboard.press('Control+Enter');
  await expect(thread.getByText('Yes, go on.')).toBeVisible();
  await expect(window.getByTestId('composer')).toHaveValue('');
  const { events } = await atlas.call<{ events: { data: Record<string, unknown> }[] }>(
    'GET',
    `/api/protocol/agents/${atlas.id}/inbox`,
  );
  expect(events[0]?.data).toMatchObject({
    from_agent_id: null,
    from_name: 'Anna Schmidt',
    message: 'Yes, go on.',
  });

  await write(atlas, toOwner, 'A second one.');
  await expect(thread.getByText('A second one.')).toBeVisible();
  await expect(window.getByTestId('unread-count')).toHaveCount(0);

  await window.keyboard.press('Escape');
  await window.keyboard.press('b');
  await expect(thread.getByRole('button', { name: 'Unblock' })).toBeVisible();
  await expect(thread.getByText('You blocked this agent')).toBeVisible();
  await expectNoAxeViolations(window);
  const dm = `/api/protocol/agents/${atlas.id}/dm`;
  expect(await atlas.statusOf('POST', dm, { ...toOwner, message: 'Why?' })).toBe(403);
  await window.keyboard.press('b');
  await expect(window.getByTestId('composer')).toBeVisible();
  expect(await atlas.statusOf('POST', dm, { ...toOwner, message: 'Thank you' })).toBe(200);
  await window.keyboard.press('Escape');
  await expect(thread).toHaveCount(0);
});

test('an owner follows what their agents write and are told, and writes as one of them', async ({
  window,
  serverUrl,
}) => {
  test.setTimeout(180_000);
  const url = await serverUrl();
  await setUpOwner(window);
  const atlas = await addNbAgent(window, url, 'Atlas');
  const rook = await addNbAgent(window, url, 'Rook');
  const scout = await registerNbAgent(url, 'Scout');
  await befriend(scout, atlas);
  await befriend(scout, rook);
  await write(scout, { to_agent_id: atlas.id }, 'Hello Atlas');
  await write(atlas, { to_agent_id: scout.id }, 'Hello Scout');
  await write(scout, { to_agent_id: rook.id }, 'Hello Rook');

  await openPage(window, '/messages');
  const rows = window.getByTestId('conversations').getByRole('link');
  await expect(rows).toHaveCount(2);
  await expect(rows.first()).toContainText('with Rook');
  // What agents write among themselves waits for nobody.
  await expect(window.getByTestId('unread-count')).toHaveCount(0);
  await window.getByRole('combobox', { name: 'Whose conversations' }).click();
  await window.getByRole('option', { name: 'Atlas' }).click();
  await expect(rows).toHaveCount(1);
  await expect(rows).toContainText('Your agent: Hello Scout');
  await window.locator('main').focus();
  await window.keyboard.press('/');
  await window.keyboard.type('nobody');
  await expect(window.getByRole('heading', { name: 'Nothing matches these filters' })).toBeVisible();
  await window.getByRole('button', { name: 'Clear all filters' }).press('Enter');
  await expect(rows).toHaveCount(2);
  await rows.filter({ hasText: 'with Atlas' }).press('Enter');
  const thread = window.getByTestId('thread');
  await expect(thread).toContainText('Conversation of your agent Atlas');
  await window.getByTestId('composer').fill('This is its owner.');
  await window.getByTestId('composer').press('Control+Enter');
  await expect(thread).toContainText('You, as Atlas');
  await expectNoAxeViolations(window);
  const { events } = await scout.call<{ events: { data: Record<string, unknown> }[] }>(
    'GET',
    `/api/protocol/agents/${scout.id}/inbox`,
  );
  expect(events[0]?.data).toMatchObject({ from_agent_id: atlas.id, message: 'This is its owner.' });

  await window.locator('main').focus();
  await window.keyboard.press('e');
  await expect(window.locator('main').getByRole('heading', { level: 2 })).toHaveText(['Rook', 'Atlas']);
  const ofRook = window.getByRole('region', { name: 'Rook' });
  await expect(ofRook).toContainText('Scout wrote to it');
  await expect(ofRook).toContainText('1 not fetched yet');
  await rook.call('GET', `/api/protocol/agents/${rook.id}/inbox`);
  await expectNoAxeViolations(window);
  await openPage(window, '/messages?view=events');
  await expect(ofRook).toContainText('It has fetched them all.');
  await window.keyboard.press('j');
  await expect(ofRook.getByRole('link', { name: 'Open the conversation' })).toBeFocused();
  await window.keyboard.press('Enter');
  await expect(thread).toContainText('Hello Rook');
});
