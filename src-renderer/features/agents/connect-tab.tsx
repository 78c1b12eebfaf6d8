import { Button } from '@mantine/core';
import { IconKey } from '@tabler/icons-react';
import { Trans } from '@lingui/react/macro';
import { useState } from 'react';
import type { AgentDetail } from '../../../src-server/contract/console/agents';
import { Notice } from '../../components/notice';
import { AddKeyDialog } from './add-key-dialog';
import classes from './agent-page.module.css';
import { Snippets } from './snippets';

/** How to connect a client as this agent. The key is not known any more, so its place is named. */
export function ConnectTab({ agent }: { agent: AgentDetail }) {
  const [isAdding, setIsAdding] = useState(false);
  return (
    <div className={classes['stack']}>
      <Notice
        icon={<IconKey size={16} />}
        actions={
          <Button variant="default" onClick={() => setIsAdding(true)}>
            <Trans>Make a key for a client</Trans>
          </Button>
        }
      >
        <Trans>
          Put a key of this agent in the place of <code>YOUR_KEY_HERE</code>. Keys are shown once, so make one
          for each client: then it stands in the set-up already.
        </Trans>
      </Notice>
      <Snippets agentId={agent.id} secret={null} />
      {isAdding ? <AddKeyDialog agent={agent} onClose={() => setIsAdding(false)} /> : null}
    </div>
  );
}
