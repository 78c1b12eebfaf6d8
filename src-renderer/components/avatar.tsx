import { useLingui } from '@lingui/react/macro';
import classes from './avatar.module.css';

/** First letters of the first and last word, whatever the script. */
export function initialsOf(name: string): string {
  const words = name.split(/[\s\-_.]+/).filter((word) => /[\p{L}\p{N}]/u.test(word));
  const first = words.at(0);
  const last = words.length > 1 ? words.at(-1) : undefined;
  const letter = (word: string | undefined) => /[\p{L}\p{N}]/u.exec(word ?? '')?.[0] ?? '';
  return (letter(first) + letter(last)).toUpperCase() || '?';
}

/** Initials of an agent or person; decorative, the name stands beside it. Sample agents have a dashed edge. */
export function Avatar({
  name,
  isSample = false,
  size = 'sm',
}: {
  name: string;
  isSample?: boolean;
  size?: 'sm' | 'lg';
}) {
  const { t } = useLingui();
  return (
    <span
      className={classes['avatar']}
      data-sample={isSample}
      data-size={size}
      title={isSample ? t`Sample agent` : undefined}
    >
      <span aria-hidden="true" translate="no">
        {initialsOf(name)}
      </span>
    </span>
  );
}
