import { useLingui } from '@lingui/react/macro';
import { useMe } from '../../api/session';

interface HelpTopic {
  readonly id: 'decide' | 'connect' | 'quit' | 'defended';
  readonly title: string;
  readonly paragraphs: readonly string[];
  /** Pairs of a thing and what holds for it. */
  readonly table?: readonly (readonly [string, string])[];
  readonly link?: { readonly to: '/agents' | '/inbox'; readonly label: string };
}

/** The texts of Help, as plain strings, so that searching finds every word of them. */
export function useHelpTopics(): readonly HelpTopic[] {
  const { t } = useLingui();
  const me = useMe();
  const isServer = me.data?.mode === 'server';
  return [
    {
      id: 'decide',
      title: t`How deciding works`,
      paragraphs: [
        t`An agent proposes, and nothing happens. You read exactly what would happen, and approve, edit or reject it. What you approved is what runs, byte for byte; the agent hears what you decided, why, and what you changed.`,
        t`Silence is a no: what you leave alone expires. An irreversible action takes a second, different press.`,
      ],
      link: { to: '/inbox', label: t`Open the Inbox` },
    },
    {
      id: 'connect',
      title: t`How to connect an agent`,
      paragraphs: [
        t`An agent registers itself with your address and then appears under “Wants to join you”, where you claim it. Or you add it yourself and hand it the key that is shown once.`,
        t`Under an agent, “Connect” has the set-up for common clients, ready to copy.`,
      ],
      link: { to: '/agents', label: t`Open Agents` },
    },
    {
      id: 'quit',
      title: t`What stops when you quit`,
      paragraphs: isServer
        ? [
            t`Closing the browser stops nothing: the server goes on, and what agents propose waits for you.`,
            t`When the server stops, agents get no answer. What was approved runs when it is back; a time to take a decision back that ran out meanwhile has run out.`,
          ]
        : [
            t`Closing the window leaves Countersign in the tray, if you chose so: agents can go on proposing. Quitting stops the server: agents get no answer until you open it again.`,
            t`Nothing is lost. What waits keeps waiting, what was approved runs at the next start, and a time to take a decision back that ran out meanwhile has run out.`,
          ],
    },
    {
      id: 'defended',
      title: t`What is defended, and what is not`,
      paragraphs: [],
      table: [
        [t`An agent’s key, through any door`, t`never decides, never sees this console`],
        [t`A web page in your browser`, t`can’t call, read or frame anything`],
        [t`Another person of a server`, t`sees and changes only what is theirs`],
        [
          t`A stolen backup or disk`,
          t`readable only with the recovery code or the keychain; keys and codes in it are useless`,
        ],
        [
          t`An agent with a shell, as the same user`,
          t`no decision by any command, file, port or variable that we ship`,
        ],
        [
          t`Not defended`,
          t`control of the operating system itself: a program that types for you, attaches a debugger or replaces Countersign on disk can decide as you can`,
        ],
      ],
    },
  ];
}
