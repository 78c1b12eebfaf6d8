/** What somebody may want to copy out of a mail. */
export interface MailPart {
  readonly type: 'code' | 'link';
  readonly text: string;
}

/** A code stands on a line of its own, set in, as our mails have it. */
const CODE_LINE = /^ {4,}([A-Za-z0-9][A-Za-z0-9-]{3,63})\s*$/gm;
const LINK = /\bhttps?:\/\/[^\s<>"]+/g;

/** Codes and links of a text, each once, in their order. A full stop behind a link is not part of it. */
export function findMailParts(text: string): readonly MailPart[] {
  const codes = [...text.matchAll(CODE_LINE)].map((match) => ({
    type: 'code' as const,
    text: match[1] ?? '',
    at: match.index,
  }));
  const links = [...text.matchAll(LINK)].map((match) => ({
    type: 'link' as const,
    text: match[0].replace(/[.,;:!?)\]]+$/, ''),
    at: match.index,
  }));
  const seen = new Set<string>();
  return [...codes, ...links]
    .toSorted((a, b) => a.at - b.at)
    .filter(({ text: part }) => !seen.has(part) && seen.add(part))
    .map(({ type, text: part }) => ({ type, text: part }));
}
