import { describe, expect, it } from 'vitest';
import { openNb, postIn } from '../../testing/nb-fixture';
import {
  approve,
  expectChallenge,
  mailedCode,
  openDesk,
  openOffice,
  type HeldData,
  type MmaOk,
} from '../../testing/mma-fixture';
import { claimLite, registerNbAgent } from '../../testing/nb-fixture';
import {
  createOwner,
  createTestServer,
  decideOn,
  newestProposal,
  registerAgent,
  type TestServer,
} from '../../testing/test-server';

/** The public pages (M009): they read; the one that acts is a form that a person sends. */

const page = (server: TestServer, url: string, headers: Record<string, string> = {}) =>
  server.call<string>('GET', url, { headers });

/** Markup in every place where an agent or a person may write, each ending what it may stand in. */
const MARKUP = [
  '<script>alert(1)</script>',
  '"><img src=x onerror=alert(1)>',
  "'><svg onload=alert(1)>",
  '</title><script>alert(1)</script>',
  '</article><iframe src=javascript:alert(1)></iframe>',
  '<!-- --><style>body{display:none}</style>',
  '&lt;script&gt;&#60;script&#62;',
  '${alert(1)} {{7*7}} `x`',
];

/** The tags of a page, without what stands between them. */
function tagsOf(html: string): string[] {
  return [...html.matchAll(/<\/?([a-z][a-z0-9]*)/gi)].map(([, name]) => String(name).toLowerCase());
}

const OUR_TAGS = new Set([
  'link',
  'h2',
  'ul',
  'li',
  'html',
  'head',
  'meta',
  'title',
  'style',
  'body',
  'main',
  'h1',
  'p',
  'article',
  'footer',
  'form',
  'input',
  'button',
  'label',
  'strong',
  'code',
  'div',
  'a',
]);

describe('every page', () => {
  it('runs no script, takes no frame, and posts only to us', async () => {
    const { server } = await openDesk();
    for (const url of [
      '/',
      '/claim',
      '/claim-agent',
      '/claim/not-mine?agent=x&token=y',
      '/post/none',
      '/agent-credits',
      '/checkout/none',
    ]) {
      const { headers, body } = await page(server, url);
      expect(headers['content-type']).toBe('text/html; charset=utf-8');
      const policy = String(headers['content-security-policy']);
      expect(policy).toMatch(/^default-src 'none'; style-src 'nonce-[A-Za-z0-9+/=]+'/);
      for (const part of ["form-action 'self'", "base-uri 'none'", "frame-ancestors 'none'"])
        expect(policy).toContain(part);
      expect(headers['x-content-type-options']).toBe('nosniff');
      expect(headers['referrer-policy']).toBe('same-origin');
      expect(headers['set-cookie']).toBeUndefined();
      expect(body.startsWith('<!doctype html>')).toBe(true);
      for (const tag of tagsOf(body)) expect(OUR_TAGS).toContain(tag);
      const nonce = /nonce-([^']+)'/.exec(policy)?.[1];
      expect(body).toContain(
        `<style nonce="${nonce}">`.replaceAll('+', '&#43;').length > 0 ? '<style nonce="' : '',
      );
    }
  });
});

describe('/post/:id', () => {
  it('is there once a person approved, and gone when they took it back', async () => {
    const { server, key } = await openDesk();
    const held = await server.tool<MmaOk<HeldData>>(key, 'drafts.create', {
      title: 'Roses',
      content: 'Are\n  red.',
    });
    const url = `/post/${held.body.data.draftId}`;
    expect((await page(server, url)).status).toBe(404);
    const item = await newestProposal(server);
    await decideOn(server, item, 'approve');
    const shown = await page(server, url);
    expect(shown.status).toBe(200);
    expect(shown.body).toContain('<title>Roses</title>');
    expect(shown.body).toContain('Are\n  red.');
    expect(shown.body).toContain('an AI agent · approved by its owner');
    await server.console('POST', `/inbox/${item.id}/undo`);
    expect((await page(server, url)).status).toBe(404);
  });

  it.each([
    'nobody',
    'x'.repeat(65),
    'x'.repeat(300),
    '%00',
    '%3Cscript%3E',
    '..%2f..%2fetc',
    '%F0%9F%98%80',
  ])('says the same of %s as of a draft: there is no such post', async (id) => {
    const { server } = await openDesk();
    const { status, body } = await page(server, `/post/${id}`);
    expect(status).toBe(404);
    expect(JSON.stringify(body)).not.toContain('<script>');
  });

  it.each(MARKUP)('shows %s as text, in title, text, name and excerpt', async (markup) => {
    const { server, key, agent } = await openDesk();
    await server.console('PATCH', `/agents/${agent.agentId}`, { name: `Agent ${markup}` });
    const held = await server.tool<MmaOk<HeldData>>(key, 'drafts.create', {
      title: `T ${markup}`,
      content: `C ${markup}`,
    });
    await approve(server, held.body.data.draftId);
    const { body } = await page(server, `/post/${held.body.data.draftId}`);
    expect(tagsOf(body).filter((tag) => !OUR_TAGS.has(tag))).toEqual([]);
    expect(tagsOf(body).filter((tag) => tag === 'style')).toHaveLength(2);
    // No attribute of ours ends early: what an attribute may hold has no quote of either kind in it.
    for (const [, attributes] of body.matchAll(/<[a-z][a-z0-9]*([^<>]*)>/gi)) {
      expect(String(attributes)).toMatch(/^(?:\s+[a-z-]+(?:="[^"]*")?)*\s*\/?$/i);
      expect(String(attributes).replaceAll(/"[^"]*"/g, '')).not.toMatch(/\son[a-z]+/i);
    }
    const unescaped = body.replaceAll(/&#(\d+);/g, (_all, code: string) =>
      String.fromCodePoint(Number(code)),
    );
    expect(unescaped).toContain(`<h1>T ${markup}</h1>`);
    expect(unescaped).toContain(`C ${markup}`);
    expect(unescaped).toContain(`Agent ${markup}`);
  });

  it('is JSON, never HTML, wherever the console or the API show the same', async () => {
    const { server, key } = await openDesk();
    const [script = ''] = MARKUP;
    const held = await server.tool<MmaOk<HeldData>>(key, 'drafts.create', {
      title: script,
      content: script,
      note: script,
    });
    const item = await newestProposal(server);
    expect(item.title).toBe(script);
    expect(item.versions[0]?.note).toBe(script);
    const { read } = server.context.database.raw;
    for (const answer of [
      await server.console('GET', '/inbox'),
      await server.console('GET', `/inbox/${String(read.prepare('select id from actions').pluck().get())}`),
      await server.call('GET', '/api/v1/agent/posts', { key }),
      await server.tool(key, 'proposals.get', { draftId: held.body.data.draftId }),
      await server.call('GET', `/api/v1/agent/${script}`, { key }),
    ]) {
      expect(String(answer.headers['content-type'])).toMatch(/^application\/(?:problem\+)?json/);
      expect(answer.headers['x-content-type-options']).toBe('nosniff');
    }
  });
});

describe('/claim', () => {
  it('sends people on a desktop to the window, and acts on nothing', async () => {
    const server = await createTestServer();
    const { status, body } = await page(server, '/claim?code=MMA-AAAA-AAAA');
    expect(status).toBe(200);
    expect(body).toContain('Claim by code');
    expect(tagsOf(body)).not.toContain('form');
  });

  it('hands the code to the console of a server, as text', async () => {
    const server = await createTestServer({ mode: 'server' });
    const { body } = await page(server, `/claim?code=${encodeURIComponent('"><script>')}`);
    expect(body).toContain('action="/console/agents"');
    expect(body).toContain('value="&#34;&#62;&#60;script&#62;"');
    const odd = await page(server, '/claim?code=a&code=b');
    expect(odd.status).toBe(200);
    const headless = await createTestServer({ mode: 'server', hasConsole: false });
    expect((await page(headless, '/claim')).body).toContain('POST /api/v1/claim');
  });
});

describe('/claim/not-mine', () => {
  async function invited() {
    const server = await createTestServer();
    const agent = await registerAgent(server, 'anna@example.org');
    await server.tool(agent.key, 'drafts.create', { content: 'Unwanted' });
    const [mail] = server.context.identity.mail.listMails({ to: 'anna@example.org' });
    const link = /http:\/\/127\.0\.0\.1:7423(\/claim\/not-mine\?\S+)/.exec(mail?.text ?? '')?.[1] ?? '';
    const query = new URLSearchParams(link.split('?')[1]);
    const post = (token: string, agentId = agent.agentId, type = 'application/x-www-form-urlencoded') =>
      server.call<string>('POST', '/claim/not-mine', {
        headers: { 'content-type': type },
        body: new URLSearchParams({ agent: agentId, token }).toString(),
      });
    return { server, agent, link, token: query.get('token') ?? '', post };
  }

  it('shows a form and writes nothing when it is opened, however often', async () => {
    const { server, agent, link } = await invited();
    const { write } = server.context.database.raw;
    const changes = () => write.prepare('select total_changes()').pluck().get();
    const before = changes();
    for (let n = 0; n < 3; n += 1) {
      const { status, body } = await page(server, link, {
        'sec-fetch-site': 'cross-site',
        'sec-fetch-mode': 'navigate',
        'sec-fetch-dest': 'document',
      });
      expect(status).toBe(200);
      expect(body).toContain('method="post" action="/claim/not-mine"');
    }
    expect(changes()).toBe(before);
    expect((await server.tool(agent.key, 'drafts.list')).status).toBe(200);
  });

  it('frees the address, takes the keys and throws the drafts away when the form is sent', async () => {
    const { server, agent, token, post } = await invited();
    const done = await post(token);
    expect([done.status, done.body.includes('Removed')]).toEqual([200, true]);
    expectChallenge(await server.tool(agent.key, 'drafts.list'));
    const { read } = server.context.database.raw;
    expect(read.prepare('select status from actions').pluck().get()).toBe('cancelled');
    expect(read.prepare('select contact_email, contact_name, handle from agents').get()).toEqual({
      contact_email: null,
      contact_name: null,
      handle: null,
    });
    expect((await registerAgent(server, 'anna@example.org')).key).toBeTruthy();
    expect((await post(token)).status).toBe(404);
  });

  it('believes no other token, no other agent’s, and nothing but a form of ours', async () => {
    const { server, agent, token, post } = await invited();
    const other = await registerAgent(server, 'bob@example.org');
    for (const [wrong, agentId] of [
      ['', agent.agentId],
      ['x', agent.agentId],
      [token.slice(0, -1), agent.agentId],
      [token, other.agentId],
      [token, 'nobody'],
      ['x'.repeat(101), agent.agentId],
    ] as const) {
      expect((await post(wrong, agentId)).status).toBe(404);
    }
    const abroad = await server.call('POST', '/claim/not-mine', {
      headers: {
        'content-type': 'application/x-www-form-urlencoded',
        origin: 'https://evil.example',
        'sec-fetch-site': 'cross-site',
      },
      body: new URLSearchParams({ agent: agent.agentId, token }).toString(),
    });
    expect(abroad.status).toBe(403);
    expect((await post(token, agent.agentId, 'text/plain')).status).toBe(415);
    for (const key of [agent.key, other.key])
      expect((await server.tool(key, 'drafts.list')).status).toBe(200);
  });

  it('takes nothing from an agent that was claimed meanwhile', async () => {
    const { server, agent, token, post } = await invited();
    await server.console('POST', '/setup', { displayName: 'Anna', email: 'anna@example.org', locale: 'en' });
    await server.console('POST', '/joining/claim', { agentId: agent.agentId });
    expect((await post(token)).status).toBe(404);
    expect((await server.tool(agent.key, 'drafts.list')).status).toBe(200);
  });

  it('limits guessing by address', async () => {
    const server = await createTestServer({ hasLimits: true });
    const agent = await registerAgent(server);
    const statuses: number[] = [];
    for (let n = 0; n < 11; n += 1) {
      const answer = await server.call('POST', '/claim/not-mine', {
        headers: { 'content-type': 'application/x-www-form-urlencoded' },
        body: `agent=${agent.agentId}&token=guess${n}`,
      });
      statuses.push(answer.status);
    }
    expect([statuses.slice(0, 10).every((status) => status === 404), statuses[10]]).toEqual([true, 429]);
  });
});

describe('/claim-agent', () => {
  const send = (server: TestServer, step: string, fields: Record<string, string>, type?: string) =>
    server.call<string>('POST', `/claim-agent${step}`, {
      headers: { 'content-type': type ?? 'application/x-www-form-urlencoded' },
      body: new URLSearchParams(fields).toString(),
    });
  const email = 'anika@example.com';

  it('claims in three steps that a person sends, and replaces the key', async () => {
    const server = await createTestServer({ mode: 'server' });
    const { id, key } = await registerNbAgent(server, { owner_email: email });
    const opened = await page(server, `/claim-agent?agent_id=${id}`);
    expect(opened.body).toContain(`value="${id}"`);
    expect(server.context.identity.mail.listMails({ to: email })).toHaveLength(1);
    const asked = await send(server, '', { agent_id: id });
    expect([asked.status, asked.body.includes('Enter the code')]).toEqual([200, true]);
    const otp = mailedCode(server, email);
    const claimed = await send(server, '/verify', { agent_id: id, otp });
    expect([claimed.status, claimed.body.includes('Email-verified')]).toEqual([200, true]);
    expect(claimed.headers['cache-control']).toBe('no-store');
    const token = /name="token" value="([^"]+)"/.exec(claimed.body)?.[1] ?? '';
    const replaced = await send(server, '/new-key', { agent_id: id, token });
    const secret = /nb_[\w-]{43}/.exec(replaced.body)?.[0] ?? '';
    expect([replaced.status, replaced.headers['cache-control']]).toEqual([200, 'no-store']);
    const me = async (apiKey: string) =>
      (await server.call('GET', '/api/protocol/me', { headers: { 'x-api-key': apiKey } })).status;
    expect([await me(key), await me(secret)]).toEqual([401, 200]);
    const again = await send(server, '/new-key', { agent_id: id, token });
    expect([again.status, again.body.includes('No key was replaced')]).toEqual([410, true]);
    for (const { body } of [opened, asked, claimed, replaced, again]) {
      expect(tagsOf(body).filter((tag) => !OUR_TAGS.has(tag))).toEqual([]);
    }
  });

  it('says on the page what is wrong: id, code, an agent that is claimed already', async () => {
    const server = await createTestServer({ mode: 'server' });
    const { id } = await registerNbAgent(server, { owner_email: email });
    const says = async (step: string, fields: Record<string, string>) => {
      const { status, body } = await send(server, step, fields);
      return [status, /role="alert"><strong>([^<]*)</.exec(body)?.[1]];
    };
    expect(await says('', {})).toEqual([400, 'Enter the id of your agent.']);
    expect(await says('', { agent_id: 'x' })).toEqual([404, 'No agent with this id waits to be claimed.']);
    expect(await says('', { agent_id: 'x'.repeat(65) })).toEqual([400, 'Enter the id of your agent.']);
    expect(await says('/verify', { agent_id: id, otp: '000000' })).toEqual([
      400,
      'That code is wrong or expired.',
    ]);
    expect(await says('/verify', { agent_id: id })).toEqual([400, 'Start again with your agent’s id.']);
    expect(await says('/new-key', { agent_id: id, token: 'x' })).toEqual([410, 'The time for this is over.']);
    await claimLite(server, id, email);
    expect(await says('', { agent_id: id })).toEqual([409, 'This agent was claimed already.']);
  });

  it('shows whatever is in its address as text', async () => {
    const server = await createTestServer();
    for (const markup of MARKUP) {
      const { body } = await page(server, `/claim-agent?agent_id=${encodeURIComponent(markup)}`);
      expect(tagsOf(body).filter((tag) => !OUR_TAGS.has(tag))).toEqual([]);
    }
  });

  it('sends whoever has the window there for the key', async () => {
    const server = await createTestServer();
    await createOwner(server);
    const { id } = await registerNbAgent(server, { owner_email: email });
    await send(server, '', { agent_id: id });
    const claimed = await send(server, '/verify', { agent_id: id, otp: mailedCode(server, email) });
    expect(claimed.body).toContain('Open the Countersign window');
    expect(claimed.body).not.toContain('name="token"');
  });

  it('takes nothing from another site, and nothing but a form', async () => {
    const server = await createTestServer({ mode: 'server' });
    const { id } = await registerNbAgent(server, { owner_email: email });
    const abroad = await server.call('POST', '/claim-agent', {
      headers: {
        'content-type': 'application/x-www-form-urlencoded',
        origin: 'https://evil.example',
        'sec-fetch-site': 'cross-site',
      },
      body: `agent_id=${id}`,
    });
    expect(abroad.status).toBe(403);
    expect((await send(server, '', { agent_id: id }, 'text/plain')).status).toBe(415);
    expect(server.context.identity.mail.listMails({ to: email })).toHaveLength(1);
  });

  it('limits requests for codes to one address', async () => {
    const server = await createTestServer({ mode: 'server', hasLimits: true });
    const { id } = await registerNbAgent(server, { owner_email: email });
    const statuses: number[] = [];
    for (let time = 0; time < 4; time += 1) statuses.push((await send(server, '', { agent_id: id })).status);
    expect(statuses.slice(0, 2)).toEqual([200, 200]);
    expect(statuses[3]).toBe(429);
  });
});

describe('forms', () => {
  it('are taken by no other route: what a plain HTML form can post is not JSON', async () => {
    const { server, key, person } = await openOffice();
    for (const { method, path } of server.agentApp.routeTable) {
      if (method === 'GET' || path.startsWith('/claim')) continue;
      for (const type of [
        'application/x-www-form-urlencoded',
        'multipart/form-data; boundary=x',
        'text/plain',
      ]) {
        const answer = await server.call(method as 'POST', path.replaceAll(/:\w+/g, 'x'), {
          key: path.startsWith('/api/console') ? person.token : key,
          headers: { 'content-type': type },
          body: 'content=Hello&email=a%40example.org',
        });
        const isRefused = [404, 405, 415].includes(answer.status);
        expect([method, path, type, isRefused]).toEqual([method, path, type, true]);
      }
    }
  });
});

describe('what search engines find', () => {
  it('has the posts and agents that are public, each with its page and Open Graph', async () => {
    const { server, agents } = await openNb(2);
    const [author, other] = agents;
    if (!author || !other) throw new Error('There are no two agents');
    const postId = await postIn(author, 'b2b-sales', { title: 'A & B', body: 'Panels <for> roofs' });
    const path = `/api/agent/posts/${postId}/comments`;
    const made = await other.call<{ comment_id: string }>('POST', path, { content: '<b>Nice</b>' });
    await author.call('POST', `${path}/${made.body.comment_id}/reply`, { content: 'Thanks' });
    const base = server.context.publicUrl();

    const posts = await page(server, '/sitemap.xml');
    expect(posts.headers['content-type']).toBe('application/xml; charset=utf-8');
    expect(posts.body).toContain(`<loc>${base}/post/${postId}</loc><lastmod>`);
    const bots = await page(server, '/api/sitemap/agents.xml');
    for (const { id } of agents) expect(bots.body).toContain(`<loc>${base}/bot/${id}</loc>`);

    const post = await page(server, `/post/${postId}`);
    expect(post.body).toContain('property="og:title" content="A &#38; B"');
    expect(post.body).toContain(`property="og:url" content="${base}/post/${postId}"`);
    expect(post.body).toContain(`<link rel="canonical" href="${base}/post/${postId}"`);
    expect(post.body).toContain('Panels &#60;for&#62; roofs');
    expect(post.body).toContain('2 comments');
    expect(post.body).toContain('&#60;b&#62;Nice&#60;/b&#62;');
    expect(post.body).toContain('Thanks');
    // Nobody owns it, so nobody approved it.
    expect(post.body).not.toContain('approved by its owner');

    const bot = await page(server, `/bot/${author.id}`);
    expect(bot.body).toContain('A &#38; B');
    expect(bot.body).not.toContain('email-verified');
    expect((await page(server, '/bot/nobody')).status).toBe(404);
  });
});
