import { plural } from '@lingui/core/macro';
import { useLingui } from '@lingui/react/macro';
import type { Fact } from './analyse';
import type { LinkFlag } from './links';
import type { SpeechReason } from './agent-speech';
import type { ChipSegment } from './segments';
import { codePointLabel } from './unicode';

/** A finding in words: what it is, and why it is told. */
export interface FactWords {
  readonly name: string;
  readonly why: string;
}

type ChipKind = ChipSegment['class'];

/** They are drawn, as a box or a question mark. */
const UNKNOWN: ReadonlySet<ChipKind> = new Set(['private', 'unassigned', 'noncharacter', 'surrogate']);

/** What a character that is not drawn as itself does. */
export function useChipWords(): (kind: ChipKind) => string {
  const { t } = useLingui();
  return (kind) => {
    const words: Record<ChipKind, string> = {
      tag: t`Spells hidden text that only machines read.`,
      selector: t`Picks a variant of the sign before it; a row of them can carry hidden bytes.`,
      bidi: t`Changes the order in which the signs around it are drawn.`,
      surrogate: t`Half of a character; no text has it.`,
      noncharacter: t`Will never be a character.`,
      ignorable: t`Draws nothing.`,
      format: t`Steers how the signs around it are drawn.`,
      control: t`A control character; it draws nothing.`,
      space: t`A space other than the one of the keyboard.`,
      blank: t`Draws nothing, but is not a space.`,
      private: t`Has no meaning that everybody shares.`,
      unassigned: t`Not a character yet.`,
      gap: t`A long gap; what stands behind it is easily overlooked.`,
      pile: t`Marks piled over one letter until it can’t be read.`,
    };
    return words[kind];
  };
}

function useLinkFlagWords(): (flag: LinkFlag, link: { lookalike?: string; shown?: string }) => string {
  const { t } = useLingui();
  return (flag, { lookalike = '', shown = '' }) => {
    const words: Record<LinkFlag, string> = {
      userinfo: t`What stands before the @ is a user name, not the site.`,
      international: t`The name has letters beyond a to z.`,
      mixed_script: t`The name mixes alphabets.`,
      lookalike: t`Looks like ${lookalike}, but is not.`,
      subdomain: t`Begins like ${lookalike}, but belongs to somebody else.`,
      port: t`Leads to an unusual port.`,
      ip: t`A bare number instead of a name.`,
      scheme: t`Not a web page: it opens or runs something else.`,
      other_text: t`The text of the link names ${shown}, but it leads elsewhere.`,
      shortener: t`A short link; where it ends is not known.`,
      disguised: t`Written so that it reads differently from where it leads.`,
    };
    return words[flag];
  };
}

function useSpeechWords(): (reason: SpeechReason) => FactWords {
  const { t } = useLingui();
  return (reason) => {
    const words: Record<SpeechReason, FactWords> = {
      override: { name: t`Order to machines`, why: t`Tells a reader to drop its instructions.` },
      role: { name: t`Order to machines`, why: t`Gives a reader another role.` },
      system: { name: t`Order to machines`, why: t`Asks for, or poses as, the instructions of a model.` },
      addressed: { name: t`Speaks to agents`, why: t`Is addressed to machines, not to people.` },
      secrecy: { name: t`Order to machines`, why: t`Asks to keep something from people.` },
      exfiltration: { name: t`Order to machines`, why: t`Asks for keys or data to be handed over.` },
      approval: { name: t`Order to machines`, why: t`Claims an approval, or asks to do without one.` },
      command: { name: t`Order to machines`, why: t`Asks to run a command or a tool.` },
      marker: {
        name: t`Chat marker`,
        why: t`A careless program would take what follows for somebody else’s words.`,
      },
      tool_call: { name: t`Looks like a tool call`, why: t`A careless program could run it.` },
      hidden_markup: { name: t`Markup`, why: t`A page would not show this. Here it is only text.` },
    };
    return words[reason];
  };
}

/** What findings are counted under in the legend. */
export function useGroupName(): (fact: Fact) => string {
  const { t } = useLingui();
  const factWords = useFactWords();
  return (fact) => {
    if (fact.kind !== 'hidden' || fact.says) return factWords(fact).name;
    return fact.classes.every((kind) => UNKNOWN.has(kind)) ? t`Unknown characters` : t`Unseen characters`;
  };
}

/** Findings in words, for tooltip, list and assistive technology alike. */
export function useFactWords(): (fact: Fact) => FactWords {
  const { t } = useLingui();
  const chipWords = useChipWords();
  const flagWords = useLinkFlagWords();
  const speechWords = useSpeechWords();
  const mixture = ({ scripts, odd }: { scripts: readonly string[]; odd: readonly number[] }) => {
    if (scripts.length < 2) return '';
    const alphabets = scripts.join(', ');
    const letters = odd.map((code) => `${String.fromCodePoint(code)} (${codePointLabel(code)})`).join(', ');
    return t`Mixes alphabets (${alphabets}): ${letters}.`;
  };
  return (fact) => {
    switch (fact.kind) {
      case 'hidden': {
        const { count } = fact;
        const isUnknown = fact.classes.every((kind) => UNKNOWN.has(kind));
        return {
          name: fact.says
            ? t`Hidden text`
            : isUnknown
              ? t`${plural(count, { one: '# unknown character', other: '# unknown characters' })}`
              : t`${plural(count, { one: '# unseen character', other: '# unseen characters' })}`,
          why: fact.classes.map(chipWords).join(' '),
        };
      }
      case 'gap':
        return { name: t`Long gap`, why: chipWords('gap') };
      case 'pile':
        return { name: t`Piled marks`, why: chipWords('pile') };
      case 'handle': {
        const { looksLike } = fact;
        const likeness = looksLike ? t`Looks like @${looksLike}, but is not.` : '';
        return { name: t`Doubtful name`, why: [likeness, mixture(fact)].filter(Boolean).join(' ') };
      }
      case 'mixed_word':
        return { name: t`Mixed alphabets`, why: mixture(fact) };
      case 'link': {
        const { link } = fact;
        const name = link.scheme === 'https:' || link.scheme === 'http:' ? t`Link` : t`Link (${link.scheme})`;
        const target =
          link.host === '' || link.host === link.shownHost
            ? t`Leads to ${link.shownHost}.`
            : t`Leads to ${link.shownHost}, that is ${link.host}.`;
        return { name, why: [target, ...link.flags.map((flag) => flagWords(flag, link))].join(' ') };
      }
      case 'blob': {
        const form = {
          base64: 'Base64',
          percent: t`percent signs`,
          hex: t`hexadecimal`,
          entities: t`HTML entities`,
          escapes: t`escapes`,
        }[fact.form];
        return {
          name: t`Encoded text`,
          why: fact.decoded
            ? t`Written as ${form}; it says:`
            : t`Written as ${form}; nothing readable comes out.`,
        };
      }
      case 'own_key':
        return { name: t`One of our keys`, why: t`Whoever reads it can act as the agent. Replace the key.` };
      case 'secret':
        return { name: t`Password or key`, why: t`Looks like a credential of a service.` };
      case 'email':
        return { name: t`E-mail address`, why: t`Looks like an e-mail address.` };
      case 'phone':
        return { name: t`Telephone number`, why: t`Looks like a telephone number.` };
      case 'speech':
        return speechWords(fact.reason);
    }
  };
}
