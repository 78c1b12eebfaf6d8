import { createPrivateKey, createPublicKey, randomBytes, sign, type KeyObject } from 'node:crypto';
import { eq, sql } from 'drizzle-orm';
import { LRUCache } from 'lru-cache';
import type { AuditCheckpoint } from '../contract/process';
import type { Tx } from '../db/open';
import { prepared } from '../db/prepared';
import { toIso } from '../lib/clock';
import { toCanonicalJson } from '../lib/jcs';
import { sealed, sha256Hex, type Vault } from '../lib/vault';
import { actorIdOf, type Caller } from './caller';
import { audit, auditCheckpoints, auditHead, auditPrivate, personKeys } from './gate.tables';

/**
 * The audit chain (decisions §3). A row's hash covers the row and the hash before it; personal data lies beside the
 * chain, sealed with a key per person, and only the hash of the sealed bytes is chained, so erasing the key keeps
 * the chain whole. Checkpoints and the head are signed, so that a cut-off tail is named.
 *
 *   row n: hash = SHA-256(JCS{v, seq, at, type, actor, agent, owner, subject, trace, data, private, prev})
 */
export const AUDIT_FORMAT_VERSION = 1;
export const GENESIS = '0'.repeat(64);
export const CHECKPOINT_EVERY_ROWS = 1_000;

export interface AuditEntry {
  readonly type: string;
  readonly caller: Caller;
  readonly agentId?: string | null;
  readonly ownerId?: string | null;
  readonly subjectType?: string | null;
  readonly subjectId?: string | null;
  /** Ids, hashes, numbers and words of ours; never a name, an address or a text. */
  readonly data?: Readonly<Record<string, unknown>>;
  /** What is somebody's: whose it is, and what. Address and user agent of the caller are added. */
  readonly person?: { readonly id: string; readonly data?: Readonly<Record<string, unknown>> };
}

export interface AuditLog {
  /** Appends in the transaction of the thing it records. */
  append(tx: Tx, entry: AuditEntry, now: number): void;
  /** Signs the head as a checkpoint, unless it is one already. */
  checkpoint(tx: Tx, now: number): AuditCheckpoint | undefined;
  /** Destroys the key of a person: what was sealed for them can't be read again. */
  erasePerson(tx: Tx, personId: string, now: number): void;
  /** Opens what was sealed beside a row; undefined when erased. */
  openPrivate(tx: Tx, seq: number): Record<string, unknown> | undefined;
  readonly publicKeyPem: string;
}

/** The row as it is hashed. Field order does not matter: JCS sorts. */
export interface AuditRowContent {
  readonly seq: number;
  readonly at: number;
  readonly type: string;
  readonly actorType: string;
  readonly actorId: string | null;
  readonly agentId: string | null;
  readonly ownerId: string | null;
  readonly subjectType: string | null;
  readonly subjectId: string | null;
  readonly traceId: string;
  readonly data: string;
  readonly privateHash: string | null;
  readonly prevHash: string;
}

export function hashAuditRow(row: AuditRowContent): string {
  const content = {
    v: AUDIT_FORMAT_VERSION,
    seq: row.seq,
    at: row.at,
    type: row.type,
    actor: { type: row.actorType, id: row.actorId },
    agent: row.agentId,
    owner: row.ownerId,
    subject: { type: row.subjectType, id: row.subjectId },
    trace: row.traceId,
    data: row.data,
    private: row.privateHash,
    prev: row.prevHash,
  };
  return sha256Hex(toCanonicalJson(content));
}

/** The bytes a head or checkpoint signature covers. */
export function signedHeadBytes(
  purpose: 'head' | 'checkpoint',
  seq: number,
  head: string,
  at: number,
): Buffer {
  return Buffer.from(`countersign/audit/${purpose}/v1\n${seq}\n${head}\n${at}`);
}

const selectHead = prepared((db) => db.select().from(auditHead).where(eq(auditHead.id, 1)).prepare());
const selectPersonKey = prepared((db) =>
  db
    .select()
    .from(personKeys)
    .where(eq(personKeys.personId, sql.placeholder('personId')))
    .prepare(),
);
const insertRow = prepared((db) =>
  db
    .insert(audit)
    .values({
      seq: sql.placeholder('seq'),
      at: sql.placeholder('at'),
      type: sql.placeholder('type'),
      actorType: sql.placeholder('actorType'),
      actorId: sql.placeholder('actorId'),
      agentId: sql.placeholder('agentId'),
      ownerId: sql.placeholder('ownerId'),
      subjectType: sql.placeholder('subjectType'),
      subjectId: sql.placeholder('subjectId'),
      traceId: sql.placeholder('traceId'),
      data: sql.placeholder('data'),
      privateHash: sql.placeholder('privateHash'),
      prevHash: sql.placeholder('prevHash'),
      hash: sql.placeholder('hash'),
    })
    .prepare(),
);
const insertPrivate = prepared((db) =>
  db
    .insert(auditPrivate)
    .values({
      seq: sql.placeholder('seq'),
      personId: sql.placeholder('personId'),
      sealed: sql.placeholder('sealed'),
    })
    .prepare(),
);
const writeHead = prepared((db) =>
  db
    .insert(auditHead)
    .values({
      id: 1,
      seq: sql.placeholder('seq'),
      head: sql.placeholder('head'),
      signature: sql.placeholder('signature'),
    })
    .onConflictDoUpdate({
      target: auditHead.id,
      set: { seq: sql`excluded.seq`, head: sql`excluded.head`, signature: sql`excluded.signature` },
    })
    .prepare(),
);

export function createAuditLog({
  vault,
  signingKey,
}: {
  readonly vault: Vault;
  readonly signingKey: KeyObject | string;
}): AuditLog {
  const privateKey = typeof signingKey === 'string' ? createPrivateKey(signingKey) : signingKey;
  const openKeys = new LRUCache<string, Buffer>({ max: 1_000 });

  const personKey = (tx: Tx, personId: string, now: number): Buffer | undefined => {
    const known = openKeys.get(personId);
    if (known) return known;
    const row = selectPersonKey(tx).get({ personId });
    if (row) {
      if (!row.sealedKey) return undefined;
      const key = vault.open('persons', row.sealedKey, personId);
      openKeys.set(personId, key);
      return key;
    }
    const key = randomBytes(32);
    tx.insert(personKeys)
      .values({ personId, sealedKey: vault.seal('persons', key, personId), createdAt: now })
      .run();
    return key;
  };

  const signHead = (seq: number, head: string): string =>
    sign(null, signedHeadBytes('head', seq, head, 0), privateKey).toString('base64');

  return {
    publicKeyPem: createPublicKey(privateKey).export({ type: 'spki', format: 'pem' }).toString(),

    append(tx, entry, now) {
      const last = selectHead(tx).get();
      const seq = (last?.seq ?? 0) + 1;
      let privateHash: string | null = null;
      if (entry.person) {
        const key = personKey(tx, entry.person.id, now);
        if (key) {
          const plain = JSON.stringify({
            ip: entry.caller.ip,
            userAgent: entry.caller.userAgent,
            client: entry.caller.client,
            ...entry.person.data,
          });
          const bytes = sealed.encrypt(key, Buffer.from(plain), `audit/${seq}`);
          insertPrivate(tx).run({ seq, personId: entry.person.id, sealed: bytes });
          privateHash = sha256Hex(bytes);
        }
      }
      const row: AuditRowContent = {
        seq,
        at: now,
        type: entry.type,
        actorType: entry.caller.actor.type,
        actorId: actorIdOf(entry.caller.actor),
        agentId: entry.agentId ?? null,
        ownerId: entry.ownerId ?? null,
        subjectType: entry.subjectType ?? null,
        subjectId: entry.subjectId ?? null,
        traceId: entry.caller.traceId,
        data: toCanonicalJson({ face: entry.caller.face, transport: entry.caller.transport, ...entry.data }),
        privateHash,
        prevHash: last?.head ?? GENESIS,
      };
      const hash = hashAuditRow(row);
      insertRow(tx).run({ ...row, hash });
      writeHead(tx).run({ seq, head: hash, signature: signHead(seq, hash) });
      if (seq % CHECKPOINT_EVERY_ROWS === 0) this.checkpoint(tx, now);
    },

    checkpoint(tx, now) {
      const head = selectHead(tx).get();
      if (!head) return undefined;
      const existing = tx.select().from(auditCheckpoints).where(eq(auditCheckpoints.seq, head.seq)).get();
      if (existing) return { ...existing, at: toIso(existing.at) };
      const signature = sign(
        null,
        signedHeadBytes('checkpoint', head.seq, head.head, now),
        privateKey,
      ).toString('base64');
      tx.insert(auditCheckpoints).values({ seq: head.seq, head: head.head, at: now, signature }).run();
      return { seq: head.seq, head: head.head, at: toIso(now), signature };
    },

    erasePerson(tx, personId, now) {
      openKeys.delete(personId);
      tx.insert(personKeys)
        .values({ personId, sealedKey: null, createdAt: now, erasedAt: now })
        .onConflictDoUpdate({ target: personKeys.personId, set: { sealedKey: null, erasedAt: now } })
        .run();
    },

    openPrivate(tx, seq) {
      const row = tx.select().from(auditPrivate).where(eq(auditPrivate.seq, seq)).get();
      const key = row && selectPersonKey(tx).get({ personId: row.personId })?.sealedKey;
      if (!row || !key) return undefined;
      const plain = sealed.decrypt(vault.open('persons', key, row.personId), row.sealed, `audit/${seq}`);
      return JSON.parse(plain.toString('utf8')) as Record<string, unknown>;
    },
  };
}
