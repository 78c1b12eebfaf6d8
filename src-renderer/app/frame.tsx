import { VisuallyHidden } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { Link, Outlet, useLocation, useNavigate } from '@tanstack/react-router';
import { Plural, Trans, useLingui } from '@lingui/react/macro';
import { Fragment, lazy, Suspense, useEffect, useState } from 'react';
import { useMe } from '../api/session';
import { BrandMark } from '../components/brand-mark';
import { OfflineBanner } from '../components/offline-banner';
import { SetupBanner } from '../features/first-run/setup-banner';
import { inboxCountsQuery } from '../features/inbox/api';
import { unreadQuery } from '../features/messages/unread';
import { goIdOf } from '../hotkeys/definitions/everywhere';
import { useHotkeys } from '../hotkeys/hotkeys';
import classes from './frame.module.css';
import { CONSOLE_PAGES, type ConsolePage, groupLabels, PAGE_GROUPS, pageAt } from './pages';
import { FreezeButton } from './freeze-button';
import { PaletteButton } from './palette-button';
import { PreferencesMenu } from './preferences-menu';
import { StatusBar } from './status-bar';

const FrozenBanner = lazy(async () => ({ default: (await import('./frozen-banner')).FrozenBanner }));
const CommandPalette = lazy(async () => ({
  default: (await import('../features/palette/command-palette')).CommandPalette,
}));
const HotkeyHelp = lazy(async () => ({ default: (await import('./hotkey-help')).HotkeyHelp }));

/** The counter of what waits stops here; beyond, the exact number helps nobody. */
const MAX_COUNT = 999;

/** Title bar, navigation and status bar around a page. */
export function Frame() {
  const { t, i18n } = useLingui();
  const navigate = useNavigate();
  const me = useMe();
  const counts = useQuery(inboxCountsQuery);
  const [isHelpOpen, setIsHelpOpen] = useState(false);
  const [wasFreezePressed, setWasFreezePressed] = useState(false);
  // What had the focus when the palette was opened; `undefined` while it is closed.
  const [paletteFrom, setPaletteFrom] = useState<Element | null>();
  const unread = useQuery(unreadQuery);
  const pending = counts.data?.counts.pending ?? 0;
  const waiting: Partial<Record<ConsolePage['to'], number>> = {
    '/inbox': pending,
    '/messages': unread.data?.unreadOfMine ?? 0,
  };

  const isAdmin = me.data?.user?.role === 'admin';

  const { pathname } = useLocation();
  const page = pageAt(pathname);
  const name = page ? i18n._(page.label) : '';
  const title = page?.to === '/inbox' && pending > 0 ? `${name} (${pending})` : name;
  useEffect(() => {
    document.title = `${title} – Countersign`;
  }, [title]);

  const handlePalette = () => setPaletteFrom(document.activeElement);
  useHotkeys([
    { id: 'palette', run: handlePalette },
    { id: 'help', run: () => setIsHelpOpen(true) },
    ...CONSOLE_PAGES.map(({ to }) => ({
      id: goIdOf(to),
      run: () => void navigate({ to }),
    })),
    { id: 'pane.next', run: () => focusPane(1) },
    { id: 'pane.previous', run: () => focusPane(-1) },
  ]);

  return (
    <div className={classes['frame']}>
      <a href="#page" className={classes['skip']}>
        <Trans>Skip to the page</Trans>
      </a>
      <header className={classes['titlebar']}>
        <span className={classes['brand']}>
          <BrandMark />
          <span translate="no">Countersign</span>
        </span>
        {me.data?.mode === 'server' ? (
          <span className={classes['mode']}>
            <Trans>server</Trans>
          </span>
        ) : null}
        <span className={classes['spacer']} />
        <PaletteButton onOpen={handlePalette} />
        <FreezeButton onPress={() => setWasFreezePressed(true)} />
        <PreferencesMenu onShowShortcuts={() => setIsHelpOpen(true)} />
      </header>
      <nav className={classes['sidebar']} aria-label={t`Pages`}>
        {PAGE_GROUPS.map((section) => {
          const pages = CONSOLE_PAGES.filter(
            (entry) => entry.group === section && (isAdmin || entry.isForAdmins !== true),
          );
          if (pages.length === 0) return null;
          return (
            <Fragment key={section}>
              <h2 className={classes['section']}>{i18n._(groupLabels[section])}</h2>
              {pages.map((entry) => (
                <NavItem key={entry.to} page={entry} count={waiting[entry.to] ?? 0} />
              ))}
            </Fragment>
          );
        })}
      </nav>
      <div className={classes['middle']}>
        <OfflineBanner />
        {me.data?.frozenAt == null ? null : (
          <Suspense>
            <FrozenBanner takesFocus={wasFreezePressed} />
          </Suspense>
        )}
        <SetupBanner />
        <main className={classes['page']} id="page" tabIndex={-1}>
          <Outlet />
        </main>
      </div>
      <StatusBar />
      {paletteFrom === undefined ? null : (
        <Suspense>
          <CommandPalette returnTo={paletteFrom} onClosed={() => setPaletteFrom(undefined)} />
        </Suspense>
      )}
      {isHelpOpen ? (
        <Suspense>
          <HotkeyHelp isOpen onClose={() => setIsHelpOpen(false)} />
        </Suspense>
      ) : null}
    </div>
  );
}

interface NavItemProps {
  readonly page: ConsolePage;
  readonly count: number;
}

function NavItem({ page: { to, Icon, label: descriptor }, count }: NavItemProps) {
  const { i18n } = useLingui();
  const label = i18n._(descriptor);
  return (
    <Link to={to} className={classes['item']} activeOptions={{ includeSearch: false }} title={label}>
      <Icon size={16} stroke={1.75} aria-hidden="true" />
      <span className={classes['label']}>{label}</span>
      {count > 0 ? (
        <span
          className={classes['count']}
          data-numeric=""
          data-testid={to === '/inbox' ? 'pending-count' : 'unread-count'}
        >
          <span aria-hidden="true">{count > MAX_COUNT ? `${MAX_COUNT}+` : count}</span>
          <VisuallyHidden>
            {to === '/messages' ? (
              <Plural value={count} one="# message to you is new" other="# messages to you are new" />
            ) : (
              <Plural value={count} one="# waits for you" other="# wait for you" />
            )}
          </VisuallyHidden>
        </span>
      ) : null}
    </Link>
  );
}

/** Moves the focus to the next part of the window; pages mark theirs with `data-pane`. */
function focusPane(step: 1 | -1) {
  const panes = [...document.querySelectorAll<HTMLElement>('[data-pane]')].filter(
    (pane) => pane.offsetParent !== null,
  );
  if (panes.length === 0) return;
  const at = panes.findIndex((pane) => pane.contains(document.activeElement));
  const next = panes[(at + step + panes.length) % panes.length] ?? panes[0];
  (next?.querySelector<HTMLElement>('[tabindex="0"]') ?? next)?.focus();
}
