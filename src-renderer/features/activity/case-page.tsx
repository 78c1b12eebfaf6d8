import { Button } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { useParams, useRouter } from '@tanstack/react-router';
import { IconArrowLeft, IconExternalLink, IconFolderSearch } from '@tabler/icons-react';
import { Plural, Trans, useLingui } from '@lingui/react/macro';
import { useRef, useState } from 'react';
import type { CaseFile } from '../../../src-server/contract/console/activity';
import { ProblemError } from '../../api/problem';
import { AgentText } from '../../components/agent-text';
import { announce } from '../../components/announcer';
import { CopyButton } from '../../components/copy-button';
import { Kbd } from '../../components/kbd';
import { LinkButton } from '../../components/link-button';
import { PageHeader } from '../../components/page-header';
import { SkeletonRows } from '../../components/skeleton-rows';
import { EmptyState, ErrorState } from '../../components/states';
import { StatusIcon } from '../../components/status-icon';
import { useNotify } from '../../components/use-notify';
import { useAriaKeysOf, useHotkeys } from '../../hotkeys/hotkeys';
import { copyText, openExternal } from '../../shell';
import { inboxSearchOf } from '../agents/inbox-link';
import { useKindWords } from '../inbox/words';
import { caseFileQuery } from './api';
import classes from './case-page.module.css';
import { CaseTimeline } from './case-timeline';

/** Everything about one proposal, or one trace, in one place. */
export function CasePage() {
  const { traceId } = useParams({ from: '/frame/case/$traceId' });
  const router = useRouter();
  const file = useQuery(caseFileQuery(traceId));
  const handleBack = () => router.history.back();
  useHotkeys([{ id: 'case.back', run: handleBack }]);
  return (
    <div className={classes['page']}>
      <Button
        variant="subtle"
        size="xs"
        className={classes['back'] ?? ''}
        leftSection={<IconArrowLeft size={14} aria-hidden="true" />}
        rightSection={<Kbd hotkey="case.back" />}
        onClick={handleBack}
      >
        <Trans>Back</Trans>
      </Button>
      {file.data ? null : (
        <h1 className="sr-only">
          <Trans>Case file</Trans>
        </h1>
      )}
      {file.isPending ? <SkeletonRows heights={[28, 40, 40, 40, 40]} /> : null}
      {file.isError && !file.data ? (
        <CaseError error={file.error} onRetry={() => void file.refetch()} />
      ) : null}
      {file.data ? <CaseView key={traceId} file={file.data} /> : null}
    </div>
  );
}

function CaseError({ error, onRetry }: { error: unknown; onRetry: () => void }) {
  const { t } = useLingui();
  if (!(error instanceof ProblemError) || error.status !== 404)
    return <ErrorState error={error} onRetry={onRetry} />;
  return (
    <EmptyState
      role="alert"
      icon={<IconFolderSearch size={28} stroke={1.5} />}
      title={t`No case of yours is here`}
      actions={
        <LinkButton to="/activity" variant="default">
          <Trans>See what happened</Trans>
        </LinkButton>
      }
    >
      <Trans>It may belong to somebody else, or its sample was removed.</Trans>
    </EmptyState>
  );
}

function CaseView({ file }: { file: CaseFile }) {
  const { t } = useLingui();
  const kindWord = useKindWords();
  const notify = useNotify();
  const timeline = useRef<HTMLOListElement>(null);
  const [isAllOpen, setIsAllOpen] = useState(false);
  const { proposal, agent } = file;
  const copy = (text: string) => {
    copyText(text).then(
      () => announce(t`Copied`),
      () => notify({ message: t`Copying did not work` }),
    );
  };
  const handleCopyText = () => copy(textOf(timeline.current));
  const handleCopyJson = () => copy(JSON.stringify(file, null, 2));
  const ariaKeysOf = useAriaKeysOf();
  useHotkeys([
    { id: 'case.copy', run: handleCopyText },
    { id: 'case.json', run: handleCopyJson },
    {
      id: 'case.unfold',
      run: () => setIsAllOpen((old) => !old),
    },
  ]);
  const count = file.entries.length;
  return (
    <>
      <PageHeader
        title={
          proposal ? (
            <AgentText>{proposal.title}</AgentText>
          ) : agent ? (
            <AgentText>{agent.name}</AgentText>
          ) : (
            <Trans>Case file</Trans>
          )
        }
        aside={proposal ? <StatusIcon status={proposal.isUndone ? 'undone' : proposal.status} /> : undefined}
        description={
          <>
            {proposal ? <>{kindWord(proposal.kind)} · </> : null}
            {agent ? (
              <>
                <AgentText>{agent.name}</AgentText> ·{' '}
              </>
            ) : null}
            <Plural value={count} one="# entry" other="# entries" />
          </>
        }
        actions={
          <>
            <Button
              variant="default"
              rightSection={<Kbd hotkey="case.copy" />}
              {...ariaKeysOf('case.copy')}
              onClick={handleCopyText}
            >
              <Trans>Copy as text</Trans>
            </Button>
            <Button variant="default" onClick={handleCopyJson}>
              <Trans>Copy as JSON</Trans>
            </Button>
          </>
        }
      />
      <dl className={classes['ids']}>
        <div>
          <dt>
            <Trans>Trace</Trans>
          </dt>
          <dd>
            <code>{file.traceId}</code>
            <CopyButton text={file.traceId} label={t`Copy the trace`} />
          </dd>
        </div>
        {proposal ? (
          <div>
            <dt>
              <Trans>Proposal</Trans>
            </dt>
            <dd>
              <code>{proposal.id}</code>
              <CopyButton text={proposal.id} label={t`Copy the id of the proposal`} />
            </dd>
          </div>
        ) : null}
      </dl>
      {proposal || agent ? (
        <div className={classes['links']}>
          {proposal && agent ? (
            <LinkButton to="/inbox" search={inboxSearchOf(agent.id, proposal)} variant="default" size="xs">
              <Trans>Open in the Inbox</Trans>
            </LinkButton>
          ) : null}
          {agent ? (
            <LinkButton to="/agents/$id" params={{ id: agent.id }} variant="default" size="xs">
              <Trans>Show the agent</Trans>
            </LinkButton>
          ) : null}
          {proposal?.resultUrl ? (
            <Button
              size="xs"
              variant="default"
              leftSection={<IconExternalLink size={14} aria-hidden="true" />}
              onClick={() => void openExternal(proposal.resultUrl ?? '')}
            >
              <Trans>See what became public</Trans>
            </Button>
          ) : null}
          <Button
            size="xs"
            variant="subtle"
            rightSection={<Kbd hotkey="case.unfold" />}
            onClick={() => setIsAllOpen((old) => !old)}
          >
            {isAllOpen ? <Trans>Hide all versions</Trans> : <Trans>Show all versions</Trans>}
          </Button>
        </div>
      ) : null}
      <CaseTimeline file={file} list={timeline} isAllOpen={isAllOpen} />
      {file.hasMore ? (
        <p className={classes['more']}>
          <Trans>There is more on this trace than fits here: the Audit page has all of it.</Trans>
        </p>
      ) : null}
    </>
  );
}

/** The lines as they stand there: time, tab, sentence, and what belongs to it indented. */
function textOf(list: HTMLElement | null): string {
  return [...(list?.querySelectorAll<HTMLElement>('[data-case-line]') ?? [])]
    .map((line) => {
      const more = [...(line.parentElement?.querySelectorAll<HTMLElement>('[data-case-more]') ?? [])]
        .map((part) => `\n    ${part.innerText.trim().replaceAll(/\s*\n\s*/g, '\n    ')}`)
        .join('');
      const [time, words] = [
        line.querySelector('time')?.dateTime ?? '',
        line.querySelector('[data-words]')?.textContent ?? '',
      ];
      return `${time}\t${words}${more}`;
    })
    .join('\n');
}
