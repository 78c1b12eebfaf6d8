import { useLingui } from '@lingui/react';
import type { ReactNode } from 'react';
import { useHashFocus } from '../../components/use-hash-focus';
import { type SettingId, SETTINGS } from './settings-index';
import classes from './settings.module.css';

interface SettingRowProps {
  readonly setting: SettingId;
  /** Names the control, where the control has no label of its own. */
  readonly titleId?: string;
  readonly description?: ReactNode;
  readonly descriptionId?: string;
  /** The control, at the end of the row. */
  readonly children?: ReactNode;
}

/** One setting: what it is, what it does, and the control. */
export function SettingRow({ setting, titleId, description, descriptionId, children }: SettingRowProps) {
  const { i18n } = useLingui();
  const row = useHashFocus<HTMLDivElement>(setting);
  return (
    <div className={classes['row']} ref={row}>
      <div className={classes['words']}>
        <p className={classes['title']} id={titleId}>
          {i18n._(SETTINGS[setting].label)}
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
