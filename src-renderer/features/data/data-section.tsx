import { useMe } from '../../api/session';
import { BackupsPanel } from './backups-panel';
import classes from './data.module.css';
import { DiagnosticsPanel } from './diagnostics-panel';
import { ErasurePanel } from './erasure-panel';
import { ExportPanel } from './export-panel';

/** Everything there is: backups and going back to one, taking it along, handing over what helps, erasing it. */
export function DataSection() {
  const me = useMe();
  const isKeeper = me.data?.user?.role === 'admin';
  return (
    <div className={classes['section']}>
      {isKeeper ? <BackupsPanel /> : null}
      <ExportPanel />
      {isKeeper ? <DiagnosticsPanel /> : null}
      {me.data?.user ? <ErasurePanel isDesktop={me.data.mode === 'desktop'} isAdmin={isKeeper} /> : null}
    </div>
  );
}
