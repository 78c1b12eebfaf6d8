import { Button, Checkbox, NativeSelect } from '@mantine/core';
import { useInfiniteQuery } from '@tanstack/react-query';
import { IconMoon } from '@tabler/icons-react';
import { Trans, useLingui } from '@lingui/react/macro';
import {
  DEFAULT_PREFERENCES,
  type NotificationPreferences,
} from '../../../src-server/contract/console/session';
import { useMe } from '../../api/session';
import { AgentText } from '../../components/agent-text';
import { useNow } from '../../components/clock';
import { Notice } from '../../components/notice';
import { SkeletonRows } from '../../components/skeleton-rows';
import { ErrorState } from '../../components/states';
import { agentsQuery } from '../agents/api';
import { DEFAULT_QUIET_HOURS, type QuietHours, quietStateAt } from './quiet-hours';
import { SettingRow } from './setting-row';
import { SettingSwitch } from './setting-switch';
import { useSettingsSave } from './settings-save';
import classes from './settings.module.css';

/** Weeks begin on Monday in both languages that we speak; 0 is Sunday, as in the preferences. */
const DAYS = [1, 2, 3, 4, 5, 6, 0];
/** The contract's bound. */
const MAX_MUTED = 100;

/** What the desktop shows over other programs, and when it keeps quiet. */
export function NotificationsSection() {
  const me = useMe();
  const { save } = useSettingsSave();
  const current = me.data?.preferences.notifications ?? DEFAULT_PREFERENCES.notifications;
  const change = (next: Partial<NotificationPreferences>) => save({ notifications: { ...current, ...next } });
  return (
    <div className={classes['rows']}>
      {me.data?.mode === 'server' ? (
        <Notice>
          <Trans>
            In the browser nothing is shown over other programs. What you set here is kept for a desktop app
            that speaks with this server.
          </Trans>
        </Notice>
      ) : null}
      <SettingSwitch
        setting="notifications"
        description={<Trans>When something waits for you and this window is not in front.</Trans>}
        isOn={current.isOn}
        onChange={(isOn) => change({ isOn })}
        testId="notifications-on"
      />
      <SettingSwitch
        setting="quiet-hours"
        description={<Trans>Nothing is shown then; it waits in the Inbox.</Trans>}
        isOn={current.quietHours !== null}
        isDisabled={!current.isOn}
        onChange={(isOn) => change({ quietHours: isOn ? DEFAULT_QUIET_HOURS : null })}
        testId="quiet-on"
      />
      {current.isOn && current.quietHours ? (
        <QuietHoursForm quiet={current.quietHours} onChange={(quietHours) => change({ quietHours })} />
      ) : null}
      <SettingSwitch
        setting="spending-alerts"
        description={
          <Trans>At 50, 75, 90 and 100 % of a month’s credits and of each cap, once a month or a day.</Trans>
        }
        isOn={me.data?.preferences.spendingAlerts ?? DEFAULT_PREFERENCES.spendingAlerts}
        onChange={(spendingAlerts) => save({ spendingAlerts })}
        testId="spending-alerts"
      />
      <MutedAgents
        mutedIds={current.mutedAgentIds}
        isDisabled={!current.isOn}
        onChange={(mutedAgentIds) => change({ mutedAgentIds })}
      />
    </div>
  );
}

interface QuietHoursFormProps {
  readonly quiet: QuietHours;
  readonly onChange: (quiet: QuietHours) => void;
}

function QuietHoursForm({ quiet, onChange }: QuietHoursFormProps) {
  const { t, i18n } = useLingui();
  const names = (style: 'short' | 'long') => {
    const format = new Intl.DateTimeFormat(i18n.locale, { weekday: style });
    // 2023-01-01 was a Sunday.
    return (day: number) => format.format(new Date(2023, 0, 1 + day));
  };
  const [short, long] = [names('short'), names('long')];
  return (
    <div className={classes['sub']}>
      <div className={classes['times']}>
        <TimeField label={t`From`} value={quiet.from} onChange={(from) => onChange({ ...quiet, from })} />
        <TimeField label={t`Until`} value={quiet.to} onChange={(to) => onChange({ ...quiet, to })} />
      </div>
      <fieldset className={classes['fieldset']}>
        <legend className={classes['label']}>
          <Trans>Beginning on</Trans>
        </legend>
        <div className={classes['days']}>
          {DAYS.map((day) => (
            <label key={day} className={classes['choice']}>
              <Checkbox
                size="xs"
                aria-label={long(day)}
                checked={quiet.days.includes(day)}
                onChange={(event) => {
                  const isOn = event.currentTarget.checked;
                  const others = quiet.days.filter((other) => other !== day);
                  onChange({ ...quiet, days: isOn ? [...others, day].toSorted((a, b) => a - b) : others });
                }}
              />
              {short(day)}
            </label>
          ))}
        </div>
      </fieldset>
      <QuietSummary quiet={quiet} />
    </div>
  );
}

const HALF_HOURS = Array.from({ length: 48 }, (_, index) =>
  [Math.floor(index / 2), (index % 2) * 30].map((part) => String(part).padStart(2, '0')).join(':'),
);

interface TimeFieldProps {
  readonly label: string;
  readonly value: string;
  readonly onChange: (value: string) => void;
}

/** Half hours, written as the language writes them; the time field of the browser follows the system instead. */
function TimeField({ label, value, onChange }: TimeFieldProps) {
  const { i18n } = useLingui();
  const times = HALF_HOURS.includes(value) ? HALF_HOURS : [...HALF_HOURS, value].toSorted();
  const format = new Intl.DateTimeFormat(i18n.locale, { hour: 'numeric', minute: '2-digit' });
  const print = (time: string) => {
    const [hours = 0, minutes = 0] = time.split(':').map(Number);
    return format.format(new Date(2023, 0, 1, hours, minutes));
  };
  return (
    <NativeSelect
      label={label}
      value={value}
      onChange={(event) => onChange(event.currentTarget.value)}
      data={times.map((time) => ({ value: time, label: print(time) }))}
    />
  );
}

function QuietSummary({ quiet }: { quiet: QuietHours }) {
  const { i18n } = useLingui();
  const now = useNow(10_000);
  const state = quietStateAt(now, quiet);
  const words = (instant: number) => {
    const isToday = new Date(instant).toDateString() === new Date(now).toDateString();
    return new Intl.DateTimeFormat(i18n.locale, {
      hour: 'numeric',
      minute: '2-digit',
      ...(isToday ? {} : { weekday: 'long' }),
    }).format(instant);
  };
  return (
    <Notice icon={<IconMoon size={16} />}>
      <span data-testid="quiet-summary">
        {state.type === 'quiet' ? <Trans>Quiet now, until {words(state.at)}.</Trans> : null}
        {state.type === 'later' ? <Trans>Not quiet now. Quiet again from {words(state.at)}.</Trans> : null}
        {state.type === 'never' ? <Trans>Never quiet: no day is chosen.</Trans> : null}
      </span>
    </Notice>
  );
}

interface MutedAgentsProps {
  readonly mutedIds: readonly string[];
  readonly isDisabled: boolean;
  readonly onChange: (mutedIds: string[]) => void;
}

function MutedAgents({ mutedIds, isDisabled, onChange }: MutedAgentsProps) {
  const { t } = useLingui();
  const agents = useInfiniteQuery(agentsQuery);
  const items = agents.data?.pages.flatMap((page) => page.items) ?? [];
  const isFull = mutedIds.length >= MAX_MUTED;
  return (
    <div className={classes['block']}>
      <SettingRow
        setting="quiet-agents"
        description={<Trans>What these agents propose waits in the Inbox without a notification.</Trans>}
      />
      {agents.isPending ? <SkeletonRows heights={[32, 32]} /> : null}
      {agents.isError && !agents.data ? (
        <ErrorState error={agents.error} onRetry={() => void agents.refetch()} />
      ) : null}
      {agents.data && items.length === 0 ? (
        <p className={classes['dim']}>
          <Trans>You have no agents yet. Each will have a switch here.</Trans>
        </p>
      ) : null}
      <ul className={classes['agents']}>
        {items.map(({ id, name, handle }) => {
          const isMuted = mutedIds.includes(id);
          return (
            <li key={id}>
              <label className={classes['agent']}>
                <Checkbox
                  size="xs"
                  aria-label={t`No notifications from ${name}`}
                  checked={isMuted}
                  disabled={isDisabled || (isFull && !isMuted)}
                  onChange={(event) => {
                    const others = mutedIds.filter((other) => other !== id);
                    onChange(event.currentTarget.checked ? [...others, id] : others);
                  }}
                />
                <AgentText form="line">{name}</AgentText>
                {handle ? <AgentText className={classes['dim']}>{`@${handle}`}</AgentText> : null}
              </label>
            </li>
          );
        })}
      </ul>
      {agents.hasNextPage ? (
        <Button
          variant="default"
          loading={agents.isFetchingNextPage}
          onClick={() => void agents.fetchNextPage()}
        >
          <Trans>Show more agents</Trans>
        </Button>
      ) : null}
      {isFull ? (
        <p className={classes['dim']}>
          <Trans>No more than {MAX_MUTED} agents can be quiet.</Trans>
        </p>
      ) : null}
    </div>
  );
}
