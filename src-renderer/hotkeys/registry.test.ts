import { describe, expect, it } from 'vitest';
import { DEFAULT_PREFERENCES } from '../../src-server/contract/console/session';
import {
  ariaKeys,
  createHotkeyRegistry,
  type Hotkey,
  type KeyLike,
  type KeyPlace,
  printKeys,
} from './registry';

const label = { id: 'label' };
const settings = DEFAULT_PREFERENCES.shortcuts;
const page: KeyPlace = { isField: false, isDialogOpen: false, isControl: false };

function press(key: string, more: Partial<KeyLike> = {}): KeyLike & { prevented: boolean } {
  const event = {
    key,
    code: /^[a-z]$/i.test(key) ? `Key${key.toUpperCase()}` : key,
    ctrlKey: false,
    metaKey: false,
    altKey: false,
    shiftKey: false,
    repeat: false,
    isComposing: false,
    defaultPrevented: false,
    prevented: false,
    preventDefault() {
      event.prevented = true;
    },
    ...more,
  };
  return event;
}

function setUp(options: { isMac?: boolean } = {}) {
  const ran: string[] = [];
  let time = 0;
  const registry = createHotkeyRegistry({
    isMac: options.isMac ?? false,
    settings,
    now: () => time,
  });
  const key = (id: string, keys: readonly string[], more: Partial<Hotkey> = {}): Hotkey => ({
    id,
    keys,
    label,
    group: label,
    run: () => ran.push(id),
    ...more,
  });
  return { registry, ran, key, wait: (ms: number) => (time += ms) };
}

describe('hotkey registry', () => {
  it('runs a single letter in lower and upper case and prevents the default', () => {
    const { registry, ran, key } = setUp();
    registry.register('page', [key('approve', ['a'])]);
    const event = press('a');
    expect(registry.handle(event, page)).toBe(true);
    expect(event.prevented).toBe(true);
    expect(registry.handle(press('A', { shiftKey: true }), page)).toBe(true);
    expect(ran).toEqual(['approve', 'approve']);
  });

  it('leaves single letters alone in fields, while composing, with Alt or Ctrl, and once something else took them', () => {
    const { registry, ran, key } = setUp();
    registry.register('page', [key('approve', ['a'])]);
    expect(registry.handle(press('a'), { ...page, isField: true })).toBe(false);
    expect(registry.handle(press('a', { isComposing: true }), page)).toBe(false);
    expect(registry.handle(press('a', { ctrlKey: true }), page)).toBe(false);
    expect(registry.handle(press('a', { altKey: true }), page)).toBe(false);
    expect(registry.handle(press('a', { defaultPrevented: true }), page)).toBe(false);
    expect(ran).toEqual([]);
  });

  it('never repeats a decision while the key is held, but repeats moving', () => {
    const { registry, ran, key } = setUp();
    registry.register('page', [key('approve', ['a']), key('down', ['j'], { canRepeat: true })]);
    registry.handle(press('a', { repeat: true }), page);
    registry.handle(press('j', { repeat: true }), page);
    expect(ran).toEqual(['down']);
  });

  it('falls back to the place of the key on layouts without Latin letters', () => {
    const { registry, ran, key } = setUp();
    registry.register('page', [key('approve', ['a']), key('find', ['/'])]);
    registry.handle(press('ф', { code: 'KeyA' }), page);
    expect(ran).toEqual(['approve']);
    // A Latin layout that only sits elsewhere (AZERTY) means the letter that is printed on the key.
    expect(registry.handle(press('q', { code: 'KeyA' }), page)).toBe(false);
  });

  it('takes Ctrl for mod, on a Mac ⌘, and not the other', () => {
    const pc = setUp();
    pc.registry.register('page', [pc.key('save', ['mod+Enter'])]);
    expect(pc.registry.handle(press('Enter', { metaKey: true }), page)).toBe(false);
    expect(pc.registry.handle(press('Enter', { ctrlKey: true }), page)).toBe(true);
    const mac = setUp({ isMac: true });
    mac.registry.register('page', [mac.key('save', ['mod+Enter'])]);
    expect(mac.registry.handle(press('Enter', { ctrlKey: true }), page)).toBe(false);
    expect(mac.registry.handle(press('Enter', { metaKey: true }), page)).toBe(true);
  });

  it('lets a combination act in fields only where it says so', () => {
    const { registry, ran, key } = setUp();
    registry.register('page', [key('save', ['mod+s'], { worksInFields: true }), key('help', ['mod+/'])]);
    registry.handle(press('s', { ctrlKey: true }), { ...page, isField: true });
    registry.handle(press('/', { ctrlKey: true }), { ...page, isField: true });
    expect(ran).toEqual(['save']);
  });

  it('hears nothing but the dialog while one is open', () => {
    const { registry, ran, key } = setUp();
    registry.register('global', [key('help', ['?'])]);
    registry.register('page', [key('approve', ['a'])]);
    registry.register('dialog', [key('reason', ['1'])]);
    const dialog = { ...page, isDialogOpen: true };
    for (const pressed of ['a', '?', '1']) registry.handle(press(pressed), dialog);
    expect(ran).toEqual(['reason']);
    registry.handle(press('1'), page);
    expect(ran).toEqual(['reason']);
  });

  it('prefers the page to the window and the latest registration to an older one', () => {
    const { registry, ran, key } = setUp();
    registry.register('global', [key('global', ['x'])]);
    registry.register('page', [key('older', ['x'])]);
    const remove = registry.register('page', [key('newer', ['x'])]);
    registry.handle(press('x'), page);
    remove();
    registry.handle(press('x'), page);
    expect(ran).toEqual(['newer', 'older']);
  });

  it('tells keys with Shift from those without, whichever was there first', () => {
    const { registry, ran, key } = setUp();
    registry.register('page', [
      key('pane', ['F6']),
      key('pane back', ['shift+F6']),
      key('down', ['g']),
      key('last', ['shift+g']),
    ]);
    registry.handle(press('F6', { shiftKey: true }), page);
    registry.handle(press('F6'), page);
    registry.handle(press('G', { shiftKey: true }), page);
    registry.handle(press('g'), page);
    expect(ran).toEqual(['pane back', 'pane', 'last', 'down']);
  });

  it('leaves a disabled key to the browser', () => {
    const { registry, key } = setUp();
    registry.register('page', [key('approve', ['a'], { isEnabled: false })]);
    const event = press('a');
    expect(registry.handle(event, page)).toBe(false);
    expect(event.prevented).toBe(false);
  });

  it('understands sequences, and forgets a start after a pause', () => {
    const { registry, ran, key, wait } = setUp();
    registry.register('global', [key('inbox', ['g i']), key('agents', ['g a'])]);
    registry.register('page', [key('approve', ['a'])]);
    registry.handle(press('g'), page);
    registry.handle(press('a'), page);
    expect(ran).toEqual(['agents']);
    registry.handle(press('g'), page);
    wait(1300);
    registry.handle(press('a'), page);
    expect(ran).toEqual(['agents', 'approve']);
  });

  it('keeps Enter and Space for the button that has the focus', () => {
    const { registry, ran, key } = setUp();
    registry.register('page', [key('open', ['Enter']), key('page', ['Space'])]);
    for (const pressed of ['Enter', ' ']) registry.handle(press(pressed), { ...page, isControl: true });
    expect(ran).toEqual([]);
    for (const pressed of ['Enter', ' ']) registry.handle(press(pressed), page);
    expect(ran).toEqual(['open', 'page']);
  });

  it('switches single letters off; combinations stay', () => {
    const { registry, ran, key } = setUp();
    registry.register('page', [key('approve', ['a']), key('inbox', ['g i']), key('save', ['mod+Enter'])]);
    registry.configure({ ...settings, singleKeys: 'off' });
    for (const pressed of ['a', 'g', 'i']) registry.handle(press(pressed), page);
    registry.handle(press('Enter', { ctrlKey: true }), page);
    expect(ran).toEqual(['save']);
  });

  it('hears a person’s own keys instead of its own, and none where they switched it off', () => {
    const { registry, ran, key } = setUp();
    registry.register('page', [key('inbox.approve', ['a']), key('inbox.reject', ['r'])]);
    registry.configure({ ...settings, overrides: { 'inbox.approve': ['y', 'g y'], 'inbox.reject': [] } });
    for (const pressed of ['a', 'r', 'y', 'g', 'y']) registry.handle(press(pressed), page);
    expect(ran).toEqual(['inbox.approve', 'inbox.approve']);
    expect(registry.list().map(({ keys }) => keys)).toEqual([['y', 'g y'], []]);
  });

  it('takes the keys of a preset, which a person’s own go before', () => {
    const { registry, ran, key } = setUp();
    registry.register('page', [key('inbox.approve', ['a']), key('inbox.reject', ['r'])]);
    registry.configure({ ...settings, preset: 'mail', overrides: { 'inbox.reject': ['x'] } });
    for (const pressed of ['a', '#', 'e', 'x']) registry.handle(press(pressed), page);
    expect(ran).toEqual(['inbox.approve', 'inbox.reject']);
  });

  it('keeps what needs another press off single letters, whatever is stored', () => {
    const { registry, ran, key } = setUp();
    registry.register('page', [key('inbox.approveForGood', ['mod+Enter'], { needsModifier: true })]);
    registry.configure({ ...settings, overrides: { 'inbox.approveForGood': ['a', 'mod+y'] } });
    registry.handle(press('a'), page);
    registry.handle(press('y', { ctrlKey: true }), page);
    expect(ran).toEqual(['inbox.approveForGood']);
    expect(registry.list()[0]?.keys).toEqual(['mod+y']);
  });

  it('lists each key once for the help, the same list until something changes', () => {
    const { registry, key } = setUp();
    const remove = registry.register('page', [key('approve', ['a']), key('reject', ['r'])]);
    const list = registry.list();
    expect(list.map(({ id }) => id)).toEqual(['approve', 'reject']);
    expect(registry.list()).toBe(list);
    remove();
    expect(registry.list()).toEqual([]);
  });
});

describe('printed keys', () => {
  it('are named as on the keyboard of the machine', () => {
    expect(printKeys('mod+Enter', false)).toEqual(['Ctrl', '↵']);
    expect(printKeys('mod+Enter', true)).toEqual(['⌘', '↵']);
    expect(printKeys('mod+s', false)).toEqual(['Ctrl', 'S']);
    expect(printKeys('g i', false)).toEqual(['g', 'i']);
    expect(printKeys('shift+F6', true)).toEqual(['⇧', 'F6']);
  });

  it('are told to assistive technology in the words of aria-keyshortcuts', () => {
    expect(ariaKeys('mod+Enter', false)).toBe('Control+Enter');
    expect(ariaKeys('mod+Enter', true)).toBe('Meta+Enter');
    expect(ariaKeys('a', false)).toBe('a');
    expect(ariaKeys('g i', false)).toBeUndefined();
  });
});
