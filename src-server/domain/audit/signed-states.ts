import { createPublicKey, verify, type KeyObject } from 'node:crypto';
import type { AuditCheckpoint } from '../../contract/process';
import { signedHeadBytes } from '../../gate/audit-format';
import type { ProblemList } from './problems';
import type { StoredCheckpoint, StoredHead } from './verify';

/** What is believed because this installation signed it. */
export interface SignatureCheck {
  isHead(head: StoredHead): boolean;
  isCheckpoint(checkpoint: StoredCheckpoint, where: string): boolean;
}

export function createSignatureCheck(
  publicKeyPem: string | undefined,
  problems: ProblemList,
): SignatureCheck {
  let key: KeyObject | undefined;
  try {
    key = publicKeyPem === undefined ? undefined : createPublicKey(publicKeyPem);
  } catch {
    key = undefined;
  }
  if (!key) problems.add('bad-signature', 0, 0, 'The public key of this log is missing or damaged.');
  const isGood = (bytes: Buffer, signature: string): boolean =>
    key !== undefined && verify(null, bytes, key, Buffer.from(signature, 'base64'));
  return {
    isHead(head) {
      const good = isGood(signedHeadBytes('head', head.seq, head.head, 0), head.signature);
      if (!good && key) {
        problems.add(
          'bad-signature',
          head.seq,
          head.seq,
          'The head of the log was not signed by this installation.',
        );
      }
      return good;
    },
    isCheckpoint({ seq, head, at, signature }, where) {
      const good = Number.isFinite(at) && isGood(signedHeadBytes('checkpoint', seq, head, at), signature);
      if (!good && key) {
        problems.add(
          'bad-signature',
          seq,
          seq,
          `The checkpoint ${where} was not signed by this installation.`,
        );
      }
      return good;
    },
  };
}

const RECENT_ANCHORS = 32;

/** The signed states, met by the walk in their order. */
export interface Anchors {
  /** Signed hashes of the row `seq`; states of rows before it are passed. */
  at(seq: number): { readonly heads: readonly string[]; readonly isListed: boolean };
  drain(): void;
  /** The furthest row that was ever signed. */
  highest(): number;
  count(): number;
}

export function createAnchors(
  checkpoints: Iterable<StoredCheckpoint>,
  kept: AuditCheckpoint | undefined,
  signatures: SignatureCheck,
  problems: ProblemList,
): Anchors {
  const iterator = checkpoints[Symbol.iterator]();
  const advance = (): StoredCheckpoint | undefined => {
    const step = iterator.next();
    return step.done ? undefined : step.value;
  };
  let upcoming = advance();
  let highest = 0;
  let count = 0;
  const outside = kept && { ...kept, at: Date.parse(kept.at) };
  const isKeptGood =
    outside !== undefined && signatures.isCheckpoint(outside, 'kept outside the data folder');
  if (isKeptGood) highest = outside.seq;

  /** Rows that were put in have the numbers of those they moved on: a state is asked for again then. */
  const recent = new Map<number, ReturnType<Anchors['at']>>();

  const judge = (checkpoint: StoredCheckpoint): boolean => {
    const { seq } = checkpoint;
    count += 1;
    if (seq < 1) problems.add('added', seq, seq, 'A checkpoint of a row that can not be.');
    if (!signatures.isCheckpoint(checkpoint, `of row ${seq}`)) return false;
    highest = Math.max(highest, seq);
    return true;
  };

  return {
    at(seq) {
      const known = recent.get(seq);
      if (known) return known;
      const heads: string[] = [];
      let isListed = false;
      for (; upcoming && upcoming.seq <= seq; upcoming = advance()) {
        const isGood = judge(upcoming);
        if (upcoming.seq !== seq) continue;
        isListed = true;
        if (isGood) heads.push(upcoming.head);
      }
      if (isKeptGood && outside.seq === seq) heads.push(outside.head);
      const found = { heads, isListed };
      if (heads.length > 0 || isListed) recent.set(seq, found);
      if (recent.size > RECENT_ANCHORS) recent.delete(recent.keys().next().value ?? seq);
      return found;
    },
    drain() {
      for (; upcoming; upcoming = advance()) judge(upcoming);
    },
    highest: () => highest,
    count: () => count,
  };
}
