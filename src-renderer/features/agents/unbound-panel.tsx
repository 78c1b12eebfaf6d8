import { Button, Checkbox, TextInput } from '@mantine/core';
import { useQueryClient } from '@tanstack/react-query';
import { useNavigate } from '@tanstack/react-router';
import { Trans, useLingui } from '@lingui/react/macro';
import { useState } from 'react';
import { CopyTextButton } from '../../components/copy-text-button';
import { Countdown } from '../../components/time';
import classes from './danger-tab.module.css';

/** The claim code of an agent just let go: the only time anybody sees it. */
export function UnboundPanel({ claimCode, claimExpiresAt }: { claimCode: string; claimExpiresAt: string }) {
  const { t } = useLingui();
  const [isSaved, setIsSaved] = useState(false);
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
      <div className={classes['code']}>
        <TextInput
          aria-label={t`Claim code`}
          readOnly
          value={claimCode}
          classNames={{ input: classes['secret'] ?? '' }}
          onFocus={(event) => event.currentTarget.select()}
          spellCheck={false}
          data-testid="claim-code"
        />
        <CopyTextButton text={claimCode} label={t`Copy the code`} variant="filled" isAutofocused />
      </div>
      <div className={classes['end']}>
        <Checkbox
          label={t`I have saved it`}
          checked={isSaved}
          onChange={(event) => setIsSaved(event.currentTarget.checked)}
        />
        <Button onClick={() => void handleDone()} disabled={!isSaved}>
          {t({ message: 'Done', context: 'button' })}
        </Button>
      </div>
    </div>
  );
}
