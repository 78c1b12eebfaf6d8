import { secretsEqual, sha256Hex, type Vault } from '../../lib/vault';

/** What a refresh token says, once its MAC is found good. */
export interface RefreshTokenContent {
  readonly sessionId: string;
  /** How many tokens of this session came before it. */
  readonly rotation: number;
  readonly mayDecide: boolean;
}

/**
 * `csr_<session>.<rotation>.<d|o>.<MAC>`, `d` for sessions that may decide and `o` for the others. The MAC makes it
 * unguessable, and means that whoever can write the database but has no key can't make a token by writing its hash.
 * The same content is the same token, so two refreshes at once get the same answer (see `sessions.service.ts`).
 */
const FORM = /^csr_(ses_[0-9A-Za-z]{22})\.(\d{1,9})\.([do])\.([0-9A-Za-z_-]{43})$/;

export function mintRefreshToken(vault: Pick<Vault, 'hmac'>, content: RefreshTokenContent): string {
  const body = `${content.sessionId}.${content.rotation}.${content.mayDecide ? 'd' : 'o'}`;
  return `csr_${body}.${macOf(vault, body)}`;
}

/** Undefined for whatever this installation did not mint. */
export function readRefreshToken(vault: Pick<Vault, 'hmac'>, token: string): RefreshTokenContent | undefined {
  const parts = FORM.exec(token);
  if (!parts) return undefined;
  const [, sessionId = '', rotation = '', power = '', mac = ''] = parts;
  if (!secretsEqual(mac, macOf(vault, `${sessionId}.${rotation}.${power}`))) return undefined;
  return { sessionId, rotation: Number(rotation), mayDecide: power === 'd' };
}

/** What is stored of a token. */
export function hashRefreshToken(token: string): string {
  return sha256Hex(token);
}

/** Under the key of the access tokens; a JWT's signing input starts with `eyJ`, so neither can pass for the other. */
function macOf(vault: Pick<Vault, 'hmac'>, body: string): string {
  return vault.hmac('tokens', `refresh/v1\n${body}`).toString('base64url');
}
