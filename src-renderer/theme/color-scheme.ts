import { useMantineColorScheme } from '@mantine/core';
import { useEffect, useEffectEvent } from 'react';
import type { ColorScheme } from '../../src-server/contract/console/session';

/** High contrast is an attribute of its own: it keeps light or dark as the system has it. */
export function applyContrast(isHigh: boolean) {
  const prefersMore = globalThis.matchMedia?.('(prefers-contrast: more)').matches;
  document.documentElement.dataset['contrast'] = isHigh || prefersMore ? 'more' : 'normal';
}

/** Makes the window follow the saved preference. Mantine keeps it in localStorage for the next first paint. */
export function useColorScheme(preference: ColorScheme | undefined) {
  const { setColorScheme } = useMantineColorScheme();
  // Mantine's setter is a new one after each change: only a new preference applies, or first run could choose nothing.
  const apply = useEffectEvent((scheme: ColorScheme) => {
    setColorScheme(scheme === 'contrast' ? 'auto' : scheme);
    applyContrast(scheme === 'contrast');
  });
  useEffect(() => {
    if (preference) apply(preference);
  }, [preference]);
}
