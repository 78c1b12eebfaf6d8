import { Button } from '@mantine/core';
import { IconCloudOff, IconFilterOff, IconLock, IconRefresh } from '@tabler/icons-react';
import { Trans, useLingui } from '@lingui/react/macro';
import type { ReactNode } from 'react';
import { AnswerError, NetworkError, ProblemError } from '../api/problem';
import { type ProblemWords, wordProblem } from '../api/problem-words';
import classes from './states.module.css';

interface EmptyStateProps {
  readonly icon?: ReactNode;
  readonly title: string;
  readonly children?: ReactNode;
  /** Buttons and links that lead on. */
  readonly actions?: ReactNode;
  readonly role?: 'alert' | 'status';
}

/** Nothing to show, and what to do about it. */
export function EmptyState({ icon, title, children, actions, role }: EmptyStateProps) {
  return (
    <div className={classes['state']} role={role}>
      {icon ? (
        <span className={classes['icon']} aria-hidden="true">
          {icon}
        </span>
      ) : null}
      <h2 className={classes['title']}>{title}</h2>
      {children ? <div className={classes['text']}>{children}</div> : null}
      {actions ? <div className={classes['actions']}>{actions}</div> : null}
    </div>
  );
}

/** There is something, and the filters leave none of it. */
export function NoMatchState({ onClear }: { readonly onClear: () => void }) {
  const { t } = useLingui();
  return (
    <EmptyState
      icon={<IconFilterOff size={28} stroke={1.5} />}
      title={t`Nothing matches these filters`}
      actions={
        <Button variant="default" onClick={onClear}>
          <Trans>Clear all filters</Trans>
        </Button>
      }
    />
  );
}

/** An error in words a person can act on. */
export function useErrorWords(): (error: unknown) => ProblemWords {
  const { t } = useLingui();
  return (error) => {
    if (error instanceof NetworkError) {
      return {
        title: t`The server does not answer`,
        detail: t`It may be starting again. What you typed stays here.`,
      };
    }
    if (error instanceof AnswerError)
      return { title: t`The answer could not be read`, detail: error.message, detailLang: 'en' };
    if (!(error instanceof ProblemError))
      return { title: t`Something went wrong`, detail: String(error), detailLang: 'en' };
    const words = wordProblem(error.problem);
    const requestId = error.problem.requestId;
    if (error.status < 500 || words.detail !== '' || requestId === '') return words;
    return { ...words, detail: t`The log has more under request ${requestId}.` };
  };
}

/** What went wrong, with a way to try again; a refusal (403) shows as such, without one. */
export function ErrorState({ error, onRetry }: { error: unknown; onRetry?: (() => void) | undefined }) {
  const words = useErrorWords()(error);
  const isDenied = error instanceof ProblemError && error.status === 403;
  return (
    <EmptyState
      role="alert"
      icon={isDenied ? <IconLock size={28} stroke={1.5} /> : <IconCloudOff size={28} stroke={1.5} />}
      title={words.title}
      actions={
        onRetry && !isDenied ? (
          <Button variant="default" leftSection={<IconRefresh size={14} />} onClick={onRetry}>
            <Trans>Try again</Trans>
          </Button>
        ) : null
      }
    >
      <span lang={words.detailLang}>{words.detail}</span>
    </EmptyState>
  );
}
