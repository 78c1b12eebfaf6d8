import { randomBytes } from 'node:crypto';
import { expect, it } from 'vitest';
import { redact, redactText } from './redact';

const secret = randomBytes(32);

it.each([
  ['an agent key of mma', `mma_${secret.toString('base64url')}`],
  ['an agent key of nb', `nb_${secret.toString('hex')}`],
  ['a bearer header', `Bearer ${secret.toString('base64url')}`],
  ['a session token', `eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiJ4In0.${secret.toString('base64url')}`],
  ['the socket secret', secret.toString('base64')],
  ['a key in hex', secret.toString('hex')],
])('takes %s out of a line', (_name, text) => {
  const line = redactText(`before "${text}" after`);
  expect(line).not.toContain(text.slice(-20));
  expect(line).toContain('before');
  expect(line).toContain('after');
});

it('looks into errors and objects', () => {
  const text = secret.toString('base64');
  expect(redact(new Error(`failed with ${text}`))).not.toContain(text);
  expect(redact({ nested: { key: text } })).not.toContain(text);
});

it('leaves ordinary lines alone and cuts long ones', () => {
  expect(redactText('server is up at http://127.0.0.1:7423, pid 42')).toBe(
    'server is up at http://127.0.0.1:7423, pid 42',
  );
  expect(redactText('x '.repeat(5000))).toHaveLength(4001);
});
