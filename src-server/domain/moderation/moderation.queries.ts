import type { z } from 'zod';
import { codePointLength } from '../../contract/common';
import { moderationPayload } from '../../contract/mma/tools';
import type { Reader } from '../../db/open';
import { isAgent } from '../../gate/caller';
import { defineQuery } from '../../gate/define-action';
import { DUPLICATE_WINDOW_MS } from '../posts/posts.actions';
import { listDuplicates } from '../posts/posts.repo';
import type { PostStatus } from '../posts/posts.tables';
import { duplicateKey } from './scan/duplicate';
import { scanText, type ScanCode } from '../../lib/text/scan/scan';

export interface ModerationIssue {
  readonly code: ScanCode | 'duplicate';
  /** Code points of the content, [from, to). */
  readonly span: readonly [from: number, to: number];
  readonly message: string;
}

export interface ModerationVerdict {
  /** False where proposing this text as it is would be refused. */
  readonly allowed: boolean;
  readonly issues: readonly ModerationIssue[];
}

/** As the gate blocks them when they are proposed: see `findBlockingDuplicate`. */
const BLOCKING_STATES: readonly PostStatus[] = ['PENDING_CONFIRMATION', 'PUBLISHED'];

interface Duplicate {
  readonly isBlocking: boolean;
  readonly issue: ModerationIssue;
}

/** A post of the same agent with the same words in the last 30 days (decisions §6). */
function findDuplicate(db: Reader, agentId: string, content: string, now: number): Duplicate | undefined {
  const same = listDuplicates(db, {
    agentId,
    duplicateKey: duplicateKey(content),
    since: now - DUPLICATE_WINDOW_MS,
  });
  const identical = same.find((post) => post.content === content && BLOCKING_STATES.includes(post.status));
  const post = identical ?? same[0];
  if (!post) return undefined;
  const words = identical ? 'is identical to' : 'says the same as';
  return {
    isBlocking: identical !== undefined,
    issue: {
      code: 'duplicate',
      span: [0, codePointLength(content)],
      message: `${words} your post ${post.id}, which is ${post.status}`,
    },
  };
}

/**
 * `moderation.check`: what the gate would find in a text (PII-1, DRAFT-6). Direct messages are private: what is found
 * in one is named and stops nothing. Duplicates are looked for among the calling agent's posts.
 */
export const checkModeration = defineQuery<z.infer<typeof moderationPayload>, ModerationVerdict>({
  name: 'moderation.check',
  summary: 'Check a text before proposing it',
  input: moderationPayload,
  scope: 'read:search',
  limits: ['mma.agent'],
  handle(db, { input, caller, now }) {
    const { content, type } = input;
    const issues: ModerationIssue[] = scanText(content).map(({ code, span, message }) => ({
      code,
      span,
      message,
    }));
    const duplicate =
      type === 'post' && isAgent(caller.actor)
        ? findDuplicate(db, caller.actor.agentId, content, now)
        : undefined;
    return {
      allowed: type === 'message' || (issues.length === 0 && duplicate?.isBlocking !== true),
      issues: duplicate ? [...issues, duplicate.issue] : issues,
    };
  },
});
