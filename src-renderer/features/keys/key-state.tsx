import {
  IconAlertTriangle,
  IconArrowsExchange,
  IconBan,
  IconCircleCheck,
  IconClock,
  IconClockOff,
  IconSnowflake,
  type TablerIcon,
} from '@tabler/icons-react';
import { useLingui } from '@lingui/react/macro';
import { type AgentKey, type KeyState, keyStateOf } from '../../../src-server/contract/console/keys';
import classes from '../../components/status-icon.module.css';

const LOOK: Readonly<Record<KeyState | 'leaked', { Icon: TablerIcon; tone: string }>> = {
  live: { Icon: IconCircleCheck, tone: 'ok' },
  expiring: { Icon: IconClock, tone: 'warn' },
  overlap: { Icon: IconArrowsExchange, tone: 'warn' },
  frozen: { Icon: IconSnowflake, tone: 'warn' },
  revoked: { Icon: IconBan, tone: 'neutral' },
  expired: { Icon: IconClockOff, tone: 'neutral' },
  leaked: { Icon: IconAlertTriangle, tone: 'danger' },
};

/** Words for what a key is now. */
export function useKeyStateWord(): (state: KeyState | 'leaked') => string {
  const { t } = useLingui();
  return (state) => {
    const words: Record<KeyState | 'leaked', string> = {
      live: t({ message: 'Live', context: 'key' }),
      expiring: t({ message: 'Ends soon', context: 'key' }),
      overlap: t({ message: 'In overlap', context: 'key' }),
      frozen: t({ message: 'Frozen', context: 'key' }),
      revoked: t({ message: 'Revoked', context: 'key' }),
      expired: t({ message: 'Expired', context: 'key' }),
      leaked: t({ message: 'In a text', context: 'key' }),
    };
    return words[state];
  };
}

/** A key's state as icon, word and colour; one that stood in a text says so first. */
export function KeyStateIcon({ agentKey, now }: { agentKey: AgentKey; now: number }) {
  const wordOf = useKeyStateWord();
  const own = keyStateOf(agentKey, now);
  const states = agentKey.leak ? (['leaked', own] as const) : [own];
  return (
    <>
      {states.map((state) => {
        const { Icon, tone } = LOOK[state];
        return (
          <span key={state} className={classes['status']} data-tone={tone}>
            <Icon size={14} stroke={2} aria-hidden="true" />
            {wordOf(state)}
          </span>
        );
      })}
    </>
  );
}
