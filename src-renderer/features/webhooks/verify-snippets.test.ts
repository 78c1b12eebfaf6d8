import { execFileSync } from 'node:child_process';
import { createHmac } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { VERIFY_SNIPPETS } from './verify-snippets';

const SECRET = 'miu_whsec_test';
const BODY = '{"event":"new_dm","data":{"message":"Grüße"}}';
const env = { ...process.env, MIU_WEBHOOK_SECRET: SECRET };
const codeOf = (language: string) => VERIFY_SNIPPETS.find((one) => one.language === language)?.code ?? '';
const at = (ms: number) => new Date(Date.now() + ms).toISOString().replace('Z', '+00:00');

/** As the document says (HOOK-9), apart from the code that the server signs with. */
const signatureOf = (secret: string, timestamp: string, body: string): string =>
  `sha256=${createHmac('sha256', secret).update(`${timestamp}.${body}`).digest('hex')}`;

function headersAt(timestamp: string) {
  return {
    'X-MatchItUp-Timestamp': timestamp,
    'X-MatchItUp-Signature': signatureOf(SECRET, timestamp, BODY),
  };
}

function verifyWith(language: string, headers: Record<string, string>, body: string): string {
  const given = JSON.stringify({ headers, body });
  if (language === 'Python') {
    const script = `${codeOf(language)}
import json, sys
given = json.loads(sys.argv[1])
print(verify(given["body"].encode(), given["headers"]))`;
    return execFileSync('python3', ['-c', script, given], { env }).toString().trim().toLowerCase();
  }
  const script = `${codeOf(language)}
const { headers, body } = JSON.parse(process.argv[1]);
const lower = Object.fromEntries(Object.entries(headers).map(([name, value]) => [name.toLowerCase(), value]));
console.log(verify(body, lower));`;
  const flags = ['--input-type=module', '-e', script, given];
  return execFileSync(process.execPath, flags, { env }).toString().trim();
}

describe.each(['Python', 'Node'])('the %s snippet', (language) => {
  it('takes what was signed just now, and nothing else', () => {
    expect(verifyWith(language, headersAt(at(0)), BODY)).toBe('true');
    expect(verifyWith(language, headersAt(at(0)), `${BODY} `)).toBe('false');
    expect(verifyWith(language, headersAt(at(-301_000)), BODY)).toBe('false');
  });
});

it('the curl snippet signs as we do', () => {
  const script = codeOf('curl').replace(
    /curl -X POST[\s\S]*/,
    'printf "%s\\n%s\\n%s" "$TIMESTAMP" "$SIGNATURE" "$BODY"',
  );
  const [timestamp = '', signature, body = ''] = execFileSync('sh', ['-c', script], { env })
    .toString()
    .split('\n');
  expect(`sha256=${signature}`).toBe(signatureOf(SECRET, timestamp, body));
});
