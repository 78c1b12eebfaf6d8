import { ActionIcon, Menu } from '@mantine/core';
import { IconAdjustmentsHorizontal, IconCheck } from '@tabler/icons-react';
import { Trans, useLingui } from '@lingui/react/macro';
import type { ColorScheme, Locale } from '../../src-server/contract/console/session';
import { signOut, useMe, useUpdatePreferences } from '../api/session';
import { Kbd } from '../components/kbd';
import { activateLocale } from '../locales/i18n';
import classes from './preferences-menu.module.css';

const CHECK = <IconCheck size={14} aria-hidden="true" />;

/** Appearance and language, from any page. */
export function PreferencesMenu({ onShowShortcuts }: { onShowShortcuts: () => void }) {
  const { t, i18n } = useLingui();
  const me = useMe();
  const update = useUpdatePreferences();
  const scheme = me.data?.preferences.colorScheme ?? 'auto';
  const schemes: readonly { value: ColorScheme; label: string }[] = [
    { value: 'auto', label: t`As the system` },
    { value: 'light', label: t`Light` },
    { value: 'dark', label: t`Dark` },
    { value: 'contrast', label: t`High contrast` },
  ];
  const locales: readonly { value: Locale; label: string }[] = [
    { value: 'en', label: 'English' },
    { value: 'de', label: 'Deutsch' },
  ];
  const handleLocale = (locale: Locale) => {
    void activateLocale(locale);
    update.mutate({ locale });
  };
  const handleSignOut = () => {
    // What another person may not see goes with the session, whether or not the server answered.
    void signOut().finally(() => globalThis.location.reload());
  };
  return (
    <Menu position="bottom-end" width={208}>
      <Menu.Target>
        <ActionIcon aria-label={t`Appearance and language`}>
          <IconAdjustmentsHorizontal size={16} stroke={1.75} />
        </ActionIcon>
      </Menu.Target>
      <Menu.Dropdown aria-label={t`Appearance and language`} className={classes['menu']}>
        <Menu.Label>
          <Trans>Appearance</Trans>
        </Menu.Label>
        <Menu.RadioGroup
          value={scheme}
          onChange={(value) => update.mutate({ colorScheme: value as ColorScheme })}
        >
          {schemes.map(({ value, label }) => (
            <Menu.RadioItem key={value} value={value} checkIcon={CHECK} closeMenuOnClick>
              {label}
            </Menu.RadioItem>
          ))}
        </Menu.RadioGroup>
        <Menu.Divider />
        <Menu.Label>
          <Trans>Language</Trans>
        </Menu.Label>
        <Menu.RadioGroup value={i18n.locale} onChange={(value) => handleLocale(value as Locale)}>
          {locales.map(({ value, label }) => (
            <Menu.RadioItem key={value} value={value} lang={value} checkIcon={CHECK} closeMenuOnClick>
              {label}
            </Menu.RadioItem>
          ))}
        </Menu.RadioGroup>
        <Menu.Divider />
        <Menu.Item leftSection={<Indent />} rightSection={<Kbd hotkey="help" />} onClick={onShowShortcuts}>
          <Trans>Shortcuts</Trans>
        </Menu.Item>
        {me.data?.mode === 'server' ? (
          <Menu.Item leftSection={<Indent />} onClick={handleSignOut}>
            <Trans>Sign out</Trans>
          </Menu.Item>
        ) : null}
      </Menu.Dropdown>
    </Menu>
  );
}

/** As wide as the check of the choices above. */
function Indent() {
  return <span className={classes['mark']} />;
}
