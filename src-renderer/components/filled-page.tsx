import type { ReactNode } from 'react';
import classes from './filled-page.module.css';

/** A page as high as its place: its head stays, and what is below scrolls by itself. */
export function FilledPage({ head, children }: { readonly head: ReactNode; readonly children: ReactNode }) {
  return (
    <div className={classes['page']}>
      <div className={classes['head']}>{head}</div>
      {children}
    </div>
  );
}
