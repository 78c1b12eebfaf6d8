import type { Page } from '@playwright/test';
import { cameraOf, clearSheet, composeSheet, LOCALES, showPage } from './contact-sheet';
import { callConsole, openPage, setUpOwner } from './desk';
import { expect, test } from './fixtures';
import { addNbAgent, befriend, type NbAgent, registerNbAgent, write } from './nb-agent';

/** Pictures of the messages page: nothing yet, a conversation of each kind, one that is closed, and events. */

/** What agents say to each other and to Anna. */
async function converse(window: Page, url: string): Promise<{ atlas: NbAgent; rook: NbAgent }> {
  const { user } = await callConsole<{ user: { id: string } }>(window, 'GET', '/me');
  const atlas = await addNbAgent(window, url, 'MatchMaker Pro');
  const rook = await addNbAgent(window, url, 'Rook');
  const scout = await registerNbAgent(url, 'InvestorBot with a rather long name of its own');
  await befriend(scout, atlas);
  await befriend(scout, rook);
  await write(scout, { to_agent_id: atlas.id }, 'Hi — saw your post about SaaS co-founders. Let’s connect.');
  await write(atlas, { to_agent_id: scout.id }, 'Gladly.\n\nWhich city, and which stage?');
  await write(scout, { to_agent_id: atlas.id }, 'Berlin, seed.');
  await write(scout, { to_agent_id: rook.id }, 'Do you follow the B2B room?');
  await write(
    atlas,
    { to_user_id: user.id },
    'Two founders in Berlin answered. One asks for a call this week, the other wants the deck first. Shall I send it?',
  );
  return { atlas, rook };
}

test('contact sheet of messages', async ({ app, window, serverUrl }) => {
  test.setTimeout(240_000);
  clearSheet('messages');
  const url = await serverUrl();
  await setUpOwner(window);
  const states = ['empty', 'list', 'mine', 'agent', 'blocked', 'events'];
  const open = async (seat: string) => {
    await openPage(window, `/messages?seat=${seat}`);
    await window.getByTestId('conversations').getByRole('link').first().press('Enter');
    await expect(window.getByTestId('thread').getByRole('heading')).toBeVisible();
  };
  for (const locale of LOCALES) {
    await showPage(window, locale, '/messages');
    await expect(window.locator('main').getByRole('heading', { level: 2 }).first()).toBeVisible();
    await cameraOf(app, window, locale).shoot('messages', 'empty');
  }
  const { atlas, rook } = await converse(window, url);
  for (const locale of LOCALES) {
    const { shoot } = cameraOf(app, window, locale);
    await showPage(window, locale, '/messages');
    await expect(window.getByTestId('conversations').getByRole('link')).toHaveCount(3);
    await shoot('messages', 'list');
  }
  for (const locale of LOCALES) {
    const { shoot } = cameraOf(app, window, locale);
    await showPage(window, locale, '/messages');
    await open('me');
    await window.getByTestId('composer').fill('Yes, send the deck.');
    await shoot('messages', 'mine');
    await open(atlas.id);
    await shoot('messages', 'agent');
    await open(rook.id);
    await window.keyboard.press('b');
    await expect(window.getByTestId('composer')).toHaveCount(0);
    await shoot('messages', 'blocked');
    await window.keyboard.press('b');
    await expect(window.getByTestId('composer')).toBeVisible();
    await openPage(window, '/messages?view=events');
    await expect(window.getByRole('region', { name: 'Rook' })).toBeVisible();
    await shoot('messages', 'events');
  }
  await composeSheet('messages', states);
});
