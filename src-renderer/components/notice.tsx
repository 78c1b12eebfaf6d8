import { IconAlertTriangle, IconInfoCircle } from '@tabler/icons-react';
import type { ReactNode } from 'react';
import classes from './notice.module.css';

interface NoticeProps {
  readonly tone?: 'info' | 'warn' | 'ok';
  readonly icon?: ReactNode;
  readonly children: ReactNode;
  /** What can be done about it, at the end. */
  readonly actions?: ReactNode;
  readonly id?: string;
  readonly role?: 'status';
}

/** A sentence or two that belong to what stands below. The tone is in the icon and the words, not in colour alone. */
export function Notice({ tone = 'info', icon, children, actions, id, role }: NoticeProps) {
  const fallback = tone === 'warn' ? <IconAlertTriangle size={16} /> : <IconInfoCircle size={16} />;
  return (
    <div className={classes['notice']} data-tone={tone} id={id} role={role}>
      <span className={classes['icon']} aria-hidden="true">
        {icon ?? fallback}
      </span>
      <div className={classes['words']}>{children}</div>
      {actions ? <div className={classes['actions']}>{actions}</div> : null}
    </div>
  );
}
