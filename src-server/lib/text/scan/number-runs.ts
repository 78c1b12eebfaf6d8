/**
 * Groups of digits in a folded view that may belong together: "+49 (0) 30 123-45 67" is one run of five
 * groups. Whether it is a telephone number is decided in `phone.ts`.
 */
export interface Group {
  /** UTF-16 units of the view, [from, to), digits only. */
  from: number;
  to: number;
  /** What stands between the group before and this one; empty for the first. */
  separator: string;
}

/** What people put between the groups of one number. Neither ". " nor " -" nor a line break is among it. */
const SEPARATORS = new Set([
  ' ',
  '-',
  '.',
  '/',
  ' - ',
  ' / ',
  '/ ',
  ' /',
  '(',
  ' (',
  '-(',
  ')',
  ') ',
  ')-',
  ')/',
  ').',
  ')(',
  ') (',
]);

const IBAN = /(?<![A-Za-z0-9])[A-Z]{2}\d{2}(?: ?[A-Z0-9]{4}){2,7}(?: ?[A-Z0-9]{1,3})?(?![A-Za-z0-9])/g;
const MIN_IBAN = 15;

/** Runs in order. Groups inside an account number with a valid checksum are left out. Linear in the view. */
export function findNumberRuns(view: string): Group[][] {
  const accounts = findAccounts(view);
  const runs: Group[][] = [];
  let run: Group[] = [];
  let account = 0;
  for (const match of view.matchAll(/\d+/g)) {
    const from = match.index;
    const to = from + match[0].length;
    while (from >= (accounts[account]?.to ?? Infinity)) account += 1;
    if (from >= (accounts[account]?.from ?? Infinity)) continue;
    const last = run.at(-1);
    const separator = last === undefined || from - last.to > 3 ? '' : view.slice(last.to, from);
    if (SEPARATORS.has(separator)) run.push({ from, to, separator });
    else {
      if (run.length > 0) runs.push(run);
      run = [{ from, to, separator: '' }];
    }
  }
  if (run.length > 0) runs.push(run);
  return runs;
}

function findAccounts(view: string): { from: number; to: number }[] {
  const found: { from: number; to: number }[] = [];
  for (const match of view.matchAll(IBAN)) {
    for (let text = match[0]; text.length >= MIN_IBAN; text = text.replace(/ ?[A-Z0-9]+$/, '')) {
      if (!hasIbanChecksum(text.replaceAll(' ', ''))) continue;
      found.push({ from: match.index, to: match.index + text.length });
      break;
    }
  }
  return found;
}

/** ISO 13616: moved behind, letters as 10 to 35, the remainder by 97 is 1. */
function hasIbanChecksum(compact: string): boolean {
  let remainder = 0;
  for (const character of compact.slice(4) + compact.slice(0, 4)) {
    const value = Number.parseInt(character, 36);
    remainder = (remainder * (value > 9 ? 100 : 10) + value) % 97;
  }
  return remainder === 1;
}
