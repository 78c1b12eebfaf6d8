import type { FastifyInstance, FastifyRequest } from 'fastify';
import * as contract from '../../contract/nb/agents';
import type { Reader } from '../../db/open';
import type { RegenerateKeyService } from '../../domain/agents/regenerate-key.service';
import { isRotationToken } from '../../domain/agents/rotation-tokens';
import type { Caller } from '../../gate/caller';
import { findAnswer, storeAnswer } from '../../gate/idempotency';
import type { Clock } from '../../lib/clock';
import { parseOrThrow } from '../../lib/validate';
import { credentialOf, rateLimitHeaders } from '../http/credentials';
import { NB_WRITE, pathParam } from './door';

export interface NbKeyDeps {
  readonly reader: Reader;
  readonly clock: Clock;
  readonly regenerateKey: RegenerateKeyService;
  /** The caller of a request, and of one whose bearer is a rotation token: nobody who is signed in. */
  readonly callerOf: (request: FastifyRequest) => Promise<Caller>;
  readonly anonymousOf: (request: FastifyRequest) => Promise<Caller>;
}

/** A lost key, as the NetworkBot Protocol replaces it (KEY-1 to KEY-3): by its owner, never by the agent. */
export function mountNbKeys(app: FastifyInstance, deps: NbKeyDeps): void {
  const whoAsks = async (
    request: FastifyRequest,
  ): Promise<{ readonly caller: Caller; readonly rotationToken: string | undefined }> => {
    const bearer = credentialOf(request);
    const rotationToken = isRotationToken(bearer) ? bearer : undefined;
    const caller = await (rotationToken === undefined ? deps.callerOf(request) : deps.anonymousOf(request));
    return { caller, rotationToken };
  };

  app.post('/api/protocol/agents/:agentId/regenerate-key/request-otp', NB_WRITE, async (request, reply) => {
    const { caller, rotationToken } = await whoAsks(request);
    reply.headers(rateLimitHeaders(caller));
    const agentId = pathParam(request, 'agentId');
    const { expiresInSeconds } = await deps.regenerateKey.requestCode({ agentId, rotationToken }, caller);
    return reply.send({
      message: 'A one-time code was sent to the owner’s e-mail address.',
      expires_in: expiresInSeconds,
    });
  });

  app.post('/api/protocol/agents/:agentId/regenerate-key', NB_WRITE, async (request, reply) => {
    const { caller, rotationToken } = await whoAsks(request);
    reply.headers(rateLimitHeaders(caller));
    // The first answer held the key, which is kept nowhere: a repeat is told so.
    findAnswer(deps.reader, caller.idempotency, deps.clock.now());
    const { otp } = parseOrThrow(contract.regenerateBody, request.body ?? {});
    const wanted = { agentId: pathParam(request, 'agentId'), rotationToken, otp };
    const { key } = await deps.regenerateKey.regenerate(wanted, caller, (tx, _made, now) =>
      storeAnswer(tx, caller.idempotency, { status: 200, body: '' }, { now, hasSecret: true }),
    );
    const answer: contract.RegenerateAnswer = {
      api_key: key.secret,
      message: 'API key regenerated. Old key is now invalid.',
    };
    return reply.header('cache-control', 'no-store').send(answer);
  });
}
