import {
  ActionIcon,
  Button,
  createTheme,
  type CSSVariablesResolver,
  Input,
  type MantineColorsTuple,
  Menu,
  type Modal,
  type Notification,
  Tooltip,
} from '@mantine/core';

const ink: MantineColorsTuple = [
  '#eef2fd',
  '#dbe3fa',
  '#b7c6f4',
  '#a1b6f6',
  '#8aa4f2',
  '#5a7be0',
  '#4568d3',
  '#2f4fb3',
  '#27439a',
  '#1f367d',
];

const CONTROL_HEIGHT: Record<string, string> = { xs: '1.5rem', sm: '1.75rem', md: '2rem', lg: '2.5rem' };
const CONTROL_PADDING: Record<string, string> = { xs: '0.5rem', sm: '0.625rem', md: '0.75rem', lg: '1rem' };

/** Our look on Mantine: 13 px text, compact controls, neutral greys and one accent (console.md C5). */
export const theme = createTheme({
  primaryColor: 'ink',
  primaryShade: { light: 7, dark: 4 },
  autoContrast: true,
  colors: { ink },
  fontFamily: 'var(--cs-font)',
  fontFamilyMonospace: 'var(--cs-mono)',
  fontSizes: { xs: '0.75rem', sm: '0.8125rem', md: '0.8125rem', lg: '0.9375rem', xl: '1.125rem' },
  lineHeights: { xs: '1.4', sm: '1.5', md: '1.5', lg: '1.5', xl: '1.4' },
  spacing: { xs: '0.5rem', sm: '0.75rem', md: '1rem', lg: '1.5rem', xl: '2rem' },
  radius: { xs: '3px', sm: '6px', md: '8px', lg: '10px', xl: '14px' },
  defaultRadius: 'sm',
  headings: {
    fontFamily: 'var(--cs-font)',
    fontWeight: '600',
    sizes: {
      h1: { fontSize: '1.125rem', lineHeight: '1.35' },
      h2: { fontSize: '0.9375rem', lineHeight: '1.4' },
      h3: { fontSize: '0.8125rem', lineHeight: '1.5' },
    },
  },
  cursorType: 'pointer',
  respectReducedMotion: true,
  components: {
    Button: Button.extend({
      defaultProps: { size: 'sm' },
      vars: (_theme, { size, variant = 'filled', color }) => ({
        root: {
          ...(variant === 'filled' && color === undefined ? { '--button-color': 'var(--cs-on-accent)' } : {}),
          '--button-height': CONTROL_HEIGHT[size ?? 'sm'] ?? '1.75rem',
          '--button-padding-x': CONTROL_PADDING[size ?? 'sm'] ?? '0.625rem',
          '--button-fz': '0.8125rem',
        },
      }),
    }),
    ActionIcon: ActionIcon.extend({ defaultProps: { variant: 'subtle', color: 'gray', size: 28 } }),
    Input: Input.extend({
      vars: (_theme, { size }) => ({
        wrapper: {
          '--input-height': size === 'xs' ? '1.75rem' : '1.875rem',
          '--input-fz': '0.8125rem',
          '--input-bd': 'var(--cs-control-line)',
          '--input-bg': 'var(--cs-surface)',
        },
      }),
    }),
    // Only named, not imported: dialogs and notices are no part of the start.
    Modal: {
      defaultProps: {
        overlayProps: { backgroundOpacity: 0.4 },
        centered: true,
        radius: 'md',
        transitionProps: { duration: 120, transition: 'fade' },
        // Its <header> would count as a second banner of the page beside the title bar.
        attributes: { header: { role: 'presentation' } },
      },
    } satisfies Parameters<typeof Modal.extend>[0],
    Notification: {
      styles: { description: { color: 'var(--cs-text)' } },
    } satisfies Parameters<typeof Notification.extend>[0],
    Menu: Menu.extend({ defaultProps: { shadow: 'md', transitionProps: { duration: 80 } } }),
    Tooltip: Tooltip.extend({
      defaultProps: { openDelay: 350, transitionProps: { duration: 80 }, withArrow: false },
    }),
  },
});

const shared = {
  '--mantine-color-body': 'var(--cs-surface)',
  '--mantine-color-text': 'var(--cs-text)',
  '--mantine-color-dimmed': 'var(--cs-dim)',
  '--mantine-color-placeholder': 'var(--cs-dim)',
  '--mantine-color-anchor': 'var(--cs-accent-text)',
  '--mantine-color-error': 'var(--cs-danger)',
  '--mantine-color-default': 'var(--cs-surface)',
  '--mantine-color-default-hover': 'var(--cs-hover)',
  '--mantine-color-default-color': 'var(--cs-text)',
  '--mantine-color-default-border': 'var(--cs-line-strong)',
  '--mantine-color-ink-filled': 'var(--cs-accent)',
  '--mantine-color-ink-filled-hover': 'var(--cs-accent-hover)',
  '--mantine-color-ink-light-color': 'var(--cs-accent-text)',
  '--mantine-color-ink-text': 'var(--cs-accent-text)',
  '--mantine-primary-color-filled': 'var(--cs-accent)',
  '--mantine-primary-color-filled-hover': 'var(--cs-accent-hover)',
  '--mantine-primary-color-contrast': 'var(--cs-on-accent)',
  '--mantine-primary-color-light-color': 'var(--cs-accent-text)',
};

/** Mantine's own variables follow our tokens, so that one file holds every colour. */
export const cssVariables: CSSVariablesResolver = () => ({ variables: {}, light: shared, dark: shared });
