import { notifications } from '@mantine/notifications';
import { useLingui } from '@lingui/react/macro';

interface Notice {
  readonly title?: string;
  readonly message: string;
}

/** Shows a passing notice; its close button has a name, as every button must. */
export function useNotify(): (notice: Notice) => void {
  const { t } = useLingui();
  return (notice) => {
    notifications.show({ ...notice, closeButtonProps: { 'aria-label': t`Close` } });
  };
}
