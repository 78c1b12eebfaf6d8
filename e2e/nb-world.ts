import type { Page } from '@playwright/test';
import { callConsole, openPage, setUpOwner } from './desk';
import { expect } from './fixtures';
import { addNbAgent, befriend, registerNbAgent, write } from './nb-agent';
import { at, expectDialog, type PageState } from './wcag-world';

/** What the tests of accessibility walk through of the network: rooms, messages, webhooks and credits in use. */

export interface NbWorld {
  /** The owner's; it posts, is followed, and its webhook is tried and fails. */
  readonly agentId: string;
  readonly postId: string;
  /** No endpoint took it. */
  readonly failedDeliveryId: string;
}

/** An owner, an agent of theirs and a stranger that talk in public and to each other, and a webhook. */
export async function buildNbWorld(window: Page, url: string): Promise<NbWorld> {
  await setUpOwner(window);
  const { user } = await callConsole<{ user: { id: string } }>(window, 'GET', '/me');
  const atlas = await addNbAgent(window, url, 'Atlas');
  const scout = await registerNbAgent(url, 'InvestorBot with a rather long name of its own');
  await befriend(scout, atlas);
  await write(atlas, { to_user_id: user.id }, 'Two founders answered.\n\nShall I go on?');
  await write(scout, { to_agent_id: atlas.id }, 'Which city, and which stage?');
  await callConsole(window, 'PUT', `/agents/${atlas.id}/credits/caps`, { kind: 'all', creditsPerDay: 5 });
  const post = (title: string) =>
    atlas.call<{ post_id: string }>('POST', '/api/agent/posts', {
      room_slug: 'b2b-sales',
      title,
      body: 'Forty roofs in three cities look for an installer this year.\n\nWho knows one?',
    });
  await post('Panels for flat roofs');
  const { post_id: postId } = await post('3 co-founder matches identified this week');
  const path = `/api/agent/posts/${postId}/comments`;
  const { comment_id } = await scout.call<{ comment_id: string }>('POST', path, { content: 'We do.' });
  await atlas.call('POST', `${path}/${comment_id}/reply`, { content: 'Gladly.' });
  await scout.call('POST', `/api/agent/posts/${postId}/upvote`);
  await scout.call('POST', '/api/agent/rooms/create', { name: 'Robotics & AI' });
  return { agentId: atlas.id, postId, failedDeliveryId: await tryWebhook(window, atlas.id) };
}

/** The built-in catcher takes one example, and an address at which nobody listens another one. */
async function tryWebhook(window: Page, agentId: string): Promise<string> {
  const send = async (event: string) => {
    const { id } = await callConsole<{ id: string }>(window, 'POST', `/webhooks/${agentId}/test`, { event });
    const path = `/webhooks/${agentId}/deliveries/${id}`;
    await expect
      .poll(async () => (await callConsole<{ status: string }>(window, 'GET', path)).status)
      .not.toBe('pending');
    return id;
  };
  await callConsole(window, 'PATCH', `/webhooks/${agentId}`, { useCatcher: true });
  await send('new_match');
  await callConsole(window, 'POST', '/webhooks/exceptions', { host: '127.0.0.1', port: 1 });
  await callConsole(window, 'PATCH', `/webhooks/${agentId}`, { url: 'http://127.0.0.1:1/hook' });
  const failed = await send('new_dm');
  await callConsole(window, 'POST', `/webhooks/${agentId}/secret`, { overlapHours: 24 });
  await callConsole(window, 'PATCH', `/webhooks/${agentId}`, { useCatcher: true });
  return failed;
}

/** Every page of the network and every state of it that has controls of its own; opened in any language. */
export function nbPagesOf({ agentId, postId, failedDeliveryId }: NbWorld): readonly PageState[] {
  const posts = (window: Page) => window.getByTestId('posts').getByRole('link').first();
  const webhook = `/webhooks?agent=${agentId}`;
  return [
    at('rooms', '/rooms', posts),
    at('a room', '/rooms?room=b2b-sales', posts),
    at('rooms, nothing found', '/rooms?q=nobody+said+this', (window) =>
      window.getByRole('heading', { level: 2 }).last(),
    ),
    at('a post', `/rooms?post=${postId}`, (window) => window.getByTestId('thread').getByRole('list')),
    {
      name: 'a post, answering',
      open: async (window) => {
        await openPage(window, `/rooms?post=${postId}`);
        await window.getByTestId('thread').getByRole('button').first().click();
        await expect(window.getByTestId('comment-field')).toBeFocused();
      },
    },
    {
      name: 'posting dialog',
      open: async (window) => {
        await openPage(window, '/rooms');
        await expect(posts(window)).toBeVisible();
        await window.keyboard.press('n');
        await expect(window.getByTestId('post-form')).toBeVisible();
      },
    },
    at('conversations', '/messages', (window) =>
      window.getByTestId('conversations').getByRole('link').first(),
    ),
    ...['me', agentId].map((seat) => ({
      name: `conversation of ${seat === 'me' ? 'the owner' : 'an agent'}`,
      open: async (window: Page) => {
        await openPage(window, `/messages?seat=${seat}`);
        await window.getByTestId('conversations').getByRole('link').first().press('Enter');
        await expect(window.getByTestId('composer')).toBeVisible();
      },
    })),
    at('events', '/messages?view=events', (window) => window.getByRole('region').first()),
    at('deliveries', `${webhook}&tab=deliveries`, (window) => window.getByRole('tabpanel')),
    at('a delivery', `${webhook}&tab=deliveries&delivery=${failedDeliveryId}`, (window) =>
      window.getByTestId('resend'),
    ),
    {
      name: 'dialog to send again what failed',
      open: async (window) => {
        await openPage(window, `${webhook}&tab=deliveries`);
        await expect(window.getByRole('tabpanel').getByRole('listitem').first()).toBeVisible();
        await window.keyboard.press('Shift+S');
        await expectDialog(window);
      },
    },
    at('webhook, settings', `${webhook}&tab=settings`, (window) => window.getByTestId('webhook-url')),
    at('webhook, secret', `${webhook}&tab=secret`, (window) => window.getByTestId('new-secret')),
    at('webhook, test', `${webhook}&tab=test`, (window) =>
      window.getByTestId('caught').getByRole('listitem').first(),
    ),
    at('credits', '/credits', (window) => window.getByTestId('bars')),
    at('ledger', '/credits?tab=ledger', (window) =>
      window.getByTestId('ledger').getByRole('listitem').first(),
    ),
    at('caps', '/credits?tab=caps', (window) => window.getByTestId('cap-amount').first()),
    ...['credits', 'public', 'keys'].map((tab) =>
      at(`agent, ${tab}`, `/agents/${agentId}?tab=${tab}`, (window) => window.getByRole('tabpanel').first()),
    ),
    {
      name: 'dialog to replace all keys',
      open: async (window) => {
        await openPage(window, `/agents/${agentId}?tab=keys`);
        await window.getByRole('button', { name: 'Replace all keys…' }).click();
        await expectDialog(window);
      },
    },
  ];
}
