import {
  createCipheriv,
  createDecipheriv,
  createHmac,
  hash,
  hkdfSync,
  randomBytes,
  scryptSync,
  timingSafeEqual,
} from 'node:crypto';
import { normaliseCode } from './ids';

/**
 * Every key the server uses comes from one data key. The data key is wrapped twice, by the master key (OS keychain,
 * passphrase, key file) and by the recovery code, so that a stolen disk opens with neither (decisions §0, §5).
 *
 *   master key ──┐
 *                ├─ unwrap ─> data key ── HKDF(label) ─> decisions, codes, mail, person keys, tokens
 *   recovery  ───┘
 */
export interface Vault {
  /** HMAC-SHA-256 under the key derived for `label`. */
  hmac(label: KeyLabel, data: string | Buffer): Buffer;
  /** 32 bytes for `label`, for libraries that want a key. */
  key(label: KeyLabel): Buffer;
  /** AES-256-GCM: nonce, ciphertext, tag in one buffer. `context` must be given again to open. */
  seal(label: KeyLabel, plaintext: string | Buffer, context: string): Buffer;
  /** @throws when key, context or bytes differ from those sealed. */
  open(label: KeyLabel, sealed: Buffer, context: string): Buffer;
  /** The data key wrapped by a recovery code, to be stored. */
  wrapForRecovery(recoveryCode: string): Buffer;
}

export type KeyLabel =
  | 'decisions'
  | 'codes'
  | 'mail'
  | 'persons'
  | 'tokens'
  | 'signing-keys'
  | 'cursors'
  | 'backups'
  | 'webhooks'
  | 'payments';

const NONCE_BYTES = 12;
const TAG_BYTES = 16;
const SALT_BYTES = 16;
/** A recovery code has about 111 bits, so scrypt's cost is a courtesy, not the defence. */
const RECOVERY_COST = { N: 2 ** 15, r: 8, p: 1, maxmem: 64 * 1024 * 1024 } as const;

function encrypt(key: Buffer, plaintext: Buffer, context: string): Buffer {
  const nonce = randomBytes(NONCE_BYTES);
  const cipher = createCipheriv('aes-256-gcm', key, nonce).setAAD(Buffer.from(context));
  const body = Buffer.concat([cipher.update(plaintext), cipher.final()]);
  return Buffer.concat([nonce, body, cipher.getAuthTag()]);
}

function decrypt(key: Buffer, sealed: Buffer, context: string): Buffer {
  const nonce = sealed.subarray(0, NONCE_BYTES);
  const tag = sealed.subarray(sealed.length - TAG_BYTES);
  const decipher = createDecipheriv('aes-256-gcm', key, nonce).setAAD(Buffer.from(context)).setAuthTag(tag);
  return Buffer.concat([
    decipher.update(sealed.subarray(NONCE_BYTES, sealed.length - TAG_BYTES)),
    decipher.final(),
  ]);
}

/** AES-256-GCM under a caller's own key, for keys that live one to a person. */
export const sealed = { encrypt, decrypt };

/** A new data key, wrapped by the master key, for a new data folder. */
export function createWrappedDataKey(masterKey: Buffer): Buffer {
  return encrypt(masterKey, randomBytes(32), 'data-key');
}

/** @throws when the master key is not the one of this data folder. */
export function openVault(masterKey: Buffer, wrappedDataKey: Buffer): Vault {
  return vaultOf(decrypt(masterKey, wrappedDataKey, 'data-key'));
}

/** Opens with the recovery code and gives the data key wrapped anew for `masterKey`. @throws on a wrong code. */
export function recoverVault(
  recoveryCode: string,
  wrappedForRecovery: Buffer,
  masterKey: Buffer,
): { vault: Vault; wrappedDataKey: Buffer } {
  const salt = wrappedForRecovery.subarray(0, SALT_BYTES);
  const dataKey = decrypt(
    recoveryKey(recoveryCode, salt),
    wrappedForRecovery.subarray(SALT_BYTES),
    'recovery',
  );
  return { vault: vaultOf(dataKey), wrappedDataKey: encrypt(masterKey, dataKey, 'data-key') };
}

function recoveryKey(recoveryCode: string, salt: Buffer): Buffer {
  return scryptSync(normaliseCode(recoveryCode), salt, 32, RECOVERY_COST);
}

function vaultOf(dataKey: Buffer): Vault {
  const keys = new Map<KeyLabel, Buffer>();
  const key = (label: KeyLabel): Buffer => {
    let derived = keys.get(label);
    if (!derived) {
      derived = Buffer.from(hkdfSync('sha256', dataKey, Buffer.alloc(0), `countersign/${label}/v1`, 32));
      keys.set(label, derived);
    }
    return derived;
  };
  return {
    key,
    hmac: (label, data) => createHmac('sha256', key(label)).update(data).digest(),
    seal: (label, plaintext, context) => encrypt(key(label), Buffer.from(plaintext), context),
    open: (label, bytes, context) => decrypt(key(label), bytes, context),
    wrapForRecovery: (recoveryCode) => {
      const salt = randomBytes(SALT_BYTES);
      return Buffer.concat([salt, encrypt(recoveryKey(recoveryCode, salt), dataKey, 'recovery')]);
    },
  };
}

/** SHA-256 in lower-case hexadecimal. */
export function sha256Hex(data: string | Buffer): string {
  return hash('sha256', data, 'hex');
}

/** Constant-time comparison of two secrets of any length. */
export function secretsEqual(left: string | Buffer, right: string | Buffer): boolean {
  return timingSafeEqual(hash('sha256', left, 'buffer'), hash('sha256', right, 'buffer'));
}

/** 32 random bytes in base64url, the body of keys and tokens. */
export function randomSecret(): string {
  return randomBytes(32).toString('base64url');
}
