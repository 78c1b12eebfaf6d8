import { Link } from '@tanstack/react-router';
import { Trans } from '@lingui/react/macro';
import type { LedgerLine } from '../../../src-server/contract/console/credits';
import { AgentText } from '../../components/agent-text';
import { RelativeTime } from '../../components/time';
import { useCostWords, useCreditFormat, useLineWords, useMovementFormat } from './credit-words';
import classes from './credits.module.css';

interface LedgerRowProps {
  readonly line: LedgerLine;
  readonly hasAgent: boolean;
  readonly onFocus?: () => void;
}

/** One movement. It opens the case file of the action behind it; where there is none, the agent's credits. */
export function LedgerRow({ line, hasAgent, onFocus }: LedgerRowProps) {
  const words = <LineWords line={line} hasAgent={hasAgent} />;
  return line.action ? (
    <Link
      to="/case/$traceId"
      params={{ traceId: line.action.id }}
      className={classes['line']}
      onFocus={onFocus}
    >
      {words}
    </Link>
  ) : (
    <Link
      to="/agents/$id"
      params={{ id: line.agent.id }}
      search={{ tab: 'credits' }}
      className={classes['line']}
      onFocus={onFocus}
    >
      {words}
    </Link>
  );
}

function LineWords({ line, hasAgent }: Omit<LedgerRowProps, 'onFocus'>) {
  const wordOf = useLineWords();
  const costWord = useCostWords();
  const credits = useCreditFormat();
  const movement = useMovementFormat();
  const balance = line.balanceAfter === null ? null : credits(line.balanceAfter);
  return (
    <>
      <span className={classes['what']}>
        <span>
          {wordOf(line)}
          {line.costName === null ? null : `: ${costWord(line.costName)}`}
        </span>
        <span className={classes['soft']}>
          {hasAgent ? <AgentText>{line.agent.name}</AgentText> : null}
          {hasAgent && line.action ? ' · ' : null}
          {line.action ? <AgentText>{line.action.title}</AgentText> : null}
        </span>
      </span>
      <span className={classes['sum']} data-numeric="">
        {movement(line.credits)}
      </span>
      <span className={classes['after']} data-numeric="">
        {balance === null ? (
          <span className="sr-only">
            <Trans>no limit</Trans>
          </span>
        ) : (
          <Trans>{balance} left</Trans>
        )}
      </span>
      <span className={classes['when']}>
        <RelativeTime at={line.createdAt} />
      </span>
    </>
  );
}
