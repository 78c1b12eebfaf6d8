import type { Locale } from '../../contract/console/session';
import type { CodePurpose } from './one-time-codes.service';

interface CodeMail {
  readonly subject: string;
  readonly text: string;
}

interface Wording {
  readonly subject: string;
  readonly lead: string;
}

const WORDINGS: Readonly<Record<Locale, Readonly<Record<CodePurpose, Wording>>>> = {
  en: {
    'sign-in': { subject: 'Your sign-in code', lead: 'To sign in to Countersign, enter this code:' },
    claim: {
      subject: 'Your code to claim an agent',
      lead: 'To claim the agent that was registered with this address, enter this code:',
    },
    'lite-claim': {
      subject: 'Your code to confirm an agent',
      lead: 'To confirm that the agent registered with this address is yours, enter this code:',
    },
    'regenerate-key': {
      subject: 'Your code for a new key',
      lead: 'To end every key of your agent and get one new one, enter this code:',
    },
  },
  de: {
    'sign-in': {
      subject: 'Code zum Anmelden',
      lead: 'Mit diesem Code gelingt die Anmeldung bei Countersign:',
    },
    claim: {
      subject: 'Code zum Übernehmen eines Agenten',
      lead: 'Mit diesem Code lässt sich der Agent übernehmen, der mit dieser Adresse angemeldet wurde:',
    },
    'lite-claim': {
      subject: 'Code zum Bestätigen eines Agenten',
      lead: 'Dieser Code bestätigt, dass der mit dieser Adresse angemeldete Agent zu ihr gehört:',
    },
    'regenerate-key': {
      subject: 'Code für einen neuen Schlüssel',
      lead: 'Dieser Code beendet alle Schlüssel Ihres Agenten und gibt ihm einen neuen:',
    },
  },
};

const ENDINGS: Readonly<Record<Locale, (minutes: number) => string>> = {
  en: (minutes) =>
    `It works once, for ${minutes} minutes. Nobody from Countersign will ever ask for it.\n` +
    'Nothing was asked for? Then ignore this mail: without the code nothing happens.',
  de: (minutes) =>
    `Er gilt einmal und ${minutes} Minuten lang. Niemand von Countersign fragt je danach.\n` +
    'Nichts angefordert? Dann kann diese Mail liegen bleiben: Ohne den Code geschieht nichts.',
};

/** The mail that brings a one-time code. The code is in the body alone: subjects show on lock screens. */
export function codeMail(locale: Locale, purpose: CodePurpose, code: string, minutes: number): CodeMail {
  const { subject, lead } = WORDINGS[locale][purpose];
  return { subject, text: `${lead}\n\n    ${code}\n\n${ENDINGS[locale](minutes)}\n` };
}
