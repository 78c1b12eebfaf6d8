import { describe, expect, it } from 'vitest';
import { expected, found, unmark } from './corpus-helper';

/** Put in at run time, so that no scanner of repositories takes the samples for real ones. */
const RANDOM = 'kJ8s2LqZ0vXw5TnB7yRc3MdF6hGp9AeU1iOaQxWz4Et';
const UPPER = 'Q3ZT5WXN7BVC2KLM';
const PEM = ['-----BEGIN ', 'PRIVATE KEY-----'];
const JWT = ['eyJhbGciOiJIUzI1NiJ9', 'eyJzdWIiOiIxMjM0NSJ9', RANDOM].join('.');

const OWN_KEYS = [
  `my key is «mma_${RANDOM}», keep it`,
  `Authorization: Bearer «nb_${RANDOM}»`,
  `?token=«ct_${RANDOM}»&x=1`,
  `secret="«miu_whsec_${RANDOM}»"`,
  `«mma_tok_${RANDOM}»`,
  `«mma_${'a'.repeat(43)}» and «nb_${'0'.repeat(20)}»`,
  `«mma_tok_${'x'.repeat(20)}»`,
  `«mma_${RANDOM.slice(0, 10)}\u200B${RANDOM.slice(10)}»`,
  `«ｍｍａ＿${RANDOM}»`,
  `😀 «nb_${RANDOM}»`,
];

const SECRETS = [
  `«AKIA${UPPER}»`,
  `«ghp_${RANDOM.slice(0, 36)}»`,
  `«github_pat_${RANDOM}»`,
  `«glpat-${RANDOM.slice(0, 20)}»`,
  `OPENAI_API_KEY=«sk-${RANDOM}»`,
  `«sk-proj-${RANDOM}»`,
  `«sk-ant-api03-${RANDOM}»`,
  `«xoxb-123456789012-${RANDOM}»`,
  `https://«hooks.slack.com/services/T00000000/B00000000/${RANDOM.slice(0, 24)}»`,
  `«sk_live_${RANDOM}» «rk_test_${RANDOM}»`,
  `«whsec_${RANDOM}»`,
  `«AIza${RANDOM.slice(0, 35)}»`,
  `«npm_${RANDOM.slice(0, 36)}»`,
  `«hf_${RANDOM.slice(0, 34)}»`,
  `«SG.${RANDOM.slice(0, 22)}.${RANDOM}»`,
  `«123456789:AA${RANDOM.slice(0, 33)}»`,
  `Bearer «${JWT}»`,
  `postgres«://admin:tr0ub4dor@»db.example.com/app`,
  `«${PEM.join('RSA ')}\nMIIEpAIBAAKCAQEA\n-----END RSA PRIVATE KEY-----» bye`,
  `«${PEM.join('')}\\nMIIE\\n-----END PRIVATE KEY-----»`,
  `«${PEM.join('OPENSSH ')}» and nothing else`,
  `«${PEM.join('')}\nAAAA\n-----END PRIVATE KEY-----»\n«${PEM.join('EC ')}\nBBBB\n-----END EC PRIVATE KEY-----»`,
];

const HARMLESS = [
  'Keys start with mma_ or nb_, tokens with ct_ and miu_whsec_.',
  'mma_short, nb_1234567890123456789',
  'gamma_correction_is_applied_here_1, comma_separated_values_1234',
  'product_0123456789abcdefghij is not ours',
  `act_${RANDOM.slice(0, 22)} and post_${RANDOM.slice(0, 22)}`,
  'nb_of_processed_items_per_second, ct_total_count_of_all_items_v2',
  'mma_tournament_bracket_generator, nb_processedItemsPerSecondTotal',
  'sk-loading-spinner-wrapper-large, sk-estuary-of-words',
  'the sk- prefix, ghp_ and AKIA alone',
  'AKIA1234 is too short, xAKIAABCDEFGHIJKLMNOP too',
  'eyJ is how tokens start; eyJhbGciOiJIUzI1NiJ9 is but a header',
  '-----BEGIN PUBLIC KEY-----\nMIIB\n-----END PUBLIC KEY-----',
  '-----BEGIN CERTIFICATE-----',
  'postgres://user:password@localhost/db, https://user:${PASSWORD}@localhost, amqp://u:***@localhost',
  'http://localhost:8080/@scope, https://example.com:443/x',
  'const x = task_test_abcdefghijklmnopqrstuvw;',
  'a'.repeat(500),
  'c0ffee'.repeat(12),
];

describe('credentials', () => {
  it.each(OWN_KEYS)('of ours are found: %#', (marked) => {
    expect(found(unmark(marked).text)).toEqual(expected(marked, 'own_key'));
  });

  it.each(SECRETS)('of others are found: %#', (marked) => {
    expect(found(unmark(marked).text)).toEqual(expected(marked, 'secret'));
  });

  it.each(HARMLESS)('are not seen in: %s', (text) => {
    expect(found(text)).toEqual([]);
  });
});
