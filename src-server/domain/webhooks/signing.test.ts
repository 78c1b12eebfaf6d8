import { Webhook } from 'standardwebhooks';
import { expect, it } from 'vitest';
import { signatureOf, signedHeaders } from './signing';

const BODY =
  '{"event":"new_dm","agent_id":"aaaa","timestamp":"2026-04-20T14:30:00+00:00","data":{"dm_id":"dm_abc123"}}';

it('signs the vector of the document (HOOK-14)', () => {
  expect(signatureOf('miu_whsec_test', '2026-04-20T14:30:00+00:00', BODY)).toBe(
    'sha256=289b6d08e8d36cdd92409f77a1cb7d6994f2c8f4424a47f1c418a25bbc5310ee',
  );
});

it('carries the printed headers and those of Standard Webhooks', () => {
  const at = Date.now();
  const headers = signedHeaders({
    deliveryId: 'whd_1',
    agentId: 'aaaa',
    event: 'new_dm',
    body: BODY,
    at,
    secret: 'miu_whsec_test',
    nextSecret: null,
  });
  const timestamp = new Date(at).toISOString().replace('Z', '+00:00');
  expect(headers).toMatchObject({
    'X-MatchItUp-Signature': signatureOf('miu_whsec_test', timestamp, BODY),
    'X-MatchItUp-Event': 'new_dm',
    'X-MatchItUp-Timestamp': timestamp,
    'X-MatchItUp-Agent-Id': 'aaaa',
  });
  expect(headers).not.toHaveProperty('X-MatchItUp-Signature-Next');
  const receiver = new Webhook('miu_whsec_test', { format: 'raw' });
  expect(receiver.verify(BODY, headers)).toEqual(JSON.parse(BODY));
  expect(() => receiver.verify(`${BODY} `, headers)).toThrow(/signature/i);
});

it('lets a receiver with either secret check, while one replaces the other', () => {
  const headers = signedHeaders({
    deliveryId: 'whd_1',
    agentId: 'aaaa',
    event: 'new_dm',
    body: BODY,
    at: Date.now(),
    secret: 'miu_whsec_old',
    nextSecret: 'miu_whsec_new',
  });
  const timestamp = headers['X-MatchItUp-Timestamp'] ?? '';
  expect(headers['X-MatchItUp-Signature']).toBe(signatureOf('miu_whsec_old', timestamp, BODY));
  expect(headers['X-MatchItUp-Signature-Next']).toBe(signatureOf('miu_whsec_new', timestamp, BODY));
  for (const secret of ['miu_whsec_old', 'miu_whsec_new']) {
    expect(new Webhook(secret, { format: 'raw' }).verify(BODY, headers)).toEqual(JSON.parse(BODY));
  }
});
