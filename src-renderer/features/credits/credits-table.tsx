import { Table } from '@mantine/core';
import { Link } from '@tanstack/react-router';
import { Plural, Trans, useLingui } from '@lingui/react/macro';
import type { AgentCredits } from '../../../src-server/contract/console/credits';
import { AgentText } from '../../components/agent-text';
import { RelativeTime } from '../../components/time';
import { SampleChip } from '../agents/sample-chip';
import { useCreditFormat } from './credit-words';
import classes from './credits.module.css';

/** What each agent has, spends and is bound by; its name leads to its own page. */
export function CreditsTable({ agents }: { agents: readonly AgentCredits[] }) {
  const { t } = useLingui();
  const format = useCreditFormat();
  const isLimited = agents.some(({ balance }) => balance !== null);
  return (
    <Table className={classes['table'] ?? ''} aria-label={t`Credits of your agents`} highlightOnHover>
      <Table.Thead>
        <Table.Tr>
          <Table.Th>
            <Trans>Agent</Trans>
          </Table.Th>
          {isLimited ? (
            <Table.Th className={classes['number'] ?? ''}>
              <Trans>Balance</Trans>
            </Table.Th>
          ) : null}
          <Table.Th className={classes['number'] ?? ''}>
            <Trans>Set aside</Trans>
          </Table.Th>
          <Table.Th className={classes['number'] ?? ''}>
            <Trans>Today</Trans>
          </Table.Th>
          <Table.Th className={classes['number'] ?? ''}>
            <Trans>30 days</Trans>
          </Table.Th>
          <Table.Th className={classes['roomy'] ?? ''}>
            <Trans>Runs out</Trans>
          </Table.Th>
          <Table.Th className={classes['roomy'] ?? ''}>
            <Trans>Caps</Trans>
          </Table.Th>
        </Table.Tr>
      </Table.Thead>
      <Table.Tbody>
        {agents.map((credits) => (
          <Table.Tr key={credits.agent.id}>
            <Table.Td>
              <Link
                to="/agents/$id"
                params={{ id: credits.agent.id }}
                search={{ tab: 'credits' }}
                className={classes['link']}
              >
                <AgentText form="line">{credits.agent.name}</AgentText>
              </Link>
              {credits.agent.isSample ? <SampleChip /> : null}
            </Table.Td>
            {isLimited ? (
              <Table.Td className={classes['number'] ?? ''}>
                <Balance credits={credits} />
              </Table.Td>
            ) : null}
            <Table.Td className={classes['number'] ?? ''}>{format(credits.reserved)}</Table.Td>
            <Table.Td className={classes['number'] ?? ''}>{format(credits.spentToday)}</Table.Td>
            <Table.Td className={classes['number'] ?? ''}>{format(credits.spent30d)}</Table.Td>
            <Table.Td className={classes['roomy'] ?? ''}>
              <RunsOut credits={credits} />
            </Table.Td>
            <Table.Td className={classes['roomy'] ?? ''}>
              {credits.caps.length === 0 ? (
                <span className={classes['dim']}>
                  <Trans context="caps">none</Trans>
                </span>
              ) : (
                <Plural value={credits.caps.length} one="# cap" other="# caps" />
              )}
            </Table.Td>
          </Table.Tr>
        ))}
      </Table.Tbody>
    </Table>
  );
}

function Balance({ credits }: { credits: AgentCredits }) {
  const format = useCreditFormat();
  if (credits.balance === null || credits.monthly === null) return <Trans>no limit</Trans>;
  const monthly = format(credits.monthly);
  return (
    <>
      {format(credits.balance)}
      <span className={classes['small']}>
        <Trans>
          {monthly} more <RelativeTime at={credits.resetAt} />
        </Trans>
      </span>
    </>
  );
}

/** When it runs out at its pace; that it does not is said as well. */
export function RunsOut({ credits }: { credits: AgentCredits }) {
  if (credits.balance === null) {
    return (
      <span className={classes['dim']}>
        <Trans>never: it has no limit</Trans>
      </span>
    );
  }
  if (credits.runsOutAt !== null) return <RelativeTime at={credits.runsOutAt} />;
  return (
    <span className={classes['dim']}>
      {credits.perDay === 0 ? (
        <Trans>not while it spends nothing</Trans>
      ) : (
        <Trans>not before its next month</Trans>
      )}
    </span>
  );
}
