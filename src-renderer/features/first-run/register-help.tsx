import { Tabs, TextInput } from '@mantine/core';
import { Trans, useLingui } from '@lingui/react/macro';
import { useState } from 'react';
import { handle as handleSchema } from '../../../src-server/contract/console/agents';
import { CodeBlock } from '../../components/code-block';
import { pillTabs } from '../../components/pill-tabs';
import { suggestHandle } from '../agents/handle';
import { registerSnippets } from './register-snippets';
import classes from './welcome.module.css';

interface RegisterHelpProps {
  readonly publicUrl: string;
  readonly ownerName: string;
  readonly ownerEmail: string;
}

/** Ways to have an agent register with the owner's address, ready to paste. */
export function RegisterHelp({ publicUrl, ownerName, ownerEmail }: RegisterHelpProps) {
  const { t } = useLingui();
  const [agentName, setAgentName] = useState('Atlas');
  const [ownHandle, setOwnHandle] = useState<string | null>(null);
  const agentHandle = ownHandle ?? suggestHandle(agentName);
  const isHandleFine = handleSchema.safeParse(agentHandle).success;
  const snippets = registerSnippets({ publicUrl, ownerName, ownerEmail, agentName, agentHandle });
  const { toolArguments } = snippets;
  const request = t`Register yourself with the tool agents_invite and these arguments: ${toolArguments} Keep the apiKey it answers, you will need it from now on.`;
  return (
    <div className={classes['stack']}>
      <div className={classes['pair']}>
        <TextInput
          label={t`Name of the agent`}
          value={agentName}
          maxLength={80}
          onChange={(event) => setAgentName(event.currentTarget.value)}
        />
        <TextInput
          label={t`Its handle`}
          leftSection="@"
          value={agentHandle}
          maxLength={30}
          spellCheck={false}
          error={
            isHandleFine
              ? undefined
              : t`3 to 30 lower-case letters, digits and hyphens; no hyphen at the ends`
          }
          onChange={(event) => setOwnHandle(event.currentTarget.value.toLowerCase())}
        />
      </div>
      <Tabs {...pillTabs} defaultValue="curl">
        <Tabs.List aria-label={t`Ways to register`}>
          <Tabs.Tab value="curl" translate="no">
            curl
          </Tabs.Tab>
          <Tabs.Tab value="python" translate="no">
            Python
          </Tabs.Tab>
          <Tabs.Tab value="mcp">
            <Trans>Ask it over MCP</Trans>
          </Tabs.Tab>
        </Tabs.List>
        <Tabs.Panel value="curl">
          <CodeBlock code={snippets.curl} label={t`Register with curl`} copyLabel={t`Copy the command`} />
        </Tabs.Panel>
        <Tabs.Panel value="python">
          <CodeBlock code={snippets.python} label={t`Register with Python`} copyLabel={t`Copy the script`} />
        </Tabs.Panel>
        <Tabs.Panel value="mcp">
          <div className={classes['stack']}>
            <p>
              <Trans>Add Countersign to your agent's MCP client, for example Claude Code:</Trans>
            </p>
            <CodeBlock
              code={snippets.mcp}
              label={t`Add Countersign over MCP`}
              copyLabel={t`Copy the command`}
            />
            <p>
              <Trans>Then tell the agent:</Trans>
            </p>
            <CodeBlock code={request} label={t`What to tell the agent`} copyLabel={t`Copy the request`} />
          </div>
        </Tabs.Panel>
      </Tabs>
    </div>
  );
}
