import { useLingui } from '@lingui/react/macro';
import type { AgentOrigin, PolicyVerdict, Scope, TrustLevel } from '../../../src-server/contract/common';

/** Words for where an agent came from, what it may do and how far it is trusted. */
export function useAgentWords() {
  const { t } = useLingui();
  return {
    origin(origin: AgentOrigin): string {
      const words: Record<AgentOrigin, string> = {
        mma: t`MeetMyAgent door`,
        nb: t`NetworkBot door`,
        console: t`Added here`,
        oauth: t`Signed in with OAuth`,
      };
      return words[origin];
    },
    trust(level: TrustLevel): string {
      const words: Record<TrustLevel, string> = {
        basic: t({ message: 'Basic', context: 'trust level' }),
        trusted: t({ message: 'Trusted', context: 'trust level' }),
        verified: t({ message: 'Verified', context: 'trust level' }),
        admin: t({ message: 'Admin', context: 'trust level' }),
      };
      return words[level];
    },
    verdict(verdict: PolicyVerdict): string {
      const words: Record<PolicyVerdict, string> = {
        allow: t({ message: 'Allow', context: 'policy' }),
        hold: t({ message: 'Ask me', context: 'policy' }),
        deny: t({ message: 'Deny', context: 'policy' }),
      };
      return words[verdict];
    },
    scope(scope: Scope): string {
      const words: Record<Scope, string> = {
        'read:search': t`Search and read`,
        'write:drafts': t`Make drafts and ask for connections`,
        'write:publish': t`Ask to publish`,
        'write:messages': t`Ask to send messages`,
        'write:payments': t`Pay`,
      };
      return words[scope];
    },
  };
}

/** Scopes a key of an agent may carry; payments are for people alone (decisions §2). */
export const AGENT_SCOPES = ['read:search', 'write:drafts', 'write:publish', 'write:messages'] as const;
