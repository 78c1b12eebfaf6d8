import { Table } from '@mantine/core';
import { Link } from '@tanstack/react-router';
import { Plural, Trans } from '@lingui/react/macro';
import type { AgentSummary } from '../../../src-server/contract/console/agents';
import { AgentText } from '../../components/agent-text';
import { StatusIcon } from '../../components/status-icon';
import { RelativeTime } from '../../components/time';
import { useAgentWords } from './agent-words';
import classes from './agents-page.module.css';
import { SampleChip } from './sample-chip';

/** Your agents in rows; each name leads to its page, each count to its proposals in the Inbox. */
export function AgentsTable({ agents, labelId }: { agents: readonly AgentSummary[]; labelId: string }) {
  const words = useAgentWords();
  return (
    <Table className={classes['table'] ?? ''} aria-labelledby={labelId} highlightOnHover>
      <Table.Thead>
        <Table.Tr>
          <Table.Th>
            <Trans>Agent</Trans>
          </Table.Th>
          <Table.Th>
            <Trans>Status</Trans>
          </Table.Th>
          <Table.Th className={classes['roomy'] ?? ''}>
            <Trans>Trust</Trans>
          </Table.Th>
          <Table.Th>
            <Trans>Waiting</Trans>
          </Table.Th>
          <Table.Th className={classes['wide'] ?? ''}>
            <Trans>Last seen</Trans>
          </Table.Th>
        </Table.Tr>
      </Table.Thead>
      <Table.Tbody>
        {agents.map((agent) => {
          const facts = [words.origin(agent.origin), agent.provider, agent.modelType]
            .filter(Boolean)
            .join(' · ');
          return (
            <Table.Tr key={agent.id}>
              <Table.Td className={classes['who'] ?? ''}>
                <div className={classes['nameline']}>
                  <Link
                    to="/agents/$id"
                    params={{ id: agent.id }}
                    className={classes['link']}
                    data-agent-link
                  >
                    <AgentText form="line">{agent.name}</AgentText>
                  </Link>
                  {agent.handle ? (
                    <AgentText className={classes['dim']}>{`@${agent.handle}`}</AgentText>
                  ) : null}
                  {agent.isSample ? <SampleChip /> : null}
                </div>
                <AgentText form="line" className={classes['facts']}>
                  {facts}
                </AgentText>
              </Table.Td>
              <Table.Td>
                <StatusIcon status={agent.status} />
              </Table.Td>
              <Table.Td className={classes['roomy'] ?? ''}>{words.trust(agent.trustLevel)}</Table.Td>
              <Table.Td>
                {agent.pending > 0 ? (
                  <Link to="/inbox" search={{ agent: agent.id }} className={classes['waiting']}>
                    <Plural value={agent.pending} one="# proposal" other="# proposals" />
                  </Link>
                ) : (
                  <span className={classes['dim']}>
                    <Trans context="proposals">none</Trans>
                  </span>
                )}
              </Table.Td>
              <Table.Td className={classes['wide'] ?? ''}>
                {agent.lastSeenAt ? (
                  <RelativeTime at={agent.lastSeenAt} />
                ) : (
                  <span className={classes['dim']}>
                    <Trans>not yet</Trans>
                  </span>
                )}
              </Table.Td>
            </Table.Tr>
          );
        })}
      </Table.Tbody>
    </Table>
  );
}
