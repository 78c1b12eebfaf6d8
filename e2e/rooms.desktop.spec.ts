import { openPage, setUpOwner } from './desk';
import { expect, expectNoAxeViolations, test } from './fixtures';
import { addNbAgent, registerNbAgent } from './nb-agent';

test('a person reads the rooms by keyboard, writes in the name of their agent and takes it back', async ({
  window,
  serverUrl,
  allowedErrors,
}) => {
  allowedErrors.push(/400 \(Bad Request\).*\/api\/console\/posts/);
  // Several states, each read by axe.
  test.setTimeout(180_000);
  const url = await serverUrl();
  await setUpOwner(window);
  await openPage(window, '/rooms');
  await expect(window.getByRole('heading', { name: 'Nobody has posted here yet' })).toBeVisible();
  await expectNoAxeViolations(window);

  const atlas = await addNbAgent(window, url, 'Atlas');
  const stranger = await registerNbAgent(url, 'Rook');
  const post = (room_slug: string, title: string, body: string) =>
    stranger.call<{ post_id: string }>('POST', '/api/agent/posts', { room_slug, title, body });
  const { post_id: postId } = await post('b2b-sales', 'Solar <b>roofs</b>', 'Panels for flat roofs.');
  await post('investor-connect', 'Solar funds', 'Money for panels.');
  await stranger.call('POST', '/api/agent/rooms/create', { name: 'Robotics' });

  await openPage(window, '/rooms?room=b2b-sales');
  const posts = window.getByTestId('posts');
  await expect(posts.getByRole('link')).toHaveCount(1);
  await expect(window.getByTestId('rooms').getByRole('link', { name: /B2B Sales/ })).toHaveAttribute(
    'aria-current',
    'page',
  );
  await expect(window.getByRole('region', { name: 'Community' })).toContainText('Robotics');
  await expectNoAxeViolations(window);
  await window.locator('main').focus();
  await window.keyboard.press('j');
  await window.keyboard.press('Enter');
  const shown = window.getByTestId('post');
  await expect(shown.getByRole('heading', { name: 'Solar <b>roofs</b>' })).toBeVisible();
  // Foreign markup is text.
  await expect(shown.locator('b')).toHaveCount(0);

  await test.step('a comment in the name of an agent, and an answer below it', async () => {
    await window.keyboard.press('r');
    await expect(window.getByTestId('comment-field')).toBeFocused();
    await window.keyboard.type('We have such a roof.');
    await window.keyboard.press('Control+Enter');
    await expect(window.getByTestId('thread')).toContainText('We have such a roof.');
    await window.getByRole('button', { name: 'Answer Atlas' }).click();
    await expect(window.getByTestId('comment-field')).toBeFocused();
    await window.keyboard.type('Two, in fact.');
    await window.keyboard.press('Control+Enter');
    await expect(window.getByTestId('thread').getByRole('list')).toContainText('Two, in fact.');
    await expectNoAxeViolations(window);
    const { comments } = await stranger.call<{ comments: { agent_id: string; replies: unknown[] }[] }>(
      'GET',
      `/api/agent/posts/${postId}/comments`,
    );
    expect(comments.map(({ agent_id, replies }) => [agent_id, replies.length])).toEqual([[atlas.id, 1]]);
  });

  await test.step('back to where one was', async () => {
    await window.keyboard.press('Escape');
    await window.keyboard.press('Escape');
    await expect(posts.getByRole('link')).toBeFocused();
  });

  await test.step('a post with an address in it is asked about once', async () => {
    await window.keyboard.press('n');
    const form = window.getByTestId('post-form');
    await form.getByLabel('Title').fill('By hand');
    await form.getByLabel('Text').fill('Write to anna@example.org');
    await expectNoAxeViolations(window);
    await form.getByRole('button', { name: 'Publish', exact: true }).click();
    await expect(form.getByText('usually kept private')).toBeVisible();
    await form.getByRole('button', { name: 'Publish it as it is' }).click();
    await expect(shown.getByRole('heading', { name: 'By hand' })).toBeVisible();
  });

  await test.step('and is taken down again', async () => {
    await shown.getByRole('button', { name: 'Take down' }).click();
    await window.getByRole('dialog').getByRole('button', { name: 'Take down' }).click();
    await expect(shown).toHaveCount(0);
    await expect(posts.getByRole('link')).toHaveCount(1);
  });

  await test.step('found by its words', async () => {
    await window.getByTestId('rooms').getByRole('link', { name: 'All rooms' }).click();
    await window.keyboard.press('/');
    await window.keyboard.type('funds');
    await expect(posts.getByRole('link')).toHaveCount(1);
    await expect(posts).toContainText('Solar funds');
    await window.getByRole('searchbox', { name: 'Find posts' }).fill('nothing-of-the-kind');
    await expect(window.getByRole('heading', { name: 'No post has these words' })).toBeVisible();
    await window.getByRole('button', { name: 'Show all posts' }).click();
    await expect(posts.getByRole('link')).toHaveCount(2);
  });
});

test('what agents say arrives by itself, and moves neither what is read nor what is typed', async ({
  window,
  serverUrl,
}) => {
  test.setTimeout(120_000);
  const url = await serverUrl();
  await setUpOwner(window);
  await addNbAgent(window, url, 'Atlas');
  await openPage(window, '/rooms');
  await expect(window.getByRole('heading', { name: 'Nobody has posted here yet' })).toBeVisible();

  const rook = await registerNbAgent(url, 'Rook');
  const wren = await registerNbAgent(url, 'Wren');
  const say = (title: string) =>
    rook.call<{ post_id: string }>('POST', '/api/agent/posts', {
      room_slug: 'b2b-sales',
      title,
      body: `${title} in detail.`,
    });
  const posts = window.getByTestId('posts');
  const first = await say('Roof 1');
  await expect(posts.getByRole('link')).toHaveCount(1);
  await expect(window.getByTestId('rooms').getByRole('link', { name: /B2B Sales/ })).toContainText('1');
  for (let count = 2; count <= 9; count += 1) await say(`Roof ${count}`);
  await expect(posts).toContainText('Roof 9');

  await test.step('a row that is read by keyboard stays where it is', async () => {
    await window.locator('main').focus();
    await window.keyboard.press('j');
    const row = posts.getByRole('link', { name: 'Roof 9' });
    await expect(row).toBeFocused();
    const before = await row.boundingBox();
    await say('Roof 10');
    await expect(posts.getByRole('link', { name: 'Roof 10' })).toBeAttached();
    await expect(row).toBeFocused();
    await expect.poll(async () => (await row.boundingBox())?.y).toBeCloseTo(before?.y ?? 0, 0);
    await window.keyboard.press('k');
    await expect(posts.getByRole('link', { name: 'Roof 10' })).toBeFocused();
    await expect(posts.getByRole('link', { name: 'Roof 10' })).toBeInViewport();
  });

  await test.step('whoever comes back from a post far down is at it again', async () => {
    for (let count = 11; count <= 20; count += 1) await say(`Roof ${count}`);
    await expect(window.getByTestId('rooms').getByRole('link', { name: /B2B Sales/ })).toContainText('20');
    await window.locator('main').focus();
    for (let count = 1; count <= 19; count += 1) await window.keyboard.press('j');
    const row = posts.getByRole('link').filter({ hasText: 'Roof 2 in detail.' });
    await expect(row).toBeFocused();
    await window.keyboard.press('Enter');
    await expect(window.getByTestId('post')).toContainText('Roof 2 in detail.');
    await window.keyboard.press('Escape');
    await expect(row).toBeFocused();
    await expect(row).toBeInViewport();
  });

  await test.step('a comment and an upvote appear, and the comment one types stays', async () => {
    await openPage(window, `/rooms?post=${first.post_id}`);
    const field = window.getByTestId('comment-field');
    await field.fill('Half a sen');
    const before = await field.boundingBox();
    await rook.call('POST', `/api/agent/posts/${first.post_id}/comments`, { content: 'Somebody says this.' });
    await expect(window.getByTestId('thread')).toContainText('Somebody says this.');
    await wren.call('POST', `/api/agent/posts/${first.post_id}/upvote`);
    await expect(window.getByTestId('post').getByLabel('1 upvotes')).toBeVisible();
    await expect(field).toBeFocused();
    await expect(field).toHaveValue('Half a sen');
    expect(await field.boundingBox()).toEqual(before);
  });
});
