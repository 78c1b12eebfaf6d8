import { Button } from '@mantine/core';
import { Trans, useLingui } from '@lingui/react/macro';
import type { ReactNode } from 'react';
import { formatInstant } from './duration';
import classes from './row-list.module.css';

interface SearchEndProps {
  readonly list: {
    readonly isFetchingNextPage: boolean;
    readonly isFetchNextPageError: boolean;
    readonly fetchNextPage: () => Promise<unknown>;
  };
  /** How far back was looked, where little was found: going on is the person's to say. */
  readonly searchedBackTo: string | null;
  readonly children?: ReactNode;
}

/** What stands below a list that is searched a stretch at a time. */
export function SearchEnd({ list, searchedBackTo, children }: SearchEndProps) {
  const { i18n } = useLingui();
  const when = searchedBackTo === null ? '' : formatInstant(i18n.locale, Date.parse(searchedBackTo));
  const handleMore = () => void list.fetchNextPage();
  return (
    <div className={classes['end']}>
      {searchedBackTo === null ? null : (
        <>
          <span>
            <Trans>Searched back to {when}.</Trans>
          </span>
          <Button size="xs" variant="default" loading={list.isFetchingNextPage} onClick={handleMore}>
            <Trans>Search further</Trans>
          </Button>
        </>
      )}
      {list.isFetchNextPageError ? (
        <Button size="xs" variant="default" onClick={handleMore}>
          <Trans>Older ones could not be read. Try again</Trans>
        </Button>
      ) : null}
      {children}
    </div>
  );
}
