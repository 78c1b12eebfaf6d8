import type { ReactNode } from 'react';
import classes from './page-header.module.css';

interface PageHeaderProps {
  readonly title: ReactNode;
  /** Beside the title: a count, a status. */
  readonly aside?: ReactNode;
  readonly description?: ReactNode;
  readonly actions?: ReactNode;
}

/** Title row of a page: its one `h1`, what belongs to it, and the page's actions at the end. */
export function PageHeader({ title, aside, description, actions }: PageHeaderProps) {
  return (
    <header className={classes['header']}>
      <div className={classes['words']}>
        <div className={classes['line']}>
          <h1 className={classes['title']}>{title}</h1>
          {aside}
        </div>
        {description ? <p className={classes['description']}>{description}</p> : null}
      </div>
      {actions ? <div className={classes['actions']}>{actions}</div> : null}
    </header>
  );
}
