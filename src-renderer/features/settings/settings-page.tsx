import { Link, Navigate, useParams } from '@tanstack/react-router';
import { Trans, useLingui } from '@lingui/react/macro';
import { Suspense } from 'react';
import { PageHeader } from '../../components/page-header';
import { SkeletonRows } from '../../components/skeleton-rows';
import { SaveStatus, SettingsSaveProvider } from './settings-save';
import { SETTINGS_SECTIONS } from './sections';
import classes from './settings.module.css';

/** What a person and this computer have set, in sections that save by themselves. */
export function SettingsPage() {
  const { t, i18n } = useLingui();
  const { section: id } = useParams({ from: '/frame/settings/$section' });
  const section = SETTINGS_SECTIONS.find((candidate) => candidate.id === id);
  if (!section) return <Navigate to="/settings/$section" params={{ section: 'general' }} replace />;
  const { Content } = section;
  return (
    <div className={classes['page']}>
      <PageHeader
        title={<Trans>Settings</Trans>}
        description={<Trans>Every change is saved at once.</Trans>}
      />
      <div className={classes['columns']}>
        <nav className={classes['sections']} aria-label={t`Sections of the settings`} data-pane="">
          {SETTINGS_SECTIONS.map(({ id: to, label, Icon }) => (
            <Link
              key={to}
              to="/settings/$section"
              params={{ section: to }}
              className={classes['sectionLink']}
              data-shown={to === id}
            >
              <Icon size={16} stroke={1.75} aria-hidden="true" />
              {i18n._(label)}
            </Link>
          ))}
        </nav>
        <SettingsSaveProvider key={id}>
          <section className={classes['content']} aria-labelledby="settings-section" data-pane="">
            <div className={classes['head']}>
              <h2 id="settings-section" className={classes['sectionTitle']} tabIndex={-1}>
                {i18n._(section.label)}
              </h2>
              <SaveStatus />
            </div>
            <Suspense fallback={<SkeletonRows heights={[48, 48, 48]} />}>
              <Content />
            </Suspense>
          </section>
        </SettingsSaveProvider>
      </div>
    </div>
  );
}
