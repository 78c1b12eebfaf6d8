import type { ReactNode } from 'react';
import classes from './settings.module.css';

interface SettingRowProps {
  readonly title: ReactNode;
  /** Names the control, where the control has no label of its own. */
  readonly titleId?: string;
  readonly description?: ReactNode;
  readonly descriptionId?: string;
  /** The control, at the end of the row. */
  readonly children?: ReactNode;
}

/** One setting: what it is, what it does, and the control. */
export function SettingRow({ title, titleId, description, descriptionId, children }: SettingRowProps) {
  return (
    <div className={classes['row']}>
      <div className={classes['words']}>
        <p className={classes['title']} id={titleId}>
          {title}
        </p>
        {description ? (
          <div className={classes['description']} id={descriptionId}>
            {description}
          </div>
        ) : null}
      </div>
      {children ? <div className={classes['control']}>{children}</div> : null}
    </div>
  );
}
