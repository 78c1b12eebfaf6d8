import { useQuery } from '@tanstack/react-query';
import { Trans, useLingui } from '@lingui/react/macro';
import type { AgentKey } from '../../../src-server/contract/console/keys';
import { announce } from '../../components/announcer';
import { ConfirmDialog } from '../../components/confirm-dialog';
import { FormError } from '../../components/form-error';
import { SkeletonRows } from '../../components/skeleton-rows';
import { ErrorState } from '../../components/states';
import { keyImpactQuery, type KeyPath, useRevokeKey } from './api';
import { ClientList } from './client-words';
import classes from './keys.module.css';

interface RevokeDialogProps {
  readonly path: KeyPath;
  readonly agentKey: AgentKey;
  readonly onClose: () => void;
}

/** Who would break, by name, before a key is ended for good. */
export function RevokeDialog({ path, agentKey, onClose }: RevokeDialogProps) {
  const { t } = useLingui();
  const impact = useQuery(keyImpactQuery(path));
  const revoke = useRevokeKey();
  const { prefix, replacedAt } = agentKey;
  const isOverlap = replacedAt !== null;
  const handleConfirm = () =>
    revoke.mutate(path, {
      onSuccess: () => {
        announce(t`The key ${prefix} is revoked`);
        onClose();
      },
    });
  return (
    <ConfirmDialog
      isOpen
      title={isOverlap ? t`End the overlap now?` : t`Revoke this key?`}
      confirmLabel={isOverlap ? t`End it now` : t`Revoke`}
      isDanger
      isBusy={revoke.isPending}
      onClose={onClose}
      onConfirm={handleConfirm}
    >
      <div className={classes['words']}>
        <p>
          <Trans>
            <code>{prefix}…</code> stops working with the next call, and for good.
          </Trans>
        </p>
        <h3>
          <Trans>Who used it in the last 30 days</Trans>
        </h3>
        {impact.isPending ? <SkeletonRows heights={[20, 20]} /> : null}
        {impact.isError ? <ErrorState error={impact.error} onRetry={() => void impact.refetch()} /> : null}
        {impact.data ? <ClientList clients={impact.data.clients} /> : null}
        <FormError error={revoke.error} />
      </div>
    </ConfirmDialog>
  );
}
