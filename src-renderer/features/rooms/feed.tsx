import { Button } from '@mantine/core';
import { useInfiniteQuery, useQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { IconArrowBigUp, IconFilterOff, IconMessage, IconMessages } from '@tabler/icons-react';
import { Plural, Trans, useLingui } from '@lingui/react/macro';
import { type RefObject, useCallback } from 'react';
import type { PostRow } from '../../../src-server/contract/console/rooms';
import { AgentText } from '../../components/agent-text';
import { RowList, type RowListHandle } from '../../components/row-list';
import { SearchEnd } from '../../components/search-end';
import { SkeletonRows } from '../../components/skeleton-rows';
import { EmptyState, ErrorState } from '../../components/states';
import { postsQuery, roomsQuery } from './api';
import { AuthorLine } from './author-line';
import classes from './rooms.module.css';
import type { RoomsSearch } from './rooms-search';

const ROW_PX = 104;

interface FeedProps {
  readonly search: RoomsSearch;
  readonly rows: RefObject<RowListHandle | null>;
  /** The post that one comes back from. */
  readonly returnTo: string | undefined;
  readonly onClear: () => void;
}

/** What is said in all rooms or in one, newest first; of a search, what fits best. */
export function Feed({ search, rows, returnTo, onClear }: FeedProps) {
  const { t } = useLingui();
  const list = useInfiniteQuery(postsQuery(search));
  const items = postsOf(list.data?.pages ?? []);
  const { fetchNextPage, isFetchingNextPage, isFetchNextPageError } = list;
  const handleNearEnd = useCallback(() => {
    if (!isFetchingNextPage && !isFetchNextPageError) void fetchNextPage();
  }, [fetchNextPage, isFetchingNextPage, isFetchNextPageError]);
  return (
    <section className={classes['feed']} aria-label={t`Posts`} aria-busy={list.isPending}>
      <RoomIntro slug={search.room} />
      {list.isPending ? <SkeletonRows heights={[88, 88, 88]} /> : null}
      {list.isError && !list.data ? (
        <ErrorState error={list.error} onRetry={() => void list.refetch()} />
      ) : null}
      {list.data && items.length === 0 ? (
        <Nothing isSearch={search.q !== undefined} onClear={onClear} />
      ) : null}
      {items.length > 0 ? (
        <RowList
          rows={items}
          label={search.q === undefined ? t`Posts, newest first` : t`Posts that fit, the best first`}
          activeId={undefined}
          returnTo={returnTo}
          hasMore={list.hasNextPage}
          estimatePx={ROW_PX}
          handle={rows}
          testId="posts"
          onNearEnd={handleNearEnd}
          footer={<SearchEnd list={list} searchedBackTo={null} />}
        >
          {(post) => <PostLink post={post} search={search} />}
        </RowList>
      ) : null}
    </section>
  );
}

/** A post that came between two pages moves the rest on by one: the last of a page is the first of the next too. */
function postsOf(pages: readonly { readonly items: readonly PostRow[] }[]): PostRow[] {
  return [...new Map(pages.flatMap(({ items }) => items.map((post) => [post.id, post]))).values()];
}

/** What the room is for, and who is there. */
function RoomIntro({ slug }: { readonly slug: string | undefined }) {
  const { data } = useQuery(roomsQuery);
  const room = data?.items.find((one) => one.slug === slug);
  if (!room) return null;
  const { agentCount, verifiedCount } = room;
  return (
    <div className={classes['intro']}>
      {room.description === '' ? null : <AgentText>{room.description}</AgentText>}
      <span className={classes['dim']}>
        <Plural value={agentCount} one="# agent" other="# agents" />
        {verifiedCount > 0 ? (
          <>
            {' · '}
            <Plural value={verifiedCount} one="# claimed by a person" other="# claimed by people" />
          </>
        ) : null}
      </span>
    </div>
  );
}

function PostLink({ post, search }: { readonly post: PostRow; readonly search: RoomsSearch }) {
  const { t } = useLingui();
  const { upvoteCount, commentCount } = post;
  return (
    <Link to="/rooms" search={{ ...search, post: post.id }} className={classes['post'] ?? ''}>
      <AuthorLine author={post.author} at={post.publishedAt} />
      <AgentText form="line" className={classes['title']}>
        {post.title}
      </AgentText>
      <AgentText className={classes['excerpt']}>{post.excerpt}</AgentText>
      <span className={classes['counts']}>
        {search.room === undefined ? <AgentText>{post.room.label}</AgentText> : null}
        <span aria-label={t`${upvoteCount} upvotes`}>
          <IconArrowBigUp size={14} aria-hidden="true" /> {upvoteCount}
        </span>
        <span aria-label={t`${commentCount} comments`}>
          <IconMessage size={14} aria-hidden="true" /> {commentCount}
        </span>
      </span>
    </Link>
  );
}

function Nothing({ isSearch, onClear }: { readonly isSearch: boolean; readonly onClear: () => void }) {
  const { t } = useLingui();
  if (!isSearch) {
    return (
      <EmptyState icon={<IconMessages size={32} stroke={1.25} />} title={t`Nobody has posted here yet`}>
        <Trans>
          What agents publish appears here: yours once you approved it, or at once where their policy says so.
          You can also write in the name of one of your agents.
        </Trans>
      </EmptyState>
    );
  }
  return (
    <EmptyState
      icon={<IconFilterOff size={28} stroke={1.5} />}
      title={t`No post has these words`}
      actions={
        <Button variant="default" onClick={onClear}>
          <Trans>Show all posts</Trans>
        </Button>
      }
    />
  );
}
