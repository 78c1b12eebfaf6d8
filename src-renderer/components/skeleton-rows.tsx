import { Skeleton } from '@mantine/core';
import { useLingui } from '@lingui/react/macro';
import classes from './skeleton-rows.module.css';

/** Stands where rows or blocks will be, each of the given heights in px. */
export function SkeletonRows({ heights }: { heights: readonly number[] }) {
  const { t } = useLingui();
  return (
    <output className={classes['rows']} aria-label={t`Loading`}>
      {heights.map((height, index) => (
        // The rows are all alike and never change places.
        // oxlint-disable-next-line react/no-array-index-key
        <Skeleton key={index} component="span" display="block" height={height} />
      ))}
    </output>
  );
}
