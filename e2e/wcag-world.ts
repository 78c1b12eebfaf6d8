import type { ElectronApplication, Locator, Page } from '@playwright/test';
import { registerAgent } from './agent';
import { addAgent, callConsole, callTool, openPage, OWNER, setUpOwner } from './desk';
import { expect } from './fixtures';

/** What the tests of accessibility walk through: every page, with something of each kind on it. */

export interface World {
  readonly agentId: string;
  /** Two versions, editable. */
  readonly revisedId: string;
  /** A message with something in it that is not drawn. */
  readonly hidingId: string;
  readonly failedId: string;
}

export interface PageState {
  readonly name: string;
  /** More than a hundred stops for Tab: it is gone through in one size only. */
  readonly isLong?: boolean;
  readonly open: (window: Page) => Promise<void>;
}

const HIDING =
  'As agreed, the statement\u202Efdp.exe is at [our bank](https://bank.example@pay.example/login).\u200B';

/** An owner, the sample world, an agent of one's own, and proposals that wait, hide, failed and were decided. */
export async function buildWorld(window: Page, url: string): Promise<World> {
  await setUpOwner(window);
  await callConsole(window, 'POST', '/sample-world');
  await callConsole(window, 'PATCH', '/preferences', { graceSeconds: 0 });
  const { id: agentId, key } = await addAgent(window, 'Harbor', 'harbor');
  const text = { title: 'Solar on flat roofs', content: 'It pays back in nine years.' };
  const { draftId } = await callTool(url, key, 'drafts.create', { ...text, note: 'From the report.' });
  await callTool(url, key, 'drafts.create', { draftId, ...text, content: 'It pays back in eight years.' });
  const { user } = await callConsole<{ user: { id: string } }>(window, 'GET', '/me');
  await callTool(url, key, 'messages.sendHuman', { recipientUserId: user.id, content: HIDING });
  await registerAgent(url, { email: OWNER.email });
  await callConsole(window, 'POST', `/agents/${agentId}/guidance`, { text: 'Leave hashtags out.' });
  await callConsole(window, 'POST', '/data/backups', {});
  const pending = await listInbox(window, `agentId=${agentId}`);
  const idOf = (kind: string) => pending.find((item) => item.kind === kind)?.id ?? '';
  const failedId = await failOne(window, url, key);
  return { agentId, revisedId: idOf('post.publish'), hidingId: idOf('message.send'), failedId };
}

/** Of two requests to connect with one person, the second one fails when it runs. */
async function failOne(window: Page, url: string, key: string): Promise<string> {
  const [other] = await listInbox(window, 'kind=network.link');
  const targetUserId = (await readItem(window, other?.id ?? '')).versions.at(-1)?.targets.at(0)?.id;
  await callTool(url, key, 'connections.request', { targetUserId });
  const both = await listInbox(window, 'kind=network.link');
  const mine = both.find(({ agent }) => agent.name === 'Harbor')?.id ?? '';
  await approve(window, other?.id ?? '');
  await approve(window, mine);
  await expect.poll(async () => (await readItem(window, mine)).status).toBe('failed');
  return mine;
}

interface Item {
  readonly id: string;
  readonly kind: string;
  readonly agent: { readonly name: string };
}

async function listInbox(window: Page, query: string): Promise<readonly Item[]> {
  return (await callConsole<{ items: Item[] }>(window, 'GET', `/inbox?${query}`)).items;
}

interface Detail {
  readonly status: string;
  readonly version: number;
  readonly versions: readonly {
    readonly hash: string;
    readonly targets: readonly { readonly id: string }[];
  }[];
}

const readItem = (window: Page, id: string): Promise<Detail> => callConsole(window, 'GET', `/inbox/${id}`);

async function approve(window: Page, id: string): Promise<void> {
  const { version, versions } = await readItem(window, id);
  const seen = { version, hash: versions.at(-1)?.hash };
  await callConsole(window, 'POST', `/inbox/${id}/read`, seen);
  await callConsole(window, 'POST', `/inbox/${id}/decide`, { ...seen, verdict: 'approve' });
}

const AGENT_TABS = ['overview', 'policy', 'guidance', 'keys', 'history', 'connect', 'danger'];
const SECTIONS = ['general', 'notifications', 'shortcuts', 'server', 'data', 'about'];
const DIALOGS = [
  { name: 'reject', button: 'reject' },
  { name: 'snooze', button: 'snooze' },
  { name: 'guidance', button: 'guide' },
];

/** Every page and every state of it that has controls of its own. */
export function pagesOf({ agentId, revisedId, hidingId, failedId }: World): readonly PageState[] {
  return [
    at('inbox', '/inbox', (window) => window.getByTestId('inbox-list')),
    { name: 'proposal', open: (window) => openProposal(window, revisedId) },
    ...['Changes', 'Raw', 'X-ray'].map((tab) => ({
      name: `proposal, ${tab}`,
      open: async (window: Page) => {
        await openProposal(window, tab === 'X-ray' ? hidingId : revisedId);
        await window.getByRole('tab', { name: new RegExp(`^${tab}`) }).click();
      },
    })),
    {
      name: 'proposal, editing',
      open: async (window) => {
        await openProposal(window, revisedId);
        await window.getByTestId('edit').click();
        await expect(window.getByTestId('save')).toBeVisible();
      },
    },
    { name: 'proposal, failed', open: (window) => openProposal(window, failedId, '&tab=failed') },
    at('decided', '/inbox?tab=decided', (window) => window.getByTestId('inbox-list')),
    ...DIALOGS.map(({ name, button }) => ({
      name: `${name} dialog`,
      open: async (window: Page) => {
        await openProposal(window, revisedId);
        await window.getByTestId(button).click();
        await expectDialog(window);
      },
    })),
    at('agents', '/agents', (window) => window.getByText('Max Agent').first()),
    {
      name: 'add-agent dialog',
      open: async (window) => {
        await openPage(window, '/agents');
        await window.getByRole('button', { name: 'Add an agent' }).click();
        await expectDialog(window);
      },
    },
    ...AGENT_TABS.map((tab) =>
      at(`agent, ${tab}`, `/agents/${agentId}?tab=${tab}`, (window) => window.getByRole('tabpanel').first()),
    ),
    at('keys', '/keys', (window) => window.getByRole('table')),
    ...['Replace', 'Revoke'].map((act) => ({
      name: `${act} dialog of a key`,
      open: async (window: Page) => {
        await openPage(window, '/keys');
        await window.getByRole('row').filter({ hasText: 'Harbor' }).getByRole('button').last().click();
        await window.getByRole('menuitem', { name: new RegExp(act) }).click();
        await expectDialog(window);
      },
    })),
    at('credits', '/credits', (window) => window.getByRole('table').first()),
    at('credits, ledger', '/credits?tab=ledger', (window) => window.getByRole('tabpanel')),
    at('credits, caps', '/credits?tab=caps', (window) => window.getByTestId('cap-amount').first()),
    at('credits, payments', '/credits?tab=payments', (window) =>
      window.getByRole('heading', { name: 'Top up' }),
    ),
    at('webhooks', '/webhooks', (window) => window.getByTestId('webhook-url')),
    {
      ...at('activity', '/activity', (window) =>
        window.getByTestId('timeline').getByRole('listitem').first(),
      ),
      isLong: true,
    },
    at('case file', `/case/${revisedId}`, (window) => window.getByTestId('case')),
    {
      ...at('audit', '/audit', (window) => window.getByRole('main').getByRole('listitem').first()),
      isLong: true,
    },
    {
      name: 'audit row',
      open: async (window) => {
        await openPage(window, '/audit');
        await window.getByRole('main').getByRole('listitem').getByRole('button').first().click();
        await expect(window.getByTestId('audit-row')).toBeVisible();
      },
    },
    at('messages', '/messages', (window) => window.getByRole('heading', { level: 1 })),
    at('events of agents', '/messages?view=events', (window) => window.getByRole('heading', { level: 1 })),
    at('outbox', '/outbox', (window) => window.getByRole('main').getByRole('listitem').first()),
    ...SECTIONS.map((section) => ({
      ...at(`settings, ${section}`, `/settings/${section}`, (window) => window.locator('#settings-section')),
      isLong: section === 'shortcuts',
    })),
    at('help', '/help', (window) => window.getByRole('heading', { level: 1 })),
    {
      name: 'shortcuts dialog',
      open: async (window) => {
        await openPage(window, '/agents');
        await expect(window.getByText('Max Agent').first()).toBeVisible();
        await window.keyboard.press('?');
        await expectDialog(window);
      },
    },
    at('welcome', '/welcome?step=agent', (window) => window.getByRole('main')),
  ];
}

export function at(name: string, path: string, content: (window: Page) => Locator): PageState {
  return {
    name,
    async open(window) {
      await openPage(window, path);
      await expect(content(window)).toBeVisible();
    },
  };
}

export async function expectDialog(window: Page): Promise<void> {
  await expect(window.getByRole('dialog')).toBeVisible();
}

/** Opens a proposal as its row does: where there is room for one pane only, in the place of the list. */
export async function openProposal(window: Page, id: string, search = ''): Promise<void> {
  await openPage(window, `/inbox?item=${id}${search}`);
  await window.locator(`#row-${id}`).click();
  await expect(window.getByTestId('decision-bar')).toBeVisible();
}

/** Makes the window that large and zooms what it shows. */
export async function resize(
  app: ElectronApplication,
  window: Page,
  { width, height, zoom = 1 }: { readonly width: number; readonly height: number; readonly zoom?: number },
): Promise<void> {
  await app.evaluate(
    ({ BrowserWindow }, size) => {
      const [first] = BrowserWindow.getAllWindows();
      first?.setContentSize(size.width, size.height);
      first?.webContents.setZoomFactor(size.zoom);
    },
    { width, height, zoom },
  );
  await expect
    .poll(() => window.evaluate(() => [innerWidth, innerHeight]))
    .toEqual([width / zoom, height / zoom]);
}

/** Everything is loaded and drawn, as somebody without motion sees it. */
export async function settle(window: Page): Promise<void> {
  // A tip is of what the pointer was left on, not of the page.
  await window.mouse.move(0, 0);
  await expect(window.getByRole('tooltip')).toHaveCount(0);
  await expect(window.locator('.mantine-Skeleton-root')).toHaveCount(0);
  await expect(window.locator('[aria-busy="true"]:not(main)')).toHaveCount(0);
  await window.evaluate(async () => {
    await document.fonts.ready;
    await new Promise((resolve) => requestAnimationFrame(() => requestAnimationFrame(resolve)));
  });
}
