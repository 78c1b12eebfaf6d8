import { createPrivateKey, createPublicKey, randomBytes, sign, type KeyObject } from 'node:crypto';
import { eq, sql } from 'drizzle-orm';
import { LRUCache } from 'lru-cache';
import type { AuditCheckpoint } from '../contract/process';
import type { Db, Tx } from '../db/open';
import { prepared } from '../db/prepared';
import { toIso } from '../lib/clock';
import { toCanonicalJson } from '../lib/jcs';
import { sealed, sha256Hex, type Vault } from '../lib/vault';
import {
  CHECKPOINT_EVERY_ROWS,
  GENESIS,
  hashAuditRow,
  signedExportBytes,
  signedHeadBytes,
  type AuditRowContent,
} from './audit-format';
import { actorIdOf, type Caller } from './caller';
import { audit, auditCheckpoints, auditHead, auditPrivate, personKeys } from './gate.tables';

export {
  AUDIT_FORMAT_VERSION,
  CHECKPOINT_EVERY_ROWS,
  GENESIS,
  hashAuditRow,
  signedHeadBytes,
  type AuditRowContent,
} from './audit-format';

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
  openPrivate(db: Db, seq: number): Record<string, unknown> | undefined;
  /** Signs the digest of an exported file, so that any change to it shows. Base64. */
  signExport(sha256: string): string;
  readonly publicKeyPem: string;
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
  /**
   * Opened keys by their sealed bytes: what is trusted is the row that stands in the file now. A key by its person alone
   * would outlive a transaction that made it and was rolled back, and what it seals then nobody could open.
   */
  const openKeys = new LRUCache<string, Buffer>({ max: 1_000 });

  const personKey = (tx: Tx, personId: string, now: number): Buffer | undefined => {
    const row = selectPersonKey(tx).get({ personId });
    if (row) {
      if (!row.sealedKey) return undefined;
      const name = row.sealedKey.toString('base64');
      const known = openKeys.get(name);
      if (known) return known;
      const key = vault.open('persons', row.sealedKey, personId);
      openKeys.set(name, key);
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
      const sealedKey = selectPersonKey(tx).get({ personId })?.sealedKey;
      if (sealedKey) openKeys.delete(sealedKey.toString('base64'));
      tx.insert(personKeys)
        .values({ personId, sealedKey: null, createdAt: now, erasedAt: now })
        .onConflictDoUpdate({ target: personKeys.personId, set: { sealedKey: null, erasedAt: now } })
        .run();
    },

    openPrivate(db, seq) {
      const row = db.select().from(auditPrivate).where(eq(auditPrivate.seq, seq)).get();
      const key = row && selectPersonKey(db).get({ personId: row.personId })?.sealedKey;
      if (!row || !key) return undefined;
      const plain = sealed.decrypt(vault.open('persons', key, row.personId), row.sealed, `audit/${seq}`);
      return JSON.parse(plain.toString('utf8')) as Record<string, unknown>;
    },

    signExport: (sha256) => sign(null, signedExportBytes(sha256), privateKey).toString('base64'),
  };
}
