import { Button, TextInput } from '@mantine/core';
import { IconRestore, IconSearch } from '@tabler/icons-react';
import { Plural, Trans, useLingui } from '@lingui/react/macro';
import { useDeferredValue, useId, useState } from 'react';
import type { ShortcutPreferences } from '../../../src-server/contract/console/session';
import { type CatalogueEntry, HOTKEY_LIST, type HotkeyId } from '../../hotkeys/catalogue';
import { assignKeys, resetKeys } from '../../hotkeys/conflicts';
import { useShortcutSettings } from '../../hotkeys/hotkeys';
import { keysInUse, type Preset } from '../../hotkeys/presets';
import { printKeys } from '../../hotkeys/registry';
import { isMac } from '../../shell';
import { Choices } from './choices';
import { SettingRow } from './setting-row';
import { SettingSwitch } from './setting-switch';
import { useSettingsSave } from './settings-save';
import classes from './settings.module.css';
import { ShortcutRow } from './shortcut-row';

/** Presets, single letters, and every key of the window with a way to change it. */
export function ShortcutsSection() {
  const { t, i18n } = useLingui();
  const presetId = useId();
  const { save } = useSettingsSave();
  // What the registry hears now; it follows the preference, which changes at once.
  const settings = useShortcutSettings();
  const [query, setQuery] = useState('');
  const sought = useDeferredValue(query.trim().toLocaleLowerCase(i18n.locale));
  const change = (next: Partial<ShortcutPreferences>) => save({ shortcuts: { ...settings, ...next } });
  const ownCount = Object.keys(settings.overrides).length;

  const textOf = (entry: CatalogueEntry) =>
    [i18n._(entry.label), i18n._(entry.group), ...keysInUse(entry.id, entry, settings).map(printed)]
      .join(' ')
      .toLocaleLowerCase(i18n.locale);
  const shown = HOTKEY_LIST.filter((entry) => sought === '' || textOf(entry).includes(sought));
  const groups = new Map<string, CatalogueEntry[]>();
  for (const entry of shown) {
    const name = i18n._(entry.group);
    groups.set(name, [...(groups.get(name) ?? []), entry]);
  }
  const presets = [
    { value: 'standard', label: t`Standard` },
    { value: 'vim', label: t`As in vi` },
    { value: 'mail', label: t`As in mail programs` },
  ] as const satisfies readonly { value: Preset; label: string }[];

  return (
    <div className={classes['rows']}>
      <SettingRow
        setting="preset"
        titleId={presetId}
        description={<Trans>Your own keys below stay, whichever you choose.</Trans>}
      >
        <Choices
          labelledBy={presetId}
          value={settings.preset}
          choices={presets}
          onChange={(preset) => change({ preset })}
        />
      </SettingRow>
      <SettingSwitch
        setting="single-letters"
        description={
          <Trans>
            Switch this off if speech input or another tool types letters for you. Combinations with Ctrl or ⌘
            stay.
          </Trans>
        }
        isOn={settings.singleKeys === 'on'}
        onChange={(isOn) => change({ singleKeys: isOn ? 'on' : 'off' })}
        testId="single-keys"
      />
      <div className={classes['block']}>
        <div className={classes['tools']}>
          <TextInput
            type="search"
            className={classes['grow'] ?? ''}
            aria-label={t`Find a shortcut by its name or key`}
            placeholder={t`Name or key`}
            leftSection={<IconSearch size={14} aria-hidden="true" />}
            value={query}
            maxLength={80}
            onChange={(event) => setQuery(event.currentTarget.value)}
            data-testid="shortcut-search"
          />
          <Button
            variant="default"
            leftSection={<IconRestore size={14} aria-hidden="true" />}
            disabled={ownCount === 0}
            onClick={() => change({ overrides: {} })}
          >
            <Trans>Reset all</Trans>
          </Button>
        </div>
        <p className={classes['dim']}>
          <Plural
            value={ownCount}
            _0="No key is your own."
            one="# key is your own."
            other="# keys are your own."
          />
        </p>
        {shown.length === 0 ? (
          <p className={classes['dim']}>
            <Trans>No shortcut has this name or key.</Trans>
          </p>
        ) : null}
        {[...groups].map(([name, entries]) => (
          <div key={name} className={classes['group']}>
            <h3 className={classes['groupTitle']}>{name}</h3>
            <ul className={classes['shortcuts']} aria-label={name}>
              {entries.map((entry) => (
                <ShortcutRow
                  key={entry.id}
                  entry={entry}
                  settings={settings}
                  onAssign={(keys) => save({ shortcuts: assignKeys(entry.id, keys, settings) })}
                  onReset={() => save({ shortcuts: resetKeys(entry.id, settings) })}
                  onSwitchOff={() => save({ shortcuts: switchOff(entry.id, settings) })}
                />
              ))}
            </ul>
          </div>
        ))}
      </div>
    </div>
  );
}

function switchOff(id: HotkeyId, settings: ShortcutPreferences): ShortcutPreferences {
  return { ...settings, overrides: { ...settings.overrides, [id]: [] } };
}

function printed(keys: string): string {
  return printKeys(keys, isMac).join(' ');
}
