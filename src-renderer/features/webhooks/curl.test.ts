import { execFileSync } from 'node:child_process';
import { expect, it } from 'vitest';
import { toCurl } from './curl';

it('is one command that a shell takes apart as it was put together', () => {
  const body = `{"message":"Let's connect $HOME \`id\` \\"now\\""}`;
  const line = toCurl(
    { url: "https://a.example/?q='x'&y=1", requestHeaders: { 'webhook-id': 'whd_1', 'X-It': "it's" } },
    { body },
  );
  expect(line).not.toContain('miu_whsec');
  const shown = `curl() { for one in "$@"; do printf '%s\\0' "$one"; done; }; ${line}`;
  const parts = execFileSync('sh', ['-c', shown]).toString().split('\0').slice(0, -1);
  expect(parts).toEqual([
    ...['-X', 'POST', "https://a.example/?q='x'&y=1"],
    ...['-H', 'webhook-id: whd_1', '-H', "X-It: it's"],
    ...['--data-raw', body],
  ]);
});
