import type { MessageDescriptor } from '@lingui/core';
import { Trans, useLingui } from '@lingui/react/macro';
import { Fragment } from 'react';
import { Keys } from './kbd';
import classes from './key-list.module.css';

interface ListedHotkey {
  readonly id: string;
  readonly keys: readonly string[];
  readonly label: MessageDescriptor;
  readonly group: MessageDescriptor;
}

/** Commands with their keys under the headings of their groups. */
export function KeyList({ hotkeys }: { hotkeys: readonly ListedHotkey[] }) {
  const { t, i18n } = useLingui();
  const groups = new Map<string, ListedHotkey[]>();
  for (const hotkey of hotkeys) {
    const name = i18n._(hotkey.group);
    groups.set(name, [...(groups.get(name) ?? []), hotkey]);
  }
  return (
    <div className={classes['groups']}>
      {[...groups].map(([name, entries]) => (
        <div key={name} className={classes['group']}>
          <h3 className={classes['heading']}>{name}</h3>
          <dl className={classes['list']}>
            {entries.map((hotkey) => (
              <Fragment key={hotkey.id}>
                <dt>{i18n._(hotkey.label)}</dt>
                <dd>
                  {hotkey.keys.length === 0 ? (
                    <span className={classes['off']}>
                      <Trans>switched off</Trans>
                    </span>
                  ) : null}
                  {hotkey.keys.map((keys, index) => (
                    <Fragment key={keys}>
                      {index > 0 ? <span className={classes['off']}>{t`or`}</span> : null}
                      <Keys keys={keys} />
                    </Fragment>
                  ))}
                </dd>
              </Fragment>
            ))}
          </dl>
        </div>
      ))}
    </div>
  );
}
