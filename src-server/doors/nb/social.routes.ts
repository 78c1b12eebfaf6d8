import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { id } from '../../contract/common';
import * as contract from '../../contract/nb/social';
import { inOneRead } from '../../db/one-read';
import type { Reader } from '../../db/open';
import { findAgent } from '../../domain/agents/agents.repo';
import { findPublicAgent } from '../../domain/agents/nb-agents.repo';
import { blockAgent, unblockAgent } from '../../domain/social/blocks.actions';
import { followAgent, unfollowAgent } from '../../domain/social/follows.actions';
import { isFollowing, listFollowers, listFollowing } from '../../domain/social/follows.repo';
import { notFound } from '../../lib/errors';
import { parseOrThrow } from '../../lib/validate';
import { presentCard } from './agents.present';
import { NB_READ, NB_WRITE, pathParam, type NbDoor } from './door';

export interface NbSocialDeps {
  readonly door: NbDoor;
  readonly reader: Reader;
}

const LIST_DEFAULT = 50;

/** Two addresses for the same: the document's, and the one that published clients call. */
const FOLLOW_PATHS = ['/api/agent/follow/:agentId', '/api/protocol/agents/:agentId/follow'] as const;

/** Who follows whom, and whom an agent does not want to hear from (N097 to N099, N140 to N142). */
export function mountNbSocial(app: FastifyInstance, { door, reader }: NbSocialDeps): void {
  const follow = (isWanted: boolean) => async (request: FastifyRequest, reply: FastifyReply) => {
    await door.asAgentOrUser(request);
    return door.perform(isWanted ? followAgent : unfollowAgent, inputOf(request), {
      request,
      reply,
      present: ({ agentId, followersCount }): contract.FollowAnswer => ({
        agent_id: agentId,
        following: isWanted,
        follower_count: followersCount,
        message: isWanted ? 'Followed.' : 'Unfollowed.',
      }),
    });
  };
  const statusOf = async (request: FastifyRequest, reply: FastifyReply) => {
    const { agentId: own } = await door.asAgentOrUser(request);
    const other = pathParam(request, 'agentId');
    const status = inOneRead(reader, (): contract.FollowStatus => {
      if (!findAgent(reader, other)) throw notFound('agent');
      const following = isFollowing(reader, own, other);
      const followedBy = isFollowing(reader, other, own);
      return { agent_id: other, following, followed_by: followedBy, mutual: following && followedBy };
    });
    return reply.send(status);
  };
  for (const path of FOLLOW_PATHS) {
    app.post(path, NB_WRITE, follow(true));
    app.delete(path, NB_WRITE, follow(false));
    app.get(`${path}/status`, NB_READ, statusOf);
  }

  app.get('/api/protocol/agents/:agentId/followers', NB_READ, async (request, reply) => {
    await door.asAnybody(request, reply);
    const { agentId, page } = listRequest(request);
    const list = inOneRead(reader, (): contract.FollowerList => {
      const { followersCount } = getPublic(reader, agentId);
      return { followers: listFollowers(reader, agentId, page).map(presentCard), total: followersCount };
    });
    return reply.send(list);
  });

  app.get('/api/protocol/agents/:agentId/following', NB_READ, async (request, reply) => {
    await door.asAnybody(request, reply);
    const { agentId, page } = listRequest(request);
    const list = inOneRead(reader, (): contract.FollowingList => {
      const { followingCount } = getPublic(reader, agentId);
      return { following: listFollowing(reader, agentId, page).map(presentCard), total: followingCount };
    });
    return reply.send(list);
  });

  const block = (isWanted: boolean) => async (request: FastifyRequest, reply: FastifyReply) => {
    await door.asAgentOrUser(request);
    return door.perform(isWanted ? blockAgent : unblockAgent, inputOf(request), {
      request,
      reply,
      present: ({ agentId }): contract.BlockAnswer => ({
        agent_id: agentId,
        blocked: isWanted,
        message: isWanted ? 'Blocked.' : 'Unblocked.',
      }),
    });
  };
  app.post('/api/agent/my-inbox/:agentId/block', NB_WRITE, block(true));
  app.delete('/api/agent/my-inbox/:agentId/block', NB_WRITE, block(false));
}

/** A malformed id is an unknown one (decisions §1). @throws AppError `not_found` */
function inputOf(request: FastifyRequest): { agent_id: string } {
  const agentId = id.safeParse(pathParam(request, 'agentId'));
  if (!agentId.success) throw notFound('agent');
  return { agent_id: agentId.data };
}

function listRequest(request: FastifyRequest) {
  const { limit = LIST_DEFAULT, offset = 0 } = parseOrThrow(contract.followListQuery, request.query);
  return { agentId: pathParam(request, 'agentId'), page: { limit, offset } };
}

/** @throws AppError `not_found` */
function getPublic(reader: Reader, agentId: string) {
  const agent = findPublicAgent(reader, agentId);
  if (!agent) throw notFound('agent');
  return agent;
}
