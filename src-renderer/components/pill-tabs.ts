import type { TabsProps } from '@mantine/core';
import classes from './pill-tabs.module.css';

/** Looks of tabs within a page, smaller than those of the page itself: `<Tabs {...pillTabs} defaultValue="curl">`. */
export const pillTabs = {
  variant: 'pills',
  keepMounted: false,
  classNames: {
    list: classes['list'] ?? '',
    tab: classes['tab'] ?? '',
    panel: classes['panel'] ?? '',
  },
} satisfies TabsProps;
