import { Trans, useLingui } from '@lingui/react/macro';
import { AgentText } from '../../components/agent-text';
import classes from './agent-says.module.css';

/** The agent's own explanation: apart from the payload, outside the hash, and marked as unverified. */
export function AgentSays({ note }: { note: string }) {
  const { t } = useLingui();
  return (
    <aside className={classes['box']} aria-label={t`Agent says, not verified`} data-testid="agent-says">
      <p className={classes['label']}>
        <strong>
          <Trans>Agent says</Trans>
        </strong>{' '}
        <Trans>not verified, not part of what you approve</Trans>
      </p>
      <AgentText form="block">{note}</AgentText>
    </aside>
  );
}
