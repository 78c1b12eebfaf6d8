import { NativeSelect } from '@mantine/core';
import { IconContrast, IconDeviceDesktop, IconMoon, IconSun } from '@tabler/icons-react';
import { Plural, Trans, useLingui } from '@lingui/react/macro';
import { useId } from 'react';
import type { ColorScheme, Locale } from '../../../src-server/contract/console/session';
import { useMe } from '../../api/session';
import { formatDuration } from '../../components/duration';
import { activateLocale } from '../../locales/i18n';
import { Choices } from './choices';
import { SettingRow } from './setting-row';
import { SettingSwitch } from './setting-switch';
import { useSettingsSave } from './settings-save';
import classes from './settings.module.css';

const LOCALES = [
  { value: 'en', label: 'English', lang: 'en' },
  { value: 'de', label: 'Deutsch', lang: 'de' },
] as const satisfies readonly { value: Locale; label: string; lang: string }[];

const EXPIRY_DAYS = [1, 2, 3, 5, 7, 10, 14, 21, 30];
const GRACE_SECONDS = [0, 5, 10, 15, 20, 30];
const SECOND = 1_000;
const DAY = 24 * 60 * 60 * SECOND;

/** Language, appearance, the two times that decisions keep, and who finds one by one’s address. */
export function GeneralSection() {
  const { t, i18n } = useLingui();
  const me = useMe();
  const { save } = useSettingsSave();
  const ids = { locale: useId(), scheme: useId(), expiry: useId(), grace: useId() };
  const preferences = me.data?.preferences;
  const expiryDays = preferences?.expiryDays ?? 7;
  const graceSeconds = preferences?.graceSeconds ?? 5;
  const schemes = [
    { value: 'auto', label: t`As the system`, Icon: IconDeviceDesktop },
    { value: 'light', label: t`Light`, Icon: IconSun },
    { value: 'dark', label: t`Dark`, Icon: IconMoon },
    { value: 'contrast', label: t`High contrast`, Icon: IconContrast },
  ] as const satisfies readonly { value: ColorScheme; label: string; Icon: typeof IconSun }[];
  const durationOf = (ms: number) => formatDuration(i18n.locale, ms, 'long');
  return (
    <div className={classes['rows']}>
      <SettingRow
        setting="language"
        titleId={ids.locale}
        description={<Trans>Of every page, of the menu bar, of notifications and of the tray.</Trans>}
      >
        <Choices
          labelledBy={ids.locale}
          value={preferences?.locale ?? LOCALES.find(({ value }) => value === i18n.locale)?.value}
          choices={LOCALES}
          onChange={(locale) => {
            void activateLocale(locale);
            save({ locale });
          }}
        />
      </SettingRow>
      <SettingRow
        setting="appearance"
        titleId={ids.scheme}
        description={<Trans>High contrast is light or dark as the system is.</Trans>}
      >
        <Choices
          labelledBy={ids.scheme}
          value={preferences?.colorScheme}
          choices={schemes}
          onChange={(colorScheme) => save({ colorScheme })}
        />
      </SettingRow>
      <SettingRow
        setting="expiry"
        titleId={ids.expiry}
        description={
          <Plural
            value={expiryDays}
            one="What you leave alone expires after # day and is never done. The agent is told. What waits already keeps its time."
            other="What you leave alone expires after # days and is never done. The agent is told. What waits already keeps its time."
          />
        }
      >
        <NativeSelect
          aria-labelledby={ids.expiry}
          translate="no"
          value={String(expiryDays)}
          onChange={(event) => save({ expiryDays: Number(event.currentTarget.value) })}
          data={withCurrent(EXPIRY_DAYS, expiryDays).map((days) => ({
            value: String(days),
            label: durationOf(days * DAY),
          }))}
          data-testid="expiry-days"
        />
      </SettingRow>
      <SettingRow
        setting="grace"
        titleId={ids.grace}
        description={
          <>
            <p>
              {graceSeconds === 0 ? (
                <Trans>What you decide happens at once.</Trans>
              ) : (
                <Trans>
                  For {durationOf(graceSeconds * SECOND)} after a decision you can take it back with one key;
                  only then it happens. The server keeps the time, also when this window closes.
                </Trans>
              )}
            </p>
            <p>
              <Trans>
                What nobody can take back once it ran (a message sent, for example) keeps at least{' '}
                {durationOf(5 * SECOND)}, whatever you choose here.
              </Trans>
            </p>
          </>
        }
      >
        <NativeSelect
          aria-labelledby={ids.grace}
          translate="no"
          value={String(graceSeconds)}
          onChange={(event) => save({ graceSeconds: Number(event.currentTarget.value) })}
          data={withCurrent(GRACE_SECONDS, graceSeconds).map((seconds) => ({
            value: String(seconds),
            label: seconds === 0 ? t`None` : durationOf(seconds * SECOND),
          }))}
          data-testid="grace-seconds"
        />
      </SettingRow>
      <SettingSwitch
        setting="reachable"
        description={
          <Trans>
            Any agent that knows your e-mail address can then write to you here. Otherwise it is told that
            nobody has this address.
          </Trans>
        }
        isOn={preferences?.isReachableByEmail ?? false}
        onChange={(isReachableByEmail) => save({ isReachableByEmail })}
        testId="reachable-by-email"
      />
    </div>
  );
}

/** What is set may be none of those on offer. */
function withCurrent(offered: readonly number[], current: number): readonly number[] {
  return offered.includes(current) ? offered : [...offered, current].toSorted((a, b) => a - b);
}
