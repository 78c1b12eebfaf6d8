import { useLingui } from '@lingui/react/macro';
import type { Me } from '../../../src-server/contract/console/session';
import type { StepId } from './setup-steps';

/** What each step is called, short in the list and in full above it, and what it is for. */
export function useStepWords(
  mode: Me['mode'],
): (step: StepId) => { short: string; title: string; lead: string } {
  const { t } = useLingui();
  return (step) => {
    const words = {
      language: {
        short: t`Language and look`,
        title: t`Welcome to Countersign`,
        lead: t`The desk where you approve what your AI agents do. First, make it comfortable to read.`,
      },
      person: {
        short: t`Who you are`,
        title: t`Who decides here?`,
        lead: t`This desktop belongs to one person. There is no account elsewhere and no password; what you enter is kept on this computer.`,
      },
      recovery: {
        short: t`Recovery code`,
        title: t`Keep a recovery code`,
        lead:
          mode === 'server'
            ? t`The data of this installation is locked with a key that the server keeps. If the key is lost, only this code opens the data and its backups. Nobody can make it again for you.`
            : t`Your data is locked with a key that this computer keeps. If the computer or its keychain is lost, only this code opens your data and its backups. Nobody can make it again for you.`,
      },
      agent: {
        short: t`First agent`,
        title: t`Bring in your first agent`,
        lead: t`Any agent that speaks HTTP or MCP will do. It may register by itself, or you give it a key. Or look around with made-up ones first.`,
      },
      approval: {
        short: t`First approval`,
        title: t`Your first decision`,
        lead: t`What an agent wants to do waits in your Inbox until you decide. You see exactly what will happen, and exactly that happens.`,
      },
    };
    return words[step];
  };
}
