import { Button } from '@mantine/core';
import { IconCheck, IconLoader2 } from '@tabler/icons-react';
import { Trans } from '@lingui/react/macro';
import { createContext, type ReactNode, useContext, useMemo, useRef, useState } from 'react';
import { type PreferencesChange, sameFields, useMe, useUpdatePreferences } from '../../api/session';
import { FormError } from '../../components/form-error';
import classes from './settings.module.css';

interface SaveState {
  readonly status: 'idle' | 'saving' | 'saved' | 'failed';
  readonly error: unknown;
  /** Takes the last change back; null when there is none, or it was this. */
  readonly undo: (() => void) | null;
}

interface SettingsSave {
  readonly state: SaveState;
  /** Saves a change of the person's preferences. */
  readonly save: (change: PreferencesChange) => void;
  /** Tells of a change that is saved elsewhere, such as a setting of this computer. */
  readonly follow: (work: Promise<unknown>, undo?: () => void) => void;
}

const IDLE: SaveState = { status: 'idle', error: null, undo: null };
const SettingsSaveContext = createContext<SettingsSave | null>(null);

/** Keeps what the last change of a section came to, for the line beside its heading. */
export function SettingsSaveProvider({ children }: { children: ReactNode }) {
  const me = useMe();
  const { mutateAsync } = useUpdatePreferences();
  const [state, setState] = useState(IDLE);
  const newest = useRef(0);
  const preferences = me.data?.preferences;

  const value = useMemo((): SettingsSave => {
    const follow: SettingsSave['follow'] = (work, undo) => {
      newest.current += 1;
      const own = newest.current;
      const tell = (next: SaveState) => {
        if (newest.current === own) setState(next);
      };
      setState({ status: 'saving', error: null, undo: null });
      work.then(
        () => tell({ status: 'saved', error: null, undo: undo ?? null }),
        (error: unknown) => tell({ status: 'failed', error, undo: null }),
      );
    };
    const save = (change: PreferencesChange) => {
      const before = preferences ? sameFields(change, preferences) : {};
      const { locale, ...others } = before;
      // A language that was never chosen can't be sent.
      const back: PreferencesChange = locale ? { ...others, locale } : others;
      const canUndo = Object.keys(back).length > 0;
      follow(mutateAsync(change), canUndo ? () => follow(mutateAsync(back)) : undefined);
    };
    return { state, save, follow };
  }, [state, preferences, mutateAsync]);

  return <SettingsSaveContext value={value}>{children}</SettingsSaveContext>;
}

/** @throws Error outside of `SettingsSaveProvider`: a mistake of the page */
export function useSettingsSave(): SettingsSave {
  const value = useContext(SettingsSaveContext);
  if (value === null) throw new Error('useSettingsSave needs a SettingsSaveProvider above it');
  return value;
}

/** "Saved", with a way back; or why it was not, with everything as it was before. */
export function SaveStatus() {
  const { state } = useSettingsSave();
  return (
    <>
      <output className={classes['status']} data-testid="save-status" data-status={state.status}>
        {state.status === 'saving' ? (
          <>
            <IconLoader2 size={14} aria-hidden="true" />
            <Trans>Saving</Trans>
          </>
        ) : null}
        {state.status === 'saved' ? (
          <>
            <IconCheck size={14} aria-hidden="true" />
            <Trans>Saved</Trans>
          </>
        ) : null}
      </output>
      {state.undo ? (
        <Button size="xs" variant="default" onClick={state.undo} data-testid="undo-setting">
          <Trans>Undo</Trans>
        </Button>
      ) : null}
      {state.status === 'failed' ? (
        <div className={classes['failed']}>
          <FormError error={state.error} />
          <p className={classes['dim']}>
            <Trans>Nothing was changed.</Trans>
          </p>
        </div>
      ) : null}
    </>
  );
}
