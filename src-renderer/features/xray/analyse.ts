import { foldView } from '../../../src-server/lib/text/scan/folded-view';
import { findSensitive, type Sensitive } from '../../../src-server/lib/text/scan/scan';
import { findAgentSpeech, type SpeechReason } from './agent-speech';
import { type BlobForm, findBlobs } from './blobs';
import {
  createLookAlikes,
  isMixedScript,
  type LookAlikes,
  oddLettersOf,
  scriptsOf,
  skeletonOf,
} from './confusables';
import { findLinks, type FoundLink, WELL_KNOWN_HOSTS } from './links';
import { type ChipSegment, readCodes, type Segment, segmentsOf } from './segments';
import { decodeSmuggled } from './smuggled';
import type { ChipClass } from './unicode';

/**
 * The X-ray lens: a text as segments in which nothing hides, and what a person ought to know before believing it
 * (console.md B3). Pure, and linear in the text; nothing in it is ever run, fetched or drawn as markup.
 */

/** `danger` was made not to be seen, `warn` needs a look, `info` is said for completeness. */
export type Severity = 'danger' | 'warn' | 'info';

/** Hidden or encoded words, and what the lens finds in them. */
export interface Decoded {
  readonly text: string;
  readonly report: XrayReport;
}

export type Fact =
  | {
      readonly kind: 'hidden';
      /** Classes of the code points, the first first. */
      readonly classes: readonly ChipClass[];
      readonly count: number;
      readonly code: number;
      /** What the run says, where it is text in disguise. */
      readonly says: Decoded | null;
    }
  | { readonly kind: 'gap'; readonly count: number }
  | { readonly kind: 'pile'; readonly count: number }
  /** `looksLike` is the known name it can be taken for; else its alphabets are mixed. */
  | {
      readonly kind: 'handle';
      readonly looksLike: string | null;
      readonly scripts: readonly string[];
      /** Letters that are not of the main alphabet. */
      readonly odd: readonly number[];
    }
  | { readonly kind: 'mixed_word'; readonly scripts: readonly string[]; readonly odd: readonly number[] }
  | { readonly kind: 'link'; readonly link: FoundLink }
  | { readonly kind: 'blob'; readonly form: BlobForm; readonly decoded: Decoded | null }
  | { readonly kind: 'own_key' | 'secret' | 'email' | 'phone' }
  | { readonly kind: 'speech'; readonly reason: SpeechReason };

export interface Finding {
  /** From 1, in order of the text. */
  readonly number: number;
  /** Code points of the text, [from, to). */
  readonly from: number;
  readonly to: number;
  readonly severity: Severity;
  readonly fact: Fact;
}

export interface XrayReport {
  /** Every code point of the text, in order, each once. */
  readonly segments: readonly Segment[];
  readonly findings: readonly Finding[];
  /** How many more there were than are told. */
  readonly more: number;
}

/** Names to compare with: of the owner's own agents, without the @, and hosts besides the well-known ones. */
export interface Known {
  readonly handles?: Iterable<string>;
  readonly hosts?: Iterable<string>;
}

/** Findings told per text; the gravest are kept. */
export const MAX_FINDINGS = 500;
const MAX_SENSITIVE = 100;
/** Decoded text is looked into this deep: base64 in base64, and no further. */
const MAX_DEPTH = 2;
const MAX_HANDLES = 200;

const HANDLE = /(?<![\p{L}\p{N}\p{M}_.@/])@[\p{L}\p{N}_][\p{L}\p{N}\p{M}_.-]{1,62}/gu;
const WORD = /[\p{L}\p{M}]{2,64}/gu;
const BEYOND_ASCII = /\P{ASCII}/u;

const SENSITIVE_KIND = {
  own_key: 'own_key',
  secret: 'secret',
  'pii.email': 'email',
  'pii.phone': 'phone',
} as const satisfies Record<Sensitive['code'], string>;

interface Names {
  readonly handles: LookAlikes;
  readonly hosts: LookAlikes;
}

type Draft = Omit<Finding, 'number'>;

/** An analyser that knows these names; making one costs more than looking up in it. */
export function createXray({ handles = [], hosts = [] }: Known = {}): (text: string) => XrayReport {
  const names = {
    handles: createLookAlikes(handles),
    hosts: createLookAlikes([...WELL_KNOWN_HOSTS, ...hosts]),
  };
  return (text) => analyse(text, names, 0);
}

function analyse(text: string, names: Names, depth: number): XrayReport {
  const segments = segmentsOf(text);
  const decode = (words: string): Decoded => ({
    text: words,
    report:
      depth < MAX_DEPTH
        ? analyse(words, names, depth + 1)
        : { segments: segmentsOf(words), findings: [], more: 0 },
  });
  const view = foldView(text);
  const { starts } = readCodes(text);
  const isAsWritten = (from: number, to: number) => {
    const [first, end] = view.spanOf(from, to);
    return text.slice(starts[first], starts[end]) === view.text.slice(from, to);
  };
  const drafts = [
    ...fromChips(segments, decode),
    ...inView({ text: view.text, isAsWritten }, names, decode).map((draft) => {
      const [from, to] = view.spanOf(draft.from, draft.to);
      return { ...draft, from, to };
    }),
    ...findSensitive(text, MAX_SENSITIVE, view).map(({ code, span: [from, to] }): Draft => ({
      from,
      to,
      severity: code === 'secret' || code === 'own_key' ? 'danger' : 'warn',
      fact: { kind: SENSITIVE_KIND[code] },
    })),
  ];
  return { segments, ...numbered(drafts) };
}

const GRAVITY: Record<Severity, number> = { danger: 0, warn: 1, info: 2 };

function numbered(drafts: readonly Draft[]): { findings: Finding[]; more: number } {
  const kept =
    drafts.length <= MAX_FINDINGS
      ? [...drafts]
      : drafts
          .toSorted((a, b) => GRAVITY[a.severity] - GRAVITY[b.severity] || a.from - b.from)
          .slice(0, MAX_FINDINGS);
  kept.sort((a, b) => a.from - b.from || b.to - a.to);
  return {
    findings: kept.map((draft, at) => ({ number: at + 1, ...draft })),
    more: drafts.length - kept.length,
  };
}

/** At most so many code points of a run are read as hidden text. */
const MAX_SMUGGLED = 16_000;

function codesOf(chips: readonly ChipSegment[]): number[] {
  const codes: number[] = [];
  for (const { code, from, to } of chips) {
    for (let at = from; at < to && codes.length < MAX_SMUGGLED; at += 1) codes.push(code);
  }
  return codes;
}

function fromChips(segments: readonly Segment[], decode: (text: string) => Decoded): Draft[] {
  const drafts: Draft[] = [];
  const unseen: ChipSegment[] = [];
  let run: ChipSegment[] = [];
  let isAnyRead = false;

  const close = () => {
    const first = run[0];
    const last = run.at(-1);
    if (first === undefined || last === undefined) return;
    const says = decodeSmuggled(codesOf(run));
    isAnyRead ||= says !== undefined;
    drafts.push({
      from: first.from,
      to: last.to,
      severity: 'danger',
      fact: hiddenFact(run, says === undefined ? null : decode(says)),
    });
    run = [];
  };

  for (const segment of segments) {
    const isUnseen = segment.type === 'chip' && segment.class !== 'gap' && segment.class !== 'pile';
    if (segment.type === 'chip' && !isUnseen) {
      drafts.push({
        from: segment.from,
        to: segment.to,
        severity: 'warn',
        fact: { kind: segment.class === 'gap' ? 'gap' : 'pile', count: segment.to - segment.from },
      });
    }
    if (isUnseen && (!segment.isExpected || segment.class === 'selector')) unseen.push(segment);
    if (run.length > 0 && (!isUnseen || segment.isExpected || run.at(-1)?.to !== segment.from)) close();
    if (isUnseen && !segment.isExpected) run.push(segment);
  }
  close();

  // One character per letter, each harmless by itself, can spell something together.
  const first = unseen[0];
  const last = unseen.at(-1);
  const together = isAnyRead || unseen.length < 2 ? undefined : decodeSmuggled(codesOf(unseen));
  if (together !== undefined && first !== undefined && last !== undefined) {
    drafts.push({
      from: first.from,
      to: last.to,
      severity: 'danger',
      fact: hiddenFact(unseen, decode(together)),
    });
  }
  return drafts;
}

function hiddenFact(chips: readonly ChipSegment[], says: Decoded | null): Fact {
  const classes = new Set<ChipClass>();
  let count = 0;
  for (const chip of chips) {
    if (chip.class !== 'gap' && chip.class !== 'pile') classes.add(chip.class);
    count += chip.to - chip.from;
  }
  return { kind: 'hidden', classes: [...classes], count, code: chips[0]?.code ?? 0, says };
}

interface View {
  readonly text: string;
  /** Whether these units stand in the text just so, not folded from other signs. */
  readonly isAsWritten: (from: number, to: number) => boolean;
}

/** What stands in the folded view; spans are its UTF-16 units. */
function inView({ text: view, isAsWritten }: View, names: Names, decode: (text: string) => Decoded): Draft[] {
  const links = findLinks(view, names.hosts, isAsWritten);
  const inLink = coverOf(links);
  const handles = handlesIn({ text: view, isAsWritten }, names.handles);
  return [
    ...links.map((link): Draft => ({
      ...spanOf(link),
      severity: gravityOfLink(link),
      fact: { kind: 'link', link },
    })),
    ...findAgentSpeech(view).map(({ reason, ...span }): Draft => ({
      ...span,
      severity: 'warn',
      fact: { kind: 'speech', reason },
    })),
    ...findBlobs(view).map((blob): Draft => {
      const decoded = blob.decoded === null ? null : decode(blob.decoded);
      const isGrave = decoded?.report.findings.some(({ severity }) => severity !== 'info') === true;
      const isInLink = inLink(blob.from);
      const severity = isGrave ? 'danger' : isInLink || decoded === null ? 'info' : 'warn';
      return { ...spanOf(blob), severity, fact: { kind: 'blob', form: blob.form, decoded } };
    }),
    ...handles,
    ...mixedWordsIn(view, coverOf([...links, ...handles])),
  ];
}

const spanOf = ({ from, to }: { from: number; to: number }) => ({ from, to });

/** Whether a place is covered by one of the spans, which come in order. Asked in any order; a search per question. */
function coverOf(spans: readonly { from: number; to: number }[]): (at: number) => boolean {
  return (at) => spans.some(({ from, to }) => at >= from && at < to);
}

const DANGEROUS: ReadonlySet<string> = new Set([
  'userinfo',
  'mixed_script',
  'lookalike',
  'subdomain',
  'other_text',
  'disguised',
]);

function gravityOfLink({ flags, scheme }: FoundLink): Severity {
  if (flags.some((flag) => DANGEROUS.has(flag))) return 'danger';
  if (/^(?:javascript|vbscript|data|blob|file):$/.test(scheme)) return 'danger';
  return flags.length > 0 ? 'warn' : 'info';
}

function handlesIn({ text: view, isAsWritten }: View, known: LookAlikes): Draft[] {
  const drafts: Draft[] = [];
  for (const match of view.matchAll(HANDLE)) {
    if (drafts.length >= MAX_HANDLES) break;
    const name = match[0].slice(1).replace(/[.-]+$/, '');
    const isFolded = !isAsWritten(match.index, match.index + 1 + name.length);
    const looksLike = known.find(name, isFolded) ?? null;
    const scripts = scriptsOf(name);
    if (looksLike === null && scripts.length < 2) continue;
    drafts.push({
      from: match.index,
      to: match.index + 1 + name.length,
      severity: 'danger',
      fact: { kind: 'handle', looksLike, scripts, odd: oddLettersOf(name) },
    });
  }
  return drafts;
}

/** "pаypal" with a Cyrillic а; not "Δx" or "µm", whose letters look like no Latin ones. */
function mixedWordsIn(view: string, isTold: (at: number) => boolean): Draft[] {
  const drafts: Draft[] = [];
  if (!BEYOND_ASCII.test(view)) return drafts;
  for (const match of view.matchAll(WORD)) {
    if (drafts.length >= MAX_HANDLES) break;
    const [word] = match;
    if (!BEYOND_ASCII.test(word) || !isMixedScript(word)) continue;
    if (!/^[\x20-\x7e]+$/.test(skeletonOf(word)) || isTold(match.index)) continue;
    const span = { from: match.index, to: match.index + word.length };
    drafts.push({
      ...span,
      severity: 'danger',
      fact: { kind: 'mixed_word', scripts: scriptsOf(word), odd: oddLettersOf(word) },
    });
  }
  return drafts;
}

/** How many findings need a look, in words hidden inside of others too; what the tab of the lens counts. */
export function countAlarms(reports: Iterable<XrayReport>): number {
  let count = 0;
  for (const { findings, more } of reports) {
    count += more;
    for (const { severity } of findings) if (severity !== 'info') count += 1;
  }
  return count;
}

/** Whether something in it was made not to be seen. */
export function hasHidden({ findings }: XrayReport): boolean {
  return findings.some(({ fact }) => ['hidden', 'gap', 'pile'].includes(fact.kind));
}
