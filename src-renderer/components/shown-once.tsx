import { Button, Checkbox, TextInput } from '@mantine/core';
import { useLingui } from '@lingui/react/macro';
import { type ReactNode, useState } from 'react';
import { CopyTextButton } from './copy-text-button';
import classes from './shown-once.module.css';

interface ShownOnceProps {
  readonly secret: string;
  /** What it is, for whoever does not see that. */
  readonly label: string;
  readonly copyLabel: string;
  readonly doneLabel?: string;
  readonly testId: string;
  /** The secret is gone from the window after this. */
  readonly onDone: () => void;
  /** What to do with it, between the secret and the end. */
  readonly children?: ReactNode;
}

/** A secret in full, the only time anybody sees it: copied here, and done with once the person says that it is saved. */
export function ShownOnce(props: ShownOnceProps) {
  const { t } = useLingui();
  const { secret, doneLabel = t({ message: 'Done', context: 'button' }) } = props;
  const [isSaved, setIsSaved] = useState(false);
  return (
    <>
      <div className={classes['secret']}>
        <TextInput
          aria-label={props.label}
          readOnly
          value={secret}
          classNames={{ input: classes['field'] ?? '' }}
          onFocus={(event) => event.currentTarget.select()}
          spellCheck={false}
          data-testid={props.testId}
        />
        <CopyTextButton text={secret} label={props.copyLabel} variant="filled" isAutofocused />
      </div>
      {props.children}
      <div className={classes['end']}>
        <Checkbox
          label={t`I have saved it`}
          checked={isSaved}
          onChange={(event) => setIsSaved(event.currentTarget.checked)}
        />
        <Button onClick={props.onDone} disabled={!isSaved}>
          {doneLabel}
        </Button>
      </div>
    </>
  );
}
