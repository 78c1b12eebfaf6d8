import { IconKey } from '@tabler/icons-react';
import { Trans, useLingui } from '@lingui/react/macro';
import type { newKey } from '../../../src-server/contract/console/keys';
import type { z } from 'zod';
import { ShownOnce } from '../../components/shown-once';
import classes from './new-key-panel.module.css';
import { Snippets } from './snippets';

export type NewKey = z.infer<typeof newKey>;

interface NewKeyPanelProps {
  readonly agentId: string;
  readonly newKey: NewKey;
  readonly doneLabel?: string;
  /** The key is gone from the window after this. */
  readonly onDone: () => void;
}

/** A key in full: the only time anybody sees it, with the ways to put it where it belongs. */
export function NewKeyPanel({ agentId, newKey, onDone, ...words }: NewKeyPanelProps) {
  const { t } = useLingui();
  return (
    <div className={classes['panel']}>
      <p className={classes['why']}>
        <IconKey size={16} aria-hidden="true" />
        <span>
          <Trans>
            This is the only time the key is shown. Countersign keeps its fingerprint, not the key: if it is
            lost, make another one.
          </Trans>
        </span>
      </p>
      <ShownOnce
        secret={newKey.secret}
        label={t`The key`}
        copyLabel={t`Copy key`}
        testId="new-key"
        onDone={onDone}
        {...words}
      >
        <section className={classes['setup']}>
          <h3>
            <Trans>Set up a client with it</Trans>
          </h3>
          <Snippets agentId={agentId} secret={newKey.secret} />
        </section>
      </ShownOnce>
    </div>
  );
}
