import { ActionIcon, Tooltip } from '@mantine/core';
import { IconCheck, IconCopy } from '@tabler/icons-react';
import { useLingui } from '@lingui/react/macro';
import { useEffect, useState } from 'react';
import { copyText } from '../shell';
import { announce } from './announcer';

/** Copies `text` and says so, in sight and to assistive technology. `label` names what is copied. */
export function CopyButton({ text, label, size = 24 }: { text: string; label: string; size?: number }) {
  const { t } = useLingui();
  const [state, setState] = useState<'idle' | 'copied' | 'failed'>('idle');
  useEffect(() => {
    if (state === 'idle') return;
    const timer = setTimeout(() => setState('idle'), 2000);
    return () => clearTimeout(timer);
  }, [state]);
  const handleCopy = () => {
    copyText(text).then(
      () => {
        setState('copied');
        announce(t`Copied`);
      },
      () => {
        setState('failed');
        announce(t`Copying did not work`);
      },
    );
  };
  const words = state === 'copied' ? t`Copied` : state === 'failed' ? t`Copying did not work` : label;
  return (
    <Tooltip label={words} opened={state === 'idle' ? undefined : true}>
      <ActionIcon aria-label={label} size={size} onClick={handleCopy}>
        {state === 'copied' ? <IconCheck size={14} /> : <IconCopy size={14} />}
      </ActionIcon>
    </Tooltip>
  );
}
