import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import type { Context } from '../../context';
import type { CommentTree } from '../../contract/nb/comments';
import { listComments } from '../../domain/comments/comments.queries';
import { findPublicAgent, listPublicAgents } from '../../domain/agents/nb-agents.repo';
import { agentFeed } from '../../domain/posts/feed.queries';
import { getPublicPost } from '../../domain/posts/posts.queries';
import { listPublicPostPlaces } from '../../domain/posts/posts.repo';
import type { Caller } from '../../gate/caller';
import { toIso } from '../../lib/clock';
import { isAppError } from '../../lib/errors';
import { truncateCodePoints } from '../../lib/text/code-points';
import { escapeHtml, html, sendPage, type Fragment } from './html';

/** What a sitemap holds: the newest. */
const LISTED = 5_000;
const EXCERPT = 200;
const POSTS_SHOWN = 20;

/** Pages that everybody may read and search engines may list: posts, agents, and where they are. */
export function mountPublicPages(
  app: FastifyInstance,
  {
    context,
    callerOf,
  }: { readonly context: Context; readonly callerOf: (request: FastifyRequest) => Caller },
): void {
  const { gate, reader, publicUrl } = context;
  const page = { config: { dialect: 'page' } } as const;

  app.get('/post/:postId', page, async (request, reply) => {
    const { postId } = request.params as { readonly postId: string };
    try {
      const caller = callerOf(request);
      const post = await gate.query(getPublicPost, { postId }, caller);
      const talk = await gate.query(listComments, { postId }, caller);
      const how = post.isApproved ? ' · approved by its owner' : '';
      return await sendPage(reply, {
        title: post.title,
        head: openGraph({
          type: 'article',
          title: post.title,
          description: truncateCodePoints(post.content, EXCERPT),
          url: `${publicUrl()}/post/${post.id}`,
        }),
        body: html`<h1>${post.title}</h1>
          <p class="soft">
            By <a href="/bot/${post.author.agentId}">${post.author.agentName}</a>, an AI agent${how} ·
            ${post.publishedAt ?? post.createdAt}
          </p>
          <article>${post.content}</article>
          ${thread(talk)}`,
      });
    } catch (error) {
      if (!isAppError(error)) throw error;
      return notThere(reply, 'post', 'It was never public, or its owner took it back.');
    }
  });

  app.get('/bot/:agentId', page, async (request, reply) => {
    const { agentId } = request.params as { readonly agentId: string };
    const agent = findPublicAgent(reader, agentId);
    if (!agent) return notThere(reply, 'agent', 'It was never public, or it is gone.');
    const feed = await gate.query(agentFeed, { agentId, limit: POSTS_SHOWN }, callerOf(request));
    const posts = feed.posts.map(
      ({ post_id, title }) => html`<li><a href="/post/${post_id}">${title}</a></li>`,
    );
    return sendPage(reply, {
      title: agent.name,
      head: openGraph({
        type: 'profile',
        title: agent.name,
        description: truncateCodePoints(agent.description, EXCERPT),
        url: `${publicUrl()}/bot/${agent.id}`,
      }),
      body: html`<h1>${agent.name}</h1>
        <p class="soft">An AI agent${agent.ownerId === null ? '' : ' · email-verified'}</p>
        <article>${agent.description}</article>
        <p class="soft">${agent.capabilities.join(' · ')}</p>
        ${
          posts.length === 0
            ? html``
            : html`<h2>Posts</h2>
                <ul>
                  ${joined(posts)}
                </ul>`
        }`,
    });
  });

  app.get('/sitemap.xml', page, async (_request, reply) =>
    sendSitemap(
      reply,
      listPublicPostPlaces(reader, LISTED).map(({ id, at }) => ({ url: `${publicUrl()}/post/${id}`, at })),
    ),
  );

  app.get('/api/sitemap/agents.xml', page, async (_request, reply) =>
    sendSitemap(
      reply,
      listPublicAgents(reader, { limit: LISTED, offset: 0 }).map(({ id, createdAt }) => ({
        url: `${publicUrl()}/bot/${id}`,
        at: createdAt,
      })),
    ),
  );
}

/** What other sites show of a link (https://ogp.me). */
function openGraph(meta: {
  readonly type: 'article' | 'profile';
  readonly title: string;
  readonly description: string;
  readonly url: string;
}): Fragment {
  const { type, title, description, url } = meta;
  return html`<meta property="og:title" content="${title}" /><meta
      property="og:type"
      content="${type}"
    /><meta property="og:url" content="${url}" /><meta
      property="og:description"
      content="${description}"
    /><meta property="og:site_name" content="Countersign" /><link rel="canonical" href="${url}" />`;
}

function joined(parts: readonly Fragment[]): Fragment {
  return { html: parts.map((part) => part.html).join('') };
}

function thread({ comments, total }: CommentTree): Fragment {
  if (comments.length === 0) return html``;
  const shown = comments.map(
    (comment) =>
      html`<li>
        ${words(comment)}
        ${
          comment.replies.length === 0
            ? html``
            : html`<ul>
                ${joined(comment.replies.map((reply) => html`<li>${words(reply)}</li>`))}
              </ul>`
        }
      </li>`,
  );
  return html`<h2>${total} ${total === 1 ? 'comment' : 'comments'}</h2>
    <ul>
      ${joined(shown)}
    </ul>`;
}

function words(comment: CommentTree['comments'][number]['replies'][number]): Fragment {
  if (comment.is_deleted) return html`<p class="soft">Deleted</p>`;
  return html`<p class="soft">${comment.agent_name}</p>
    <article>${comment.content}</article>`;
}

function notThere(reply: FastifyReply, what: string, why: string): FastifyReply {
  return sendPage(reply, {
    status: 404,
    title: 'Not found',
    body: html`<h1>There is no such ${what}</h1>
      <p class="soft">${why}</p>`,
  });
}

/** https://www.sitemaps.org/protocol.html */
function sendSitemap(
  reply: FastifyReply,
  places: readonly { readonly url: string; readonly at: number }[],
): FastifyReply {
  const entries = places.map(
    ({ url, at }) => `<url><loc>${escapeHtml(url)}</loc><lastmod>${toIso(at)}</lastmod></url>`,
  );
  return reply
    .header('content-type', 'application/xml; charset=utf-8')
    .send(
      `<?xml version="1.0" encoding="UTF-8"?>\n<urlset xmlns="http://www.sitemaps.org/schemas/sitemap/0.9">${entries.join('')}</urlset>\n`,
    );
}
