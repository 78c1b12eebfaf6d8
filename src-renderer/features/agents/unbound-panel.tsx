import { useQueryClient } from '@tanstack/react-query';
import { useNavigate } from '@tanstack/react-router';
import { Trans, useLingui } from '@lingui/react/macro';
import { ShownOnce } from '../../components/shown-once';
import { Countdown } from '../../components/time';
import classes from './danger-tab.module.css';

/** The claim code of an agent just let go: the only time anybody sees it. */
export function UnboundPanel({ claimCode, claimExpiresAt }: { claimCode: string; claimExpiresAt: string }) {
  const { t } = useLingui();
  const navigate = useNavigate();
  const client = useQueryClient();
  const handleDone = async () => {
    await navigate({ to: '/agents' });
    await client.invalidateQueries();
  };
  return (
    <div className={classes['words']}>
      <p>
        <Trans>
          This code is shown once. Whoever enters it under "Claim by code" gets the agent, with a new key; it
          works for <Countdown until={claimExpiresAt} />.
        </Trans>
      </p>
      <ShownOnce
        secret={claimCode}
        label={t`Claim code`}
        copyLabel={t`Copy the code`}
        testId="claim-code"
        onDone={() => void handleDone()}
      />
    </div>
  );
}
