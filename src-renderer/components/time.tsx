import { Trans, useLingui } from '@lingui/react/macro';
import { useNow } from './clock';
import { countdownStepMs, formatDuration, formatInstant, formatRelative } from './duration';

/** How long ago, kept current. The exact time is its title. */
export function RelativeTime({ at }: { at: string }) {
  const { i18n } = useLingui();
  const now = useNow(30_000);
  const then = Date.parse(at);
  return (
    <time dateTime={at} title={formatInstant(i18n.locale, then)}>
      {formatRelative(i18n.locale, then, now)}
    </time>
  );
}

/** How much time is left until silence counts as no; text, never only a ring. */
export function Countdown({
  until,
  className,
  isPlain = false,
}: {
  until: string;
  className?: string | undefined;
  /** Within a sentence of its own: only the span is said, not what ends. */
  isPlain?: boolean;
}) {
  const { i18n, t } = useLingui();
  const end = Date.parse(until);
  const coarse = useNow(1000);
  const now = Math.floor(coarse / countdownStepMs(end - coarse)) * countdownStepMs(end - coarse);
  const remaining = end - now;
  if (remaining <= 0) {
    return (
      <span className={className}>
        <Trans>expired</Trans>
      </span>
    );
  }
  const long = formatDuration(i18n.locale, remaining, 'long');
  return (
    <time dateTime={until} title={formatInstant(i18n.locale, end)} className={className}>
      <span aria-hidden="true">{formatDuration(i18n.locale, remaining)}</span>
      <span className="sr-only">{isPlain ? long : t`expires in ${long}`}</span>
    </time>
  );
}
