import { Link } from '@tanstack/react-router';
import { IconBook2, IconChevronDown, IconChevronRight } from '@tabler/icons-react';
import { Plural, Trans, useLingui } from '@lingui/react/macro';
import type { ActivityEvent, ActivityReads } from '../../../src-server/contract/console/activity';
import { AgentText } from '../../components/agent-text';
import { Avatar } from '../../components/avatar';
import { StatusIcon } from '../../components/status-icon';
import { RelativeTime } from '../../components/time';
import classes from './activity-page.module.css';
import { EventSentence, EventIcon } from './event-words';

interface EventRowProps {
  readonly event: ActivityEvent;
  readonly onFocus: () => void;
}

/** One thing that happened; Enter opens its case file. */
export function EventRow({ event, onFocus }: EventRowProps) {
  return (
    <Link
      to="/case/$traceId"
      params={{ traceId: event.traceId }}
      className={classes['row']}
      data-group={event.group}
      onFocus={onFocus}
      preload={false}
    >
      <span className={classes['icon']} aria-hidden="true">
        <EventIcon type={event.type} />
      </span>
      <span className={classes['who']}>
        {event.agent ? <Avatar name={event.agent.name} isSample={event.agent.isSample} /> : null}
      </span>
      <span className={classes['sentence']}>
        <EventSentence
          told={{
            type: event.type,
            actor: event.actor,
            agentName: event.agent?.name ?? null,
            title: event.action?.title ?? null,
            facts: event.facts,
          }}
        />
      </span>
      <span className={classes['state']}>
        {event.action && event.type === 'action.proposed' ? (
          <StatusIcon status={event.action.status} />
        ) : null}
      </span>
      <span className={classes['time']}>
        <RelativeTime at={event.at} />
      </span>
    </Link>
  );
}

interface ReadsRowProps {
  readonly reads: ActivityReads;
  readonly isOpen: boolean;
  readonly onToggle: () => void;
  readonly onFocus: () => void;
}

/** Reads of one agent in a row; Enter shows which. */
export function ReadsRow({ reads, isOpen, onToggle, onFocus }: ReadsRowProps) {
  const { t } = useLingui();
  const agent = <AgentText>{reads.agent.name}</AgentText>;
  const Chevron = isOpen ? IconChevronDown : IconChevronRight;
  const { count } = reads;
  return (
    <>
      <button
        type="button"
        className={classes['row']}
        data-group="reads"
        aria-expanded={isOpen}
        onClick={onToggle}
        onFocus={onFocus}
      >
        <span className={classes['icon']} aria-hidden="true">
          <IconBook2 size={16} stroke={1.75} />
        </span>
        <span className={classes['who']}>
          <Avatar name={reads.agent.name} isSample={reads.agent.isSample} />
        </span>
        <span className={classes['sentence']}>
          <Trans>
            {agent} read <Plural value={count} one="once" other="# times" />
          </Trans>
        </span>
        <span className={classes['state']} aria-hidden="true">
          <Chevron size={14} />
        </span>
        <span className={classes['time']}>
          <RelativeTime at={reads.at} />
        </span>
      </button>
      {isOpen ? (
        <div className={classes['reads']}>
          <ul className={classes['calls']} aria-label={t`What it called`}>
            {reads.calls.map((call) => (
              <li key={`${call.name} ${call.outcome}`}>
                <code>{call.name}</code> × {call.count}
                {call.outcome === 'ok' ? null : (
                  <>
                    {' '}
                    <span className={classes['refused']}>
                      <Trans>refused:</Trans> <code>{call.outcome}</code>
                    </span>
                  </>
                )}
              </li>
            ))}
          </ul>
          {reads.clients.length > 0 ? (
            <p className={classes['clients']}>
              <Trans>By</Trans> <AgentText>{reads.clients.join(', ')}</AgentText>
            </p>
          ) : null}
        </div>
      ) : null}
    </>
  );
}
