import { Button } from '@mantine/core';
import { useQueryClient } from '@tanstack/react-query';
import { Trans, useLingui } from '@lingui/react/macro';
import { useEffect } from 'react';
import type { PolicyRow } from '../../../src-server/contract/console/agents';
import { announce } from '../../components/announcer';
import { FormError } from '../../components/form-error';
import { Countdown } from '../../components/time';
import { useKindWords } from '../inbox/words';
import classes from './allow-for-a-while.module.css';
import { useAllowForAWhile } from './api';

/** What is offered, in minutes; an hour is the most there is (decisions §3). */
const OFFERED = [15, 60] as const;
/** By then the server has written down that it is over, ms. */
const SETTLED_MS = 1_000;

/** Lets one kind run without asking for a while, and shows how long it still does. Ends by itself, whatever happens. */
export function AllowForAWhile({ agentId, row }: { agentId: string; row: PolicyRow }) {
  const { t } = useLingui();
  const client = useQueryClient();
  const kindWord = useKindWords()(row.kind);
  const change = useAllowForAWhile(agentId);
  const until = row.allowedUntil;
  useEffect(() => {
    if (until === null) return;
    const timer = setTimeout(
      () => void client.invalidateQueries({ queryKey: ['agents'] }),
      Math.max(0, Date.parse(until) - Date.now()) + SETTLED_MS,
    );
    return () => clearTimeout(timer);
  }, [client, until]);

  if (until === null && !row.canAllowForAWhile) return null;
  const set = (minutes: number | null) =>
    change.mutate(
      { kind: row.kind, minutes },
      {
        onSuccess: () =>
          announce(
            minutes === null ? t`${kindWord}: asked again` : t`${kindWord}: not asked for ${minutes} minutes`,
          ),
      },
    );
  return (
    <span className={classes['allow']} data-on={until !== null} data-testid={`allow-${row.kind}`}>
      {until === null ? (
        OFFERED.map((minutes) => (
          <Button
            key={minutes}
            size="compact-xs"
            variant="default"
            disabled={change.isPending}
            aria-label={t`${kindWord}: do not ask for ${minutes} minutes`}
            onClick={() => set(minutes)}
          >
            <Trans>Don't ask for {minutes} min</Trans>
          </Button>
        ))
      ) : (
        <>
          <span className={classes['left']}>
            <Trans>
              Runs without asking for another <Countdown until={until} isPlain />
            </Trans>
          </span>
          <Button
            size="compact-xs"
            variant="default"
            disabled={change.isPending}
            aria-label={t`${kindWord}: ask again now`}
            onClick={() => set(null)}
          >
            <Trans>Ask again now</Trans>
          </Button>
        </>
      )}
      <FormError error={change.error} />
    </span>
  );
}
