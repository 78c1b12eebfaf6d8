import { type InfiniteData, useInfiniteQuery, useQuery, useQueryClient } from '@tanstack/react-query';
import { useCallback, useEffect } from 'react';
import type { ActivityItem } from '../../../src-server/contract/console/activity';
import type { ActivitySearch } from './activity-search';
import { type ActivityPage, newerQuery, timelineQuery } from './api';

type Pages = InfiniteData<ActivityPage, string | null>;

/**
 * The timeline and what arrives. The live stream makes only the short list of newer lines read again; while paused they
 * wait, and are counted, else they are put in front of what is shown.
 */
export function useTimeline(search: ActivitySearch, isPaused: boolean) {
  const client = useQueryClient();
  const options = timelineQuery(search);
  const list = useInfiniteQuery({ ...options, enabled: !isPaused });
  const first = list.data?.pages[0];
  // A span that ended has nothing newer in it.
  const isOpenEnded = search.to === undefined;
  const newer = useQuery({
    ...newerQuery(search, first?.newestSeq ?? 0),
    enabled: first !== undefined && isOpenEnded,
  });

  const { refetch } = list;
  const take = useCallback(() => {
    const news = newer.data;
    if (!news || news.items.length === 0) return;
    if (news.hasMore) {
      void refetch();
      return;
    }
    client.setQueryData<Pages>(options.queryKey, (old) => {
      const head = old?.pages[0];
      if (!old || !head || head.newestSeq >= news.newestSeq) return old;
      const known = new Set(head.items.map(({ id }) => id));
      const added: ActivityItem[] = news.items.filter(({ id }) => !known.has(id));
      const grown = { ...head, items: [...added, ...head.items], newestSeq: news.newestSeq };
      return { ...old, pages: [grown, ...old.pages.slice(1)] };
    });
    // The key is made anew on each render of the same filters.
    // oxlint-disable-next-line react/exhaustive-deps
  }, [client, newer.data, refetch, JSON.stringify(options.queryKey)]);

  useEffect(() => {
    if (!isPaused) take();
  }, [isPaused, take]);

  const items = list.data?.pages.flatMap((page) => page.items) ?? [];
  return {
    list,
    items,
    searchedBackTo: list.data?.pages.at(-1)?.searchedBackTo ?? null,
    waiting: isPaused ? (newer.data?.items.length ?? 0) : 0,
    hasMoreWaiting: isPaused && newer.data?.hasMore === true,
  };
}
