import { Button, NumberInput } from '@mantine/core';
import { useQuery, useQueryClient } from '@tanstack/react-query';
import { IconFolderOpen } from '@tabler/icons-react';
import { Trans, useLingui } from '@lingui/react/macro';
import { type FormEvent, useId, useState } from 'react';
import { useMe } from '../../api/session';
import { CopyButton } from '../../components/copy-button';
import { ConfirmDialog } from '../../components/confirm-dialog';
import { Notice } from '../../components/notice';
import { SkeletonRows } from '../../components/skeleton-rows';
import { ErrorState } from '../../components/states';
import { Choices } from './choices';
import { SettingRow } from './setting-row';
import { SettingSwitch } from './setting-switch';
import { useSettingsSave } from './settings-save';
import {
  type PortChange,
  settingsBridge,
  type ShellSettings,
  type ShellSettingsPatch,
  shellSettingsQuery,
} from './shell-settings';
import classes from './settings.module.css';

/** Where agents connect, and how the app on this computer behaves. */
export function ServerSection() {
  const { t } = useLingui();
  const me = useMe();
  const settings = useQuery(shellSettingsQuery);
  const address = settings.data ? addressOf(me.data?.publicUrl, settings.data.port) : me.data?.publicUrl;
  return (
    <div className={classes['rows']}>
      <SettingRow
        setting="address"
        description={
          <Trans>Agents and their clients connect here. Only programs that may reach it can.</Trans>
        }
      >
        <span className={classes['address']}>
          <code className={classes['path']}>{address}</code>
          <CopyButton text={address ?? ''} label={t`Copy the address`} />
        </span>
      </SettingRow>
      {settingsBridge === undefined ? (
        <Notice>
          <Trans>
            Port, data folder and the rest are set where this server is started: with <code>--port</code>,{' '}
            <code>--host</code> and <code>--data</code>. In the desktop app they are changed here.
          </Trans>
        </Notice>
      ) : null}
      {settingsBridge !== undefined && settings.isPending ? <SkeletonRows heights={[48, 48, 48]} /> : null}
      {settings.isError && !settings.data ? (
        <ErrorState error={settings.error} onRetry={() => void settings.refetch()} />
      ) : null}
      {settings.data ? <DesktopRows settings={settings.data} /> : null}
    </div>
  );
}

/** The port may have moved a moment ago, and only the shell knows yet. */
function addressOf(publicUrl: string | undefined, port: number): string | undefined {
  if (publicUrl === undefined || !URL.canParse(publicUrl)) return publicUrl;
  const url = new URL(publicUrl);
  if (url.hostname === '127.0.0.1' || url.hostname === 'localhost') url.port = String(port);
  return url.origin;
}

function DesktopRows({ settings }: { settings: ShellSettings }) {
  const { t } = useLingui();
  const client = useQueryClient();
  const closeId = useId();
  const { follow } = useSettingsSave();
  const write = async (patch: ShellSettingsPatch) => {
    await client.cancelQueries({ queryKey: shellSettingsQuery.queryKey });
    const before = client.getQueryData(shellSettingsQuery.queryKey);
    client.setQueryData(shellSettingsQuery.queryKey, (old) => (old ? { ...old, ...patch } : old));
    try {
      client.setQueryData(shellSettingsQuery.queryKey, await settingsBridge?.updateShellSettings(patch));
    } catch (error) {
      client.setQueryData(shellSettingsQuery.queryKey, before);
      throw error;
    }
  };
  const change = (patch: ShellSettingsPatch, back: ShellSettingsPatch) =>
    follow(write(patch), () => follow(write(back)));
  const closings = [
    { value: 'tray', label: t`Keep running in the tray` },
    { value: 'quit', label: t`Quit` },
    { value: 'ask', label: t`Ask` },
  ] as const satisfies readonly { value: ShellSettings['closeToTray']; label: string }[];
  const { shortcut } = settings;
  return (
    <>
      <PortRow port={settings.port} />
      <SettingRow
        setting="data-folder"
        description={
          <>
            <code className={classes['path']}>{settings.dataFolder}</code>
            <p>
              <Trans>Everything is kept here, locked with the key of this computer.</Trans>
            </p>
          </>
        }
      >
        <Button
          variant="default"
          leftSection={<IconFolderOpen size={14} aria-hidden="true" />}
          onClick={() => void settingsBridge?.openDataFolder()}
        >
          <Trans>Show in the file manager</Trans>
        </Button>
      </SettingRow>
      <SettingRow
        setting="closing"
        titleId={closeId}
        description={<Trans>In the tray agents go on proposing, and you hear of it.</Trans>}
      >
        <Choices
          labelledBy={closeId}
          value={settings.closeToTray}
          choices={closings}
          onChange={(closeToTray) => change({ closeToTray }, { closeToTray: settings.closeToTray })}
        />
      </SettingRow>
      <SettingSwitch
        setting="start-at-login"
        description={<Trans>Opens Countersign in the tray when you sign in to this computer.</Trans>}
        isOn={settings.startAtLogin}
        onChange={(startAtLogin) => change({ startAtLogin }, { startAtLogin: !startAtLogin })}
        testId="start-at-login"
      />
      <SettingSwitch
        setting="freeze-shortcut"
        description={
          settings.isShortcutFree ? (
            <Trans>
              <kbd>{shortcut}</kbd> freezes all agents at once, whatever program is in front.
            </Trans>
          ) : (
            <Trans>
              Another program holds <kbd>{shortcut}</kbd> now, so it does nothing here. The tray and the
              command palette freeze all agents, too.
            </Trans>
          )
        }
        isOn={settings.globalShortcut}
        onChange={(globalShortcut) => change({ globalShortcut }, { globalShortcut: !globalShortcut })}
        testId="global-shortcut"
      />
      <SettingSwitch
        setting="ask-before-quit"
        description={<Trans>With what stops and what waits.</Trans>}
        isOn={settings.askBeforeQuit}
        onChange={(askBeforeQuit) => change({ askBeforeQuit }, { askBeforeQuit: !askBeforeQuit })}
        testId="ask-before-quit"
      />
      <SettingSwitch
        setting="links"
        description={
          <Trans>
            Links such as <code>countersign://v1/inbox</code> in other programs lead here. A link shows a
            page; it never decides.
          </Trans>
        }
        isOn={settings.openLinks}
        onChange={(openLinks) => change({ openLinks }, { openLinks: !openLinks })}
        testId="open-links"
      />
    </>
  );
}

const MIN_PORT = 1_024;
const MAX_PORT = 65_535;

/** Moves the server. What agents were told before stops to hold, so it asks first. */
function PortRow({ port }: { port: number }) {
  const { t } = useLingui();
  const titleId = useId();
  const client = useQueryClient();
  const { follow } = useSettingsSave();
  const [typed, setTyped] = useState<number | string | null>(null);
  const [isAsking, setIsAsking] = useState(false);
  const [refused, setRefused] = useState<Extract<PortChange, { ok: false }> | null>(null);
  const wanted = typed === null ? port : Number(typed);
  const isValid = Number.isInteger(wanted) && wanted >= MIN_PORT && wanted <= MAX_PORT;

  const move = async (to: number): Promise<void> => {
    setRefused(null);
    const answer = await settingsBridge?.changePort(to);
    await client.invalidateQueries({ queryKey: shellSettingsQuery.queryKey });
    await client.invalidateQueries({ queryKey: ['me'] });
    if (!answer || answer.ok) {
      setTyped(null);
      return;
    }
    setRefused(answer);
    throw new Error(t`The port stays ${port}.`);
  };
  const handleSubmit = (event: FormEvent) => {
    event.preventDefault();
    if (isValid && wanted !== port) setIsAsking(true);
  };
  return (
    <SettingRow
      setting="port"
      titleId={titleId}
      description={
        <>
          <Trans>
            Agents that were set up with the old port get no answer until their address is changed: each
            client’s configuration, and links to claim an agent. Keys stay good.
          </Trans>
          {refused ? <Refusal refused={refused} onTake={(free) => setTyped(free)} /> : null}
        </>
      }
    >
      <form className={classes['portForm']} onSubmit={handleSubmit} noValidate>
        <NumberInput
          aria-labelledby={titleId}
          value={typed ?? port}
          onChange={setTyped}
          hideControls
          allowDecimal={false}
          allowNegative={false}
          error={isValid ? null : t`From ${MIN_PORT} to ${MAX_PORT}`}
          className={classes['port'] ?? ''}
          data-testid="port"
        />
        <Button type="submit" variant="default" disabled={!isValid || wanted === port}>
          <Trans>Change…</Trans>
        </Button>
      </form>
      <ConfirmDialog
        isOpen={isAsking}
        title={t`Move to port ${wanted}?`}
        confirmLabel={t`Move`}
        onClose={() => setIsAsking(false)}
        onConfirm={() => {
          setIsAsking(false);
          follow(move(wanted), () => follow(move(port)));
        }}
      >
        <Trans>
          The server stops and starts there. Every agent has to be told the new address; the set-up under
          “Connect” shows it. If the port is taken, it goes on where it was.
        </Trans>
      </ConfirmDialog>
    </SettingRow>
  );
}

interface RefusalProps {
  readonly refused: Extract<PortChange, { ok: false }>;
  readonly onTake: (port: number) => void;
}

function Refusal({ refused, onTake }: RefusalProps) {
  const { holder, nextFreePort } = refused;
  return (
    <Notice
      tone="warn"
      isLive
      actions={
        nextFreePort === null ? null : (
          <Button size="xs" variant="default" onClick={() => onTake(nextFreePort)}>
            <Trans>Enter {nextFreePort}</Trans>
          </Button>
        )
      }
    >
      {refused.reason === 'port_taken' ? (
        holder === null ? (
          <Trans>Another program uses this port.</Trans>
        ) : (
          <Trans>{holder} uses this port.</Trans>
        )
      ) : null}
      {refused.reason === 'not_started' ? (
        <Trans>The server did not start on this port and went back to the old one.</Trans>
      ) : null}
      {refused.reason === 'not_running' ? (
        <Trans>The server does not run now. Try again when it does.</Trans>
      ) : null}
    </Notice>
  );
}
