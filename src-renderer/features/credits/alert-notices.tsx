import { Trans } from '@lingui/react/macro';
import type { AgentCredits } from '../../../src-server/contract/console/credits';
import { AgentText } from '../../components/agent-text';
import { LinkButton } from '../../components/link-button';
import { Notice } from '../../components/notice';
import { useScopeWords } from './credit-words';

/** Thresholds that were crossed in periods that still run; one that is used up says that its agent is refused. */
export function AlertNotices({ agents, hasLink }: { agents: readonly AgentCredits[]; hasLink: boolean }) {
  const scopeWord = useScopeWords();
  return agents.flatMap(({ agent, alerts }) =>
    alerts.map(({ scope, threshold }) => {
      const what = scopeWord(scope);
      const name = <AgentText>{agent.name}</AgentText>;
      return (
        <Notice
          key={`${agent.id} ${scope}`}
          tone={threshold >= 90 ? 'warn' : 'info'}
          actions={
            hasLink ? (
              <LinkButton
                to="/agents/$id"
                params={{ id: agent.id }}
                search={{ tab: 'credits' }}
                variant="default"
              >
                <Trans>See its credits</Trans>
              </LinkButton>
            ) : null
          }
        >
          {threshold === 100 ? (
            <Trans>
              {name} has used up {what}. The next one is refused.
            </Trans>
          ) : (
            <Trans>
              {name} has used {threshold} % of {what}.
            </Trans>
          )}
        </Notice>
      );
    }),
  );
}
