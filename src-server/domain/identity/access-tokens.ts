import { webcrypto } from 'node:crypto';
import { jwtVerify, SignJWT } from 'jose';
import { z } from 'zod';
import { MINUTE, SECOND, type Clock } from '../../lib/clock';
import type { Vault } from '../../lib/vault';

export interface AccessClaims {
  readonly userId: string;
  readonly sessionId: string;
  readonly role: 'owner' | 'admin';
  readonly mayDecide: boolean;
}

/** JWTs of 15 minutes (AUTH-3, U-4): HS256, `sub sid role aud iss mayDecide iat exp`. */
export interface AccessTokens {
  sign(claims: AccessClaims): Promise<string>;
  /** The claims of a good token; undefined for any other. Whether its session still holds is the caller's to ask. */
  read(token: string): Promise<AccessClaims | undefined>;
}

export const ACCESS_TTL_SECONDS = (15 * MINUTE) / SECOND;
const AUDIENCE = 'countersign';
const ALGORITHM = 'HS256';
/** Ours have about 400 characters; longer ones are not worth a signature check. */
const MAX_LENGTH = 2_000;

const claimsSchema = z.object({
  sub: z.string(),
  sid: z.string(),
  role: z.enum(['owner', 'admin']),
  mayDecide: z.boolean(),
});

export function createAccessTokens({
  vault,
  clock,
  instanceId,
}: {
  readonly vault: Pick<Vault, 'key'>;
  readonly clock: Clock;
  readonly instanceId: string;
}): AccessTokens {
  let imported: Promise<webcrypto.CryptoKey> | undefined;
  const key = (): Promise<webcrypto.CryptoKey> => {
    imported ??= webcrypto.subtle.importKey(
      'raw',
      new Uint8Array(vault.key('tokens')),
      { name: 'HMAC', hash: 'SHA-256' },
      false,
      ['sign', 'verify'],
    );
    return imported;
  };

  return {
    async sign({ userId, sessionId, role, mayDecide }) {
      const issuedAt = Math.floor(clock.now() / SECOND);
      return new SignJWT({ sid: sessionId, role, mayDecide })
        .setProtectedHeader({ alg: ALGORITHM, typ: 'JWT' })
        .setSubject(userId)
        .setAudience(AUDIENCE)
        .setIssuer(instanceId)
        .setIssuedAt(issuedAt)
        .setExpirationTime(issuedAt + ACCESS_TTL_SECONDS)
        .sign(await key());
    },

    async read(token) {
      if (token.length > MAX_LENGTH || !token.startsWith('eyJ')) return undefined;
      try {
        const { payload } = await jwtVerify(token, await key(), {
          algorithms: [ALGORITHM],
          audience: AUDIENCE,
          issuer: instanceId,
          typ: 'JWT',
          requiredClaims: ['sub', 'iat', 'exp'],
          maxTokenAge: ACCESS_TTL_SECONDS,
          currentDate: new Date(clock.now()),
        });
        const claims = claimsSchema.parse(payload);
        const { sub: userId, sid: sessionId, role, mayDecide } = claims;
        return { userId, sessionId, role, mayDecide };
      } catch {
        // Expired, forged, of another installation: all the same to the caller.
        return undefined;
      }
    },
  };
}
