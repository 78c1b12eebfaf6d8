/** What a person typed or pasted into "claim by code", read as kindly as possible. */
export type ClaimInput =
  | { readonly state: 'empty' }
  /** `value` is what the server is asked about. */
  | { readonly state: 'ready'; readonly form: 'code' | 'token'; readonly value: string }
  /** A code in the making: `have` of `need` letters and digits. */
  | { readonly state: 'incomplete'; readonly have: number; readonly need: number }
  | { readonly state: 'too_long'; readonly have: number; readonly need: number }
  /** Something that is neither a code nor a token. */
  | { readonly state: 'unreadable' };

/** Letters and digits after `MMA` (REG-3 prints `MMA-XXXX-XXXX`). */
const CODE_LENGTH = 8;

/** Bound of the contract's `claimCode`. */
const LONGEST_TOKEN = 100;

/** Anything longer is no code with a sentence around it, and is not searched. */
const LONGEST_PASTE = 2_000;

const CODE_IN_TEXT = /\bMMA[\s-]*([A-Z0-9]{4})[\s-]*([A-Z0-9]{4})\b/i;
const TOKEN_IN_TEXT = /\bct_[A-Za-z0-9_-]{8,}/;

/**
 * Reads a claim code (`MMA-XXXX-XXXX`, 7 days, REG-4) or claim token (`ct_…`, 24 hours, REG-9) out of what was
 * typed: case, spaces, any kind of dash, a missing `MMA`, and a sentence or address around it are all forgiven.
 * A token keeps its case and dashes, for they are part of it. Whether the code exists is the server's to say.
 */
export function readClaimInput(input: string): ClaimInput {
  const typed = plain(input.slice(0, LONGEST_PASTE));
  if (typed === '') return { state: 'empty' };

  const token = readToken(typed);
  if (token) return token;

  const bare = typed.replaceAll(/[\s-]/g, '').toUpperCase();
  const isBare = /^[A-Z0-9]+$/.test(bare);
  const hasPrefix = isBare && bare.startsWith('MMA') && bare.length !== CODE_LENGTH;
  const inText = hasPrefix ? null : CODE_IN_TEXT.exec(typed);
  if (inText) return { state: 'ready', form: 'code', value: `MMA-${inText[1]}-${inText[2]}`.toUpperCase() };
  if (!isBare) return { state: 'unreadable' };
  return readCharacters(hasPrefix ? bare.slice(3) : bare);
}

function readCharacters(characters: string): ClaimInput {
  const size = { have: characters.length, need: CODE_LENGTH };
  if (characters.length < CODE_LENGTH) return { state: 'incomplete', ...size };
  if (characters.length > CODE_LENGTH) return { state: 'too_long', ...size };
  return { state: 'ready', form: 'code', value: `MMA-${characters.slice(0, 4)}-${characters.slice(4)}` };
}

/** Compatibility forms folded, invisible characters dropped, every dash the same dash. */
function plain(input: string): string {
  return input
    .normalize('NFKC')
    .replaceAll(/\p{Default_Ignorable_Code_Point}/gu, '')
    .replaceAll(/[\p{Pd}\u2212]/gu, '-')
    .trim();
}

function readToken(typed: string): ClaimInput | undefined {
  const unbroken = typed.replaceAll(/\s/g, '');
  if (/^ct_/i.test(unbroken)) {
    const value = `ct_${unbroken.slice(3)}`;
    if (!/^ct_[A-Za-z0-9_-]+$/.test(value)) return { state: 'unreadable' };
    if (value.length > LONGEST_TOKEN) {
      return { state: 'too_long', have: value.length, need: LONGEST_TOKEN };
    }
    return { state: 'ready', form: 'token', value };
  }
  const inText = TOKEN_IN_TEXT.exec(typed)?.[0];
  return inText && inText.length <= LONGEST_TOKEN
    ? { state: 'ready', form: 'token', value: inText }
    : undefined;
}
