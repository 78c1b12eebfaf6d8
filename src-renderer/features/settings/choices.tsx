import { Radio } from '@mantine/core';
import type { TablerIcon } from '@tabler/icons-react';
import { useId } from 'react';
import classes from './settings.module.css';

interface Choice<Value extends string> {
  readonly value: Value;
  readonly label: string;
  readonly Icon?: TablerIcon;
  /** Language of the label, where it is not that of the page. */
  readonly lang?: string;
}

interface ChoicesProps<Value extends string> {
  readonly labelledBy: string;
  readonly value: Value | undefined;
  readonly choices: readonly Choice<Value>[];
  readonly onChange: (value: Value) => void;
}

/** A few choices side by side, one of them taken. */
export function Choices<Value extends string>({ labelledBy, value, choices, onChange }: ChoicesProps<Value>) {
  const name = useId();
  return (
    <Radio.Group
      aria-labelledby={labelledBy}
      name={name}
      value={value ?? ''}
      onChange={(next) => {
        const found = choices.find((choice) => choice.value === next);
        if (found) onChange(found.value);
      }}
    >
      <div className={classes['choices']}>
        {choices.map((choice) => (
          <label key={choice.value} className={classes['choice']} lang={choice.lang}>
            <Radio value={choice.value} aria-label={choice.label} size="xs" />
            {choice.Icon ? <choice.Icon size={16} stroke={1.75} aria-hidden="true" /> : null}
            {choice.label}
          </label>
        ))}
      </div>
    </Radio.Group>
  );
}
