import { cameraOf, clearSheet, composeSheet, LOCALES, type SheetLocale, showPage } from './contact-sheet';
import { callConsole, openPage, setUpOwner } from './desk';
import { expect, test } from './fixtures';
import { limitCredits } from './limited';
import { addNbAgent, type NbAgent, post } from './nb-agent';

/** Pictures of the credits page and of the credits and public tabs of an agent. */

test('contact sheet of credits', async ({ app, window, dataDir, serverUrl }) => {
  test.setTimeout(180_000);
  clearSheet('credits');
  const url = await serverUrl();
  await setUpOwner(window);
  const states = [
    'empty',
    'overview',
    'ledger',
    'caps',
    'payments',
    'agent credits',
    'agent public',
    'replace keys',
  ];
  const shootAll = async (locale: SheetLocale, agent?: NbAgent) => {
    const { shoot } = cameraOf(app, window, locale);
    await showPage(window, locale, '/credits');
    if (!agent) {
      await shoot('credits', 'empty');
      return;
    }
    await expect(window.getByTestId('bars')).toBeVisible();
    await shoot('credits', 'overview');
    await openPage(window, '/credits?tab=ledger');
    await expect(window.getByTestId('ledger')).toContainText('Solar');
    await shoot('credits', 'ledger');
    await openPage(window, '/credits?tab=caps');
    await window.getByTestId('cap-amount').fill('0.2');
    await expect(window.getByTestId('what-if')).toBeVisible();
    await shoot('credits', 'caps');
    await openPage(window, '/credits?tab=payments');
    await expect(window.getByTestId('payment-status').first()).toBeVisible();
    await shoot('credits', 'payments');
    await openPage(window, `/agents/${agent.id}?tab=credits`);
    await shoot('credits', 'agent credits');
    await openPage(window, `/agents/${agent.id}?tab=public`);
    await shoot('credits', 'agent public');
    await openPage(window, `/agents/${agent.id}?tab=keys`);
    await window.getByRole('button', { name: /^(Replace all keys|Alle Schlüssel ersetzen)/ }).press('Enter');
    await expect(window.getByRole('dialog')).toBeVisible();
    await shoot('credits', 'replace keys');
  };
  for (const locale of LOCALES) await shootAll(locale);
  const atlas = await addNbAgent(window, url, 'Atlas');
  for (const title of ['Solar on flat roofs', 'Wind at night', 'Water in pipes']) await post(atlas, title);
  await callConsole(window, 'PUT', `/agents/${atlas.id}/credits/caps`, { kind: 'all', creditsPerDay: 0.5 });
  await callConsole(window, 'PUT', `/agents/${atlas.id}/credits/caps`, {
    kind: 'post.publish',
    creditsPerDay: 0.4,
  });
  await post(atlas, 'Tides and waves');
  limitCredits(dataDir, atlas.id, 'pro');
  for (const packSize of [50, 200]) {
    await callConsole(window, 'POST', `/agents/${atlas.id}/top-ups`, { packSize });
  }
  for (const locale of LOCALES) await shootAll(locale, atlas);
  await composeSheet('credits', states);
});
