import { Button } from '@mantine/core';
import { Plural, useLingui } from '@lingui/react/macro';
import { type KeyboardEvent, useId, useMemo, useRef, useState } from 'react';
import type { XrayReport } from './analyse';
import { layOut, type Piece } from './layout';
import type { ChipSegment } from './segments';
import { abbreviationOf, codePointLabel, nameOf } from './unicode';
import { useChipWords, useFactWords } from './xray-words';
import { Tip, useTip } from './xray-tip';
import classes from './xray-view.module.css';

/** Pieces drawn at first, and with each press for more: what a window draws at once without a stutter. */
const PIECES = 1_200;

/** What a chip shows: the sign that a tag spells, or the code point and its usual abbreviation. */
function chipLabel({ code, class: kind, isExpected }: ChipSegment): string {
  if (kind === 'tag' && code >= 0xe0020 && code < 0xe007f) {
    return `TAG ${code === 0xe0020 ? '\u2423' : String.fromCodePoint(code - 0xe0000)}`;
  }
  const short = abbreviationOf(code);
  if (short === undefined) return codePointLabel(code);
  // What belongs there stays small.
  return isExpected ? short : `${codePointLabel(code)} ${short}`;
}

interface XrayTextProps {
  readonly report: XrayReport;
  /** Names the text, for assistive technology. */
  readonly label: string;
  /** Called with the number of a finding that was chosen in the text. */
  readonly onChoose: (number: number) => void;
}

/**
 * A text drawn so that nothing in it hides: chips for what has no look of its own, marks with a number for what is
 * worth knowing. One tab stop; arrows, Home and End move between chips and marks.
 */
export function XrayText({ report, label, onChoose }: XrayTextProps) {
  const { t } = useLingui();
  const [limit, setLimit] = useState(PIECES);
  const [stop, setStop] = useState(0);
  const box = useRef<HTMLDivElement>(null);
  const tip = useTip();
  const { pieces, rest } = useMemo(() => layOut(report, limit), [report, limit]);
  const id = useId();

  const handleKeyDown = (event: KeyboardEvent) => {
    if (event.key === 'Escape' && tip.shown) {
      event.preventDefault();
      event.stopPropagation();
      tip.hide();
      return;
    }
    const stops = [...(box.current?.querySelectorAll<HTMLElement>('[data-stop]') ?? [])];
    const at = stops.indexOf(document.activeElement as HTMLElement);
    const to = {
      ArrowRight: at + 1,
      ArrowDown: at + 1,
      ArrowLeft: at - 1,
      ArrowUp: at - 1,
      Home: 0,
      End: stops.length - 1,
    }[event.key];
    const next = to === undefined || at < 0 ? undefined : stops[Math.min(Math.max(to, 0), stops.length - 1)];
    if (next === undefined) return;
    event.preventDefault();
    setStop(stops.indexOf(next));
    next.focus();
  };

  const stopAt = (at: number) => ({
    'data-stop': at,
    tabIndex: at === stop ? 0 : -1,
    onFocus: () => setStop(at),
  });
  return (
    <>
      {/* oxlint-disable-next-line jsx-a11y/no-noninteractive-element-interactions -- arrows of the buttons within */}
      <div
        ref={box}
        id={id}
        className={classes['text']}
        data-foreign-text=""
        dir="auto"
        // oxlint-disable-next-line jsx-a11y/prefer-tag-over-role -- a text with buttons in it, not a set of fields
        role="group"
        aria-label={label}
        onKeyDown={handleKeyDown}
        {...tip.handlers}
      >
        {pieces.map((piece) => (
          <PieceView key={piece.from} piece={piece} stopAt={stopAt} onChoose={onChoose} />
        ))}
      </div>
      {rest > 0 ? (
        <Button variant="default" onClick={() => setLimit(limit + PIECES)} aria-describedby={id}>
          <Plural value={rest} one="Show # more character" other="Show # more characters" />
        </Button>
      ) : null}
      {report.more > 0 ? (
        <p className={classes['caption']}>
          {t`There is more to say about this text than is told here: ${report.more} further findings.`}
        </p>
      ) : null}
      <Tip tip={tip} />
    </>
  );
}

interface PieceViewProps {
  readonly piece: Piece;
  readonly stopAt: (at: number) => object;
  readonly onChoose: (number: number) => void;
}

function PieceView({ piece, stopAt, onChoose }: PieceViewProps) {
  const factWords = useFactWords();
  const severity = piece.marks[0]?.severity;
  return (
    <>
      {piece.chip ? <Chip chip={piece.chip} stop={stopAt(piece.stop)} /> : null}
      {piece.text === null ? null : severity ? (
        <mark className={classes['mark']} data-severity={severity}>
          {piece.text}
        </mark>
      ) : (
        piece.text
      )}
      {piece.ends.map(({ number, severity: gravity, fact }, at) => {
        const { name, why } = factWords(fact);
        return (
          <button
            key={number}
            type="button"
            className={classes['number']}
            data-severity={gravity}
            // Drawn by the style, so that a copied text has no numbers in it.
            data-number={number}
            data-tip={`${name}\n${why}`}
            aria-label={`${number}: ${name}. ${why}`}
            onClick={() => onChoose(number)}
            {...stopAt(piece.stop + (piece.chip ? 1 : 0) + at)}
          />
        );
      })}
    </>
  );
}

function Chip({ chip, stop }: { readonly chip: ChipSegment; readonly stop: object }) {
  const chipWords = useChipWords();
  const { t } = useLingui();
  const count = chip.to - chip.from;
  const point = codePointLabel(chip.code);
  const name = nameOf(chip.code);
  const why = chip.isExpected ? t`It belongs here.` : chipWords(chip.class);
  const times = count > 1 ? ` ×${count}` : '';
  const label = `${chipLabel(chip)}${times}`;
  return (
    <button
      type="button"
      className={classes['chip']}
      data-expected={chip.isExpected || undefined}
      data-code={point}
      data-tip={`${point} ${name}${times}\n${why}`}
      aria-label={`${label}, ${label.startsWith(point) ? name : `${point} ${name}`}. ${why}`}
      {...stop}
    >
      {label}
    </button>
  );
}
