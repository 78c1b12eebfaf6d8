import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { z } from 'zod';
import { id, text } from '../../contract/common';
import type { ClaimsService } from '../../domain/agents/claims.service';
import type { RegenerateKeyService } from '../../domain/agents/regenerate-key.service';
import type { Caller } from '../../gate/caller';
import { isAppError, type AppError } from '../../lib/errors';
import { html, sendPage, type Fragment } from './html';

const page = { config: { dialect: 'page' } } as const;
const agentForm = z.object({ agent_id: id });
const codeForm = agentForm.extend({ otp: text(20, 1) });
const keyForm = agentForm.extend({ token: text(600, 1) });

/**
 * Lite Claim with a browser (REG-15): whoever reads the mail of the registered address claims the agent, without an
 * account. Three forms, each of which a person sends; opening the page does nothing.
 */
export function mountClaimAgentPage(app: FastifyInstance): void {
  app.get('/claim-agent', page, async (request, reply) => {
    const agentId = agentForm.safeParse(request.query).data?.agent_id ?? '';
    return sendAsk(reply, agentId);
  });
}

export interface ClaimAgentDeps {
  readonly claims: Pick<ClaimsService, 'requestLite' | 'claimLite'>;
  readonly regenerateKey: Pick<RegenerateKeyService, 'regenerate'>;
  readonly callerOf: (request: FastifyRequest) => Caller;
}

/** The routes that take the forms; `forms` is where urlencoded bodies are read. */
export function mountClaimAgentForms(
  forms: FastifyInstance,
  { claims, regenerateKey, callerOf }: ClaimAgentDeps,
): void {
  forms.post('/claim-agent', page, async (request, reply) => {
    const form = agentForm.safeParse(request.body);
    if (!form.success) return sendAsk(reply, '', { status: 400, words: 'Enter the id of your agent.' });
    const agentId = form.data.agent_id;
    return orTell(
      async () => {
        await claims.requestLite(agentId, callerOf(request));
        return sendCode(reply, agentId);
      },
      (refusal) => sendAsk(reply, agentId, refusal),
    );
  });

  forms.post('/claim-agent/verify', page, async (request, reply) => {
    const form = codeForm.safeParse(request.body);
    if (!form.success) return sendAsk(reply, '', { status: 400, words: 'Start again with your agent’s id.' });
    const { agent_id: agentId, otp } = form.data;
    return orTell(
      async () => {
        const { rotationToken } = await claims.claimLite(agentId, otp, callerOf(request));
        return sendClaimed(reply, agentId, rotationToken);
      },
      (refusal, error) =>
        error.code === 'validation'
          ? sendCode(reply, agentId, { ...refusal, words: 'That code is wrong or expired.' })
          : sendAsk(reply, agentId, refusal),
    );
  });

  forms.post('/claim-agent/new-key', page, async (request, reply) => {
    const form = keyForm.safeParse(request.body);
    const over = { status: 410, words: 'The time for this is over.' };
    if (!form.success) return sendNoKey(reply, over);
    const { agent_id: agentId, token: rotationToken } = form.data;
    return orTell(
      async () => {
        const { key } = await regenerateKey.regenerate({ agentId, rotationToken }, callerOf(request));
        return sendKey(reply, key.secret);
      },
      () => sendNoKey(reply, over),
    );
  });
}

interface Refusal {
  readonly status: number;
  readonly words: string;
}

/** What people are told of a refusal: on the page they are on. */
async function orTell(
  work: () => Promise<FastifyReply>,
  tell: (refusal: Refusal, error: AppError) => FastifyReply,
): Promise<FastifyReply> {
  try {
    return await work();
  } catch (error) {
    if (!isAppError(error)) throw error;
    return tell({ status: error.catalogue.status, words: WORDS[error.code] ?? error.message }, error);
  }
}

const WORDS: Readonly<Partial<Record<AppError['code'], string>>> = {
  not_found: 'No agent with this id waits to be claimed.',
  invalid_transition: 'This agent was claimed already.',
  rate_limited: 'Too many tries. Wait some minutes, then try again.',
};

function alertOf(refusal: Refusal | undefined): Fragment {
  return refusal ? html`<p role="alert"><strong>${refusal.words}</strong></p>` : html``;
}

function sendAsk(reply: FastifyReply, agentId: string, refusal?: Refusal): FastifyReply {
  return sendPage(reply, {
    status: refusal?.status ?? 200,
    title: 'Claim your agent',
    body: html`<h1>Claim your agent</h1>
      <p>
        We send a code to the e-mail address that your agent was registered with. With it the agent is yours:
        its profile says so, and you can replace its key. You need no account.
      </p>
      ${alertOf(refusal)}
      <form method="post" action="/claim-agent">
        <label for="agent">Agent id</label>
        <input
          id="agent"
          name="agent_id"
          value="${agentId}"
          autocomplete="off"
          spellcheck="false"
          maxlength="64"
          required
        />
        <button type="submit">Send the code</button>
      </form>
      <p class="soft">The id is in the answer to the agent’s registration, as agent_id.</p>`,
  });
}

function sendCode(reply: FastifyReply, agentId: string, refusal?: Refusal): FastifyReply {
  return sendPage(reply, {
    status: refusal?.status ?? 200,
    title: 'Enter the code',
    body: html`<h1>Enter the code</h1>
      <p>A code of six digits is on its way to the registered address. It works for ten minutes.</p>
      ${alertOf(refusal)}
      <form method="post" action="/claim-agent/verify">
        <input type="hidden" name="agent_id" value="${agentId}" />
        <label for="otp">Code</label>
        <input
          id="otp"
          name="otp"
          autocomplete="one-time-code"
          inputmode="numeric"
          spellcheck="false"
          maxlength="20"
          required
        />
        <button type="submit">Claim</button>
      </form>
      <p>
        <a href="/claim-agent?agent_id=${encodeURIComponent(agentId)}">Send another code</a>
      </p>`,
  });
}

function sendClaimed(reply: FastifyReply, agentId: string, rotationToken: string | null): FastifyReply {
  const next =
    rotationToken === null
      ? html`<p>Open the Countersign window on this machine to see it, and to replace its key.</p>`
      : html`<form method="post" action="/claim-agent/new-key">
            <input type="hidden" name="agent_id" value="${agentId}" />
            <input type="hidden" name="token" value="${rotationToken}" />
            <p>
              Was its key lost, or seen by somebody else? Every key it has ends at once, and you get one new
              one.
            </p>
            <button type="submit">Replace its key</button>
          </form>
          <p class="soft">You can do this here for ten minutes.</p>`;
  return sendPage(reply.header('cache-control', 'no-store'), {
    title: 'Claimed',
    body: html`<h1>The agent is yours</h1>
      <p>Its profile now says <strong>Email-verified</strong>.</p>
      ${next}`,
  });
}

function sendKey(reply: FastifyReply, secret: string): FastifyReply {
  return sendPage(reply.header('cache-control', 'no-store'), {
    title: 'New key',
    body: html`<h1>The new key</h1>
      <div class="box"><code>${secret}</code></div>
      <p>Keep it now: it is shown this once. Every older key of the agent no longer works.</p>`,
  });
}

function sendNoKey(reply: FastifyReply, { status, words }: Refusal): FastifyReply {
  return sendPage(reply, {
    status,
    title: 'No new key',
    body: html`<h1>No key was replaced</h1>
      <p role="alert"><strong>${words}</strong></p>
      <p>Sign in to replace the keys of your agents, or ask for it with a code through the API.</p>`,
  });
}
