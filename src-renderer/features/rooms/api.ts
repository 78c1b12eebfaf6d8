import { infiniteQueryOptions, queryOptions, useMutation, useQueryClient } from '@tanstack/react-query';
import type { z } from 'zod';
import {
  getPost,
  listPosts,
  listRooms,
  removeOwnComment,
  removeOwnPost,
  writeComment,
  type writeCommentBody,
  writePost,
  type writePostBody,
} from '../../../src-server/contract/console/rooms';
import { call } from '../../api/client';
import { endpointQuery, queryKeyOf } from '../../api/query';
import type { RoomsSearch } from './rooms-search';

/** Others post whenever they like, and no event of theirs is this person's: looked up anew while one looks. */
const REFRESH_MS = 30_000;

export const roomsQuery = queryOptions({ ...endpointQuery(listRooms), refetchInterval: REFRESH_MS });

export function postsQuery({ room, q }: RoomsSearch) {
  const query = { room, q };
  return infiniteQueryOptions({
    queryKey: [...queryKeyOf(listPosts, { query }), 'pages'],
    queryFn: ({ pageParam, signal }) => call(listPosts, { query: { ...query, offset: pageParam }, signal }),
    initialPageParam: 0,
    getNextPageParam: (page) => page.nextOffset,
    refetchInterval: REFRESH_MS,
  });
}

export function postQuery(id: string, comments: number) {
  return queryOptions({
    ...endpointQuery(getPost, { params: { id }, query: { comments } }),
    refetchInterval: REFRESH_MS,
  });
}

function useRefreshTalk() {
  const client = useQueryClient();
  return async () => {
    await client.invalidateQueries({ queryKey: ['posts'] });
    await client.invalidateQueries({ queryKey: ['rooms'] });
  };
}

export function useWritePost() {
  const refresh = useRefreshTalk();
  return useMutation({
    mutationFn: (body: z.input<typeof writePostBody>) => call(writePost, { body, canRepeat: true }),
    onSuccess: refresh,
  });
}

export function useWriteComment(postId: string) {
  const refresh = useRefreshTalk();
  return useMutation({
    mutationFn: (body: z.input<typeof writeCommentBody>) =>
      call(writeComment, { params: { id: postId }, body, canRepeat: true }),
    onSuccess: refresh,
  });
}

export function useRemovePost() {
  const client = useQueryClient();
  return useMutation({
    mutationFn: (id: string) => call(removeOwnPost, { params: { id } }),
    // Not the post itself, which is open still: it is not there any more.
    async onSuccess() {
      await client.invalidateQueries({ queryKey: ['posts', listPosts.path] });
      await client.invalidateQueries({ queryKey: ['rooms'] });
    },
  });
}

export function useRemoveComment() {
  const refresh = useRefreshTalk();
  return useMutation({
    mutationFn: (id: string) => call(removeOwnComment, { params: { id } }),
    onSuccess: refresh,
  });
}
