import { Button } from '@mantine/core';
import { IconSearch } from '@tabler/icons-react';
import { Trans } from '@lingui/react/macro';
import { Kbd } from '../components/kbd';
import { useAriaKeys } from '../hotkeys/hotkeys';

/** Opens the command palette, for whoever does not know its key yet. */
export function PaletteButton({ onOpen }: { onOpen: () => void }) {
  const ariaKeys = useAriaKeys('palette');
  return (
    <Button
      size="compact-sm"
      variant="subtle"
      color="gray"
      leftSection={<IconSearch size={14} stroke={1.75} aria-hidden="true" />}
      rightSection={<Kbd hotkey="palette" />}
      {...ariaKeys}
      aria-haspopup="dialog"
      onClick={onOpen}
      data-testid="palette-open"
    >
      <Trans>Command palette</Trans>
    </Button>
  );
}
