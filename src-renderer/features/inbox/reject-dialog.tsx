import { Button, Group, Modal, Radio, Stack, Textarea } from '@mantine/core';
import { Trans, useLingui } from '@lingui/react/macro';
import { type FormEvent, useState } from 'react';
import { codePointLength, REJECT_REASONS, type RejectReason } from '../../../src-server/contract/common';
import { Kbd } from '../../components/kbd';
import { useAriaKeysOf, useHotkeys } from '../../hotkeys/hotkeys';
import classes from './reject-dialog.module.css';
import { useReasonWords } from './words';

/** decisions §3: the note an agent reads has at most 500 characters. */
const MAX_NOTE = 500;

interface RejectDialogProps {
  readonly isOpen: boolean;
  readonly agentName: string;
  readonly onReject: (answer: { reasonCode?: RejectReason | undefined; note?: string | undefined }) => void;
  readonly onClose: () => void;
}

/** Says no, with a reason the agent can act on: number keys choose it, Enter sends it. */
export function RejectDialog({ isOpen, agentName, onReject, onClose }: RejectDialogProps) {
  const { t } = useLingui();
  return (
    <Modal
      opened={isOpen}
      onClose={onClose}
      title={t`Reject`}
      size={460}
      closeButtonProps={{ 'aria-label': t`Close` }}
    >
      <RejectForm agentName={agentName} onReject={onReject} onClose={onClose} />
    </Modal>
  );
}

function RejectForm({ agentName, onReject, onClose }: Omit<RejectDialogProps, 'isOpen'>) {
  const { t } = useLingui();
  const reasonWord = useReasonWords();
  const ariaKeysOf = useAriaKeysOf();
  const [reason, setReason] = useState<RejectReason | null>(null);
  const [note, setNote] = useState('');
  const length = codePointLength(note);
  const isTooLong = length > MAX_NOTE;

  const send = () => {
    if (isTooLong) return;
    onReject({ reasonCode: reason ?? undefined, note: note.trim() === '' ? undefined : note.trim() });
  };
  const handleSubmit = (event: FormEvent) => {
    event.preventDefault();
    send();
  };
  useHotkeys([
    ...REJECT_REASONS.map((code) => ({
      id: `reject.${code}` as const,
      run: () => setReason(code),
    })),
    { id: 'reject.send', run: send },
    { id: 'reject.enter', run: send },
  ]);

  return (
    <form onSubmit={handleSubmit}>
      <Stack gap="sm">
        <Radio.Group
          label={t`Why?`}
          description={t`The agent reads this and may try again.`}
          value={reason}
          onChange={(value) => setReason(REJECT_REASONS.find((code) => code === value) ?? null)}
        >
          <div className={classes['reasons']}>
            {REJECT_REASONS.map((code, index) => (
              <Radio
                key={code}
                value={code}
                size="xs"
                className={classes['reason']}
                data-autofocus={index === 0 ? true : undefined}
                {...ariaKeysOf(`reject.${code}`)}
                label={
                  <span className={classes['word']}>
                    <Kbd hotkey={`reject.${code}`} />
                    {reasonWord(code)}
                  </span>
                }
              />
            ))}
          </div>
        </Radio.Group>
        <Textarea
          label={
            <span className={classes['head']}>
              {t`Note to ${agentName}`}
              <span className={classes['count']} data-numeric="" data-over={isTooLong}>
                {length} / {MAX_NOTE}
              </span>
            </span>
          }
          classNames={{ label: classes['labelRow'] ?? '' }}
          placeholder={t`What should be different?`}
          autosize
          minRows={2}
          maxRows={8}
          value={note}
          error={isTooLong ? t`At most ${MAX_NOTE} characters` : null}
          onChange={(event) => setNote(event.currentTarget.value)}
        />
        <Group justify="flex-end" gap="xs">
          <Button variant="default" onClick={onClose}>
            <Trans>Cancel</Trans>
          </Button>
          <Button type="submit" disabled={isTooLong} rightSection={<Kbd hotkey="reject.send" />}>
            <Trans>Reject</Trans>
          </Button>
        </Group>
      </Stack>
    </form>
  );
}
