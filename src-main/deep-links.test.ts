import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { toConsolePath } from '../src-renderer/app/links';
import { findLink, parseLink } from './deep-links';
import { LinkTarget } from './ipc/contract';

describe('a link of another program', () => {
  it.each([
    ['countersign://v1/inbox', { page: 'inbox' }],
    ['countersign://v1/inbox/act_123', { page: 'inbox', item: 'act_123' }],
    ['countersign://v1/inbox?item=act_123', { page: 'inbox', item: 'act_123' }],
    ['countersign://v1/agents/0190-ab', { page: 'agents', agent: '0190-ab' }],
    ['countersign://v1/claim?code=MMA-7K2P-9XQ4', { page: 'claim', code: 'MMA-7K2P-9XQ4' }],
    ['countersign://v1/claim/ct_abc', { page: 'claim', code: 'ct_abc' }],
    ['countersign://v1/settings/notifications', { page: 'settings', section: 'notifications' }],
    ['countersign://v1/cases/tr_1', { page: 'cases', trace: 'tr_1' }],
    ['countersign://v1/webhooks/0190-ab', { page: 'webhooks', agent: '0190-ab' }],
    ['countersign://v1/credits', { page: 'credits' }],
    ['COUNTERSIGN://v1/inbox/', { page: 'inbox' }],
  ])('opens a page: %s', (link, target) => {
    expect(parseLink(link)).toEqual(target);
  });

  it.each([
    'countersign://v2/inbox',
    'countersign://inbox',
    'countersign:v1/inbox',
    'countersign://v1/',
    'countersign://v1/freeze',
    'countersign://v1/thaw',
    'countersign://v1/inbox/act_1/approve',
    'countersign://v1/inbox/act_1?approve=1',
    'countersign://v1/inbox/act_1?item=act_2&item=act_3',
    'countersign://v1/inbox/..%2F..%2Fapi',
    'countersign://v1/inbox/%E0%A4%A',
    'countersign://v1/inbox#act_1',
    'countersign://me:pw@v1/inbox',
    'countersign://v1/claim',
    'countersign://v1/claim?code=%3Cb%3E',
    'countersign://v1/cases',
    'countersign://v1/credits/0190-ab',
    `countersign://v1/inbox/${'x'.repeat(65)}`,
    `countersign://v1/inbox?item=${'x'.repeat(3000)}`,
    'https://example.org/v1/inbox',
    'not a link',
    '',
  ])('that is none of this version is not known: %s', (link) => {
    expect(parseLink(link)).toEqual({ page: 'unknown' });
  });

  it('is found among the arguments of a second start, and switches are none', () => {
    expect(findLink(['/opt/app', '--hidden', 'countersign://v1/inbox'])).toBe('countersign://v1/inbox');
    expect(findLink(['/opt/app', '--link=countersign://v1/inbox'])).toBeUndefined();
  });

  it('never throws, and leads nowhere but to a page of the console, whatever is in it', () => {
    const piece = fc.oneof(
      fc.string({ unit: 'binary', maxLength: 40 }),
      fc.constantFrom(
        'v1',
        'inbox',
        'agents',
        'claim',
        'settings',
        'cases',
        'webhooks',
        'credits',
        'decide',
        'approve',
        '..',
        'api',
      ),
    );
    const link = fc
      .tuple(
        fc.array(piece, { maxLength: 5 }),
        fc.array(fc.tuple(piece, piece), { maxLength: 3 }),
        fc.boolean(),
      )
      .map(([path, query, isEncoded]) => {
        const write = isEncoded
          ? (text: string) => {
              try {
                return encodeURIComponent(text);
              } catch {
                return text;
              }
            }
          : (text: string) => text;
        const search = query.map(([name, value]) => `${write(name)}=${write(value)}`).join('&');
        return `countersign://${path.map(write).join('/')}${search === '' ? '' : `?${search}`}`;
      });
    fc.assert(
      fc.property(fc.oneof(link, fc.string({ unit: 'binary' }), fc.webUrl()), (text) => {
        const target = parseLink(text);
        expect(LinkTarget.safeParse(target).success).toBe(true);
        const url = new URL(toConsolePath(target), 'app://console/');
        expect(url.host).toBe('console');
        expect(url.pathname).toMatch(
          /^\/(?:inbox|agents|settings|webhooks|credits|unknown-link|(?:agents|case|settings)\/[\w-]{1,64})$/,
        );
        expect(url.pathname.startsWith('/api')).toBe(false);
      }),
      { numRuns: 3000 },
    );
  });
});
