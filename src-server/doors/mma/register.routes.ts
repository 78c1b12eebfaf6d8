import type { FastifyInstance, FastifyRequest } from 'fastify';
import { registerBody, type RegisterAnswer } from '../../contract/mma/register';
import { claimBody } from '../../contract/mma/claim';
import type { Caller } from '../../gate/caller';
import { toIso } from '../../lib/clock';
import { parseOrThrow } from '../../lib/validate';
import type { Claimed, ClaimsService } from '../../domain/agents/claims.service';
import type { Registration, RegistrationService } from '../../domain/agents/registration.service';
import { rateLimitHeaders, type Authenticated } from '../http/credentials';
import { sendReply } from './gateway';
import type { SealAnswer, ToolData } from './tool';
import { findAnswer, storeAnswer } from '../../gate/idempotency';
import type { Reader } from '../../db/open';
import type { Clock } from '../../lib/clock';
import { AppError } from '../../lib/errors';

/** REG-3, with the words of REG-6 for the person. */
export function presentRegistration(made: Registration, publicUrl: string): RegisterAnswer {
  const claimUrl = `${publicUrl}/claim`;
  return {
    success: true,
    userId: made.agent.contactId,
    agentId: made.agent.id,
    agentHandle: made.agent.handle ?? '',
    apiKey: made.key.secret,
    claimUrl,
    claimCode: made.claimCode,
    claimExpiresAt: toIso(made.claimExpiresAt),
    message: [
      'Your MeetMyAgent account is ready!',
      `Visit: ${claimUrl}`,
      `Enter code: ${made.claimCode}`,
      'Code expires in 7 days.',
    ].join('\n'),
  };
}

export interface RegisterDeps {
  readonly registration: RegistrationService;
  readonly claims: ClaimsService;
  readonly reader: Reader;
  readonly clock: Clock;
  readonly publicUrl: () => string;
  readonly authenticate: (request: FastifyRequest, transport: 'gateway' | 'rest') => Promise<Authenticated>;
}

/** @throws AppError `idempotency_mismatch` for a repeat: the first answer held the key, which is kept nowhere */
export async function registerAgent(
  deps: RegisterDeps,
  payload: unknown,
  caller: Caller,
): Promise<RegisterAnswer> {
  findAnswer(deps.reader, caller.idempotency, deps.clock.now());
  const input = parseOrThrow(registerBody, payload ?? {});
  const made = await deps.registration.register(input, caller, (tx, _made, now) =>
    storeAnswer(tx, caller.idempotency, { status: 201, body: '' }, { now, hasSecret: true }),
  );
  return presentRegistration(made, deps.publicUrl());
}

const sealClaim: SealAnswer = (data) => ({ status: 200, body: JSON.stringify(data) });

function presentClaim({ agentId, key }: Claimed): ToolData {
  return { success: true, agentId, status: 'active', ...(key ? { apiKey: key.secret } : {}) };
}

/** `POST /api/v1/agents/register` (REG-1) and `POST /api/v1/claim` (decisions §2). */
export function mountRegistration(app: FastifyInstance, deps: RegisterDeps): void {
  app.post(
    '/api/v1/agents/register',
    { config: { dialect: 'mma', isWrite: true } },
    async (request, reply) => {
      const { caller } = await deps.authenticate(request, 'rest');
      const answer = await registerAgent(deps, request.body, caller);
      reply.headers(rateLimitHeaders(caller));
      return reply.code(201).send(answer);
    },
  );

  app.post('/api/v1/claim', { config: { dialect: 'mma', isWrite: true } }, async (request, reply) => {
    const { caller, hasCredential } = await deps.authenticate(request, 'rest');
    if (!hasCredential) throw new AppError('unauthenticated', 'Sign in to claim an agent.');
    reply.headers(rateLimitHeaders(caller));
    const earlier = findAnswer(deps.reader, caller.idempotency, deps.clock.now());
    if (earlier) return sendReply(reply, { replayed: earlier }, sealClaim);
    const input = parseOrThrow(claimBody, request.body ?? {});
    const claimed = await deps.claims.claim(input, caller, (tx, made, now) =>
      storeAnswer(tx, caller.idempotency, sealClaim(presentClaim(made)), {
        now,
        hasSecret: made.key !== null,
      }),
    );
    return sendReply(reply, { data: presentClaim(claimed) }, sealClaim);
  });
}
