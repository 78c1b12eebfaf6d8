import { Button } from '@mantine/core';
import { IconCheck, IconCopy } from '@tabler/icons-react';
import { useLingui } from '@lingui/react/macro';
import { useEffect, useState } from 'react';
import { copyText } from '../shell';
import { announce } from './announcer';

interface CopyTextButtonProps {
  readonly text: string;
  readonly label: string;
  readonly variant?: 'filled' | 'default';
  readonly isAutofocused?: boolean;
}

/** Copies `text`, with its words on the button: for what must not be overlooked, such as a key shown once. */
export function CopyTextButton({
  text,
  label,
  variant = 'default',
  isAutofocused = false,
}: CopyTextButtonProps) {
  const { t } = useLingui();
  const [state, setState] = useState<'idle' | 'copied' | 'failed'>('idle');
  useEffect(() => {
    if (state === 'idle') return undefined;
    const timer = setTimeout(() => setState('idle'), 2500);
    return () => clearTimeout(timer);
  }, [state]);
  const handleCopy = async () => {
    try {
      await copyText(text);
      setState('copied');
      announce(t`Copied`);
    } catch {
      setState('failed');
      announce(t`Copying did not work`);
    }
  };
  return (
    <Button
      variant={variant}
      onClick={() => void handleCopy()}
      leftSection={state === 'copied' ? <IconCheck size={14} /> : <IconCopy size={14} />}
      {...(isAutofocused ? { 'data-autofocus': true } : {})}
    >
      {state === 'copied' ? t`Copied` : state === 'failed' ? t`Copying did not work` : label}
    </Button>
  );
}
