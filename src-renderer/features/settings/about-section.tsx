import { Trans, useLingui } from '@lingui/react/macro';
import type { ReactNode } from 'react';
import { PROTOCOLS } from '../../../src-server/contract/protocols';
import { useMe } from '../../api/session';
import { BrandMark } from '../../components/brand-mark';
import { CopyButton } from '../../components/copy-button';
import { LinkButton } from '../../components/link-button';
import { useDiagnosticsLine } from '../help/diagnostics-line';
import classes from './settings.module.css';

/** Which version this is, under which licence, and what it speaks with agents. */
export function AboutSection() {
  const { t } = useLingui();
  const me = useMe();
  const line = useDiagnosticsLine();
  return (
    <div className={classes['rows']}>
      <div className={classes['brand']}>
        <BrandMark />
        <div>
          <p className={classes['title']} translate="no">
            Countersign
          </p>
          <p className={classes['dim']}>
            <Trans>The desktop where people approve what their AI agents do.</Trans>
          </p>
        </div>
      </div>
      <dl className={classes['facts']}>
        <Fact name={<Trans>Version</Trans>}>
          <span translate="no">{me.data?.version}</span>
        </Fact>
        <Fact name={<Trans>Licence</Trans>}>
          <span translate="no">MIT</span>
        </Fact>
        {PROTOCOLS.map(({ name, versions }) => (
          <Fact key={name} name={<span translate="no">{name}</span>}>
            {versions.map((version) => (
              <span key={version} className={classes['version']} translate="no">
                {version}
              </span>
            ))}
          </Fact>
        ))}
        <Fact name={<Trans>For a report of a problem</Trans>}>
          <code className={classes['line']}>{line}</code>
          <CopyButton text={line} label={t`Copy version and system`} />
        </Fact>
      </dl>
      <div>
        <LinkButton to="/help" variant="default">
          <Trans>Help</Trans>
        </LinkButton>
      </div>
    </div>
  );
}

function Fact({ name, children }: { name: ReactNode; children: ReactNode }) {
  return (
    <div className={classes['fact']}>
      <dt>{name}</dt>
      <dd>{children}</dd>
    </div>
  );
}
