import type { Found } from './folded-view';

/**
 * E-mail addresses in a folded view (PII-1), plain or spelt out: "name at domain dot com",
 * "name [at] domain [dot] com", "name(at)domain.com", "name@domain . com". Each sign that can stand for "@"
 * is a marker; from it the local part is read leftwards and the domain rightwards. Every pattern is bounded
 * and every reading starts at a marker, so the work is linear in the text.
 */

/** RFC 5321 §4.5.3.1. */
const MAX_LOCAL = 64;
const MAX_LABELS = 10;

/** Whether a marker is proof by itself, or needs a domain that is spelt out too. */
type Strength = 'sign' | 'bracket' | 'word' | 'spaced' | 'mention' | 'letter';

/** Longer alternatives first; the blank before a marker belongs to it. */
const MARKER =
  /\s?[([{<«] ?(?:at|ät|@|a|arobase|arroba) ?[)\]}>»]\s?| (?:at(?: the rate(?: of)?)?|ät|arobase|arroba) | ?@ ?|%40|&#64;|&#x40;|&commat;/giu;

const LOCAL_CHARACTER = /[\p{L}\p{N}\p{M}!#$%&'*+\-=?^_`{|}~.]/u;
/** Signs that may not open a mailbox here, and the name of a query parameter. */
const LOCAL_EDGE = /^(?:.*[?&]\w+=)?[.'`{|}*=!#?^~&$%-]*/u;

const LABEL = /[\p{L}\p{N}][\p{L}\p{N}\p{M}-]{0,62}/uy;
const LITERAL_DOMAIN = /\[(?:\d{1,3}(?:\.\d{1,3}){3}|IPv6:[0-9a-f:.]{2,45})\]/iy;
const DOT_SIGN = /\./y;
const DOT_SPELT =
  /\s?[([{<«] ?(?:dot|punkt|point|punto|d0t|\.) ?[)\]}>»]\s?| (?:dot|punkt|point|punto) | \.(?: |(?=\p{L}))|\. (?=(?:com|net|org)(?!\p{L}))/iuy;

const MAIL_PROVIDERS = new Set(
  (
    'gmail.com googlemail.com outlook.com outlook.de hotmail.com hotmail.de hotmail.co.uk hotmail.fr live.com ' +
    'live.de live.co.uk msn.com yahoo.com yahoo.de yahoo.co.uk yahoo.co.in yahoo.in yahoo.fr ymail.com icloud.com ' +
    'me.com mac.com aol.com gmx.de gmx.net gmx.at gmx.ch gmx.com web.de t-online.de freenet.de posteo.de ' +
    'mailbox.org proton.me protonmail.com pm.me tutanota.com tuta.io tuta.com fastmail.com zoho.com zoho.in ' +
    'rediffmail.com mail.com yandex.com yandex.ru mail.ru qq.com 163.com 126.com orange.fr wanadoo.fr free.fr ' +
    'laposte.net sfr.fr bluewin.ch hotmail.ch aon.at chello.at hey.com duck.com'
  ).split(' '),
);

/** Ends of names that a spelt-out domain has; two letters are taken for a country. */
const COMMON_ENDS = new Set(
  (
    'com org net edu gov mil int info biz name pro app dev tech online site xyz cloud email shop store blog me ' +
    'agency company consulting digital group gmbh berlin hamburg koeln bayern wien london paris social world ' +
    'network team work studio design solutions systems software services center club live news media life'
  ).split(' '),
);

/** "point", "punkt" and "punto" are common words: "at that point in time". */
const FRENCH_OR_GERMAN_ENDS = new Set('fr de at ch be eu es com net org info'.split(' '));

/** Words in front of "at" that are no mailbox: "look at example dot com". */
const NO_MAILBOX = new Set(
  (
    'a about and are arrive arrived available back be been check come docs find go going got here hosted in is it join live ' +
    'located look looked looking me meet more now of off on online open or out page posted read register seen ' +
    'see shop sign site start stay stop store talk that the them there this up us visit was website were work ' +
    'working works you again event launch lunch dinner hier bei ist sind mehr'
  ).split(' '),
);

/** Every address in the view, in order, at most `limit`. */
export function findEmails(view: string, limit: number): Found[] {
  const found: Found[] = [];
  let end = 0;
  for (const marker of view.matchAll(MARKER)) {
    if (found.length >= limit) break;
    const address = addressAround(view, marker.index, marker[0]);
    if (address === undefined || address.from < end) continue;
    found.push(address);
    end = address.to;
  }
  return found;
}

function addressAround(view: string, at: number, marker: string): Found | undefined {
  const strength = strengthOf(marker);
  const from = localStart(view, at);
  if (from === undefined) return undefined;
  const domain = readDomain(view, at + marker.length);
  if (domain === undefined) return undefined;
  const local = view.slice(from, at).toLowerCase();
  if (!isConvincing(strength, local, domain, marker)) return undefined;
  if (strength === 'sign' && !MAIL_PROVIDERS.has(domain.name)) {
    // `git@host.tld:path`, `root@host.tld:~#` and `ssh://deploy@host.tld` name an account of a machine.
    if (view.startsWith(local === 'git' ? ':' : ':~', domain.to)) return undefined;
    if (/:\/\/[^\s/@]*$/.test(view.slice(Math.max(0, from - MAX_LOCAL), from))) return undefined;
  }
  return { from, to: domain.to };
}

function strengthOf(marker: string): Strength {
  const bare = marker.trim();
  if (/^[%&]/.test(marker)) return 'sign';
  if (bare === '@') {
    if (marker === '@') return 'sign';
    return marker === ' @' ? 'mention' : 'spaced';
  }
  if (/^[([{<«] ?a ?[)\]}>»]$/iu.test(bare)) return 'letter';
  return /^[\p{L} ]+$/u.test(bare) ? 'word' : 'bracket';
}

function isConvincing(strength: Strength, local: string, domain: Domain, marker: string): boolean {
  if (strength === 'sign' || strength === 'bracket') return true;
  if (NO_MAILBOX.has(local)) return false;
  if (MAIL_PROVIDERS.has(domain.name)) return true;
  if (strength === 'spaced') return true;
  if (strength === 'letter') return marker.trim() === marker && domain.isCommonEnd;
  return domain.isSpelt && domain.isCommonEnd;
}

/** Start of the local part that ends at `end`, or undefined. Quoted local parts count from their quote. */
function localStart(view: string, end: number): number | undefined {
  if (view.charAt(end - 1) === '"') {
    const quote = view.lastIndexOf('"', end - 2);
    return quote >= 0 && end - quote <= MAX_LOCAL && quote < end - 2 ? quote : undefined;
  }
  let start = end;
  while (start > 0 && end - start < MAX_LOCAL && LOCAL_CHARACTER.test(characterBefore(view, start))) {
    start -= characterBefore(view, start).length;
  }
  const local = view.slice(start, end).replace(LOCAL_EDGE, '');
  // A dot at the end belongs to the sentence before, not to a mailbox.
  if (local.endsWith('.') || !/[\p{L}\p{N}]/u.test(local)) return undefined;
  return end - afterScriptChange(local).length;
}

/** "联系foo" before "@": scripts written without blanks do not belong to the ASCII mailbox behind them. */
function afterScriptChange(local: string): string {
  const tail = /[\x21-\x7e]+$/.exec(local)?.[0] ?? '';
  if (tail === '' || tail.length === local.length) return local;
  const before = local.slice(0, local.length - tail.length);
  return /[\p{scx=Han}\p{scx=Hira}\p{scx=Kana}\p{scx=Hang}\p{scx=Thai}]$/u.test(before) ? tail : local;
}

function characterBefore(view: string, index: number): string {
  const low = view.charCodeAt(index - 1);
  const isPair = low >= 0xdc00 && low <= 0xdfff && index > 1;
  return view.slice(isPair ? index - 2 : index - 1, index);
}

interface Domain {
  to: number;
  /** In lower case, with dots for whatever stood for them. */
  name: string;
  /** A dot was spelt out, bracketed or set apart. */
  isSpelt: boolean;
  isCommonEnd: boolean;
}

/** The longest domain that starts at `start`: two labels or more, the last one a plausible end. */
function readDomain(view: string, start: number): Domain | undefined {
  const literal = matchAt(LITERAL_DOMAIN, view, start);
  if (literal !== undefined) {
    return { to: start + literal.length, name: literal, isSpelt: false, isCommonEnd: false };
  }
  const labels: string[] = [];
  let best: Domain | undefined;
  let isSpelt = false;
  let dot = '';
  let at = start;
  while (labels.length < MAX_LABELS) {
    const raw = matchAt(LABEL, view, at);
    const label = raw?.replace(/-+$/, '');
    if (label === undefined || label === '') break;
    const end = labels.length > 0 ? domainEnd(label, dot) : undefined;
    if (end !== undefined && !isVersion(labels)) {
      const to = at + end.length;
      const name = [...labels, end].join('.').toLowerCase();
      const isCommonEnd = /^[a-z]{2}$/i.test(end) || COMMON_ENDS.has(end.toLowerCase());
      if (isCommonEnd || !isCode(view, to, end)) best = { to, name, isSpelt, isCommonEnd };
    }
    labels.push(label);
    if (raw !== label) break;
    at += label.length;
    const next = matchAt(DOT_SPELT, view, at) ?? matchAt(DOT_SIGN, view, at);
    if (next === undefined) break;
    if (next !== '.') isSpelt = true;
    dot = next;
    at += next.length;
  }
  return best;
}

/** The part of a label that can end a domain: letters of one alphabet, or the ASCII start of a mixed run. */
function domainEnd(label: string, dot: string): string | undefined {
  if (/^xn--[a-z0-9-]{2,59}$/i.test(label)) return label;
  const ascii = /^[a-z]+/i.exec(label)?.[0];
  if (ascii !== undefined) {
    const rest = label.slice(ascii.length);
    if (ascii.length < 2 || ascii.length > 24 || /^\d/.test(rest)) return undefined;
    if (rest !== '' && /^[\p{scx=Latin}\p{M}]/u.test(rest)) return undefined;
    if (dot !== '.' && ascii.length > 2 && !COMMON_ENDS.has(ascii.toLowerCase())) return undefined;
    if (/^ p/i.test(dot) && !FRENCH_OR_GERMAN_ENDS.has(ascii.toLowerCase())) return undefined;
    return ascii;
  }
  return /^[^\P{L}\p{scx=Latin}][\p{L}\p{M}]{1,23}$/u.test(label) ? label : undefined;
}

/** `lodash@4.17.x`, `pkg@1.0.rc`: labels of digits alone are a version. `126.com` has but one. */
function isVersion(labels: readonly string[]): boolean {
  return labels.length > 1 && labels.every((label) => /^v?\d+$/.test(label));
}

/** `q@k.transpose(…)`, `x@self.someValue`: a member, not a domain. */
function isCode(view: string, to: number, end: string): boolean {
  return view.charAt(to) === '(' || /[a-z][A-Z]/.test(end);
}

function matchAt(pattern: RegExp, view: string, at: number): string | undefined {
  pattern.lastIndex = at;
  return pattern.exec(view)?.[0];
}
