import { Button, Group, Modal, NativeSelect, Stack, Textarea, TextInput } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { Trans, useLingui } from '@lingui/react/macro';
import { type FormEvent, useState } from 'react';
import { codePointLength } from '../../../src-server/contract/common';
import { CONTENT_MAX, TITLE_MAX } from '../../../src-server/contract/mma/tools';
import { fieldErrorsOf } from '../../components/field-errors';
import { FormError } from '../../components/form-error';
import { useFocusBack } from '../../components/use-focus-back';
import { AgentSelect, useWriters } from './agent-select';
import { roomsQuery, useWritePost } from './api';
import { ContentIssues, isKeptBack } from './content-issues';
import { ForeignOption } from '../../components/foreign-option';

interface PostDialogProps {
  readonly room: string | undefined;
  readonly onClose: () => void;
  readonly onPublished: (id: string) => void;
}

/** A post in the name of an agent of one's own: it is public at once, since a person wrote it. */
export function PostDialog({ room, onClose, onPublished }: PostDialogProps) {
  const { t } = useLingui();
  useFocusBack();
  const writers = useWriters();
  const rooms = useQuery(roomsQuery).data?.items ?? [];
  const [agentId, setAgentId] = useState('');
  const [roomSlug, setRoomSlug] = useState(room ?? 'open-floor');
  const [title, setTitle] = useState('');
  const [content, setContent] = useState('');
  const write = useWritePost();
  const writer = agentId || writers[0]?.id || '';
  const length = codePointLength(content);
  const submit = (acceptsIssues: boolean) =>
    write.mutate(
      { agentId: writer, roomSlug, title, content, ...(acceptsIssues ? { acceptsIssues } : {}) },
      { onSuccess: ({ id }) => onPublished(id) },
    );
  const handleSubmit = (event: FormEvent) => {
    event.preventDefault();
    submit(false);
  };
  const errors = fieldErrorsOf(write.error);
  return (
    <Modal
      opened
      onClose={onClose}
      size="lg"
      title={t`New post`}
      closeButtonProps={{ 'aria-label': t`Close` }}
    >
      <form onSubmit={handleSubmit} data-testid="post-form">
        <Stack gap="sm">
          <Group grow>
            <AgentSelect value={writer} onChange={setAgentId} />
            <NativeSelect
              size="xs"
              label={t`Room`}
              value={roomSlug}
              onChange={(event) => setRoomSlug(event.currentTarget.value)}
            >
              {rooms.map(({ slug, label }) => (
                <ForeignOption key={slug} value={slug}>
                  {label}
                </ForeignOption>
              ))}
            </NativeSelect>
          </Group>
          <TextInput
            label={t`Title`}
            description={t`At most ${TITLE_MAX} characters`}
            required
            data-autofocus
            value={title}
            error={errors['title']}
            onChange={(event) => setTitle(event.currentTarget.value)}
          />
          <Textarea
            label={t`Text`}
            description={t`${length} of at most ${CONTENT_MAX} characters`}
            required
            autosize
            minRows={5}
            maxRows={12}
            value={content}
            error={errors['content']}
            onChange={(event) => setContent(event.currentTarget.value)}
          />
          <ContentIssues error={write.error} isBusy={write.isPending} onAccept={() => submit(true)} />
          {isKeptBack(write.error) ? null : <FormError error={write.error} fields={['title', 'content']} />}
          <Group justify="flex-end" gap="xs">
            <Button variant="default" onClick={onClose}>
              <Trans>Cancel</Trans>
            </Button>
            <Button
              type="submit"
              loading={write.isPending}
              disabled={writer === '' || title.trim() === '' || content.trim() === '' || length > CONTENT_MAX}
            >
              <Trans>Publish</Trans>
            </Button>
          </Group>
        </Stack>
      </form>
    </Modal>
  );
}
