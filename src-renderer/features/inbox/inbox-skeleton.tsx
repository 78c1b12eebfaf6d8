import { Skeleton, VisuallyHidden } from '@mantine/core';
import { Trans } from '@lingui/react/macro';
import classes from './inbox-page.module.css';

/** Rows that are on their way. */
export function ListSkeleton() {
  return (
    <div className={classes['skeleton']} aria-busy="true">
      <VisuallyHidden>
        <Trans>Reading the proposals</Trans>
      </VisuallyHidden>
      {[72, 58, 80, 64, 70, 52].map((width) => (
        <div key={width} className={classes['skeletonRow']} aria-hidden="true">
          <Skeleton circle height={28} />
          <div>
            <Skeleton height={10} width={`${width}%`} radius="xs" />
            <Skeleton height={8} width="40%" mt={8} radius="xs" />
          </div>
        </div>
      ))}
    </div>
  );
}

/** A proposal that is on its way. */
export function DetailSkeleton() {
  return (
    <div className={classes['skeletonDetail']} aria-busy="true">
      <VisuallyHidden>
        <Trans>Reading the proposal</Trans>
      </VisuallyHidden>
      <Skeleton height={10} width="30%" radius="xs" />
      <Skeleton height={16} width="60%" mt={12} radius="xs" />
      <Skeleton height={10} width="90%" mt={32} radius="xs" />
      <Skeleton height={10} width="86%" mt={10} radius="xs" />
      <Skeleton height={10} width="72%" mt={10} radius="xs" />
    </div>
  );
}
