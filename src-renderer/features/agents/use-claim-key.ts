import { msg } from '@lingui/core/macro';
import { useHotkeys } from '../../hotkeys/hotkeys';

/** `c` claims the agent whose card has the focus, else the first one on the page. */
export function useClaimKey(isEnabled: boolean) {
  useHotkeys('page', [
    {
      id: 'joining.claim',
      keys: ['c'],
      label: msg`Claim the agent that wants to join`,
      group: msg`Agents`,
      isEnabled,
      run: () => {
        const card =
          document.activeElement?.closest('[data-joining]') ?? document.querySelector('[data-joining]');
        card?.querySelector<HTMLButtonElement>('[data-claim]')?.click();
      },
    },
  ]);
}
