import { describe, expect, it } from 'vitest';
import { NO_DESK } from './desk-watch';
import { getTexts } from './texts';
import { badgeOf, trayMenuOf, trayTooltipOf } from './tray-menu';

const t = getTexts('en-GB');
const desk = { ...NO_DESK, isLive: true, pending: 12, agents: 3 };
const labels = (view: Parameters<typeof trayMenuOf>[0], texts = t) =>
  trayMenuOf(view, texts).map((item) =>
    item === null ? '–' : `${item.label}${item.isEnabled ? '' : ' (off)'}`,
  );

describe('the tray', () => {
  it('says what waits, freezes, pauses, shows, quits', () => {
    expect(labels({ desk, isWindowVisible: false, server: 'up' })).toEqual([
      '12 proposals wait',
      '–',
      'Freeze all agents',
      'Pause all agents',
      '–',
      'Show Countersign',
      'Quit',
    ]);
    expect(labels({ desk, isWindowVisible: true, server: 'up' }, getTexts('de')).slice(0, 6)).toEqual([
      '12 Vorschläge warten',
      '–',
      'Alle Agenten einfrieren',
      'Alle Agenten pausieren',
      '–',
      'Countersign ausblenden',
    ]);
  });

  it('leaves thawing to the window', () => {
    const items = trayMenuOf({ desk: { ...desk, isFrozen: true }, isWindowVisible: true, server: 'up' }, t);
    expect(items.map((item) => item?.id)).toEqual([
      'inbox',
      undefined,
      'thaw',
      'pause',
      undefined,
      'toggle',
      'quit',
    ]);
    expect(trayTooltipOf({ desk: { ...desk, isFrozen: true }, server: 'up' }, t)).toBe(
      'Countersign: 12 proposals wait – All agents are frozen',
    );
  });

  it('commands nothing that is not there', () => {
    expect(labels({ desk: { ...desk, isLive: false }, isWindowVisible: true, server: 'away' })).toEqual([
      'The server is not running',
      '–',
      'Freeze all agents (off)',
      'Pause all agents (off)',
      '–',
      'Hide Countersign',
      'Quit',
    ]);
    expect(trayTooltipOf({ desk: NO_DESK, server: 'locked' }, t)).toBe(
      'Countersign: Countersign waits for your passphrase or key file',
    );
  });

  it('counts to nine on the icon', () => {
    expect([0, 1, 9, 10, 2000].map(badgeOf)).toEqual(['', '1', '9', '9plus', '9plus']);
  });
});
