import { IconCheck } from '@tabler/icons-react';
import { Trans, useLingui } from '@lingui/react/macro';
import { memo } from 'react';
import type { InboxItem } from '../../../src-server/contract/console/inbox';
import { AgentText } from '../../components/agent-text';
import { Avatar } from '../../components/avatar';
import { StatusIcon } from '../../components/status-icon';
import { Countdown, RelativeTime } from '../../components/time';
import classes from './inbox-row.module.css';
import { RiskChip } from './risk-chip';
import { useIsInGrace } from './use-is-in-grace';
import { KIND_ICONS, useKindWords } from './words';

interface InboxRowProps {
  readonly item: InboxItem;
  readonly isSelected: boolean;
  /** Part of what the next decision on several takes. */
  readonly isMarked: boolean;
  readonly hasDraft: boolean;
  readonly position: number;
  readonly setSize: number;
  /** Pixels from the top of the list. */
  readonly top: number;
  readonly onSelect: (id: string) => void;
  readonly onOpen: () => void;
}

/**
 * One proposal in the list: who, what, how risky, how long it waits. Two lines, no controls inside. A key press changes
 * two rows of many, so the others are not drawn again.
 */
export const InboxRow = memo(function InboxRow({
  item,
  isSelected,
  isMarked,
  hasDraft,
  position,
  setSize,
  top,
  onSelect,
  onOpen,
}: InboxRowProps) {
  const { t } = useLingui();
  const KindIcon = KIND_ICONS[item.kind];
  const kindWord = useKindWords()(item.kind);
  const isPending = item.status === 'pending';
  const isInGrace = useIsInGrace(item.runAt);
  const isUnread = isPending && !item.isRead;
  return (
    // Keys are handled by the list (roving tabindex); a native option can't hold two lines.
    // oxlint-disable-next-line jsx-a11y/click-events-have-key-events
    <div
      // oxlint-disable-next-line jsx-a11y/prefer-tag-over-role
      role="option"
      id={`row-${item.id}`}
      data-id={item.id}
      data-unread={isUnread}
      data-marked={isMarked}
      aria-selected={isSelected}
      aria-posinset={position}
      aria-setsize={setSize}
      tabIndex={isSelected ? 0 : -1}
      className={classes['row']}
      style={{ transform: `translateY(${top}px)` }}
      onClick={() => onSelect(item.id)}
      onDoubleClick={onOpen}
    >
      <span className={classes['dot']}>
        {isMarked ? <IconCheck size={12} stroke={3} aria-hidden="true" /> : null}
        {isMarked ? <span className="sr-only">{t`Marked.`}</span> : null}
        {isUnread ? <span className="sr-only">{t`Unread.`}</span> : null}
      </span>
      <Avatar name={item.agent.name} isSample={item.agent.isSample} />
      <span className={classes['words']}>
        <AgentText form="line" className={classes['title']}>
          {item.title}
        </AgentText>
        <span className={classes['facts']}>
          <KindIcon size={14} stroke={1.75} aria-hidden="true" />
          <span className={classes['kind']}>{kindWord}</span>
          <AgentText form="line" className={classes['agent']}>
            {item.agent.name}
          </AgentText>
          {item.version > 1 ? (
            <span className={classes['version']}>
              <span aria-hidden="true">
                <Trans comment="a version, short">v{item.version}</Trans>
              </span>
              <span className="sr-only">
                <Trans>Version {item.version}</Trans>
              </span>
            </span>
          ) : null}
          {hasDraft ? <span className={classes['draft']}>{t`edited`}</span> : null}
        </span>
      </span>
      <span className={classes['end']}>
        {isPending && item.snoozedUntil ? (
          <>
            <span className={classes['time']}>
              <RelativeTime at={item.snoozedUntil} />
            </span>
            <RiskChip risk={item.risk} isCompact />
          </>
        ) : isPending ? (
          <>
            {item.expiresAt ? <Countdown until={item.expiresAt} className={classes['time']} /> : null}
            <RiskChip risk={item.risk} isCompact />
          </>
        ) : (
          <>
            <span className={classes['time']}>
              {isInGrace && item.runAt ? (
                <Countdown until={item.runAt} isPlain />
              ) : (
                <RelativeTime at={item.decidedAt ?? item.updatedAt} />
              )}
            </span>
            <StatusIcon status={item.isUndone ? 'undone' : item.status} />
          </>
        )}
      </span>
    </div>
  );
});
