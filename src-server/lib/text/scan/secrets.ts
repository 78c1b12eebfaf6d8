import type { Found } from './folded-view';

/**
 * Credentials in a folded view: our own keys, those of widely used services by their published prefixes,
 * private keys and tokens. Patterns start with a literal, and what follows is one class of characters with a
 * lower bound, so that none can backtrack over more than the run it stands in.
 */

/** Prefixes of our keys and tokens (decisions §2). A shorter tail is a prefix in a manual, not a key. */
const OWN_KEY = /(?<![A-Za-z0-9_])(?:mma_(?:tok_)?|nb_|ct_|miu_whsec_)(?<body>[A-Za-z0-9_-]{20,})/g;

interface SecretPattern {
  name: string;
  /** Literals of which one is in the text where the pattern can match; they spare most texts the search. */
  needles: readonly string[];
  pattern: RegExp;
  /** Matches that are none: words, as in `sk-loading-spinner-wrapper`, or the placeholder of a manual. */
  isHarmless?: (match: string) => boolean;
}

const PLACEHOLDER =
  /:(?:pass(?:word|wd)?|pw|pwd|secret|changeme|x+|\*+|\.+|<.*>|\$.*|\{.*\}|\[.*\]|your.*)@$/i;

const PATTERNS: readonly SecretPattern[] = [
  { name: 'an Anthropic key', needles: ['sk-ant-'], pattern: /(?<![\w-])sk-ant-[\w-]{20,}/g },
  { name: 'an OpenAI key', needles: ['sk-'], pattern: /(?<![\w-])sk-[\w-]{20,}/g, isHarmless: isWords },
  {
    name: 'an AWS access key',
    needles: ['AKIA', 'ASIA', 'ABIA', 'ACCA'],
    pattern: /(?<![A-Za-z0-9])(?:AKIA|ASIA|ABIA|ACCA)[A-Z2-7]{16}(?![A-Za-z0-9])/g,
  },
  {
    name: 'a GitHub token',
    needles: ['ghp_', 'gho_', 'ghu_', 'ghs_', 'ghr_', 'github_pat_'],
    pattern: /(?<![A-Za-z0-9])(?:gh[pousr]_[A-Za-z0-9]{30,}|github_pat_\w{22,})/g,
  },
  {
    name: 'a GitLab token',
    needles: ['glpat-'],
    pattern: /(?<![\w-])glpat-[\w-]{20,}/g,
    isHarmless: isWords,
  },
  {
    name: 'a Slack token',
    needles: ['xox', 'xapp-'],
    pattern: /(?<![\w-])(?:xox[abeoprs]|xapp)-[\w.-]{10,}/g,
  },
  {
    name: 'a Slack webhook',
    needles: ['hooks.slack.com/services/'],
    pattern: /hooks\.slack\.com\/services\/[\w/]{20,}/g,
  },
  {
    name: 'a Stripe key',
    needles: ['_live_', '_test_'],
    pattern: /(?<![A-Za-z0-9])(?:sk|rk)_(?:live|test)_[A-Za-z0-9]{16,}/g,
  },
  { name: 'a webhook secret', needles: ['whsec_'], pattern: /(?<![A-Za-z0-9_])whsec_[A-Za-z0-9+/=]{20,}/g },
  {
    name: 'a Google key',
    needles: ['AIza', 'GOCSPX-', 'ya29.'],
    pattern: /(?<![\w-])(?:AIza[\w-]{35}|GOCSPX-[\w-]{28}|ya29\.[\w-]{30,})/g,
  },
  { name: 'an npm token', needles: ['npm_'], pattern: /(?<![A-Za-z0-9])npm_[A-Za-z0-9]{36}/g },
  { name: 'a PyPI token', needles: ['pypi-AgE'], pattern: /(?<![\w-])pypi-AgE[\w-]{40,}/g },
  { name: 'a Hugging Face token', needles: ['hf_'], pattern: /(?<![A-Za-z0-9_])hf_[A-Za-z0-9]{30,}/g },
  { name: 'a SendGrid key', needles: ['SG.'], pattern: /(?<![\w-])SG\.[\w-]{16,64}\.[\w-]{32,}/g },
  {
    name: 'a Groq or xAI key',
    needles: ['gsk_', 'xai-'],
    pattern: /(?<![\w-])(?:gsk_|xai-)[A-Za-z0-9]{40,}/g,
  },
  { name: 'a DigitalOcean token', needles: ['_v1_'], pattern: /(?<![A-Za-z0-9])do[opr]_v1_[a-f0-9]{64}/g },
  { name: 'a Telegram bot token', needles: [':AA'], pattern: /(?<!\d)\d{8,10}:AA[\w-]{33}(?![\w-])/g },
  {
    name: 'a JSON web token',
    needles: ['eyJ'],
    pattern: /(?<![\w.-])eyJ[\w-]{8,}\.eyJ[\w-]{8,}\.[\w-]{16,}/g,
  },
  {
    name: 'a password in an address',
    needles: ['://'],
    pattern: /:\/\/[^\s/:@?#]{0,64}:[^\s/@?#]{1,128}@/g,
    isHarmless: (match) => PLACEHOLDER.test(match),
  },
];

const PEM_START = /-----BEGIN (?:[A-Z0-9]{1,16} ){0,3}PRIVATE KEY(?: BLOCK)?-----/g;
const PEM_END = '-----END';

export interface FoundSecret extends Found {
  code: 'own_key' | 'secret';
  /** What it looks like, with its article; never the secret itself. */
  name: string;
}

/** Every credential in the view, at most `limit` of each sort; ordered within a sort only. */
export function findSecrets(view: string, limit: number): FoundSecret[] {
  return [...ownKeys(view, limit), ...privateKeys(view, limit), ...serviceKeys(view, limit)];
}

function ownKeys(view: string, limit: number): FoundSecret[] {
  const found: FoundSecret[] = [];
  for (const match of view.matchAll(OWN_KEY)) {
    if (found.length >= limit) break;
    if (isWords(match.groups?.body ?? '')) continue;
    const from = match.index;
    found.push({ code: 'own_key', name: 'a Countersign key', from, to: from + match[0].length });
  }
  return found;
}

function serviceKeys(view: string, limit: number): FoundSecret[] {
  const found: FoundSecret[] = [];
  for (const { name, needles, pattern, isHarmless } of PATTERNS) {
    if (!needles.some((needle) => view.includes(needle))) continue;
    for (const match of view.matchAll(pattern)) {
      if (found.length >= limit) return found;
      if (isHarmless?.(match[0]) === true) continue;
      const from = match.index;
      found.push({ code: 'secret', name, from, to: from + match[0].length });
    }
  }
  return found;
}

/** From the header to the end of the block; to the end of the header where there is none. */
function privateKeys(view: string, limit: number): FoundSecret[] {
  const found: FoundSecret[] = [];
  let done = 0;
  let hasEnd = true;
  for (const match of view.matchAll(PEM_START)) {
    if (found.length >= limit) break;
    if (match.index < done) continue;
    const header = match.index + match[0].length;
    const end: number = hasEnd ? view.indexOf(PEM_END, header) : -1;
    hasEnd = end >= 0;
    done = hasEnd ? lineEnd(view, end) : header;
    found.push({ code: 'secret', name: 'a private key', from: match.index, to: done });
  }
  return found;
}

function lineEnd(view: string, end: number): number {
  const close = view.indexOf('-----', end + PEM_END.length);
  return close >= 0 && close - end < 64 ? close + 5 : end + PEM_END.length;
}

/**
 * True for identifiers made of words: `some_long_snake_case_name`, `items-v2-total`, `camelCaseNameOfThis`.
 * Random characters of a key's length are never cut so regularly.
 */
function isWords(body: string): boolean {
  const words = body.split(/[_-]+/).flatMap((part) => part.split(/(?<=[a-z])(?=[A-Z])/));
  return words.length > 1 && words.every((word) => /^(?:[A-Z]?[a-z]{1,20}|[A-Z]{1,20})?\d{0,4}$/.test(word));
}
