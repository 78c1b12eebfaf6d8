import { Anchor } from '@mantine/core';
import { Trans, useLingui } from '@lingui/react/macro';
import type { InboxDetail } from '../../../src-server/contract/console/inbox';
import { AgentText } from '../../components/agent-text';
import { StatusIcon } from '../../components/status-icon';
import { Countdown, RelativeTime } from '../../components/time';
import { openExternal } from '../../shell';
import classes from './outcome.module.css';
import { useIsInGrace } from './use-is-in-grace';
import { useReasonWords } from './words';

/** What became of a decided proposal: the decision, who made it, and what happened then. */
export function Outcome({ detail }: { detail: InboxDetail }) {
  const { t } = useLingui();
  const reasonWord = useReasonWords();
  const channelWord = useChannelWords();
  const last = detail.decisions.findLast(({ isInForce }) => isInForce);
  const isInGrace = useIsInGrace(detail.runAt);
  const { failure, resultUrl } = detail;
  const canOpen = resultUrl !== null && /^https?:\/\//.test(resultUrl);
  return (
    <section
      className={classes['outcome']}
      data-status={detail.status}
      aria-label={t`Outcome`}
      data-testid="outcome"
    >
      <p className={classes['line']}>
        <StatusIcon status={detail.isUndone ? 'undone' : detail.status} />
        {last ? (
          <span className={classes['by']}>
            {last.verdict === 'approve' ? (
              <Trans>
                {last.decidedBy} approved version {last.version}
              </Trans>
            ) : (
              <Trans>
                {last.decidedBy} rejected version {last.version}
              </Trans>
            )}{' '}
            · <RelativeTime at={last.decidedAt} /> · {channelWord(last.channel)}
          </span>
        ) : detail.decidedAt ? (
          <span className={classes['by']}>
            <RelativeTime at={detail.decidedAt} />
          </span>
        ) : null}
      </p>
      {isInGrace && detail.runAt ? (
        <p className={classes['by']} data-testid="grace">
          {detail.status === 'rejected' ? (
            <Trans>
              The agent hears it in <Countdown until={detail.runAt} isPlain />. Until then you can take it
              back.
            </Trans>
          ) : (
            <Trans>
              It runs in <Countdown until={detail.runAt} isPlain />. Until then you can take it back.
            </Trans>
          )}
        </p>
      ) : null}
      {last?.reasonCode || last?.note ? (
        <div>
          {last.reasonCode ? <p>{reasonWord(last.reasonCode)}</p> : null}
          {last.note ? <AgentText form="block">{last.note}</AgentText> : null}
        </div>
      ) : null}
      {failure ? (
        <div className={classes['failure']}>
          <AgentText form="block">{failure.message}</AgentText>
          {failure.canRetryUntil ? (
            <p className={classes['by']}>
              <Trans>
                You can run it again until <DateTime at={failure.canRetryUntil} />
              </Trans>
            </p>
          ) : null}
        </div>
      ) : null}
      {canOpen ? (
        <Anchor component="button" type="button" size="sm" onClick={() => void openExternal(resultUrl)}>
          <Trans>Open what was published</Trans>
        </Anchor>
      ) : null}
    </section>
  );
}

/** Where a decision was made; channels we have no word for stay as they are. */
function useChannelWords(): (channel: string) => string {
  const { t } = useLingui();
  return (channel) =>
    ({
      window: t`in the window`,
      browser: t`in a browser`,
      api: t`by the API`,
      notification: t`from a notification`,
      'bulk-window': t`with others, in the window`,
      'bulk-browser': t`with others, in a browser`,
    })[channel] ?? channel;
}

function DateTime({ at }: { at: string }) {
  const { i18n } = useLingui();
  return <time dateTime={at}>{i18n.date(at, { dateStyle: 'medium', timeStyle: 'short' })}</time>;
}
