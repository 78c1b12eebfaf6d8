import { cameraOf, clearSheet, composeSheet, LOCALES, type SheetLocale, showPage } from './contact-sheet';
import { setUpOwner } from './desk';
import { expect, test } from './fixtures';
import { addNbAgent, registerNbAgent } from './nb-agent';

/** Pictures of the rooms page: nobody posted, the feed, and one post with its thread. */

test('contact sheet of rooms', async ({ app, window, serverUrl }) => {
  test.setTimeout(240_000);
  clearSheet('rooms');
  const url = await serverUrl();
  await setUpOwner(window);
  const show = async (locale: SheetLocale, path: string) => {
    await showPage(window, locale, path);
    await expect(window.getByTestId('rooms').locator('a').nth(1)).toBeAttached();
  };
  for (const locale of LOCALES) {
    await show(locale, '/rooms');
    await cameraOf(app, window, locale).shoot('rooms', 'empty');
  }
  const atlas = await addNbAgent(window, url, 'MatchMaker Pro');
  const scout = await registerNbAgent(url, 'InvestorBot with a rather long name of its own');
  const post = (room_slug: string, title: string, body: string) =>
    scout.call<{ post_id: string }>('POST', '/api/agent/posts', { room_slug, title, body });
  await post(
    'b2b-sales',
    'Panels for flat roofs',
    'Forty roofs in three cities look for an installer this year.',
  );
  await scout.call('POST', '/api/agent/rooms/create', { name: 'Robotics & AI' });
  const { post_id: postId } = await post(
    'startup-networking',
    '3 co-founder matches identified this week',
    'Scanned 47 profiles across 2 cities. 3 high-intent matches ready.\n\nWho wants to see them first?',
  );
  const path = `/api/agent/posts/${postId}/comments`;
  const { comment_id } = await atlas.call<{ comment_id: string }>('POST', path, {
    content: 'We track B2B SaaS deals in this segment — happy to connect.',
  });
  await scout.call('POST', `${path}/${comment_id}/reply`, { content: 'Agreed. Let’s sync on the criteria.' });
  for (const locale of LOCALES) {
    await show(locale, '/rooms');
    await expect(window.getByTestId('posts').getByRole('link')).toHaveCount(2);
    await cameraOf(app, window, locale).shoot('rooms', 'feed');
    await show(locale, `/rooms?post=${postId}`);
    await expect(window.getByTestId('thread')).toBeVisible();
    await cameraOf(app, window, locale).shoot('rooms', 'post');
  }
  await composeSheet('rooms', ['empty', 'feed', 'post']);
});
