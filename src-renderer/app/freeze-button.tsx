import { Button, Tooltip } from '@mantine/core';
import { IconSnowflake } from '@tabler/icons-react';
import { Trans, useLingui } from '@lingui/react/macro';
import { useMe } from '../api/session';
import { useAriaKeys, useHotkeys, useKeysOf } from '../hotkeys/hotkeys';
import { printKeys } from '../hotkeys/registry';
import { isMac } from '../shell';
import { useFreeze } from './use-freeze';

/**
 * Stops every agent at once, from anywhere. It asks nothing: thawing is as easy, and a second counts. It goes once they
 * are frozen; `onPress` hears that it may take the focus along.
 */
export function FreezeButton({ onPress }: { readonly onPress: () => void }) {
  const { t } = useLingui();
  const me = useMe();
  const { freeze } = useFreeze();
  const isFrozen = me.data?.frozenAt != null;
  const keys = useKeysOf('freeze.all');
  const ariaKeys = useAriaKeys('freeze.all');
  const about = t`Refuse every call of every agent, at once`;
  const canFreeze = me.data?.user != null && !isFrozen;
  const handleFreeze = () => {
    if (!freeze.isPending) freeze.mutate();
  };
  useHotkeys([{ id: 'freeze.all', isEnabled: canFreeze, run: handleFreeze }]);
  if (!canFreeze) return null;
  return (
    <Tooltip label={keys === undefined ? about : `${about} (${printKeys(keys, isMac).join(' ')})`}>
      <Button
        size="compact-sm"
        variant="subtle"
        color="gray"
        leftSection={<IconSnowflake size={14} stroke={1.75} aria-hidden="true" />}
        {...ariaKeys}
        loading={freeze.isPending}
        onClick={() => {
          onPress();
          handleFreeze();
        }}
        data-testid="freeze-all"
      >
        <Trans>Freeze all</Trans>
      </Button>
    </Tooltip>
  );
}
