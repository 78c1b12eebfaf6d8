import type { FastifyInstance, FastifyRequest } from 'fastify';
import { registerBody, type RegisterAnswer } from '../../contract/mma/register';
import { claimBody } from '../../contract/mma/claim';
import type { Caller } from '../../gate/caller';
import { toIso } from '../../lib/clock';
import { parseOrThrow } from '../../lib/validate';
import type { ClaimsService } from '../../domain/agents/claims.service';
import type { Registration, RegistrationService } from '../../domain/agents/registration.service';
import type { Authenticated } from '../http/credentials';
import { sendReply } from './gateway';
import { findAnswer, storeAnswer } from '../../gate/idempotency';
import type { Reader } from '../../db/open';
import type { Clock } from '../../lib/clock';
import { AppError } from '../../lib/errors';
import { idempotencyOf } from '../http/credentials';

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

export async function registerAgent(
  deps: RegisterDeps,
  payload: unknown,
  caller: Caller,
): Promise<RegisterAnswer> {
  const input = parseOrThrow(registerBody, payload ?? {});
  const made = await deps.registration.register(input, caller, (tx, _made, now) =>
    storeAnswer(tx, caller.idempotency, { status: 201, body: '' }, { now, hasSecret: true }),
  );
  return presentRegistration(made, deps.publicUrl());
}

/** `POST /api/v1/agents/register` (REG-1) and `POST /api/v1/claim` (decisions §2). */
export function mountRegistration(app: FastifyInstance, deps: RegisterDeps): void {
  app.post(
    '/api/v1/agents/register',
    { config: { dialect: 'mma', isWrite: true } },
    async (request, reply) => {
      const { caller } = await deps.authenticate(request, 'rest');
      // Nobody is signed in here: the address stands for the credential of an idempotent request.
      const idempotent: Caller = { ...caller, idempotency: idempotencyOf(request, `ip:${request.ip}`) };
      findAnswer(deps.reader, idempotent.idempotency, deps.clock.now());
      const answer = await registerAgent(deps, request.body, idempotent);
      return reply.code(201).send(answer);
    },
  );

  app.post('/api/v1/claim', { config: { dialect: 'mma', isWrite: true } }, async (request, reply) => {
    const { caller, hasCredential } = await deps.authenticate(request, 'rest');
    if (!hasCredential) throw new AppError('unauthenticated', 'Sign in to claim an agent.');
    const input = parseOrThrow(claimBody, request.body ?? {});
    const { agentId, key } = await deps.claims.claim(input, caller);
    const data = { agentId, status: 'active', ...(key ? { apiKey: key.secret } : {}) };
    return sendReply(reply, { data }, (made) => ({
      status: 200,
      body: JSON.stringify({ success: true, ...made }),
    }));
  });
}
