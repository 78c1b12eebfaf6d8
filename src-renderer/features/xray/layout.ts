import type { Finding, XrayReport } from './analyse';
import type { ChipSegment } from './segments';

/** A stretch of the text that is drawn in one way. */
export interface Piece {
  /** Code points of the text, [from, to). */
  readonly from: number;
  readonly to: number;
  /** Drawn as it is; null for a chip. */
  readonly text: string | null;
  readonly chip: ChipSegment | null;
  /** What covers it, the gravest first. */
  readonly marks: readonly Finding[];
  /** Findings whose last code point it holds: their numbers are printed behind it. */
  readonly ends: readonly Finding[];
  /** How many chips and numbers stand before it. */
  readonly stop: number;
}

const GRAVITY = { danger: 0, warn: 1, info: 2 };

/**
 * The segments of a report cut where findings begin and end, so that each piece is drawn once with all that covers it.
 * @param limit pieces; what is beyond is counted in `rest`, code points.
 */
export function layOut({ segments, findings }: XrayReport, limit: number): { pieces: Piece[]; rest: number } {
  const cuts = [...new Set(findings.flatMap(({ from, to }) => [from, to]))].sort((a, b) => a - b);
  const byStart = findings.toSorted((a, b) => a.from - b.from);
  const pieces: Piece[] = [];
  let open: Finding[] = [];
  let next = 0;
  let cut = 0;
  let stop = 0;
  const total = segments.at(-1)?.to ?? 0;

  const push = (from: number, to: number, text: string | null, chip: ChipSegment | null) => {
    open = open.filter((finding) => finding.to > from);
    for (
      let finding = byStart[next];
      finding !== undefined && finding.from <= from;
      finding = byStart[next]
    ) {
      open.push(finding);
      next += 1;
    }
    const marks = open.toSorted((a, b) => GRAVITY[a.severity] - GRAVITY[b.severity]);
    const ends = open.filter((finding) => finding.to <= to).sort((a, b) => a.number - b.number);
    pieces.push({ from, to, text, chip, marks, ends, stop });
    stop += (chip === null ? 0 : 1) + ends.length;
  };

  for (const segment of segments) {
    if (pieces.length >= limit) break;
    if (segment.type === 'chip') {
      push(segment.from, segment.to, null, segment);
      continue;
    }
    let { text } = segment;
    for (let from = segment.from; from < segment.to && pieces.length < limit;) {
      while ((cuts[cut] ?? Infinity) <= from) cut += 1;
      const to = Math.min(cuts[cut] ?? Infinity, segment.to);
      const part = to === segment.to ? text : takeCodePoints(text, to - from);
      text = text.slice(part.length);
      push(from, to, part, null);
      from = to;
    }
  }
  const end = pieces.at(-1)?.to ?? 0;
  return { pieces, rest: total - end };
}

function takeCodePoints(text: string, count: number): string {
  let index = 0;
  for (let seen = 0; seen < count && index < text.length; seen += 1) {
    index += (text.codePointAt(index) ?? 0) > 0xffff ? 2 : 1;
  }
  return text.slice(0, index);
}

/** The text with everything that is no plain ASCII or letter, digit and sign people see as an escape, to paste anywhere. */
export function escapedText({ segments }: XrayReport): string {
  return segments
    .map((segment) => {
      if (segment.type === 'plain') return segment.text;
      const escape = `\\u{${segment.code.toString(16).toUpperCase()}}`;
      return escape.repeat(segment.to - segment.from);
    })
    .join('');
}
