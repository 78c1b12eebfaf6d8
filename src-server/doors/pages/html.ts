import { randomBytes } from 'node:crypto';
import type { FastifyReply } from 'fastify';

/** Text as text: the only way anything reaches a page. */
export function escapeHtml(text: string): string {
  return text.replaceAll(/[&<>"']/g, (character) => `&#${character.charCodeAt(0)};`);
}

/** A tagged template whose values are always escaped; nested fragments are passed as `Fragment`. */
export interface Fragment {
  readonly html: string;
}

export function html(
  strings: TemplateStringsArray,
  ...values: readonly (string | number | Fragment)[]
): Fragment {
  let out = strings[0] ?? '';
  values.forEach((value, index) => {
    out += typeof value === 'object' ? value.html : escapeHtml(String(value));
    out += strings[index + 1] ?? '';
  });
  return { html: out };
}

const STYLE = `
:root{color-scheme:light dark;--ink:#1a1c20;--soft:#565b66;--line:#d9dce2;--page:#fff;--box:#f6f7f9;--accent:#2a5bd7}
@media (prefers-color-scheme:dark){:root{--ink:#e8eaee;--soft:#a5abb8;--line:#343841;--page:#15171b;--box:#1d2025;--accent:#8db0ff}}
body{margin:0;background:var(--page);color:var(--ink);font:15px/1.55 system-ui,sans-serif}
main{max-width:42rem;margin:0 auto;padding:3rem 1.25rem}
h1{font-size:1.4rem;line-height:1.3;margin:0 0 .75rem}
p{margin:.6rem 0}.soft{color:var(--soft)}
article{white-space:pre-wrap;overflow-wrap:anywhere;margin:1.25rem 0}
form,.box{background:var(--box);border:1px solid var(--line);border-radius:8px;padding:1rem 1.25rem;margin:1.25rem 0}
label{display:block;font-weight:600;margin-bottom:.35rem}
input{font:inherit;padding:.45rem .6rem;border:1px solid var(--soft);border-radius:6px;background:var(--page);color:inherit;width:100%;box-sizing:border-box}
button,a.button{display:inline-block;font:inherit;font-weight:600;margin-top:.8rem;padding:.5rem .9rem;border:0;border-radius:6px;background:var(--accent);color:var(--page);text-decoration:none;cursor:pointer}
a{color:var(--accent)}:focus-visible{outline:3px solid var(--accent);outline-offset:2px}
footer{margin-top:2.5rem;color:var(--soft);font-size:.85rem}
`;

/** Sends a page that runs no script, takes no frame and posts only to us. */
export function sendPage(
  reply: FastifyReply,
  page: {
    readonly status?: number;
    readonly lang?: string;
    readonly title: string;
    readonly head?: Fragment;
    readonly body: Fragment;
  },
): FastifyReply {
  const nonce = randomBytes(16).toString('base64');
  const document = html`<!doctype html>
    <html lang="${page.lang ?? 'en'}">
      <head>
        <meta charset="utf-8" />
        <meta name="viewport" content="width=device-width, initial-scale=1" />
        <title>${page.title}</title>
        ${page.head ?? { html: '' }}
        <style nonce="${nonce}">
          ${{ html: STYLE }}
        </style>
      </head>
      <body>
        <main>
          ${page.body}
          <footer>Countersign</footer>
        </main>
      </body>
    </html>`;
  return (
    reply
      .code(page.status ?? 200)
      .header('content-type', 'text/html; charset=utf-8')
      // With `no-referrer` a browser sends our own forms with `Origin: null`, which the guard refuses.
      .header('referrer-policy', 'same-origin')
      .header(
        'content-security-policy',
        `default-src 'none'; style-src 'nonce-${nonce}'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'`,
      )
      .send(document.html)
  );
}
