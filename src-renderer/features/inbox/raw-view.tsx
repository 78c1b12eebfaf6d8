import { Trans, useLingui } from '@lingui/react/macro';
import type { ActionVersion } from '../../../src-server/contract/console/inbox';
import { AgentText } from '../../components/agent-text';
import { CopyButton } from '../../components/copy-button';
import classes from './raw-view.module.css';

/** The canonical payload byte for byte, with the hash that approving it carries. */
export function RawView({ version }: { version: ActionVersion }) {
  const { t } = useLingui();
  return (
    <div className={classes['raw']}>
      <div className={classes['head']}>
        <p>
          <Trans>Exactly these bytes are approved and run (JSON, RFC 8785).</Trans>
        </p>
        <CopyButton text={version.canonical} label={t`Copy the payload`} />
      </div>
      <pre className={classes['code']}>
        <AgentText>{version.canonical}</AgentText>
      </pre>
      <div className={classes['head']}>
        <p>
          <span translate="no">SHA-256</span> <code className={classes['hash']}>{version.hash}</code>
        </p>
        <CopyButton text={version.hash} label={t`Copy the hash`} />
      </div>
    </div>
  );
}
