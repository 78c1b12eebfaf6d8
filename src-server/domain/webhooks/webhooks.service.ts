import type { Tx } from '../../db/open';
import { randomSecret, type Vault } from '../../lib/vault';
import { agentWebhooks } from './webhooks.tables';

/** Keeps where events go. Gives the secret that will sign them: shown once, sealed in the file. */
export function setUpWebhook(
  tx: Tx,
  vault: Pick<Vault, 'seal'>,
  { agentId, url, now }: { readonly agentId: string; readonly url: string; readonly now: number },
): string {
  const secret = `miu_whsec_${randomSecret()}`;
  tx.insert(agentWebhooks)
    .values({ agentId, url, secret: vault.seal('webhooks', secret, agentId), createdAt: now })
    .run();
  return secret;
}
