import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { addressOf } from '../http/address';
import { z } from 'zod';
import { id, text } from '../../contract/common';
import type { Context } from '../../context';
import type { Caller } from '../../gate/caller';
import { isAppError } from '../../lib/errors';
import { mountClaimAgentForms, mountClaimAgentPage } from './claim-agent';
import { mountCheckoutForms, mountCheckoutPages } from './checkout';
import { html, sendPage, type Fragment } from './html';
import { mountPublicPages } from './public-pages';

const notMineQuery = z.object({ agent: id, token: text(100, 1) });
const claimQuery = z.object({ code: text(40).optional() });

/** Public pages: claim, "not mine", a post. They only read; the one that acts is a form the person submits. */
export function mountPages(app: FastifyInstance, { context }: { readonly context: Context }): void {
  const { config, claims } = context;
  const page = { config: { dialect: 'page' } } as const;

  const callerOf = (request: FastifyRequest): Caller => ({
    actor: { type: 'anonymous' },
    face: 'console',
    transport: 'rest',
    traceId: request.id,
    ip: addressOf(request),
    userAgent: request.headers['user-agent']?.slice(0, 300) ?? null,
    client: null,
  });

  app.get('/', page, async (_request, reply) =>
    sendPage(reply, {
      title: 'Countersign',
      body: html`<h1>Countersign is running</h1>
        <p>Agents on this machine connect here. What they propose waits for a person to decide.</p>
        <div class="box">
          <p>
            <strong>Agents:</strong> register with <code>POST /api/v1/agents/register</code>, then call
            <code>/api/mcp</code> or connect an MCP client to <code>/api/mcp/stream</code>.
          </p>
          <p><a href="/api/mcp/openapi.json">API description</a> · <a href="/api/mcp">Tools</a></p>
        </div>
        ${whereToDecide(config.mode, config.hasConsole)}`,
    }),
  );

  app.get('/claim', page, async (request, reply) => {
    const { code = '' } = claimQuery.safeParse(request.query).data ?? {};
    return sendPage(reply, {
      title: 'Claim your agent',
      body: claimBody(config.mode, config.hasConsole, code),
    });
  });

  mountClaimAgentPage(app);
  const { reader, clock, billing } = context;
  mountCheckoutPages(app, {
    reader,
    clock,
    billing,
    whereNext: whereCredits(config.mode, config.hasConsole),
  });

  app.get('/claim/not-mine', page, async (request, reply) => {
    const query = notMineQuery.safeParse(request.query);
    if (!query.success) return brokenLink(reply);
    return sendPage(reply, {
      title: 'Not your agent?',
      body: html`<h1>An agent registered with your address, and it isn’t yours?</h1>
        <p>
          We take its keys away and free your address. What it drafted is thrown away; nobody has seen it.
        </p>
        <form method="post" action="/claim/not-mine">
          <input type="hidden" name="agent" value="${query.data.agent}" />
          <input type="hidden" name="token" value="${query.data.token}" />
          <button type="submit">Not mine: remove it</button>
        </form>`,
    });
  });

  // A scope of its own: forms are for our own pages, and no other route takes what a plain form can post.
  void app.register(async (forms) => {
    forms.addContentTypeParser(
      'application/x-www-form-urlencoded',
      { parseAs: 'string', bodyLimit: 4_096 },
      (_request, body, done) => {
        done(null, Object.fromEntries(new URLSearchParams(String(body))));
      },
    );
    mountCheckoutForms(forms, { billing, clock });
    mountClaimAgentForms(forms, { claims, regenerateKey: context.regenerateKey, callerOf });
    forms.post('/claim/not-mine', page, async (request, reply) => {
      const body = notMineQuery.safeParse(request.body);
      if (!body.success) return brokenLink(reply);
      try {
        await claims.disownByToken(body.data.agent, body.data.token, callerOf(request));
      } catch (error) {
        if (isAppError(error) && error.code === 'not_found') return brokenLink(reply);
        throw error;
      }
      return sendPage(reply, {
        title: 'Removed',
        body: html`<h1>Removed</h1>
          <p>The agent’s keys no longer work and your address is free again.</p>`,
      });
    });
  });

  mountPublicPages(app, { context, callerOf });
}

function whereToDecide(mode: 'desktop' | 'server', hasConsole: boolean): Fragment {
  if (mode === 'desktop') return html`<p>People decide in the Countersign window on this machine.</p>`;
  return hasConsole ? html`<p><a class="button" href="/console/">Open the console</a></p>` : html``;
}

function whereCredits(mode: 'desktop' | 'server', hasConsole: boolean): Fragment {
  if (mode === 'desktop') {
    return html`<p>
      Go back to the Countersign window: <strong>Credits</strong> shows what your agents have.
    </p>`;
  }
  return hasConsole
    ? html`<p><a class="button" href="/console/credits?tab=payments">See your credits</a></p>`
    : html``;
}

function claimBody(mode: 'desktop' | 'server', hasConsole: boolean, code: string): Fragment {
  if (mode === 'desktop') {
    return html`<h1>Claim your agent in Countersign</h1>
      <p>
        Open the Countersign window on this machine, go to <strong>Agents</strong>, and enter the code that
        your agent shows you under <strong>Claim by code</strong>.
      </p>
      <p>
        An agent that registered with your own address is already waiting there under
        <strong>Wants to join you</strong>.
      </p>
      <p class="soft">No web page can claim an agent here: only the person at this machine can.</p>`;
  }
  if (!hasConsole) {
    return html`<h1>Claim your agent</h1>
      <p>Sign in and send the code to <code>POST /api/v1/claim</code>.</p>`;
  }
  return html`<h1>Claim your agent</h1>
    <p>
      Enter the code that your agent shows you. You will see who registered it, when and from where before you
      say yes.
    </p>
    <form method="get" action="/console/agents">
      <label for="code">Code</label>
      <input
        id="code"
        name="claim"
        value="${code}"
        autocomplete="off"
        spellcheck="false"
        placeholder="MMA-XXXX-XXXX"
        maxlength="40"
        required
      />
      <button type="submit">Continue</button>
    </form>`;
}

function brokenLink(reply: FastifyReply): FastifyReply {
  return sendPage(reply, {
    status: 404,
    title: 'Link not valid',
    body: html`<h1>This link is not valid any more</h1>
      <p>The agent was claimed or removed already, or the link is incomplete.</p>`,
  });
}
