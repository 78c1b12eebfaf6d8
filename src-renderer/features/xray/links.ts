import type { LookAlikes } from './confusables';
import { isMixedScript, shapeOf } from './confusables';
import { decodeHost } from './punycode';

/** Where a link really leads, and what about it is made to be overlooked. */

export type LinkFlag =
  /** Something in front of an @ that reads like the host. */
  | 'userinfo'
  /** The host has letters beyond ASCII, or the punycode of them. */
  | 'international'
  /** A label mixes alphabets. */
  | 'mixed_script'
  /** It can be taken for a known host (`lookalike`). */
  | 'lookalike'
  /** A known host stands in front of the one that is really meant (`lookalike`). */
  | 'subdomain'
  | 'port'
  | 'ip'
  /** Not a web address: it runs, embeds or opens something else. */
  | 'scheme'
  /** The text of a Markdown link names another host (`shown`). */
  | 'other_text'
  | 'shortener'
  /** Written with signs that a browser turns into others: backslashes, escapes in the host, full-width letters. */
  | 'disguised';

export interface FoundLink {
  /** UTF-16 units of the view, [from, to). */
  readonly from: number;
  readonly to: number;
  /** The scheme with its colon, `https:`. */
  readonly scheme: string;
  /** As the network sees it, in ASCII; empty for schemes without one. */
  readonly host: string;
  /** As a person sees it, punycode decoded; equal to `host` where there is nothing to decode. */
  readonly shownHost: string;
  readonly flags: readonly LinkFlag[];
  /** The known host it is or looks like, for `lookalike` and `subdomain`. */
  readonly lookalike?: string;
  /** The host that the text of a Markdown link names, for `other_text`. */
  readonly shown?: string;
}

/** Hosts that people believe. The list is for likenesses alone; being on it makes no link good. */
export const WELL_KNOWN_HOSTS: readonly string[] = (
  'google.com gmail.com youtube.com facebook.com instagram.com whatsapp.com apple.com icloud.com microsoft.com ' +
  'live.com outlook.com office.com github.com gitlab.com npmjs.com pypi.org amazon.com amazon.de ebay.com ebay.de ' +
  'paypal.com stripe.com wise.com klarna.com netflix.com spotify.com linkedin.com twitter.com x.com reddit.com ' +
  'discord.com telegram.org signal.org slack.com zoom.us dropbox.com wikipedia.org openai.com chatgpt.com ' +
  'anthropic.com claude.ai huggingface.co mistral.ai coinbase.com binance.com metamask.io kraken.com ' +
  'sparkasse.de commerzbank.de deutsche-bank.de ing.de dkb.de postbank.de n26.com dhl.de dhl.com deutschepost.de ' +
  'telekom.de gmx.de gmx.net web.de elster.de bundesregierung.de bahn.de zalando.de otto.de cloudflare.com'
).split(' ');

const SHORTENERS: ReadonlySet<string> = new Set(
  (
    'bit.ly t.co tinyurl.com goo.gl ow.ly is.gd buff.ly rebrand.ly cutt.ly shorturl.at tiny.cc rb.gy t.ly v.gd ' +
    'lnkd.in youtu.be amzn.to s.id bl.ink soo.gd short.io dub.sh adf.ly trib.al dlvr.it kurzelinks.de'
  ).split(' '),
);

const WEB: ReadonlySet<string> = new Set(['http:', 'https:', 'ws:', 'wss:', 'ftp:']);
const MAX_URL = 2_048;
const MAX_LINKS = 200;

const MARKDOWN = /\[(?<text>[^\][\n]{1,200})\]\(\s?<?(?<target>[^\s()<>]{1,2048})/g;
const WITH_SCHEME =
  /(?<![\p{L}\p{N}+.-])(?:[a-z][a-z0-9+.-]{1,20}:[/\\]{1,3}(?=[^\s/\\])|(?:javascript|data|vbscript|blob|about|file):(?=\S))[^\s<>"'`]{1,2048}/giu;
const BARE_HOST =
  /(?<![\p{L}\p{N}\p{M}@._/:=-])(?:[\p{L}\p{N}][\p{L}\p{N}\p{M}-]{0,62}\.){1,8}(?<end>xn--[a-z0-9-]{2,59}|\p{L}[\p{L}\p{M}]{1,23})(?![\p{L}\p{N}\p{M}_@-]|\.[\p{L}\p{N}])(?::\d{1,5})?(?<path>[/?#][^\s<>"'`]{0,2048})?/gu;
/** Ends that files, code and sentences have too: such a name is a link only with a path or `www.`. */
const COMMON_ENDS: ReadonlySet<string> = new Set(
  (
    'com net org de at ch eu fr uk us ca in co me ai app dev gg to ly sh ru cn jp br it es nl be pl se no dk fi ie ' +
    'info biz xyz top site online shop store cloud tech club live link click zip mov work page space pro tv cc ws'
  ).split(' '),
);
const BARE_IP = /(?<![\d.:/@])(?:\d{1,3}\.){3}\d{1,3}(?::\d{1,5})?(?:\/[^\s<>"'`]{0,2048})?(?![\d.])/g;

/** What ends a sentence does not end an address. */
function trimEnd(url: string): string {
  let end = url.length;
  while (end > 0 && /[.,;:!?'")\]}*_|]/.test(url.charAt(end - 1))) {
    if (url.charAt(end - 1) === ')' && url.slice(0, end - 1).includes('(')) break;
    end -= 1;
  }
  return url.slice(0, end);
}

/** Two labels, or three under a short second one such as `co.uk`: who owns a name. A heuristic without a list. */
function ownerOf(host: string): string {
  const labels = host.split('.');
  const isNested =
    (labels.at(-1)?.length ?? 0) === 2 && /^(?:co|com|org|net|ac|gov|edu)$/.test(labels.at(-2) ?? '');
  return labels.slice(isNested ? -3 : -2).join('.');
}

/** The first host that a text names, in lower case. */
function hostIn(text: string): string | undefined {
  const match = /(?:https?:\/\/)?((?:[\p{L}\p{N}][\p{L}\p{N}-]{0,62}\.){1,8}\p{L}{2,24})/iu.exec(text);
  return match?.[1]?.toLowerCase();
}

function parse(raw: string): URL | undefined {
  try {
    return new URL(/^[a-z][a-z0-9+.-]*:/iu.test(raw) ? raw : `https://${raw}`);
  } catch {
    return undefined;
  }
}

/** Scheme, user, host and port as written: what decides where it leads. */
function originOf(url: string): string {
  return /^(?:[a-z][a-z0-9+.-]*:[/\\]{1,3})?[^/?#]*/iu.exec(url)?.[0] ?? '';
}

const IP_HOST = /^(?:\d{1,3}(?:\.\d{1,3}){3}|\[[0-9a-f:.]+\])$/i;

function inspect(
  raw: string,
  at: { from: number; to: number },
  hosts: LookAlikes,
  isFolded: boolean,
  shown?: string,
): FoundLink | undefined {
  const url = parse(raw);
  const written = /^[a-z][a-z0-9+.-]*:/iu.exec(raw)?.[0].toLowerCase();
  if (url === undefined || (url.host === '' && written === undefined)) {
    // What no browser opens still claims to be an address.
    return written === undefined
      ? undefined
      : { ...at, scheme: written, host: '', shownHost: raw.slice(0, 80), flags: ['disguised'] };
  }
  const host = url.hostname;
  const shownHost = decodeHost(host);
  const flags = new Set<LinkFlag>();
  if (!WEB.has(url.protocol)) flags.add('scheme');
  if (url.username !== '' || url.password !== '') flags.add('userinfo');
  if (url.port !== '') flags.add('port');
  if (IP_HOST.test(host)) flags.add('ip');
  if (shownHost !== host || /[^\x20-\x7e]/.test(host)) flags.add('international');
  if (shownHost.split('.').some(isMixedScript)) flags.add('mixed_script');
  if (SHORTENERS.has(host.replace(/^www\./, ''))) flags.add('shortener');
  const isRewritten =
    WEB.has(url.protocol) &&
    (raw.includes('\\') || /%[0-9a-f]{2}/i.test(originOf(raw).split('@').at(-1) ?? ''));
  if (isRewritten || isFolded) flags.add('disguised');
  const owner = ownerOf(shownHost);
  const lookalike = hosts.find(owner, isFolded) ?? hosts.find(shownHost, isFolded);
  if (lookalike !== undefined) flags.add('lookalike');
  const front = shownHost.slice(0, Math.max(0, shownHost.length - owner.length - 1));
  const borrowed =
    front === '' ? undefined : WELL_KNOWN_HOSTS.find((known) => `.${front}.`.includes(`.${known}.`));
  if (borrowed !== undefined && lookalike === undefined) flags.add('subdomain');
  const named = shown === undefined ? undefined : hostIn(shown);
  const isOther = named !== undefined && ownerOf(named) !== owner && ownerOf(named) !== ownerOf(host);
  if (isOther) flags.add('other_text');
  return {
    ...at,
    scheme: url.protocol,
    host,
    shownHost: shownHost === '' ? raw.slice(0, 80) : shownHost,
    flags: [...flags],
    ...((lookalike ?? borrowed) ? { lookalike: lookalike ?? borrowed } : {}),
    ...(isOther ? { shown: named } : {}),
  };
}

/**
 * Every link in a folded view, in order and apart from each other, at most 200: with a scheme, as Markdown, as a bare
 * name with a usual end, or as a bare IP address. Two hosts of one text that look alike are flagged too.
 * @param hosts finds the known host that another can be taken for.
 * @param isAsWritten whether these units of the view stand in the text just so, not folded from other signs.
 */
export function findLinks(
  view: string,
  hosts: LookAlikes,
  isAsWritten: (from: number, to: number) => boolean,
): FoundLink[] {
  const found: FoundLink[] = [];
  const add = (from: number, raw: string, shown?: string, whole?: { from: number; to: number }) => {
    if (found.length >= MAX_LINKS) return;
    const url = trimEnd(raw.slice(0, MAX_URL));
    if (url === '') return;
    const isFolded = !isAsWritten(from, from + originOf(url).length);
    const link = inspect(url, whole ?? { from, to: from + url.length }, hosts, isFolded, shown);
    if (link !== undefined) found.push(link);
  };
  const taken = takenBy(found);
  if (view.includes('](')) {
    for (const match of view.matchAll(MARKDOWN)) {
      const { text = '', target = '' } = match.groups ?? {};
      if (!/^[a-z][a-z0-9+.-]*:|^[/\\]{2}|\.\p{L}{2}/iu.test(target)) continue;
      const to = match.index + match[0].length + (view.charAt(match.index + match[0].length) === ')' ? 1 : 0);
      const start = match.index + match[0].length - target.length;
      const whole = { from: match.index, to };
      add(start, /^[/\\]{2}/.test(target) ? `https:${target}` : target, text, whole);
    }
  }
  if (view.includes(':')) {
    for (const match of view.matchAll(WITH_SCHEME)) if (!taken(match.index)) add(match.index, match[0]);
  }
  for (const match of view.matchAll(BARE_HOST)) {
    const { end = '', path } = match.groups ?? {};
    const isLink =
      COMMON_ENDS.has(end.toLowerCase()) || end.startsWith('xn--') || path?.startsWith('/') === true;
    if ((isLink || /^www\./i.test(match[0])) && !taken(match.index)) add(match.index, match[0]);
  }
  for (const match of view.matchAll(BARE_IP)) if (!taken(match.index)) add(match.index, match[0]);
  return flagTwins(found.sort((a, b) => a.from - b.from));
}

/** Whether a place lies in a link found before; links come in order per search, so the work stays bounded. */
function takenBy(found: readonly FoundLink[]): (at: number) => boolean {
  return (at) => found.some((link) => at >= link.from && at < link.to);
}

/** Two hosts in one text that can be taken for each other: one of them is there to be mistaken. */
function flagTwins(links: readonly FoundLink[]): FoundLink[] {
  const byShape = new Map<string, string>();
  for (const { shownHost } of links) {
    const shape = shapeOf(shownHost);
    // The plainer one is the model.
    if (!byShape.has(shape) || /^[\x20-\x7e]*$/.test(shownHost)) byShape.set(shape, shownHost);
  }
  return links.map((link) => {
    const twin = byShape.get(shapeOf(link.shownHost));
    if (twin === undefined || twin === link.shownHost || link.flags.includes('lookalike')) return link;
    return { ...link, flags: [...link.flags, 'lookalike'], lookalike: twin };
  });
}
