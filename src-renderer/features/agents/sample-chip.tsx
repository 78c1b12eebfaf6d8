import { Trans } from '@lingui/react/macro';
import classes from './sample-chip.module.css';

/** Marks what the sample world brought. */
export function SampleChip() {
  return (
    <span className={classes['chip']}>
      <Trans>sample</Trans>
    </span>
  );
}
