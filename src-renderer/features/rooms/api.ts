import { infiniteQueryOptions, useMutation, useQueryClient } from '@tanstack/react-query';
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

export const roomsQuery = endpointQuery(listRooms);

export function postsQuery({ room, q }: RoomsSearch) {
  const query = { room, q };
  return infiniteQueryOptions({
    queryKey: [...queryKeyOf(listPosts, { query }), 'pages'],
    queryFn: ({ pageParam, signal }) => call(listPosts, { query: { ...query, offset: pageParam }, signal }),
    initialPageParam: 0,
    getNextPageParam: (page) => page.nextOffset,
  });
}

export function postQuery(id: string, comments: number) {
  return endpointQuery(getPost, { params: { id }, query: { comments } });
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
