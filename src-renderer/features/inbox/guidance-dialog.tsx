import { Button, Checkbox, Group, Modal, Stack, Textarea } from '@mantine/core';
import { Trans, useLingui } from '@lingui/react/macro';
import { type FormEvent, useState } from 'react';
import { codePointLength } from '../../../src-server/contract/common';
import type { InboxDetail } from '../../../src-server/contract/console/inbox';
import { Kbd } from '../../components/kbd';
import { useFocusBack } from '../../components/use-focus-back';
import { useHotkeys } from '../../hotkeys/hotkeys';
import { useKindWords } from './words';

const MAX_GUIDANCE = 500;

interface GuidanceDialogProps {
  readonly detail: InboxDetail;
  readonly onSend: (text: string, isForKind: boolean) => void;
  readonly onClose: () => void;
}

/** A sentence the agent keeps to from now on. It reads it through MCP; nothing is decided by it. */
export function GuidanceDialog({ detail, onSend, onClose }: GuidanceDialogProps) {
  const { t } = useLingui();
  useFocusBack();
  return (
    <Modal
      opened
      onClose={onClose}
      title={t`Always do this`}
      size={460}
      closeButtonProps={{ 'aria-label': t`Close` }}
    >
      <GuidanceForm detail={detail} onSend={onSend} onClose={onClose} />
    </Modal>
  );
}

function GuidanceForm({ detail, onSend, onClose }: GuidanceDialogProps) {
  const { t } = useLingui();
  const kindWord = useKindWords()(detail.kind);
  const [text, setText] = useState('');
  const [isForKind, setIsForKind] = useState(true);
  const length = codePointLength(text.trim());
  const canSend = length > 0 && length <= MAX_GUIDANCE;
  const send = () => {
    if (canSend) onSend(text.trim(), isForKind);
  };
  const handleSubmit = (event: FormEvent) => {
    event.preventDefault();
    send();
  };
  useHotkeys([{ id: 'guidance.send', run: send }]);
  const name = detail.agent.name;
  return (
    <form onSubmit={handleSubmit}>
      <Stack gap="sm">
        <Textarea
          data-autofocus
          label={t`For ${name}, from now on`}
          description={t`The agent reads this before it proposes. It does not decide about what waits here.`}
          placeholder={t`Leave hashtags out.`}
          autosize
          minRows={3}
          maxRows={10}
          value={text}
          error={length > MAX_GUIDANCE ? t`At most ${MAX_GUIDANCE} characters` : null}
          onChange={(event) => setText(event.currentTarget.value)}
        />
        <Checkbox
          size="xs"
          checked={isForKind}
          onChange={(event) => setIsForKind(event.currentTarget.checked)}
          label={t`Only for this kind: ${kindWord}`}
        />
        <Group justify="flex-end" gap="xs">
          <Button variant="default" onClick={onClose}>
            <Trans>Cancel</Trans>
          </Button>
          <Button type="submit" disabled={!canSend} rightSection={<Kbd hotkey="guidance.send" />}>
            <Trans>Keep as guidance</Trans>
          </Button>
        </Group>
      </Stack>
    </form>
  );
}
