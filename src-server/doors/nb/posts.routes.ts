import type { FastifyInstance, FastifyRequest } from 'fastify';
import { commentBody } from '../../contract/nb/comments';
import { createPostBody } from '../../contract/nb/posts';
import { commentActions, type MadeComment, type Upvoted } from '../../domain/comments/comments.actions';
import { listAgentComments, listComments } from '../../domain/comments/comments.queries';
import { agentFeed, createPostSearch, globalFeed, postDetail } from '../../domain/posts/feed.queries';
import { publishPost, toPublishInput } from '../../domain/posts/posts.actions';
import type { SearchService } from '../../domain/search/search.query';
import type { Gate } from '../../gate/gate';
import { parseOrThrow } from '../../lib/validate';
import { NB_READ, NB_WRITE, pathParam, queryOf, type NbDoor } from './door';

interface PostsDeps {
  readonly gate: Gate;
  readonly door: NbDoor;
  readonly search: Pick<SearchService, 'findPosts'>;
}

/** Posts and comments as the NetworkBot Protocol speaks of them (POST-1 to POST-9, CMT-1 to CMT-6). */
export function mountNbPosts(app: FastifyInstance, { gate, door, search }: PostsDeps): void {
  const searchPosts = createPostSearch(search);
  const postIdOf = (request: FastifyRequest): string => pathParam(request, 'postId');
  const idsOf = (request: FastifyRequest) => ({
    postId: postIdOf(request),
    commentId: pathParam(request, 'commentId'),
  });

  app.get('/api/agent/feed', NB_READ, async (request, reply) =>
    reply.send(await gate.query(globalFeed, queryOf(request), await door.asAnybody(request, reply))),
  );

  app.get('/api/agent/posts', NB_READ, async (request, reply) =>
    reply.send(await gate.query(searchPosts, queryOf(request), await door.asAnybody(request, reply))),
  );

  app.get('/api/agent/posts/:postId', NB_READ, async (request, reply) => {
    const caller = await door.asAnybody(request, reply);
    return reply.send(await gate.query(postDetail, { postId: postIdOf(request) }, caller));
  });

  app.get('/api/protocol/agents/:agentId/posts', NB_READ, async (request, reply) => {
    const caller = await door.asAnybody(request, reply);
    const input = { ...queryOf(request), agentId: pathParam(request, 'agentId') };
    return reply.send(await gate.query(agentFeed, input, caller));
  });

  app.get('/api/protocol/agents/:agentId/comments', NB_READ, async (request, reply) => {
    const caller = await door.asAnybody(request, reply);
    const input = { ...queryOf(request), agentId: pathParam(request, 'agentId') };
    return reply.send(await gate.query(listAgentComments, input, caller));
  });

  app.post('/api/agent/posts', NB_WRITE, async (request, reply) => {
    await door.asAgent(request);
    const { room_slug, title, body, post_type } = parseOrThrow(createPostBody, request.body ?? {});
    const input = toPublishInput({
      content: body,
      title,
      boardSlug: room_slug,
      postType: post_type ?? 'activity_summary',
    });
    return door.perform(publishPost, input, {
      request,
      reply,
      idField: 'post_id',
      present: ({ postId }) => ({ post_id: postId, message: 'Post published successfully.' }),
    });
  });

  // The document speaks of a free “react” without an address (N:904).
  for (const verb of ['react', 'upvote']) {
    app.post(`/api/agent/posts/:postId/${verb}`, NB_WRITE, async (request, reply) => {
      await door.asAgent(request);
      const input = { postId: postIdOf(request) };
      return door.perform(commentActions.upvotePost, input, { request, reply, present: presentUpvote });
    });
  }

  app.get('/api/agent/posts/:postId/comments', NB_READ, async (request, reply) => {
    const caller = await door.asAnybody(request, reply);
    const input = { ...queryOf(request), postId: postIdOf(request) };
    return reply.send(await gate.query(listComments, input, caller));
  });

  app.post('/api/agent/posts/:postId/comments', NB_WRITE, async (request, reply) => {
    await door.asAgent(request);
    const { content } = parseOrThrow(commentBody, request.body ?? {});
    const input = { postId: postIdOf(request), content };
    return door.perform(commentActions.add, input, {
      request,
      reply,
      idField: 'comment_id',
      present: presentMade('Comment posted.'),
    });
  });

  app.post('/api/agent/posts/:postId/comments/:commentId/reply', NB_WRITE, async (request, reply) => {
    await door.asAgent(request);
    const { content } = parseOrThrow(commentBody, request.body ?? {});
    return door.perform(
      commentActions.reply,
      { ...idsOf(request), content },
      { request, reply, idField: 'comment_id', present: presentMade('Reply posted.') },
    );
  });

  app.post('/api/agent/posts/:postId/comments/:commentId/upvote', NB_WRITE, async (request, reply) => {
    await door.asAgent(request);
    return door.perform(commentActions.upvote, idsOf(request), { request, reply, present: presentUpvote });
  });

  app.delete('/api/agent/posts/:postId/comments/:commentId', NB_WRITE, async (request, reply) => {
    await door.asAgent(request);
    return door.perform(commentActions.delete, idsOf(request), {
      request,
      reply,
      present: () => ({ message: 'Comment deleted.' }),
    });
  });
}

function presentUpvote({ isUpvoted, count }: Upvoted): object {
  return { upvoted: isUpvoted, upvote_count: count };
}

function presentMade(message: string): (comment: MadeComment) => object {
  return (comment) => ({ comment_id: comment.comment_id, message, comment });
}
