import { useInfiniteQuery } from '@tanstack/react-query';
import { useNavigate } from '@tanstack/react-router';
import { useLingui } from '@lingui/react/macro';
import type { ColorScheme, Locale } from '../../../src-server/contract/console/session';
import { useMe, useUpdatePreferences } from '../../api/session';
import { CONSOLE_PAGES } from '../../app/pages';
import { announce } from '../../components/announcer';
import { useErrorWords } from '../../components/states';
import { useNotify } from '../../components/use-notify';
import { HOTKEYS, type HotkeyId } from '../../hotkeys/catalogue';
import { goIdOf } from '../../hotkeys/definitions/everywhere';
import { hotkeyRegistry, useHotkeyState } from '../../hotkeys/hotkeys';
import { activateLocale } from '../../locales/i18n';
import { shell } from '../../shell';
import { agentsQuery, usePauseAgent } from '../agents/api';
import { useStartVerification } from '../audit/api';
import { useMakeBackup } from '../data/api';
import { SETTINGS_SECTIONS } from '../settings/sections';
import { SETTING_LIST } from '../settings/settings-index';
import type { PaletteEntry } from './entries';

/**
 * A decision is made where its proposal is read, with the guards of that page: no entry approves, rejects, runs again
 * or lets an agent join. Neither do those stand here that only end a mode of the page.
 */
const NOT_IN_PALETTE: ReadonlySet<string> = new Set<HotkeyId>([
  'inbox.approve',
  'inbox.approveForGood',
  'inbox.reject',
  'inbox.approveMarked',
  'inbox.rejectMarked',
  'inbox.sanitise',
  'inbox.retry',
  'inbox.save',
  'inbox.leaveEdit',
  'joining.claim',
]);

/** Everything the palette leads to now. */
export function usePaletteEntries(query: string): readonly PaletteEntry[] {
  return [
    ...usePageEntries(),
    ...usePageActionEntries(),
    ...useActionEntries(),
    ...useAgentEntries(query),
    ...useSettingEntries(),
    ...useProposalEntries(query),
  ];
}

function usePageEntries(): readonly PaletteEntry[] {
  const { i18n } = useLingui();
  const navigate = useNavigate();
  const isAdmin = useMe().data?.user?.role === 'admin';
  return CONSOLE_PAGES.filter(({ isForAdmins }) => isAdmin || isForAdmins !== true).map(
    ({ to, label, goLabel }) => ({
      id: `page${to}`,
      group: 'pages',
      label: i18n._(label),
      keywords: i18n._(goLabel),
      hotkey: goIdOf(to),
      run: () => void navigate({ to }),
    }),
  );
}

/** What the open page binds to keys; moving through its rows is left to the keys. */
function usePageActionEntries(): readonly PaletteEntry[] {
  const { i18n } = useLingui();
  return useHotkeyState()
    .hotkeys.filter(
      ({ id, scope, isEnabled, canRepeat }) =>
        scope === 'page' && isEnabled !== false && canRepeat !== true && !NOT_IN_PALETTE.has(id),
    )
    .map(({ id, label, group }) => ({
      id: `key.${id}`,
      group: 'page',
      label: i18n._(label),
      detail: i18n._(group),
      ...(isHotkeyId(id) ? { hotkey: id } : {}),
      run: () => runHotkey(id),
    }));
}

function isHotkeyId(id: string): id is HotkeyId {
  return Object.hasOwn(HOTKEYS, id);
}

/** Does what the key would do now. */
function runHotkey(id: string): void {
  const hotkey = hotkeyRegistry.list().find((candidate) => candidate.id === id);
  if (hotkey && hotkey.isEnabled !== false) hotkey.run(new KeyboardEvent('keydown'));
}

function useActionEntries(): readonly PaletteEntry[] {
  return [...useSafetyEntries(), ...useTaskEntries(), ...useLookEntries()];
}

function useSafetyEntries(): readonly PaletteEntry[] {
  const { t, i18n } = useLingui();
  const me = useMe();
  if (me.data?.user == null) return [];
  const isFrozen = me.data.frozenAt !== null;
  if (!isFrozen) {
    return [
      {
        id: 'freeze',
        group: 'actions',
        label: i18n._(HOTKEYS['freeze.all'].label),
        hotkey: 'freeze.all',
        run: () => runHotkey('freeze.all'),
      },
    ];
  }
  if (!me.data.mayDecide) return [];
  return [
    {
      id: 'thaw',
      group: 'actions',
      label: t`Thaw all agents…`,
      // Letting agents go on is confirmed in one place.
      run: () => document.getElementById('thaw-all')?.focus(),
    },
  ];
}

function useTaskEntries(): readonly PaletteEntry[] {
  const { t, i18n } = useLingui();
  const navigate = useNavigate();
  const isAdmin = useMe().data?.user?.role === 'admin';
  const backup = useMakeBackup();
  const verification = useStartVerification();
  const onError = useErrorNotice();
  const handleBackup = () => {
    void navigate({ to: '/settings/$section', params: { section: 'data' }, hash: 'backups' });
    backup.mutateAsync(undefined).catch(onError);
  };
  const handleVerify = () => {
    void navigate({ to: '/audit' });
    verification.mutateAsync().catch(onError);
  };
  return [
    {
      id: 'agent.add',
      group: 'actions',
      label: t`Add an agent…`,
      keywords: t`New agent`,
      run: () => void navigate({ to: '/agents', search: { add: true } }),
    },
    {
      id: 'agent.claim',
      group: 'actions',
      label: t`Claim an agent by code…`,
      run: () => void navigate({ to: '/agents', hash: 'claim' }),
    },
    ...(isAdmin
      ? [{ id: 'backup', group: 'actions' as const, label: t`Back up now`, run: handleBackup }]
      : []),
    { id: 'audit.verify', group: 'actions', label: t`Verify the audit log`, run: handleVerify },
    {
      id: 'help',
      group: 'actions',
      label: i18n._(HOTKEYS.help.label),
      hotkey: 'help',
      run: () => runHotkey('help'),
    },
  ];
}

function useErrorNotice(): (error: unknown) => void {
  const notify = useNotify();
  const wordsOf = useErrorWords();
  return (error) => {
    const { title, detail } = wordsOf(error);
    notify({ title, message: detail });
  };
}

/** Appearance and language; what is set already is left out. */
function useLookEntries(): readonly PaletteEntry[] {
  const { t, i18n } = useLingui();
  const current = useMe().data?.preferences.colorScheme ?? 'auto';
  const update = useUpdatePreferences();
  const schemes: readonly { value: ColorScheme; label: string }[] = [
    { value: 'auto', label: t`As the system` },
    { value: 'light', label: t`Light` },
    { value: 'dark', label: t`Dark` },
    { value: 'contrast', label: t`High contrast` },
  ];
  const locales: readonly { value: Locale; label: string }[] = [
    { value: 'en', label: 'English' },
    { value: 'de', label: 'Deutsch' },
  ];
  const handleLocale = (locale: Locale) => {
    void activateLocale(locale);
    update.mutate({ locale });
  };
  return [
    ...schemes
      .filter(({ value }) => value !== current)
      .map(({ value, label }) => ({
        id: `scheme.${value}`,
        group: 'actions' as const,
        label,
        detail: t`Appearance`,
        isSearchOnly: true,
        run: () => update.mutate({ colorScheme: value }),
      })),
    ...locales
      .filter(({ value }) => value !== i18n.locale)
      .map(({ value, label }) => ({
        id: `locale.${value}`,
        group: 'actions' as const,
        label,
        detail: t`Language`,
        isSearchOnly: true,
        run: () => handleLocale(value),
      })),
  ];
}

function useAgentEntries(query: string): readonly PaletteEntry[] {
  const { t } = useLingui();
  const navigate = useNavigate();
  const agents = useInfiniteQuery(agentsQuery);
  const pause = usePauseAgent();
  const notify = useNotify();
  const onError = useErrorNotice();
  const tabs = [
    { tab: 'policy', label: t`Policy` },
    { tab: 'guidance', label: t`Guidance` },
    { tab: 'keys', label: t`Keys` },
    { tab: 'history', label: t`History` },
    { tab: 'connect', label: t`Connect` },
  ] as const;
  // By its promise: the palette is gone before the answer comes.
  const handlePause = (id: string, name: string) =>
    pause.mutateAsync(id).then(() => {
      announce(t`${name} is paused`);
      notify({ message: t`${name} is paused` });
    }, onError);
  const items = agents.data?.pages.flatMap((page) => page.items) ?? [];
  const sought = query.trim();
  return [
    ...items.flatMap(({ id, name, handle, status }): PaletteEntry[] => [
      {
        id: `agent.${id}`,
        group: 'agents',
        label: name,
        ...(handle ? { detail: `@${handle}` } : {}),
        foreign: 'both',
        run: () => void navigate({ to: '/agents/$id', params: { id } }),
      },
      ...tabs.map(({ tab, label }): PaletteEntry => ({
        id: `agent.${id}.${tab}`,
        group: 'agents',
        label,
        detail: name,
        foreign: 'detail',
        ...(handle ? { keywords: `@${handle}` } : {}),
        isSearchOnly: true,
        run: () => void navigate({ to: '/agents/$id', params: { id }, search: { tab } }),
      })),
      ...(status === 'active'
        ? [
            {
              id: `agent.${id}.pause`,
              group: 'agents' as const,
              label: t`Pause the agent`,
              detail: name,
              foreign: 'detail' as const,
              isSearchOnly: true,
              run: () => void handlePause(id, name),
            },
          ]
        : []),
    ]),
    // The first hundred are here; the page of agents has them all.
    ...(agents.hasNextPage && sought !== ''
      ? [
          {
            id: 'agents.find',
            group: 'agents' as const,
            label: t`Find agents called “${sought}”`,
            isFallback: true,
            run: () => void navigate({ to: '/agents', search: { q: sought.slice(0, 80) } }),
          },
        ]
      : []),
  ];
}

function useSettingEntries(): readonly PaletteEntry[] {
  const { t, i18n } = useLingui();
  const navigate = useNavigate();
  const isAdmin = useMe().data?.user?.role === 'admin';
  const go = (section: string, hash?: string) =>
    void navigate({ to: '/settings/$section', params: { section }, ...(hash ? { hash } : {}) });
  const labelOf = (section: string) => {
    const found = SETTINGS_SECTIONS.find(({ id }) => id === section);
    return found ? i18n._(found.label) : section;
  };
  return [
    ...SETTINGS_SECTIONS.map(({ id, label }): PaletteEntry => ({
      id: `section.${id}`,
      group: 'settings',
      label: i18n._(label),
      detail: t`Settings`,
      isSearchOnly: true,
      run: () => go(id),
    })),
    ...SETTING_LIST.filter(
      ({ isForDesktop, isForAdmins }) =>
        (isForDesktop !== true || shell !== undefined) && (isForAdmins !== true || isAdmin),
    ).map(({ id, section, label }): PaletteEntry => ({
      id: `setting.${id}`,
      group: 'settings',
      label: i18n._(label),
      detail: labelOf(section),
      keywords: t`Settings`,
      isSearchOnly: true,
      run: () => go(section, id),
    })),
  ];
}

/** Whatever is typed can be looked for in the Inbox, also where nothing here is called so. */
function useProposalEntries(query: string): readonly PaletteEntry[] {
  const { t } = useLingui();
  const navigate = useNavigate();
  const sought = query.trim();
  if (sought === '') return [];
  return [
    {
      id: 'proposals.find',
      group: 'proposals',
      label: t`Search proposals for “${sought}”`,
      isFallback: true,
      run: () => void navigate({ to: '/inbox', search: { q: sought } }),
    },
  ];
}
