import { describe, expect, it } from 'vitest';
import type { PolicyRow } from '../../../src-server/contract/console/agents';
import { changesOf, pick } from './policy-draft';

const post: PolicyRow = {
  kind: 'post.publish',
  risk: 'reversible',
  verdict: 'hold',
  isDefault: true,
  choices: ['hold', 'deny'],
  allowedUntil: null,
  canAllowForAWhile: false,
};
const reaction: PolicyRow = {
  kind: 'reaction',
  risk: 'reversible',
  verdict: 'hold',
  isDefault: false,
  choices: ['allow', 'hold', 'deny'],
  allowedUntil: null,
  canAllowForAWhile: false,
};

describe('picking in the policy matrix', () => {
  it('collects what differs from what is saved, in the order of the matrix, and says what loosens', () => {
    const draft = pick(pick({}, reaction, 'allow'), post, 'deny');
    expect(changesOf([post, reaction], draft)).toEqual([
      { kind: 'post.publish', from: 'hold', to: 'deny', isLooser: false },
      { kind: 'reaction', from: 'hold', to: 'allow', isLooser: true },
    ]);
  });

  it('forgets a row when the saved choice is picked again', () => {
    expect(pick(pick({}, reaction, 'deny'), reaction, 'hold')).toEqual({});
  });

  it('never takes a choice that is not on offer', () => {
    expect(pick({}, post, 'allow')).toEqual({});
    expect(changesOf([post], { 'post.publish': 'allow' })).toEqual([]);
  });

  it('drops what was saved elsewhere meanwhile', () => {
    expect(changesOf([{ ...post, verdict: 'deny' }], { 'post.publish': 'deny' })).toEqual([]);
  });
});
