import { Button, Radio } from '@mantine/core';
import {
  IconContrast,
  IconDeviceDesktop,
  IconEye,
  IconMoon,
  IconRobot,
  IconRosetteDiscountCheck,
  IconSun,
} from '@tabler/icons-react';
import { Trans, useLingui } from '@lingui/react/macro';
import type { ComponentType } from 'react';
import { type ColorScheme, locale as localeSchema } from '../../../src-server/contract/console/session';
import { useUpdatePreferences } from '../../api/session';
import { FormError } from '../../components/form-error';
import { activateLocale } from '../../locales/i18n';
import type { StepProps } from './welcome-page';
import classes from './welcome.module.css';

const LOCALES = [
  { value: 'en', label: 'English' },
  { value: 'de', label: 'Deutsch' },
] as const;

/** Language and look; both change the window at once. */
export function LanguageStep({ me, scheme, onNext }: StepProps) {
  const { t, i18n } = useLingui();
  const update = useUpdatePreferences();
  const schemes: readonly {
    value: ColorScheme;
    label: string;
    Icon: ComponentType<{ size: number; stroke: number }>;
  }[] = [
    { value: 'auto', label: t`As the system`, Icon: IconDeviceDesktop },
    { value: 'light', label: t`Light`, Icon: IconSun },
    { value: 'dark', label: t`Dark`, Icon: IconMoon },
    { value: 'contrast', label: t`High contrast`, Icon: IconContrast },
  ];
  const handleLocale = (value: string) => {
    const parsed = localeSchema.safeParse(value);
    if (!parsed.success) return;
    void activateLocale(parsed.data);
    if (me.setup.hasOwner) update.mutate({ locale: parsed.data });
  };
  return (
    <form
      className={classes['form']}
      onSubmit={(event) => {
        event.preventDefault();
        onNext();
      }}
    >
      <ul className={classes['promise']}>
        <li>
          <IconRobot size={18} stroke={1.75} aria-hidden="true" />
          <Trans>An agent proposes a post, a message, a connection.</Trans>
        </li>
        <li>
          <IconEye size={18} stroke={1.75} aria-hidden="true" />
          <Trans>You see exactly what will happen, and say yes, no, or change it.</Trans>
        </li>
        <li>
          <IconRosetteDiscountCheck size={18} stroke={1.75} aria-hidden="true" />
          <Trans>Exactly that happens, and the log keeps who decided it.</Trans>
        </li>
      </ul>
      <Radio.Group label={t`Language`} name="locale" value={i18n.locale} onChange={handleLocale}>
        <div className={classes['choices']}>
          {LOCALES.map(({ value, label }) => (
            <label key={value} className={classes['choice']} lang={value}>
              <Radio value={value} aria-label={label} />
              {label}
            </label>
          ))}
        </div>
      </Radio.Group>
      <Radio.Group
        label={t`Look`}
        name="scheme"
        value={scheme.value}
        onChange={(value) => {
          const found = schemes.find((candidate) => candidate.value === value);
          if (found) scheme.choose(found.value);
        }}
      >
        <div className={classes['choices']}>
          {schemes.map(({ value, label, Icon }) => (
            <label key={value} className={classes['choice']}>
              <Radio value={value} aria-label={label} />
              <Icon size={16} stroke={1.75} />
              {label}
            </label>
          ))}
        </div>
      </Radio.Group>
      <FormError error={update.error} />
      <div className={classes['actions']}>
        <Button type="submit">
          <Trans>Continue</Trans>
        </Button>
      </div>
    </form>
  );
}
