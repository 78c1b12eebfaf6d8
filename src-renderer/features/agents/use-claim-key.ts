import { useHotkeys } from '../../hotkeys/hotkeys';

/** `c` claims the agent whose card has the focus, else the first one on the page. */
export function useClaimKey(isEnabled: boolean) {
  useHotkeys([
    {
      id: 'joining.claim',
      isEnabled,
      run: () => {
        const card =
          document.activeElement?.closest('[data-joining]') ?? document.querySelector('[data-joining]');
        card?.querySelector<HTMLButtonElement>('[data-claim]')?.click();
      },
    },
  ]);
}
