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
  /** Read out when it appears: for what just happened. */
  readonly isLive?: boolean;
}

/** A sentence or two that belong to what stands below. The tone is in the icon and the words, not in colour alone. */
export function Notice({ tone = 'info', icon, children, actions, id, isLive = false }: NoticeProps) {
  const fallback = tone === 'warn' ? <IconAlertTriangle size={16} /> : <IconInfoCircle size={16} />;
  const Box = isLive ? 'output' : 'div';
  return (
    <Box className={classes['notice']} data-tone={tone} id={id}>
      <span className={classes['main']}>
        <span className={classes['icon']} aria-hidden="true">
          {icon ?? fallback}
        </span>
        <span className={classes['words']}>{children}</span>
      </span>
      {actions ? <span className={classes['actions']}>{actions}</span> : null}
    </Box>
  );
}
