import { Button, Radio, Table } from '@mantine/core';
import { useBlocker } from '@tanstack/react-router';
import { Plural, Trans, useLingui } from '@lingui/react/macro';
import { useId, useState } from 'react';
import type { Kind, PolicyVerdict } from '../../../src-server/contract/common';
import type { AgentDetail, PolicyRow } from '../../../src-server/contract/console/agents';
import { announce } from '../../components/announcer';
import { ConfirmDialog } from '../../components/confirm-dialog';
import { FormError } from '../../components/form-error';
import { Kbd } from '../../components/kbd';
import { Notice } from '../../components/notice';
import { useHotkeys } from '../../hotkeys/hotkeys';
import { RiskChip } from '../inbox/risk-chip';
import { useKindWords } from '../inbox/words';
import { useAgentWords } from './agent-words';
import { AllowForAWhile } from './allow-for-a-while';
import { useSetPolicy } from './api';
import { useKindDescription } from './kind-description';
import { changesOf, pick, type PolicyDraft } from './policy-draft';
import classes from './policy-tab.module.css';

const VERDICTS: readonly PolicyVerdict[] = ['allow', 'hold', 'deny'];

/**
 * What each kind of action needs. Choices are collected and saved together: in a group of radio buttons the arrow keys
 * pass over every choice, and passing over `allow` must not allow anything.
 */
export function PolicyTab({ agent }: { agent: AgentDetail }) {
  const { t } = useLingui();
  const floorId = useId();
  const words = useAgentWords();
  const save = useSetPolicy(agent.id);
  const [draft, setDraft] = useState<PolicyDraft>({});
  const [isSaving, setIsSaving] = useState(false);
  const changes = changesOf(agent.policy, draft);
  const hasChanges = changes.length > 0;
  const looser = changes.filter((change) => change.isLooser).length;

  const blocker = useBlocker({
    shouldBlockFn: () => hasChanges,
    disabled: !hasChanges,
    enableBeforeUnload: false,
    withResolver: true,
  });
  const handleSave = async () => {
    if (isSaving || !hasChanges) return;
    setIsSaving(true);
    try {
      // One by one: each is a decision of its own in the audit, and the first refusal stops the rest.
      for (const { kind, to } of changes) await save.mutateAsync({ kind, verdict: to });
      setDraft({});
      announce(t`Policy saved`);
    } catch {
      // Shown below; what was saved before it has left the draft with the answer.
    } finally {
      setIsSaving(false);
    }
  };
  useHotkeys([
    {
      id: 'policy.save',
      isEnabled: hasChanges,
      run: () => void handleSave(),
    },
  ]);

  return (
    <div className={classes['tab']}>
      {agent.origin === 'mma' ? (
        <Notice id={floorId}>
          <Trans>
            An agent that came through the MeetMyAgent door is always asked for: what it does in public needs
            your yes. You may be stricter, not looser.
          </Trans>
        </Notice>
      ) : (
        <Notice>
          <Trans>
            This holds for the NetworkBot door. Through the MeetMyAgent door every agent is always asked for.
          </Trans>
        </Notice>
      )}
      <Table className={classes['table'] ?? ''} aria-label={t`What each kind of action needs`}>
        <Table.Thead>
          <Table.Tr>
            <Table.Th>
              <Trans>Kind of action</Trans>
            </Table.Th>
            {VERDICTS.map((verdict) => (
              <Table.Th key={verdict} className={classes['choice'] ?? ''}>
                {words.verdict(verdict)}
              </Table.Th>
            ))}
          </Table.Tr>
        </Table.Thead>
        <Table.Tbody>
          {agent.policy.map((row) => (
            <PolicyRowView
              key={row.kind}
              agentId={agent.id}
              row={row}
              picked={draft[row.kind] ?? row.verdict}
              floorId={agent.origin === 'mma' ? floorId : undefined}
              isBusy={isSaving}
              onPick={(verdict) => setDraft((old) => pick(old, row, verdict))}
            />
          ))}
        </Table.Tbody>
      </Table>
      <FormError error={save.error} />
      {hasChanges ? (
        <section className={classes['bar']} aria-label={t`Changes not saved yet`}>
          <p>
            <Plural
              value={changes.length}
              one="# change is not saved yet."
              other="# changes are not saved yet."
            />{' '}
            {looser > 0 ? (
              <Plural
                value={looser}
                one="# of them lets the agent do more by itself."
                other="# of them let the agent do more by itself."
              />
            ) : null}
          </p>
          <div className={classes['actions']}>
            <Button variant="default" onClick={() => setDraft({})} disabled={isSaving}>
              <Trans>Discard</Trans>
            </Button>
            <Button
              loading={isSaving}
              onClick={() => void handleSave()}
              rightSection={<Kbd hotkey="policy.save" />}
            >
              <Trans>Save</Trans>
            </Button>
          </div>
        </section>
      ) : null}
      <ConfirmDialog
        isOpen={blocker.status === 'blocked'}
        title={t`Leave without saving?`}
        confirmLabel={t`Discard and leave`}
        onClose={() => blocker.reset?.()}
        onConfirm={() => blocker.proceed?.()}
      >
        <Trans>The policy stays as it was saved last.</Trans>
      </ConfirmDialog>
    </div>
  );
}

interface PolicyRowViewProps {
  readonly agentId: string;
  readonly row: PolicyRow;
  readonly picked: PolicyVerdict;
  /** Element that says why a choice is missing. */
  readonly floorId: string | undefined;
  readonly isBusy: boolean;
  readonly onPick: (verdict: PolicyVerdict) => void;
}

function PolicyRowView({ agentId, row, picked, floorId, isBusy, onPick }: PolicyRowViewProps) {
  const words = useAgentWords();
  const kindWord = useKindWords();
  const describe = useKindDescription();
  const rowId = useId();
  const group = useId();
  const isChanged = picked !== row.verdict;
  return (
    <Table.Tr data-changed={isChanged}>
      <Table.Th scope="row" className={classes['kind'] ?? ''}>
        <span className={classes['kindline']}>
          <span id={rowId}>{kindWord(row.kind)}</span>
          <RiskChip risk={row.risk} />
          {row.isDefault && !isChanged ? (
            <span className={classes['mark']}>
              <Trans context="policy">default</Trans>
            </span>
          ) : null}
          {isChanged ? (
            <span className={classes['mark']} data-changed="true">
              <Trans>not saved</Trans>
            </span>
          ) : null}
        </span>
        <span className={classes['about']}>{describe(row.kind)}</span>
        {isChanged ? null : <AllowForAWhile agentId={agentId} row={row} />}
      </Table.Th>
      {VERDICTS.map((verdict) => (
        <Choice
          key={verdict}
          kind={row.kind}
          verdict={verdict}
          word={words.verdict(verdict)}
          group={group}
          rowId={rowId}
          floorId={floorId}
          isOffered={row.choices.includes(verdict)}
          isPicked={picked === verdict}
          isBusy={isBusy}
          onPick={onPick}
        />
      ))}
    </Table.Tr>
  );
}

interface ChoiceProps {
  readonly kind: Kind;
  readonly verdict: PolicyVerdict;
  readonly word: string;
  readonly group: string;
  readonly rowId: string;
  readonly floorId: string | undefined;
  readonly isOffered: boolean;
  readonly isPicked: boolean;
  readonly isBusy: boolean;
  readonly onPick: (verdict: PolicyVerdict) => void;
}

function Choice({
  kind,
  verdict,
  word,
  group,
  rowId,
  floorId,
  isOffered,
  isPicked,
  isBusy,
  onPick,
}: ChoiceProps) {
  const wordId = useId();
  return (
    <Table.Td className={classes['choice'] ?? ''}>
      <label className={classes['target']} data-off={!isOffered}>
        <Radio
          name={group}
          value={verdict}
          checked={isPicked}
          disabled={!isOffered || isBusy}
          aria-labelledby={`${rowId} ${wordId}`}
          {...(isOffered || floorId === undefined ? {} : { 'aria-describedby': floorId })}
          onChange={() => onPick(verdict)}
          data-testid={`policy-${kind}-${verdict}`}
        />
        <span id={wordId} className={classes['word']}>
          {word}
        </span>
      </label>
    </Table.Td>
  );
}
