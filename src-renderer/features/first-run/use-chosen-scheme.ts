import { useMantineColorScheme } from '@mantine/core';
import { useState } from 'react';
import type { ColorScheme } from '../../../src-server/contract/console/session';
import { useMe, useUpdatePreferences } from '../../api/session';
import { applyContrast } from '../../theme/color-scheme';

export interface ChosenScheme {
  readonly value: ColorScheme;
  readonly choose: (scheme: ColorScheme) => void;
  /** Stores what was chosen before there was anybody to store it for. */
  readonly save: () => void;
}

/**
 * The look of the window during first run. Before there is a person it is only shown; once there is one it is a
 * preference like any other.
 */
export function useChosenScheme(): ChosenScheme {
  const me = useMe();
  const { setColorScheme } = useMantineColorScheme();
  const { mutate: update } = useUpdatePreferences();
  const [chosen, setChosen] = useState<ColorScheme | null>(null);
  const hasOwner = me.data?.setup.hasOwner === true;
  const value = chosen ?? me.data?.preferences.colorScheme ?? 'auto';
  return {
    value,
    choose(scheme) {
      setChosen(scheme);
      setColorScheme(scheme === 'contrast' ? 'auto' : scheme);
      applyContrast(scheme === 'contrast');
      if (hasOwner) update({ colorScheme: scheme });
    },
    save() {
      if (chosen !== null) update({ colorScheme: chosen });
    },
  };
}
