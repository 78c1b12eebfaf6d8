import { Modal, Switch } from '@mantine/core';
import { Trans, useLingui } from '@lingui/react/macro';
import { Fragment } from 'react';
import { hotkeyRegistry, useHotkeyState } from '../hotkeys/hotkeys';
import { printKeys } from '../hotkeys/registry';
import { isMac } from '../shell';
import classes from './hotkey-help.module.css';

/** Every key that acts on this page, read from the registry, and the switch for single letters (WCAG 2.1.4). */
export function HotkeyHelp({ isOpen, onClose }: { isOpen: boolean; onClose: () => void }) {
  const { t, i18n } = useLingui();
  const { hotkeys, areSingleKeysOn } = useHotkeyState();
  const groups = new Map<string, typeof hotkeys>();
  for (const hotkey of hotkeys) {
    if (hotkey.scope === 'dialog') continue;
    const name = i18n._(hotkey.group);
    groups.set(name, [...(groups.get(name) ?? []), hotkey]);
  }
  return (
    <Modal
      opened={isOpen}
      onClose={onClose}
      title={t`Shortcuts`}
      size="lg"
      closeButtonProps={{ 'aria-label': t`Close` }}
    >
      <div className={classes['groups']}>
        {[...groups].map(([name, entries]) => (
          <div key={name}>
            <h3 className={classes['heading']}>{name}</h3>
            <dl className={classes['list']}>
              {entries.map((hotkey) => (
                <Fragment key={hotkey.id}>
                  <dt>{i18n._(hotkey.label)}</dt>
                  <dd>
                    {hotkey.keys.map((keys, index) => (
                      <span key={keys} className={classes['keys']}>
                        {index > 0 ? <span className={classes['or']}>{t`or`}</span> : null}
                        {printKeys(keys, isMac).map((key) => (
                          <kbd key={key}>{key}</kbd>
                        ))}
                      </span>
                    ))}
                  </dd>
                </Fragment>
              ))}
            </dl>
          </div>
        ))}
      </div>
      <Switch
        className={classes['switch']}
        checked={areSingleKeysOn}
        onChange={(event) => hotkeyRegistry.setSingleKeys(event.currentTarget.checked)}
        label={t`Single letters act`}
        description={
          <Trans>
            Switch this off if speech input or another tool types letters for you. Combinations with Ctrl or ⌘
            stay.
          </Trans>
        }
      />
    </Modal>
  );
}
