import { type CountryCode, parsePhoneNumberFromString } from 'libphonenumber-js/max';
import type { Found } from './folded-view';
import { findNumberRuns, type Group } from './number-runs';
import { phoneContext } from './phone-context';

/**
 * Telephone numbers in a folded view (PII-1): international, and the national forms of DE, AT, CH, GB, FR, US
 * and IN. libphonenumber alone would call most long numbers German; so a number without a country code must
 * also be written as people there write it, or stand beside a word such as "call". Dates, times, amounts,
 * versions, ids and account numbers are no telephone numbers.
 */

const MIN_DIGITS = 7;
const MAX_DIGITS = 17;
const MAX_GROUPS = 8;

/**
 * Library calls and looks at the context per text, about 10 ms; more than 2,000 characters can ask for. Beyond
 * it, looking like a number is enough: a flood of near misses hides nothing.
 */
const MAX_CHECKS = 1_000;

/** Countries whose numbers start with 0, each with the lengths of groups that are written there. */
const TRUNK_FORMS: readonly {
  country: CountryCode;
  isForm: (lengths: readonly number[], digits: string) => boolean;
}[] = [
  { country: 'DE', isForm: ([first = 0], digits) => first >= 3 && first <= 6 && digits.length >= 9 },
  {
    country: 'AT',
    isForm: ([first = 0, second = 0], digits) =>
      second >= 3 && (first === 2 || ((first === 4 || first === 5) && !digits.startsWith('01'))),
  },
  { country: 'CH', isForm: (lengths) => /^3,(?:3,2,2|3,4|7)$/.test(lengths.join()) },
  { country: 'GB', isForm: ([first = 0], digits) => first >= 3 && first <= 6 && digits.length >= 10 },
  { country: 'FR', isForm: (lengths) => lengths.join() === '2,2,2,2,2' },
  { country: 'IN', isForm: ([first = 0], digits) => first >= 3 && first <= 6 && digits.length === 11 },
];

/** Beside a word such as "call", any grouping will do, and more countries are believed. */
const TRUNK_COUNTRIES: readonly CountryCode[] = TRUNK_FORMS.map(({ country }) => country).concat(
  ['NL', 'BE', 'IT', 'SE', 'IE'],
  ['AU', 'NZ', 'ZA', 'JP'],
);
const PLAIN_COUNTRIES: readonly CountryCode[] = ['US', 'IN', 'ES', 'IT', 'PL', 'PT'];

const NANP_CERTAIN = /^(?:1[-. ]?)?(?:\(\d{3}\)[ -]?\d{3}[-. ]\d{4}|\d{3}(?:[-/]| - )\d{3}(?:-| - )\d{4})$/;
const NANP_LIKELY = /^(?:1[-. ])?(?:\d{3}\.\d{3}\.\d{4}|\d{3} \d{3}-\d{4}|\(\d{3}\) ?\d{7})$/;
const INDIAN_MOBILE = /^(?:91[ -])?[6-9]\d{4}[ -]\d{5}$|^91[ -][6-9]\d{9}$/;
const DATE = /^(?:\d{4}([-./])(\d{1,2})\1(\d{1,2})|(\d{1,2})([-./])(\d{1,2})\5(?:\d{4}|\d{2}))(?!\d|[-./]\d)/;
const THOUSANDS = /^\d{1,2}(?:[ .]\d{3})+$|^\d{1,3}(?:\.\d{3})+$/;
const LINKED = /(?:\bwa\.me\/|\bwhatsapp\.com\/send\/?\?phone=|\btel:)\+?(\d{8,15})(?!\d)/gi;

/** Numbers that every programmer knows, and rows of digits; they also happen to be valid somewhere. */
const FAMOUS = new Set('2147483647 2147483648 4294967295 4294967296 0123456789 1234567890'.split(' '));

class Checks {
  #left = MAX_CHECKS;

  get isSpent(): boolean {
    return this.#left <= 0;
  }

  /** Whether libphonenumber knows the number as assigned. Counts; true once all checks are spent. */
  isValid(number: string, country?: CountryCode): boolean {
    if (this.isSpent) return true;
    this.#left -= 1;
    const options = country === undefined ? { extract: false } : { extract: false, defaultCountry: country };
    return parsePhoneNumberFromString(number, options)?.isValid() ?? false;
  }

  isPossible(number: string): boolean {
    if (this.isSpent) return true;
    this.#left -= 1;
    return parsePhoneNumberFromString(number, { extract: false })?.isPossible() ?? false;
  }

  context(view: string, from: number, to: number) {
    if (this.isSpent) return 'none';
    this.#left -= 1;
    return phoneContext(view, from, to);
  }
}

/** Every telephone number in the view, in order, at most `limit`. Linear, with a bound on costly checks. */
export function findPhones(view: string, limit: number): Found[] {
  if (!hasDigits(view, MIN_DIGITS)) return [];
  const checks = new Checks();
  const found: Found[] = findLinked(view, limit, checks);
  const linked = found.length;
  for (const run of findNumberRuns(view)) {
    if (found.length >= limit) break;
    if (countDigits(run) < MIN_DIGITS) continue;
    for (const phone of findInRun(view, run, checks)) found.push(phone);
  }
  if (linked > 0) found.sort((a, b) => a.from - b.from || b.to - a.to);
  return found.slice(0, limit);
}

function hasDigits(view: string, count: number): boolean {
  let seen = 0;
  for (let at = 0; at < view.length && seen < count; at += 1) {
    const code = view.charCodeAt(at);
    if (code >= 0x30 && code <= 0x39) seen += 1;
  }
  return seen >= count;
}

function findLinked(view: string, limit: number, checks: Checks): Found[] {
  const found: Found[] = [];
  for (const match of view.matchAll(LINKED)) {
    if (found.length >= limit) break;
    if (!checks.isValid(`+${match[1] ?? ''}`)) continue;
    found.push({ from: match.index, to: match.index + match[0].length });
  }
  return found;
}

function findInRun(view: string, run: readonly Group[], checks: Checks): Found[] {
  const spaced = findSpacedOut(view, run, checks);
  if (spaced !== undefined) return [spaced];
  const found: Found[] = [];
  let start = 0;
  while (start < run.length) {
    const phone = startsNumber(view, run, start) ? longestFrom(view, run, start, checks) : undefined;
    if (phone === undefined) start += 1;
    else {
      found.push(phone);
      while (start < run.length && (run[start]?.from ?? 0) < phone.to) start += 1;
    }
  }
  return found;
}

/** Inside a run only a group set off by a blank, and one that could open a number, is worth a try. */
function startsNumber(view: string, run: readonly Group[], start: number): boolean {
  const group = run[start];
  if (start === 0 || group === undefined) return true;
  if (!group.separator.includes(' ')) return false;
  return group.separator.endsWith('(') || view.charAt(group.from) === '0' || group.to - group.from >= 3;
}

function longestFrom(view: string, run: readonly Group[], start: number, checks: Checks): Found | undefined {
  const candidates: Candidate[] = [];
  const last = Math.min(run.length, start + MAX_GROUPS) - 1;
  let digits = 0;
  for (let end = start; end <= last; end += 1) {
    digits += (run[end]?.to ?? 0) - (run[end]?.from ?? 0);
    if (digits > MAX_DIGITS) break;
    const next = run[end + 1]?.separator;
    if (digits < MIN_DIGITS || (next !== undefined && !/[ /]/.test(next))) continue;
    if (next !== undefined && isRow(run.slice(start, end + 2))) continue;
    candidates.push(toCandidate(view, run.slice(start, end + 1)));
  }
  return candidates.toReversed().find((candidate) => isPhone(view, candidate, checks));
}

/** Pairs of digits, all set apart alike: what goes on after the last one is not cut off to make a number. */
function isRow(groups: readonly Group[]): boolean {
  return groups.every(
    (group, at) => group.to - group.from === 2 && (at < 2 || group.separator === groups[1]?.separator),
  );
}

interface Candidate extends Found {
  hasPlus: boolean;
  /** As written, from the first sign to the last digit, without the plus. */
  text: string;
  digits: string;
  lengths: number[];
}

function toCandidate(view: string, groups: readonly Group[]): Candidate {
  const first = groups[0]?.from ?? 0;
  const to = groups.at(-1)?.to ?? 0;
  let from = first;
  if (view.charAt(from - 1) === '(') from -= 1;
  if (view.charAt(from - 1) === ' ' && view.charAt(from - 2) === '+') from -= 1;
  const hasPlus = view.charAt(from - 1) === '+' && !/[\p{L}\p{N}]/u.test(view.charAt(from - 2));
  const text = view.slice(from, to).trim();
  if (hasPlus) from -= 1;
  else from = view.charAt(first - 1) === '(' ? first - 1 : first;
  if (hasPlus && view.charAt(from - 1) === '(') from -= 1;
  const parts = groups.map((group) => view.slice(group.from, group.to));
  // "(0)171", "(0 30) 12": the zero is no group of its own.
  if (text.startsWith('(0') && parts[0] === '0' && parts.length > 1) parts.splice(0, 2, `0${parts[1] ?? ''}`);
  return { from, to, hasPlus, text, digits: parts.join(''), lengths: parts.map((part) => part.length) };
}

function isPhone(view: string, candidate: Candidate, checks: Checks): boolean {
  const { digits, hasPlus, text } = candidate;
  if (new Set(digits).size < 3) return false;
  if (hasPlus) return isInternational(view, candidate, checks);
  if (text.split(' ').some(isDate)) return false;
  const glue = glueOf(view, candidate);
  if (glue === 'fixed') return false;
  const context = checks.context(view, candidate.from, candidate.to);
  if (context === 'other' || (glue === 'loose' && context !== 'phone')) return false;
  const isNamed = context === 'phone';
  if (/^00[1-9]/.test(digits)) return isDialledAbroad(candidate, checks);
  if (digits.startsWith('0')) return isTrunk(candidate, isNamed, checks);
  return isPlain(candidate, isNamed, checks);
}

function isInternational(view: string, candidate: Candidate, checks: Checks): boolean {
  const { digits, from, to, text, lengths } = candidate;
  // "+49 (0) 30": the trunk digit is written, but not dialled.
  const number = `+${digits}`;
  const dialled = view
    .slice(from, to)
    .replace(/\(0\)/, '')
    .replace(/[^\d+]/g, '');
  if (digits.length < 8 || (lengths.length === 1 && /[\p{L}\p{N}]/u.test(view.charAt(to)))) return false;
  if (checks.isValid(number) || (dialled !== number && checks.isValid(dialled))) return true;
  // Numbers kept for films and examples are assigned to nobody, but look the same to a reader.
  if (!checks.isPossible(number)) return false;
  const context = checks.context(view, from, to);
  const isLong = digits.length >= 11 && new Set(digits).size >= 4 && !THOUSANDS.test(text);
  return context === 'phone' || (context === 'none' && isLong);
}

function isDialledAbroad({ digits, lengths }: Candidate, checks: Checks): boolean {
  const isForm = lengths.length === 1 || (lengths[0] ?? 0) >= 4 || lengths[0] === 2;
  return isForm && digits.length >= 10 && checks.isValid(`+${digits.slice(2)}`);
}

function isTrunk({ digits, lengths, text }: Candidate, isNamed: boolean, checks: Checks): boolean {
  if (digits.length > 13 || !/^0[1-9]/.test(digits)) return false;
  if (isNamed)
    return digits.length >= 8 && TRUNK_COUNTRIES.some((country) => checks.isValid(digits, country));
  if (digits.length < 9 || lengths.slice(0, -1).includes(1) || isTable(text)) return false;
  if (lengths.length === 1) {
    if (digits.length < 10 || digits.length > 12 || FAMOUS.has(digits)) return false;
    return TRUNK_FORMS.some(({ country }) => checks.isValid(digits, country));
  }
  return TRUNK_FORMS.some(
    ({ country, isForm }) => isForm(lengths, digits) && checks.isValid(digits, country),
  );
}

function isPlain({ digits, text }: Candidate, isNamed: boolean, checks: Checks): boolean {
  if (NANP_CERTAIN.test(text)) return true;
  if (NANP_LIKELY.test(text)) return checks.isValid(digits, 'US');
  if (INDIAN_MOBILE.test(text)) return checks.isValid(digits, 'IN');
  if (!isNamed || digits.length < 9 || digits.length > 15) return false;
  if (THOUSANDS.test(text) || FAMOUS.has(digits)) return false;
  return PLAIN_COUNTRIES.some((country) => checks.isValid(digits, country)) || checks.isValid(`+${digits}`);
}

/**
 * What a candidate is stuck to. `loose` is a sign that may also introduce a number ("Tel.:", "phone=");
 * `fixed` makes it part of something else: an amount, an identifier, a version, a percentage.
 */
function glueOf(view: string, { from, to }: Candidate): 'none' | 'loose' | 'fixed' {
  const before = view.charAt(from - 1);
  const rest = view.slice(to, to + 6);
  if (isWord(before) || /[#$€£¥₹@^~+\\]/.test(before)) return 'fixed';
  if (/^(?:[\p{L}_%°$€£¥₹]| ?[%€£₹$]|[-./:@]\p{N}|[-:@_]\p{L}|,\d{1,3}(?!\d))/u.test(rest)) {
    return /^ ?(?:x|ext)\.? ?\d/i.test(rest) ? 'none' : 'fixed';
  }
  if (/[€£$¥₹]/.test(view.slice(Math.max(0, from - 2), from))) return 'fixed';
  if (/[,'’*-]/.test(before) && isWord(view.charAt(from - 2))) return 'fixed';
  return /[./:=&?]/.test(before) && isWord(view.charAt(from - 2)) ? 'loose' : 'none';
}

function isWord(character: string): boolean {
  return /[\p{L}\p{N}_]/u.test(character);
}

function isDate(text: string): boolean {
  const match = DATE.exec(text);
  if (match === null) return false;
  const [, , month, day, first, , second] = match;
  if (month !== undefined) return Number(month) <= 12 && Number(day) <= 31;
  const low = Math.min(Number(first), Number(second));
  return low <= 12 && Math.max(Number(first), Number(second)) <= 31;
}

/** "0755 0644 0600", "0900 1730", "01 02 03 04": columns of equally long groups, times of day, counting. */
function isTable(text: string): boolean {
  const groups = text.match(/\d+/g) ?? [];
  if (groups.length < 2) return false;
  const [first = '', second = ''] = groups;
  if (groups.every((group) => /^(?:[01]\d|2[0-3])[0-5]\d$/.test(group))) return true;
  const step = Number(second) - Number(first);
  const isCounting = groups.every((group, at) => Number(group) === Number(first) + at * step);
  if (groups.length > 3 && Math.abs(step) <= 1 && isCounting) return true;
  return first.length > 2 && groups.every((group) => group.startsWith('0') && group.length === first.length);
}

/** "0 1 7 1 1 2 3 4 5 6 7": single digits, all set apart alike; a number only with a plus or by its context. */
function findSpacedOut(view: string, run: readonly Group[], checks: Checks): Found | undefined {
  if (run.length < 9 || run.length > MAX_DIGITS) return undefined;
  const separator = run[1]?.separator;
  const isApart = run.every(
    (group, at) => group.to - group.from === 1 && (at === 0 || group.separator === separator),
  );
  if (!isApart) return undefined;
  const { digits, hasPlus, from, to } = toCandidate(view, run);
  if (hasPlus) return checks.isValid(`+${digits}`) ? { from, to } : undefined;
  if (checks.context(view, from, to) !== 'phone') return undefined;
  const countries = digits.startsWith('0') ? TRUNK_COUNTRIES : PLAIN_COUNTRIES;
  return countries.some((country) => checks.isValid(digits, country)) ? { from, to } : undefined;
}

function countDigits(run: readonly Group[]): number {
  return run.reduce((sum, group) => sum + group.to - group.from, 0);
}
