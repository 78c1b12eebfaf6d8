/**
 * What the words around a number say about it: "call 98765 43210" or "order 98765 43210". The nearest telling
 * word before it decides; only a few words are looked at, so the work per number is bounded.
 */
export type PhoneContext = 'phone' | 'other' | 'none';

const WINDOW_BEFORE = 48;
const WINDOW_AFTER = 28;
const WORDS_BEFORE = 6;
const WORDS_AFTER = 3;

const PHONE_WORD =
  /^(?:tel|telef\p{L}*|tél\p{L}*|phone\p{L}*|\p{L}*phone|ph|mobil\p{L}*|mob|cell|cellular|cellphone|whats?app\p{L}*|wa|sms|imessage|viber|wechat|telegram|fax\p{L}*|telefax|hotline|call|calls|calling|dial|ring|text|reach|reachable|contact|handy\p{L}*|rufnummer|durchwahl|festnetz\p{L}*|ruf|rufe|ruft|rufen|anruf\p{L}*|anrufen|erreich\p{L}*|kontakt\p{L}*|melde|meldet|appel\p{L}*|joindre|portable|numéro|फोन|फ़ोन|मोबाइल|नंबर|संपर्क|नम्बर)$/u;

const OTHER_WORD =
  /^(?:order|orders|invoice|ticket|tracking|serial|sku|part|isbn|issn|ean|gtin|upc|iban|bic|account|acct|id|ids|uid|uuid|guid|imei|version|ver|build|commit|hash|sha|checksum|case|ref|reference|transaction|txn|port|error|code|pid|timestamp|epoch|unix|plz|zip|pin|pincode|postal|lot|batch|patent|doi|pmid|arxiv|vat|vatin|tax|gstin|aadhaar|block|height|seed|nonce|bytes|line|lines|row|rows|page|pages|offset|index|population|revenue|price|cost|total|sum|value|values|max|min|int|score|views|km|konto\p{L}*|rechnung\p{L}*|bestell\p{L}*|artikel\p{L}*|auftrag\p{L}*|kunden\p{L}*|sendung\p{L}*|serien\p{L}*|vorgang\p{L}*|akten\p{L}*|chargen\p{L}*|ust|steuer\p{L}*|hrb|hra|postleitzahl|commande|facture|siret|siren|between|zwischen|lotto\p{L}*|lottery|tirage|rgb|\p{L}{2,}(?:nr|nummer|number))$/u;

/** Says nothing by itself: "phone number", "order number". With "my" in front it is a telephone's. */
const NUMBER_WORD = /^(?:number|numbers|no|nr|num|nummer)$/u;
const OWNER_WORD = /^(?:my|our|his|her|their|your|mine|meine|meiner|unsere|seine|ihre|mon|notre)$/u;

/** Behind a plain number these make it a quantity. */
const UNIT_WORD =
  /^(?:ms|ns|sec|times|seconds|minutes|hours|days|bytes|byte|kb|mb|gb|tb|bit|bits|users|people|tokens|rows|requests|req|ops|items|views|likes|followers|points|xp|eur|euro|euros|usd|dollar|dollars|gbp|inr|rupees|chf|franken|mio|million|millions|billion|mrd|km|cm|kg|g|hz|khz|mhz|ghz|wei|gwei|sats|satoshi|stück|einwohner|nutzer|zeilen|sekunden)$/u;

const PHONE_SIGN = /[☎☏✆📞📱📲]/u;

/** The words around view[from, to). A line break ends the look behind the number, not the one before it. */
export function phoneContext(view: string, from: number, to: number): PhoneContext {
  const ahead = view.slice(Math.max(0, from - WINDOW_BEFORE), from);
  const behind = view.slice(to, to + WINDOW_AFTER).split('\n', 1)[0] ?? '';
  if (PHONE_SIGN.test(ahead)) return 'phone';
  const before = wordsOf(ahead).slice(-WORDS_BEFORE).toReversed();
  const after = wordsOf(behind).slice(0, WORDS_AFTER);
  if (UNIT_WORD.test(after[0] ?? '')) return 'other';
  const told = tellingWord(before);
  if (told !== 'none') return told;
  return after.some((word) => PHONE_WORD.test(word)) || hasOwnNumber(after) ? 'phone' : 'none';
}

function tellingWord(nearestFirst: readonly string[]): PhoneContext {
  let isNumber = false;
  for (const word of nearestFirst) {
    if (NUMBER_WORD.test(word)) isNumber = true;
    else if (PHONE_WORD.test(word) || (isNumber && OWNER_WORD.test(word))) return 'phone';
    else if (OTHER_WORD.test(word)) return 'other';
  }
  return 'none';
}

function hasOwnNumber(words: readonly string[]): boolean {
  const owner = words.findIndex((word) => OWNER_WORD.test(word));
  return owner >= 0 && words.slice(owner + 1).some((word) => NUMBER_WORD.test(word));
}

function wordsOf(text: string): string[] {
  return text.toLowerCase().match(/[\p{L}\p{M}]+/gu) ?? [];
}
