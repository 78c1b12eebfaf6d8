import { Switch } from '@mantine/core';
import { type ReactNode, useId } from 'react';
import { SettingRow } from './setting-row';
import type { SettingId } from './settings-index';

interface SettingSwitchProps {
  readonly setting: SettingId;
  readonly description?: ReactNode;
  readonly isOn: boolean;
  readonly isDisabled?: boolean;
  readonly onChange: (isOn: boolean) => void;
  readonly testId?: string;
}

/** A setting that is on or off. */
export function SettingSwitch(props: SettingSwitchProps) {
  const titleId = useId();
  const descriptionId = useId();
  return (
    <SettingRow
      setting={props.setting}
      titleId={titleId}
      description={props.description}
      descriptionId={descriptionId}
    >
      <Switch
        aria-labelledby={titleId}
        {...(props.description ? { 'aria-describedby': descriptionId } : {})}
        checked={props.isOn}
        disabled={props.isDisabled ?? false}
        withThumbIndicator={false}
        onChange={(event) => props.onChange(event.currentTarget.checked)}
        data-testid={props.testId}
      />
    </SettingRow>
  );
}
