import { ActionIcon, Button, Tooltip } from '@mantine/core';
import { IconKeyboardOff, IconRestore } from '@tabler/icons-react';
import { Trans, useLingui } from '@lingui/react/macro';
import { Fragment, useRef, useState } from 'react';
import type { ShortcutPreferences } from '../../../src-server/contract/console/session';
import { drawThenFocus } from '../../components/draw-then-focus';
import { announce } from '../../components/announcer';
import { Keys } from '../../components/kbd';
import type { CatalogueEntry } from '../../hotkeys/catalogue';
import { findConflicts } from '../../hotkeys/conflicts';
import { keysInUse } from '../../hotkeys/presets';
import { isSingle, printKeys } from '../../hotkeys/registry';
import { isMac } from '../../shell';
import { KeyRecorder } from './key-recorder';
import classes from './settings.module.css';

interface ShortcutRowProps {
  readonly entry: CatalogueEntry;
  readonly settings: ShortcutPreferences;
  readonly onAssign: (keys: string) => void;
  readonly onReset: () => void;
  readonly onSwitchOff: () => void;
}

/** One command: its keys, and the ways to change them. A key that something else uses is taken only when asked for. */
export function ShortcutRow({ entry, settings, onAssign, onReset, onSwitchOff }: ShortcutRowProps) {
  const { t, i18n } = useLingui();
  const [isRecording, setIsRecording] = useState(false);
  const [wanted, setWanted] = useState<string | null>(null);
  const button = useRef<HTMLButtonElement>(null);
  const take = useRef<HTMLButtonElement>(null);
  const name = i18n._(entry.label);
  const keys = keysInUse(entry.id, entry, settings);
  const isOwn = settings.overrides[entry.id] !== undefined;
  const conflicts = wanted === null ? [] : findConflicts(entry.id, wanted, settings);
  const others = new Intl.ListFormat(i18n.locale).format(conflicts.map(({ label }) => i18n._(label)));
  const wantedWords = wanted === null ? '' : printKeys(wanted, isMac).join(' ');

  const finish = () => {
    drawThenFocus(
      () => {
        setIsRecording(false);
        setWanted(null);
      },
      () => button.current,
    );
  };
  const handleRecorded = (recorded: string) => {
    if (findConflicts(entry.id, recorded, settings).length > 0) {
      drawThenFocus(
        () => {
          setIsRecording(false);
          setWanted(recorded);
        },
        () => take.current,
      );
      return;
    }
    onAssign(recorded);
    const words = printKeys(recorded, isMac).join(' ');
    announce(t`${name}: ${words}`);
    finish();
  };

  return (
    <li className={classes['shortcut']} data-hotkey={entry.id}>
      <span className={classes['shortcutName']}>
        {name}
        {isOwn ? (
          <span className={classes['mark']}>
            <Trans context="shortcut">own</Trans>
          </span>
        ) : null}
      </span>
      {isRecording ? (
        <KeyRecorder
          label={t`Press the keys for: ${name}`}
          needsModifier={entry.needsModifier === true}
          onRecorded={handleRecorded}
          onCancel={finish}
        />
      ) : (
        <span className={classes['shortcutKeys']}>
          {isOwn ? (
            <Tooltip label={t`Back to the preset`}>
              <ActionIcon
                aria-label={t`Back to the preset: ${name}`}
                onClick={() => {
                  onReset();
                  button.current?.focus();
                }}
              >
                <IconRestore size={14} />
              </ActionIcon>
            </Tooltip>
          ) : null}
          {keys.length === 0 ? (
            <span className={classes['dim']}>
              <Trans>switched off</Trans>
            </span>
          ) : (
            keys.map((each, index) => (
              <Fragment key={each}>
                {index > 0 ? <span className={classes['dim']}>{t`or`}</span> : null}
                <span data-silent={settings.singleKeys === 'off' && isSingle(each)}>
                  <Keys keys={each} />
                </span>
              </Fragment>
            ))
          )}
          <Button
            ref={button}
            size="xs"
            variant="default"
            aria-label={t`Change the keys for: ${name}`}
            onClick={() => setIsRecording(true)}
          >
            <Trans>Change</Trans>
          </Button>
          {keys.length > 0 ? (
            <Tooltip label={t`Switch off`}>
              <ActionIcon
                aria-label={t`Switch off: ${name}`}
                onClick={() => {
                  onSwitchOff();
                  button.current?.focus();
                }}
              >
                <IconKeyboardOff size={14} />
              </ActionIcon>
            </Tooltip>
          ) : null}
        </span>
      )}
      {wanted === null ? null : (
        <div className={classes['conflict']} role="alert">
          <p>
            <Trans>
              {wantedWords} already means “{others}”, and both act in the same place.
            </Trans>
          </p>
          <div className={classes['buttons']}>
            <Button
              size="xs"
              ref={take}
              onClick={() => {
                onAssign(wanted);
                finish();
              }}
            >
              <Trans>Take it from “{others}”</Trans>
            </Button>
            <Button
              size="xs"
              variant="default"
              onClick={() => {
                setWanted(null);
                setIsRecording(true);
              }}
            >
              <Trans>Choose another</Trans>
            </Button>
            <Button size="xs" variant="default" onClick={finish}>
              <Trans>Cancel</Trans>
            </Button>
          </div>
        </div>
      )}
    </li>
  );
}
