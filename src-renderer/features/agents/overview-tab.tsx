import { Button, Textarea, TextInput } from '@mantine/core';
import { IconInbox, IconPencil } from '@tabler/icons-react';
import { Plural, Trans, useLingui } from '@lingui/react/macro';
import { type FormEvent, type ReactNode, useRef, useState } from 'react';
import { codePointLength } from '../../../src-server/contract/common';
import type { AgentDetail } from '../../../src-server/contract/console/agents';
import { drawThenFocus } from '../../components/draw-then-focus';
import { AgentText } from '../../components/agent-text';
import { CopyButton } from '../../components/copy-button';
import { fieldErrorsOf } from '../../components/field-errors';
import { FormError } from '../../components/form-error';
import { LinkButton } from '../../components/link-button';
import { Notice } from '../../components/notice';
import { RelativeTime } from '../../components/time';
import { useFocusOnMount } from '../../components/use-focus-on-mount';
import { useFocusInvalid } from '../../components/use-focus-invalid';
import classes from './agent-page.module.css';
import { useAgentWords } from './agent-words';
import { useUpdateAgent } from './api';

/** Who the agent is, and the way to what waits of it. */
export function OverviewTab({ agent }: { agent: AgentDetail }) {
  const { t } = useLingui();
  const words = useAgentWords();
  const [isEditing, setIsEditing] = useState(false);
  const editButton = useRef<HTMLButtonElement>(null);
  const handleClose = () => {
    drawThenFocus(
      () => setIsEditing(false),
      () => editButton.current,
    );
  };
  const none = (
    <span className={classes['dim']}>
      <Trans>not said</Trans>
    </span>
  );
  return (
    <div className={classes['stack']}>
      {agent.pending > 0 ? (
        <Notice
          icon={<IconInbox size={16} />}
          actions={
            <LinkButton to="/inbox" search={{ agent: agent.id }}>
              <Trans>Decide in the Inbox</Trans>
            </LinkButton>
          }
        >
          <Plural value={agent.pending} one="# proposal waits for you." other="# proposals wait for you." />
        </Notice>
      ) : null}
      <div className={classes['between']}>
        <h2 className={classes['subtitle']}>
          <Trans>Profile</Trans>
        </h2>
        {isEditing ? null : (
          <Button
            ref={editButton}
            variant="default"
            leftSection={<IconPencil size={14} aria-hidden="true" />}
            onClick={() => setIsEditing(true)}
          >
            <Trans>Edit name and description</Trans>
          </Button>
        )}
      </div>
      {isEditing ? (
        <ProfileForm agent={agent} onClose={handleClose} />
      ) : (
        <dl className={classes['facts']}>
          <Fact name={<Trans>What it does</Trans>}>
            {agent.description ? <AgentText form="block">{agent.description}</AgentText> : none}
          </Fact>
          <Fact name={<Trans>Says it can</Trans>}>
            {agent.capabilities.length > 0 ? <AgentText>{agent.capabilities.join(', ')}</AgentText> : none}
          </Fact>
          <Fact name={<Trans>Provider</Trans>}>
            {agent.provider ? <AgentText>{agent.provider}</AgentText> : none}
          </Fact>
          <Fact name={<Trans>Model</Trans>}>
            {agent.modelType ? <AgentText className="mono">{agent.modelType}</AgentText> : none}
          </Fact>
          <Fact name={<Trans>Came through</Trans>}>{words.origin(agent.origin)}</Fact>
          <Fact name={<Trans>Contact</Trans>}>
            {agent.contactName || agent.contactEmail ? (
              <AgentText>{[agent.contactName, agent.contactEmail].filter(Boolean).join(', ')}</AgentText>
            ) : (
              none
            )}
          </Fact>
          <Fact name={<Trans>Registered</Trans>}>
            <RelativeTime at={agent.createdAt} />
          </Fact>
          <Fact name={<Trans>Yours since</Trans>}>
            {agent.claimedAt ? <RelativeTime at={agent.claimedAt} /> : none}
          </Fact>
          <Fact name={<Trans>Id</Trans>}>
            <code>{agent.id}</code>
            <CopyButton text={agent.id} label={t`Copy the id`} />
          </Fact>
        </dl>
      )}
    </div>
  );
}

function Fact({ name, children }: { name: ReactNode; children: ReactNode }) {
  return (
    <>
      <dt>{name}</dt>
      <dd>{children}</dd>
    </>
  );
}

const FIELDS = ['name', 'description'] as const;

function ProfileForm({ agent, onClose }: { agent: AgentDetail; onClose: () => void }) {
  const { t } = useLingui();
  const form = useFocusOnMount<HTMLFormElement>('input', null);
  const update = useUpdateAgent(agent.id);
  const [name, setName] = useState(agent.name);
  const [description, setDescription] = useState(agent.description);
  const [wasSent, setWasSent] = useState(false);
  const ours = {
    name:
      name.trim() === ''
        ? t`Give it a name`
        : codePointLength(name) > 80
          ? t`At most ${80} characters`
          : undefined,
    description: codePointLength(description) > 500 ? t`At most ${500} characters` : undefined,
  };
  const theirs = fieldErrorsOf(update.error);
  useFocusInvalid(form, update.error);
  const handleSubmit = (event: FormEvent) => {
    event.preventDefault();
    setWasSent(true);
    if (ours.name || ours.description) return;
    update.mutate({ name: name.trim(), description }, { onSuccess: onClose });
  };
  return (
    <form ref={form} onSubmit={handleSubmit} className={classes['form']} noValidate>
      <TextInput
        label={t`Name`}
        required
        value={name}
        error={wasSent ? (ours.name ?? theirs['name']) : undefined}
        onChange={(event) => setName(event.currentTarget.value)}
      />
      <Textarea
        label={t`What it does`}
        autosize
        minRows={3}
        maxRows={8}
        value={description}
        error={wasSent ? (ours.description ?? theirs['description']) : undefined}
        onChange={(event) => setDescription(event.currentTarget.value)}
      />
      <FormError error={update.error} fields={FIELDS} />
      <div className={classes['row']}>
        <Button type="submit" loading={update.isPending}>
          <Trans>Save</Trans>
        </Button>
        <Button variant="default" onClick={onClose}>
          <Trans>Cancel</Trans>
        </Button>
      </div>
    </form>
  );
}
