import { Button, Select, Textarea } from '@mantine/core';
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { IconMessage2Heart, IconTrash } from '@tabler/icons-react';
import { Trans, useLingui } from '@lingui/react/macro';
import { type FormEvent, useState } from 'react';
import { codePointLength, KINDS, kind as kindSchema } from '../../../src-server/contract/common';
import {
  addGuidance,
  type AgentDetail,
  GUIDANCE_MAX,
  type GuidanceLine,
  listGuidance,
  retireGuidance,
} from '../../../src-server/contract/console/agents';
import { call } from '../../api/client';
import { endpointQuery } from '../../api/query';
import { AgentText } from '../../components/agent-text';
import { announce } from '../../components/announcer';
import { CopyButton } from '../../components/copy-button';
import { FormError } from '../../components/form-error';
import { SkeletonRows } from '../../components/skeleton-rows';
import { EmptyState, ErrorState } from '../../components/states';
import { RelativeTime } from '../../components/time';
import { useKindWords } from '../inbox/words';
import classes from './guidance-tab.module.css';

const MAX_TEXT = 500;

/** What an owner wants this agent to keep to; the agent reads it before it proposes. */
export function GuidanceTab({ agent }: { agent: AgentDetail }) {
  const { t } = useLingui();
  const client = useQueryClient();
  const query = endpointQuery(listGuidance, { params: { id: agent.id } });
  const lines = useQuery(query);
  const show = (answer: { items: GuidanceLine[] }) => client.setQueryData(query.queryKey, answer);
  const retire = useMutation({
    mutationFn: (line: GuidanceLine) =>
      call(retireGuidance, { params: { id: agent.id, guidanceId: line.id }, canRepeat: true }),
    onSuccess: (answer) => {
      show(answer);
      announce(t`Taken back`);
    },
  });
  const restore = useMutation({
    mutationFn: ({ text, kind }: GuidanceLine) =>
      call(addGuidance, { params: { id: agent.id }, body: { text, ...(kind ? { kind } : {}) } }),
    onSuccess: show,
  });
  const [taken, setTaken] = useState<GuidanceLine | null>(null);
  const { name } = agent;
  const items = lines.data?.items ?? [];
  return (
    <div className={classes['tab']}>
      <p className={classes['about']}>
        <Trans>
          {name} reads these sentences through its tool <code>proposals.guidance</code>. They explain what you
          want; what waits for you still waits for your answer.
        </Trans>
      </p>
      <AddForm agent={agent} isFull={items.length >= GUIDANCE_MAX} onAdded={show} />
      {lines.isPending ? <SkeletonRows heights={[40, 40, 40]} /> : null}
      {lines.isError && !lines.data ? (
        <ErrorState error={lines.error} onRetry={() => void lines.refetch()} />
      ) : null}
      {lines.isSuccess && items.length === 0 && taken === null ? (
        <EmptyState icon={<IconMessage2Heart size={28} stroke={1.5} />} title={t`No guidance yet`}>
          <Trans>
            Write one here, or tick “Always do this” when you reject a proposal: the note is kept for good.
          </Trans>
        </EmptyState>
      ) : null}
      <ul className={classes['list']} aria-label={t`Guidance`}>
        {items.map((line) => (
          <Line
            key={line.id}
            line={line}
            isBusy={retire.isPending}
            onRetire={() => retire.mutate(line, { onSuccess: () => setTaken(line) })}
          />
        ))}
      </ul>
      {taken ? (
        <output className={classes['taken']}>
          <Trans>Taken back.</Trans>{' '}
          <Button
            size="compact-sm"
            variant="default"
            loading={restore.isPending}
            onClick={() => restore.mutate(taken, { onSuccess: () => setTaken(null) })}
          >
            <Trans>Undo</Trans>
          </Button>
        </output>
      ) : null}
      <FormError error={retire.error ?? restore.error} />
    </div>
  );
}

function Line({ line, isBusy, onRetire }: { line: GuidanceLine; isBusy: boolean; onRetire: () => void }) {
  const { t } = useLingui();
  const kindWord = useKindWords();
  return (
    <li className={classes['line']}>
      <div className={classes['words']}>
        <AgentText form="block">{line.text}</AgentText>
        <p className={classes['facts']}>
          {line.kind ? kindWord(line.kind) : <Trans>whatever it does</Trans>} ·{' '}
          <RelativeTime at={line.createdAt} />
        </p>
      </div>
      <CopyButton text={line.text} label={t`Copy the guidance`} />
      <Button
        size="compact-sm"
        variant="subtle"
        color="gray"
        disabled={isBusy}
        leftSection={<IconTrash size={14} aria-hidden="true" />}
        onClick={onRetire}
      >
        <Trans>Take back</Trans>
      </Button>
    </li>
  );
}

interface AddFormProps {
  readonly agent: AgentDetail;
  readonly isFull: boolean;
  readonly onAdded: (answer: { items: GuidanceLine[] }) => void;
}

function AddForm({ agent, isFull, onAdded }: AddFormProps) {
  const { t } = useLingui();
  const kindWord = useKindWords();
  const [text, setText] = useState('');
  const [kind, setKind] = useState<string | null>(null);
  const add = useMutation({
    mutationFn: () => {
      const forKind = kindSchema.safeParse(kind).data;
      return call(addGuidance, {
        params: { id: agent.id },
        body: { text: text.trim(), ...(forKind ? { kind: forKind } : {}) },
      });
    },
    onSuccess: (answer) => {
      onAdded(answer);
      setText('');
      announce(t`Kept as guidance`);
    },
  });
  const length = codePointLength(text.trim());
  const canAdd = length > 0 && length <= MAX_TEXT && !isFull;
  const handleSubmit = (event: FormEvent) => {
    event.preventDefault();
    if (canAdd) add.mutate();
  };
  return (
    <form className={classes['form']} onSubmit={handleSubmit}>
      <Textarea
        className={classes['field'] ?? ''}
        label={t`What it should keep to`}
        placeholder={t`Write in British English and leave hashtags out.`}
        autosize
        minRows={2}
        maxRows={8}
        value={text}
        error={length > MAX_TEXT ? t`At most ${MAX_TEXT} characters` : null}
        onChange={(event) => setText(event.currentTarget.value)}
      />
      <Select
        label={t`For`}
        placeholder={t`whatever it does`}
        data={KINDS.map((value) => ({ value, label: kindWord(value) }))}
        value={kind}
        onChange={setKind}
        clearable
        clearButtonProps={{ 'aria-label': t`For whatever it does` }}
      />
      <Button type="submit" disabled={!canAdd} loading={add.isPending}>
        <Trans>Keep as guidance</Trans>
      </Button>
      {isFull ? (
        <p className={classes['facts']}>
          <Trans>{GUIDANCE_MAX} are the most an agent is given. Take one back first.</Trans>
        </p>
      ) : null}
      <FormError error={add.error} />
    </form>
  );
}
