import { CopyButton } from './copy-button';
import classes from './code-block.module.css';

interface CodeBlockProps {
  readonly code: string;
  /** Names the block, e.g. `Set-up for Cursor`. */
  readonly label: string;
  readonly copyLabel: string;
}

/** Text to paste somewhere else: as it is, scrollable by keyboard, with its copy button. */
export function CodeBlock({ code, label, copyLabel }: CodeBlockProps) {
  return (
    <div className={classes['block']}>
      {/* What scrolls must be reachable by keyboard (WCAG 2.1.1). */}
      {/* oxlint-disable-next-line jsx-a11y/no-noninteractive-tabindex */}
      <section className={classes['scroll']} tabIndex={0} aria-label={label}>
        <pre className={classes['code']}>{code}</pre>
      </section>
      <div className={classes['copy']}>
        <CopyButton text={code} label={copyLabel} size={28} />
      </div>
    </div>
  );
}
