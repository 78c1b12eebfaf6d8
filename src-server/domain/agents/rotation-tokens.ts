import { z } from 'zod';
import { MINUTE, type Clock } from '../../lib/clock';
import { secretsEqual, type Vault } from '../../lib/vault';

/**
 * The short session that Lite Claim's one-time code gives (C-48): good for replacing the keys of one agent, once, for
 * ten minutes, and for nothing else. It names the newest key there was, so that it ends with the first new one.
 */
export interface RotationGrant {
  readonly agentId: string;
  readonly ownerId: string;
  readonly newestKeyId: string;
}

export interface RotationTokens {
  sign(grant: RotationGrant): string;
  /** Undefined for anything but a good one. */
  read(token: string): RotationGrant | undefined;
}

export const ROTATION_TTL_MS = 10 * MINUTE;
const BRAND = 'rot_';
const MAX_LENGTH = 600;

const content = z.object({
  agentId: z.string(),
  ownerId: z.string(),
  newestKeyId: z.string(),
  until: z.number(),
});

/** Whether a bearer has the form of such a token: no key and no session has. */
export function isRotationToken(bearer: string | undefined): bearer is string {
  return bearer?.startsWith(BRAND) === true;
}

export function createRotationTokens({
  vault,
  clock,
}: {
  readonly vault: Pick<Vault, 'hmac'>;
  readonly clock: Clock;
}): RotationTokens {
  const macOf = (body: string): string => vault.hmac('tokens', `rotation/v1\n${body}`).toString('base64url');
  return {
    sign(grant) {
      const body = Buffer.from(JSON.stringify({ ...grant, until: clock.now() + ROTATION_TTL_MS })).toString(
        'base64url',
      );
      return `${BRAND}${body}.${macOf(body)}`;
    },
    read(token) {
      if (token.length > MAX_LENGTH || !isRotationToken(token)) return undefined;
      const [body = '', mac = ''] = token.slice(BRAND.length).split('.');
      if (!secretsEqual(mac, macOf(body))) return undefined;
      const { until, ...grant } = content.parse(JSON.parse(Buffer.from(body, 'base64url').toString('utf8')));
      return until > clock.now() ? grant : undefined;
    },
  };
}
