import { Button, Checkbox, Group, Modal, Radio, Stack, Textarea } from '@mantine/core';
import { Trans, useLingui } from '@lingui/react/macro';
import { type FormEvent, useState } from 'react';
import { codePointLength, REJECT_REASONS, type RejectReason } from '../../../src-server/contract/common';
import { Kbd } from '../../components/kbd';
import { useFocusBack } from '../../components/use-focus-back';
import { useAriaKeysOf, useHotkeys } from '../../hotkeys/hotkeys';
import classes from './reject-dialog.module.css';
import type { RejectAnswer } from './use-triage';
import { useReasonWords } from './words';

/** decisions §3: the note an agent reads has at most 500 characters. */
const MAX_NOTE = 500;

interface RejectDialogProps {
  readonly isOpen: boolean;
  readonly agentName: string;
  /** One reason for what several agents proposed: there is no guidance in it for any of them. */
  readonly isForSeveral?: boolean;
  readonly onReject: (answer: RejectAnswer) => void;
  readonly onClose: () => void;
}

/** Says no, with a reason the agent can act on: number keys choose it, Enter sends it. */
export function RejectDialog({
  isOpen,
  agentName,
  isForSeveral = false,
  onReject,
  onClose,
}: RejectDialogProps) {
  const { t } = useLingui();
  useFocusBack();
  return (
    <Modal
      opened={isOpen}
      onClose={onClose}
      title={t`Reject`}
      size={460}
      closeButtonProps={{ 'aria-label': t`Close` }}
    >
      <RejectForm agentName={agentName} isForSeveral={isForSeveral} onReject={onReject} onClose={onClose} />
    </Modal>
  );
}

function RejectForm({ agentName, isForSeveral, onReject, onClose }: Omit<RejectDialogProps, 'isOpen'>) {
  const { t } = useLingui();
  const reasonWord = useReasonWords();
  const ariaKeysOf = useAriaKeysOf();
  const [reason, setReason] = useState<RejectReason | null>(null);
  const [note, setNote] = useState('');
  const [isForGood, setIsForGood] = useState(false);
  const length = codePointLength(note);
  const isTooLong = length > MAX_NOTE;

  const send = () => {
    if (isTooLong) return;
    const said = note.trim() === '' ? undefined : note.trim();
    onReject({
      reasonCode: reason ?? undefined,
      note: said,
      ...(isForGood && said !== undefined ? { guidance: said } : {}),
    });
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
        {isForSeveral ? null : (
          <Checkbox
            size="xs"
            checked={isForGood}
            disabled={note.trim() === ''}
            onChange={(event) => setIsForGood(event.currentTarget.checked)}
            label={t`Always do this: keep the note as guidance`}
            description={t`${agentName} reads it with everything it does of this kind, until you take it back on its page.`}
          />
        )}
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
