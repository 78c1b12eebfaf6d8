import { Modal } from '@mantine/core';
import { useNavigate } from '@tanstack/react-router';
import { Trans, useLingui } from '@lingui/react/macro';
import { Kbd } from '../components/kbd';
import { KeyList } from '../components/key-list';
import { LinkButton } from '../components/link-button';
import { useFocusBack } from '../components/use-focus-back';
import { useHotkeys, useHotkeyState } from '../hotkeys/hotkeys';
import classes from './hotkey-help.module.css';

/** Every key that acts on this page, read from the registry; what it is printed with is how the person has it. */
export function HotkeyHelp({ isOpen, onClose }: { isOpen: boolean; onClose: () => void }) {
  const { t } = useLingui();
  useFocusBack();
  const navigate = useNavigate();
  const { hotkeys, settings } = useHotkeyState();
  useHotkeys([
    {
      id: 'help.page',
      run: () => {
        onClose();
        void navigate({ to: '/help' });
      },
    },
  ]);
  return (
    <Modal
      opened={isOpen}
      onClose={onClose}
      title={t`Shortcuts`}
      size="lg"
      closeButtonProps={{ 'aria-label': t`Close` }}
    >
      <KeyList hotkeys={hotkeys.filter(({ scope }) => scope !== 'dialog')} />
      {settings.singleKeys === 'off' ? (
        <p className={classes['off']}>
          <Trans>Single letters are switched off in Settings; combinations with Ctrl or ⌘ act.</Trans>
        </p>
      ) : null}
      <div className={classes['actions']}>
        <LinkButton
          to="/settings/$section"
          params={{ section: 'shortcuts' }}
          variant="default"
          onClick={onClose}
        >
          <Trans>Change shortcuts</Trans>
        </LinkButton>
        <LinkButton
          to="/help"
          variant="default"
          onClick={onClose}
          rightSection={<Kbd hotkey="help.page" />}
          data-autofocus
        >
          <Trans>All help</Trans>
        </LinkButton>
      </div>
    </Modal>
  );
}
