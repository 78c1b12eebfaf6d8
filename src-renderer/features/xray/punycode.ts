/** Punycode of one label (RFC 3492), to show what an `xn--` name is displayed as. */

const BASE = 36;
const T_MIN = 1;
const T_MAX = 26;
const MAX_LABEL = 63;

function adapt(delta: number, points: number, isFirst: boolean): number {
  let rest = isFirst ? Math.floor(delta / 700) : delta >> 1;
  rest += Math.floor(rest / points);
  let k = 0;
  for (; rest > ((BASE - T_MIN) * T_MAX) / 2; k += BASE) rest = Math.floor(rest / (BASE - T_MIN));
  return k + Math.floor((BASE * rest) / (rest + 38));
}

function digitOf(code: number): number {
  if (code >= 0x30 && code <= 0x39) return code - 0x30 + 26;
  if (code >= 0x61 && code <= 0x7a) return code - 0x61;
  return BASE;
}

/** The label that `xn--…` stands for; undefined when it is none, or stands for nothing. */
export function decodeLabel(label: string): string | undefined {
  const small = label.toLowerCase();
  if (!small.startsWith('xn--') || small.length > MAX_LABEL) return undefined;
  const text = small.slice(4);
  const dash = text.lastIndexOf('-');
  const output = Array.from(text.slice(0, Math.max(0, dash)), (c) => c.codePointAt(0) ?? 0);
  let code = 128;
  let bias = 72;
  let i = 0;
  for (let at = dash >= 0 ? dash + 1 : 0; at < text.length;) {
    const before = i;
    for (let weight = 1, k = BASE; ; k += BASE) {
      const digit = digitOf(text.charCodeAt(at));
      if (at >= text.length || digit >= BASE) return undefined;
      at += 1;
      i += digit * weight;
      const t = k <= bias ? T_MIN : k >= bias + T_MAX ? T_MAX : k - bias;
      if (digit < t) break;
      weight *= BASE - t;
      if (weight > 0x7fffffff || i > 0x7fffffff) return undefined;
    }
    const points = output.length + 1;
    bias = adapt(i - before, points, before === 0);
    code += Math.floor(i / points);
    i %= points;
    if (code > 0x10ffff || (code >= 0xd800 && code <= 0xdfff)) return undefined;
    output.splice(i, 0, code);
    i += 1;
  }
  return String.fromCodePoint(...output);
}

/** A host as a person would see it: every `xn--` label decoded. */
export function decodeHost(host: string): string {
  return host
    .split('.')
    .map((label) => decodeLabel(label) ?? label)
    .join('.');
}
