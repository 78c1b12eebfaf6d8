import { type Issue, scanText } from './scan';

/** Takes the «marks» out of a corpus text; `spans` are what stood between them, in code points. */
export function unmark(marked: string): { text: string; spans: [number, number][] } {
  let text = '';
  const spans: [number, number][] = [];
  let length = 0;
  for (const character of marked) {
    if (character === '«') spans.push([length, length]);
    else if (character === '»') (spans.at(-1) ?? [0, 0])[1] = length;
    else {
      text += character;
      length += 1;
    }
  }
  return { text, spans };
}

/** What a scan finds in a text, with hidden characters left out, as `code:matched text`. */
export function found(text: string): string[] {
  const characters = Array.from(text);
  return scanText(text)
    .filter((issue) => issue.code !== 'invisible')
    .map((issue) => `${issue.code}:${characters.slice(...issue.span).join('')}`);
}

/** What a marked text says should be found, in the form of `found`. */
export function expected(marked: string, code: Issue['code']): string[] {
  const { text, spans } = unmark(marked);
  const characters = Array.from(text);
  return spans.map((span) => `${code}:${characters.slice(...span).join('')}`);
}
