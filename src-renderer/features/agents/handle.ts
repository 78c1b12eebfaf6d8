/** Longest handle the platform takes (REG-2). */
const HANDLE_LENGTH = 30;

/**
 * A handle made from a name, so that nobody has to invent one: `Zoë's Research Bot` becomes
 * `zoes-research-bot`. Empty when the name has no Latin letter or digit to make it from. It may still be taken.
 */
export function suggestHandle(name: string): string {
  const words = name
    .replaceAll('ß', 'ss')
    .normalize('NFKD')
    .replaceAll(/[\p{M}'’]/gu, '')
    .toLowerCase()
    .replaceAll(/[^a-z0-9]+/g, '-')
    .replaceAll(/^-+|-+$/g, '')
    .slice(0, HANDLE_LENGTH)
    .replace(/-+$/, '');
  if (words === '' || words.length >= 3) return words;
  return `${words}-agent`;
}
