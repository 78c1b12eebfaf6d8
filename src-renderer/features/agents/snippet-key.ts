/** Stands in every set-up snippet where the key goes. */
const KEY_PLACEHOLDER = '{{KEY}}';

/**
 * The snippet with its key. Without one the place is named in words, so that a paste which forgets to
 * replace it is refused by the platform instead of half working.
 */
export function fillKey(code: string, key: string | null): string {
  return code.replaceAll(KEY_PLACEHOLDER, () => key ?? 'YOUR_KEY_HERE');
}
