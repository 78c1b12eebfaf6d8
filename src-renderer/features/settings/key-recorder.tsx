import { Button } from '@mantine/core';
import { Trans, useLingui } from '@lingui/react/macro';
import { type KeyboardEvent, useEffect, useRef, useState } from 'react';
import { Keys } from '../../components/kbd';
import { hasModifier } from '../../hotkeys/presets';
import { isSingle, meantKey } from '../../hotkeys/registry';
import { strokeOf } from '../../hotkeys/stroke';
import { isMac } from '../../shell';
import classes from './settings.module.css';

/** A single letter may begin a sequence: so long the second key is waited for, ms. */
const SECOND_KEY_MS = 900;
/** The system or the window itself answers these before any page. */
const TAKEN = new Set([
  ...['mod+a', 'mod+c', 'mod+v', 'mod+x', 'mod+q', 'mod+w', 'mod+n', 'mod+t', 'alt+F4', 'F11', 'F12'],
  ...['mod+shift+i', 'mod+r', 'mod+shift+r', 'mod+0', 'mod++', 'mod+-'],
]);

interface KeyRecorderProps {
  readonly label: string;
  readonly needsModifier: boolean;
  readonly onRecorded: (keys: string) => void;
  readonly onCancel: () => void;
}

/** Takes the next keys that are pressed. Escape and Tab leave it without a change. */
export function KeyRecorder({ label, needsModifier, onRecorded, onCancel }: KeyRecorderProps) {
  const { t } = useLingui();
  const box = useRef<HTMLButtonElement>(null);
  const [first, setFirst] = useState<string | null>(null);
  const [problem, setProblem] = useState<string | null>(null);
  useEffect(() => {
    box.current?.focus();
  }, []);
  useEffect(() => {
    if (first === null) return undefined;
    const timer = setTimeout(() => onRecorded(first), SECOND_KEY_MS);
    return () => clearTimeout(timer);
    // oxlint-disable-next-line react/exhaustive-deps -- the wait begins with the first key, whatever renders meanwhile
  }, [first]);

  const handleKeyDown = (event: KeyboardEvent) => {
    if (event.key === 'Tab') return;
    event.preventDefault();
    event.stopPropagation();
    if (event.repeat) return;
    if (event.key === 'Escape') {
      onCancel();
      return;
    }
    const stroke = strokeOf(event, meantKey(event), isMac);
    if (stroke === undefined) return;
    if (needsModifier && !hasModifier(stroke)) {
      setProblem(t`This needs Ctrl, ⌘ or Alt: it approves what nobody can take back.`);
    } else if (TAKEN.has(stroke)) {
      setProblem(t`The system or the window uses this itself.`);
    } else if (first !== null && isSingle(stroke)) onRecorded(`${first} ${stroke}`);
    else if (/^[a-z]$/.test(stroke)) {
      setProblem(null);
      setFirst(stroke);
    } else onRecorded(stroke);
  };
  return (
    <span className={classes['recorder']}>
      <Button
        ref={box}
        size="xs"
        variant="default"
        className={classes['recording'] ?? ''}
        aria-label={label}
        onKeyDown={handleKeyDown}
        onBlur={onCancel}
        data-testid="key-recorder"
      >
        {first === null ? (
          <Trans>Press keys…</Trans>
        ) : (
          <>
            <Keys keys={first} isHidden /> …
          </>
        )}
      </Button>
      {problem === null ? (
        <span className={classes['dim']}>
          <Trans>Esc leaves it as it is</Trans>
        </span>
      ) : (
        <span className={classes['problem']} role="alert">
          {problem}
        </span>
      )}
    </span>
  );
}
