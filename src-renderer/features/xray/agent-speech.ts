/**
 * Text that speaks to other agents, in English and German: orders to a model, claims of authority, marks of a chat
 * format, markup that a page would hide. Each pattern has a reason, which the lens tells; a person may well write such
 * a sentence, so nothing is forbidden by it. Patterns start with a literal and bound every gap: the work is linear.
 */

export type SpeechReason =
  /** Tells a reader to drop what it was told before. */
  | 'override'
  /** Gives the reader another role. */
  | 'role'
  /** Asks for, or poses as, the hidden instructions of a model. */
  | 'system'
  /** Addresses machines, not people. */
  | 'addressed'
  /** Asks to keep something from the person in charge. */
  | 'secrecy'
  /** Asks for credentials or data to be handed over. */
  | 'exfiltration'
  /** Claims or asks for an approval. */
  | 'approval'
  /** Asks for tools or commands to be run. */
  | 'command'
  /** Marks of a chat format: whoever joins texts naively reads a new turn. */
  | 'marker'
  /** Looks like the call of a tool. */
  | 'tool_call'
  /** Markup that a page would not show. */
  | 'hidden_markup';

export interface FoundSpeech {
  /** UTF-16 units of the view, [from, to). */
  readonly from: number;
  readonly to: number;
  readonly reason: SpeechReason;
}

const MAX_SPEECH = 100;

const GAP = String.raw`[^\n.!?]{0,40}?`;
const EARLIER =
  '(?:previous|prior|above|earlier|preceding|former|foregoing|existing|original|initial|all|any|your)';
const ORDERS =
  '(?:instructions?|prompts?|rules?|guidelines?|messages?|directives?|context|commands?|constraints?|polic(?:y|ies)|training)';
const BEFORE =
  '(?:vorherige|bisherige|vorangehende|vorangegangene|vorige|obige|frühere|ursprüngliche|alle|deine|sämtliche)';
const ANWEISUNGEN =
  '(?:anweisung|instruktion|befehl|vorgabe|regel|richtlinie|prompt|nachricht|aufgabe|eingabe)[a-zäöü]{0,3}';
const MACHINE =
  '(?:a\\.?i\\.?|llms?|language models?|models?|assistants?|agents?|bots?|chatbots?|chatgpt|gpt(?:-\\d)?|claude|gemini|copilot)';
const MASCHINE =
  '(?:kis?|sprachmodelle?|modelle?|assistent(?:en|in)?|agent(?:en|in)?|bots?|chatbots?|chatgpt|claude|gemini|copilot)';
const SECRET =
  '(?:api[- ]?keys?|keys?|passwords?|tokens?|credentials?|secrets?|cookies?|private keys?|seed phrases?|conversation|chat history|system prompt)';
const GEHEIM =
  '(?:api[- ]?schlüssel|schlüssel|passw[oö]rt(?:er|e|es)?|tokens?|zugangsdaten|geheimnisse?|kennw[oö]rt(?:er|e)?|chatverlauf)';
const OWNER = '(?:user|human|owner|operator|admin|person|anyone|anybody|developer)';
const BESITZER =
  '(?:nutzer(?:in)?|benutzer(?:in)?|mensch(?:en)?|besitzer(?:in)?|inhaber(?:in)?|betreiber(?:in)?|niemand(?:em|en)?)';

const words = (source: string) =>
  new RegExp(String.raw`(?<![\p{L}\p{N}_])(?:${source})(?![\p{L}\p{N}_])`, 'giu');

const PATTERNS: readonly (readonly [SpeechReason, RegExp])[] = [
  [
    'override',
    words(`(?:ignore|disregard|forget|override|bypass|skip|drop|neglect)${GAP}${EARLIER}${GAP}${ORDERS}`),
  ],
  [
    'override',
    words(
      `(?:ignore|disregard|forget) (?:everything|all|anything)(?: (?:of )?(?:that|above|before|previously|prior|else|you))?`,
    ),
  ],
  ['override', words(`(?:do not|don'?t|no longer|stop) (?:follow|obey|heed)${GAP}${ORDERS}`)],
  ['override', words(`(?:new|updated|real|actual) (?:instructions?|task|objective|directive)s?(?= ?:)`)],
  [
    'override',
    words(
      `(?:ignorier|missacht|vergiss|vergess|übergeh|überschreib|verwirf)[a-zäöü]{0,3}${GAP}${BEFORE}[nrms]{0,2}${GAP}${ANWEISUNGEN}`,
    ),
  ],
  [
    'override',
    words(
      `(?:ignorier|vergiss|vergess|missacht)[a-zäöü]{0,3} (?:alles|sie alle)(?: (?:davor|oben|vorher|bisherige|obige|andere))?`,
    ),
  ],
  ['override', words(`(?:neue|aktuelle|eigentliche) (?:anweisung|aufgabe|instruktion)(?:en)?(?= ?:)`)],
  ['role', words(`you are (?:now|no longer|an? (?:unrestricted|uncensored|different|new|helpful|ai|evil))`)],
  ['role', words(`from now on,? you(?:'re| are| will| must| should| only)?`)],
  ['role', words(`(?:act|behave|respond|answer|reply) as (?:if you|an? |the |my |though you)`)],
  ['role', words(`(?:pretend|roleplay|role-play|imagine)(?: that)? (?:to be|you are|you're|as)`)],
  ['role', words(`(?:developer|dan|jailbreak|god|debug|unrestricted|admin) mode`)],
  ['role', words(`du bist (?:jetzt|nun|ab sofort|ab jetzt|nicht mehr|kein[e]? )`)],
  [
    'role',
    words(
      `(?:ab sofort|ab jetzt|von nun an|von jetzt an) (?:bist|wirst|sollst|musst|antwortest|verhältst|handelst) du`,
    ),
  ],
  ['role', words(`(?:verhalte dich|antworte|handle|agiere) (?:wie|als) (?:ein|eine|der|die|wenn|ob)`)],
  ['role', words(`(?:tu so|stell dir vor|gib dich aus),? als(?: ob| wärst| wärest)?`)],
  ['system', words(`(?:system|developer|hidden|initial|secret) (?:prompt|message|instruction)s?`)],
  [
    'system',
    words(
      `(?:reveal|print|repeat|show|output|leak|disclose|reproduce)${GAP}(?:your|the) ${GAP}(?:instructions?|prompts?|rules|configuration)`,
    ),
  ],
  ['system', words(`system-?prompts?|systemnachricht(?:en)?|systemanweisung(?:en)?`)],
  [
    'system',
    words(
      `(?:zeig|nenn|wiederhol|verrat|gib|offenbar)[a-zäöü]{0,3}${GAP}(?:deine|deinen|die)${GAP}${ANWEISUNGEN}`,
    ),
  ],
  [
    'addressed',
    words(
      `(?:dear|attention|note to|message (?:to|for)|instructions? (?:to|for)|calling all|hello|hey|hi) (?:all |any |other |every |the |you )?${MACHINE}`,
    ),
  ],
  ['addressed', words(`if you(?:'re| are) an? ${GAP}${MACHINE}`)],
  [
    'addressed',
    words(
      `(?:all|any|other|every) ${MACHINE} (?:reading|that read|who read|must|should|that see|seeing|processing)`,
    ),
  ],
  [
    'addressed',
    words(
      `(?:hinweis|nachricht|anweisung(?:en)?|achtung|mitteilung|botschaft|hallo|liebe[rs]?)(?: an| für)?,? (?:alle |andere |die |den |das |jede )?${MASCHINE}`,
    ),
  ],
  ['addressed', words(`(?:wenn|falls|sofern) du (?:ein|eine)${GAP}${MASCHINE}`)],
  [
    'addressed',
    words(`(?:alle|andere|jede[rs]?) ${MASCHINE},? (?:die|der|das|welche|müssen|sollen|sollten)`),
  ],
  [
    'secrecy',
    words(
      `(?:do not|don'?t|never|without) (?:tell|telling|inform|informing|mention|mentioning|show|showing|notify|notifying|alert|alerting|reveal|ask|asking)${GAP}${OWNER}`,
    ),
  ],
  ['secrecy', words(`(?:keep (?:this|it) (?:secret|hidden|confidential) from)`)],
  [
    'secrecy',
    words(`(?:sag|erzähl|zeig|verrat|meld|teil)[a-zäöü]{0,3}${GAP}${BESITZER}${GAP}(?:nicht|nichts)`),
  ],
  [
    'secrecy',
    words(
      `ohne${GAP}${BESITZER}${GAP}(?:zu fragen|fragen|zu informieren|zu benachrichtigen|davon zu erzählen)`,
    ),
  ],
  [
    'exfiltration',
    words(
      `(?:send|post|forward|upload|e-?mail|paste|transmit|submit|share|exfiltrate|include|append)${GAP}${SECRET}`,
    ),
  ],
  [
    'exfiltration',
    words(`(?:schick|send|poste|lade|übermittl|übertrag|teil|leit|häng)[a-zäöü]{0,4}${GAP}${GEHEIM}`),
  ],
  [
    'approval',
    words(
      `(?:auto-?approve|approve (?:this|it|everything|all)|(?:already|pre-?)(?: been)? ?approved|no (?:approval|confirmation|review) (?:is )?(?:needed|required|necessary))`,
    ),
  ],
  ['approval', words(`without (?:approval|confirmation|asking|review|permission|verification)`)],
  [
    'approval',
    words(
      `(?:bereits|schon|vorab) (?:genehmigt|freigegeben|bestätigt)|(?:genehmige|bestätige) (?:das|dies|alles|sofort)|ohne (?:rückfrage|bestätigung|freigabe|genehmigung|prüfung|nachfrage)`,
    ),
  ],
  [
    'command',
    words(
      `(?:run|execute|invoke|call|use|trigger) (?:the |this |following |a |your ){0,3}(?:command|code|script|shell|tool|function|plugin|mcp|bash)s?`,
    ),
  ],
  [
    'command',
    words(
      `(?:führ|ruf|start|benutz|verwend)[a-zäöü]{0,3} (?:den |die |das |folgende[ns]? |diese[ns]? |dein(?:e|en)? ){0,2}(?:befehl|code|skript|werkzeug|tool|funktion|shell)[a-zäöü]{0,2}`,
    ),
  ],
  ['marker', /<\|[a-z][a-z0-9_ -]{1,30}\|>/giu],
  ['marker', /\[\/?(?:INST|SYS|SYSTEM|ASSISTANT|USER)\]|<<\/?SYS>>|<\/?s>(?=\s)/gu],
  [
    'marker',
    /(?<=^|\n)(?:#{1,6} ?|\*\*)?(?:system|assistant|human|user|developer|instruction|instructions|response|tool)(?:\*\*)? ?:/giu,
  ],
  [
    'marker',
    /<\/?(?:system|assistant|human|user|developer|instructions?|prompt|context|thinking|scratchpad|system-reminder|important)(?: [^<>\n]{0,80})?>/giu,
  ],
  [
    'marker',
    /(?:BEGIN|END|START) (?:SYSTEM|INSTRUCTIONS?|PROMPT|OF (?:SYSTEM|PROMPT|INSTRUCTIONS?|USER INPUT|CONTEXT))/gu,
  ],
  [
    'tool_call',
    /<\/?(?:[a-z]{2,12}:)?(?:tool_call|tool_calls|tool_use|tool_result|function_calls?|function_results?|invoke|parameter|tool|function)(?:[ =][^<>\n]{0,120})?>/giu,
  ],
  [
    'tool_call',
    /"(?:tool_calls?|tool_use|function_call|tool_name|tool_choice)" ?:|\{ ?"(?:tool|name|function|method)" ?: ?"[\w./-]{1,60}" ?, ?"(?:arguments|args|parameters|params|payload|input)" ?:/giu,
  ],
  ['tool_call', /"jsonrpc" ?: ?"2\.0"|"method" ?: ?"tools\/call"/giu],
  ['hidden_markup', /<!--(?:(?!-->)[^]){0,600}(?:-->)?/gu],
  ['hidden_markup', /\[\/\/\]: ?# ?[("'][^\n]{0,300}/gu],
  [
    'hidden_markup',
    /<[a-z][a-z0-9]{0,10}[^<>\n]{0,200}(?:display: ?none|visibility: ?hidden|font-size: ?0|opacity: ?0|color: ?(?:#fff(?:fff)?|white|transparent)|\shidden[\s>=])[^<>\n]{0,200}>?/giu,
  ],
  [
    'hidden_markup',
    /<\/?(?:script|iframe|object|embed|meta|link|style|svg|base|form|template|noscript)(?:[\s/][^<>\n]{0,200})?>/giu,
  ],
  ['hidden_markup', /<[a-z][^<>\n]{0,200}\son[a-z]{3,20} ?=[^<>\n]{0,200}>?/giu],
];

/** Every such passage in a folded view, in order, at most 100 of each reason's pattern; passages may overlap. */
export function findAgentSpeech(view: string): FoundSpeech[] {
  const found: FoundSpeech[] = [];
  for (const [reason, pattern] of PATTERNS) {
    let count = 0;
    for (const match of view.matchAll(pattern)) {
      if (count >= MAX_SPEECH) break;
      count += 1;
      found.push({ from: match.index, to: match.index + match[0].length, reason });
    }
  }
  found.sort((a, b) => a.from - b.from || b.to - a.to);
  return found.filter(({ from, to, reason }, at) => {
    const before = found.slice(Math.max(0, at - 8), at);
    // The same passage by a second pattern of the same reason says nothing new.
    return !before.some((other) => other.reason === reason && other.from <= from && other.to >= to);
  });
}
