import { Button, Checkbox, TextInput } from '@mantine/core';
import { IconKey } from '@tabler/icons-react';
import { Trans, useLingui } from '@lingui/react/macro';
import { useState } from 'react';
import type { newKey } from '../../../src-server/contract/console/keys';
import type { z } from 'zod';
import { CopyTextButton } from '../../components/copy-text-button';
import classes from './new-key-panel.module.css';
import { Snippets } from './snippets';

export type NewKey = z.infer<typeof newKey>;

interface NewKeyPanelProps {
  readonly agentId: string;
  readonly newKey: NewKey;
  readonly doneLabel: string;
  /** The key is gone from the window after this. */
  readonly onDone: () => void;
}

/** A key in full: the only time anybody sees it, with the ways to put it where it belongs. */
export function NewKeyPanel({ agentId, newKey, doneLabel, onDone }: NewKeyPanelProps) {
  const { t } = useLingui();
  const [isSaved, setIsSaved] = useState(false);
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
      <div className={classes['key']}>
        <TextInput
          aria-label={t`The key`}
          readOnly
          value={newKey.secret}
          classNames={{ input: classes['secret'] ?? '' }}
          onFocus={(event) => event.currentTarget.select()}
          spellCheck={false}
          data-testid="new-key"
        />
        <CopyTextButton text={newKey.secret} label={t`Copy key`} variant="filled" isAutofocused />
      </div>
      <section className={classes['setup']}>
        <h3>
          <Trans>Set up a client with it</Trans>
        </h3>
        <Snippets agentId={agentId} secret={newKey.secret} />
      </section>
      <div className={classes['end']}>
        <Checkbox
          label={t`I have saved it`}
          checked={isSaved}
          onChange={(event) => setIsSaved(event.currentTarget.checked)}
        />
        <Button onClick={onDone} disabled={!isSaved}>
          {doneLabel}
        </Button>
      </div>
    </div>
  );
}
