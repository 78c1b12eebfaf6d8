import {
  IconAlertTriangle,
  IconArrowBackUp,
  IconBan,
  IconCheck,
  IconCircleCheck,
  IconClock,
  IconClockOff,
  IconPlayerPause,
  IconUserQuestion,
  IconX,
} from '@tabler/icons-react';
import { useLingui } from '@lingui/react/macro';
import type { ComponentType } from 'react';
import type { ActionStatus, AgentStatus } from '../../src-server/contract/common';
import classes from './status-icon.module.css';

/** `undone`: executed, and taken back by the owner since. */
type Status = ActionStatus | AgentStatus | 'undone';
type Tone = 'neutral' | 'ok' | 'warn' | 'danger';

const LOOK: Record<Status, { Icon: ComponentType<{ size: number; stroke: number }>; tone: Tone }> = {
  pending: { Icon: IconClock, tone: 'neutral' },
  approved: { Icon: IconCheck, tone: 'ok' },
  executed: { Icon: IconCircleCheck, tone: 'ok' },
  failed: { Icon: IconAlertTriangle, tone: 'danger' },
  rejected: { Icon: IconX, tone: 'warn' },
  undone: { Icon: IconArrowBackUp, tone: 'warn' },
  expired: { Icon: IconClockOff, tone: 'neutral' },
  withdrawn: { Icon: IconArrowBackUp, tone: 'neutral' },
  cancelled: { Icon: IconBan, tone: 'neutral' },
  unclaimed: { Icon: IconUserQuestion, tone: 'warn' },
  active: { Icon: IconCircleCheck, tone: 'ok' },
  paused: { Icon: IconPlayerPause, tone: 'warn' },
  suspended: { Icon: IconBan, tone: 'danger' },
  banned: { Icon: IconBan, tone: 'danger' },
};

/** The word for a status, in the language of the window. */
export function useStatusWord(): (status: Status) => string {
  const { t } = useLingui();
  return (status) => {
    const words: Record<Status, string> = {
      pending: t`Waiting for you`,
      approved: t`Approved`,
      executed: t`Done`,
      failed: t`Failed`,
      rejected: t`Rejected`,
      undone: t`Undone`,
      expired: t`Expired`,
      withdrawn: t`Withdrawn`,
      cancelled: t`Cancelled`,
      unclaimed: t`Unclaimed`,
      active: t`Active`,
      paused: t`Paused`,
      suspended: t`Suspended`,
      banned: t`Banned`,
    };
    return words[status];
  };
}

/** A status as icon, word and colour; the word is always there. */
export function StatusIcon({ status, word }: { status: Status; word?: string | undefined }) {
  const wordOf = useStatusWord();
  const { Icon, tone } = LOOK[status];
  return (
    <span className={classes['status']} data-tone={tone}>
      <Icon size={14} stroke={2} aria-hidden="true" />
      {word ?? wordOf(status)}
    </span>
  );
}
