import {
  IconAlertTriangle,
  IconArchive,
  IconClock,
  IconMailCheck,
  type TablerIcon,
} from '@tabler/icons-react';
import { useLingui } from '@lingui/react/macro';
import type { MailState } from '../../../src-server/contract/console/outbox';
import classes from './outbox.module.css';

const ICONS: Record<MailState, TablerIcon> = {
  local: IconArchive,
  queued: IconClock,
  sent: IconMailCheck,
  failed: IconAlertTriangle,
};

export function useMailStateWord(): (state: MailState) => string {
  const { t } = useLingui();
  return (state) => {
    const words: Record<MailState, string> = {
      local: t`Kept here`,
      queued: t`Waits to be sent`,
      sent: t({ message: 'Sent', context: 'mail' }),
      failed: t({ message: 'Failed', context: 'mail' }),
    };
    return words[state];
  };
}

/** Where a mail is, in an icon and a word. */
export function MailStateChip({ state }: { state: MailState }) {
  const wordOf = useMailStateWord();
  const Icon = ICONS[state];
  return (
    <span className={classes['state']} data-state={state}>
      <Icon size={14} stroke={1.75} aria-hidden="true" />
      {wordOf(state)}
    </span>
  );
}
