import { Plural, useLingui } from '@lingui/react/macro';
import { IconAlertTriangle } from '@tabler/icons-react';
import type { KeyboardEvent } from 'react';
import type { InboxDetail } from '../../../src-server/contract/console/inbox';
import { Kbd } from '../../components/kbd';
import type { HotkeyId } from '../../hotkeys/catalogue';
import classes from './inbox-toolbar.module.css';

export type DetailTab = 'rendered' | 'diff' | 'raw' | 'xray';

interface DetailTabsProps {
  readonly detail: InboxDetail;
  readonly tab: DetailTab;
  readonly onTab: (tab: DetailTab) => void;
  /** Findings of the X-ray lens that need a look. */
  readonly alarms: number;
}

/** Four ways to look at the same bytes: drawn, compared with the version before, as they are, and sign by sign. */
export function DetailTabs({ detail, tab, onTab, alarms }: DetailTabsProps) {
  const { t } = useLingui();
  const before = detail.version - 1;
  const tabs: readonly { value: DetailTab; label: string; hotkey?: HotkeyId }[] = [
    { value: 'rendered', label: t`What it says` },
    ...(before > 0
      ? [
          {
            value: 'diff' as const,
            label: t`Changes v${before} → v${detail.version}`,
            hotkey: 'inbox.diff' as const,
          },
        ]
      : []),
    { value: 'raw', label: t`Raw` },
    { value: 'xray', label: t`X-ray`, hotkey: 'inbox.xray' },
  ];
  const handleKeyDown = (event: KeyboardEvent, index: number) => {
    const step = event.key === 'ArrowRight' ? 1 : event.key === 'ArrowLeft' ? -1 : 0;
    const next = tabs[(index + step + tabs.length) % tabs.length];
    if (step === 0 || !next) return;
    event.preventDefault();
    onTab(next.value);
    document.getElementById(`detail-tab-${next.value}`)?.focus();
  };
  return (
    <div className={classes['tabs']} role="tablist" aria-label={t`How to look at it`} data-place="detail">
      {tabs.map(({ value, label, hotkey }, index) => (
        <button
          key={value}
          id={`detail-tab-${value}`}
          type="button"
          role="tab"
          aria-selected={tab === value}
          aria-controls="inbox-detail-scroller"
          tabIndex={tab === value ? 0 : -1}
          className={classes['tab']}
          onClick={() => onTab(value)}
          onKeyDown={(event) => handleKeyDown(event, index)}
        >
          {label}
          {value === 'xray' && alarms > 0 ? (
            <span className={classes['alarms']}>
              <span aria-hidden="true">{alarms}</span>
              <IconAlertTriangle size={14} aria-hidden="true" />
              <span className="sr-only">
                <Plural value={alarms} one="# finding" other="# findings" />
              </span>
            </span>
          ) : null}
          {hotkey ? <Kbd hotkey={hotkey} /> : null}
        </button>
      ))}
    </div>
  );
}
