import { Button, CloseButton } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { IconAlertTriangle, IconCircleCheck, IconLock } from '@tabler/icons-react';
import { Trans, useLingui } from '@lingui/react/macro';
import type { ReactNode } from 'react';
import type { AuditRowDetail } from '../../../src-server/contract/console/audit';
import { AgentText } from '../../components/agent-text';
import { CopyButton } from '../../components/copy-button';
import { formatInstant } from '../../components/duration';
import { Kbd } from '../../components/kbd';
import { LinkButton } from '../../components/link-button';
import { SkeletonRows } from '../../components/skeleton-rows';
import { ErrorState } from '../../components/states';
import { ActorName } from '../activity/event-words';
import { auditRowQuery } from './api';
import classes from './audit-page.module.css';
import type { AuditSearch } from './audit-search';
import { BeforeAfter } from './before-after';

interface RowDetailProps {
  readonly seq: number;
  readonly onFilter: (change: Partial<AuditSearch>) => void;
  readonly onClose: () => void;
}

/** One row in full: what was before and after, its hashes, and what signs it. */
export function RowDetail({ seq, onFilter, onClose }: RowDetailProps) {
  const { t } = useLingui();
  const row = useQuery(auditRowQuery(seq));
  return (
    // What scrolls must be reachable by keyboard (WCAG 2.1.1).
    <section
      className={classes['detail']}
      aria-label={t`Row ${seq}`}
      data-pane=""
      data-testid="audit-row"
      // oxlint-disable-next-line jsx-a11y/no-noninteractive-tabindex
      tabIndex={0}
    >
      <div className={classes['detailTop']}>
        <h2>
          <Trans>Row {seq}</Trans>
        </h2>
        <CloseButton aria-label={t`Close the row`} onClick={onClose} />
      </div>
      {row.isPending ? <SkeletonRows heights={[20, 20, 60, 60]} /> : null}
      {row.isError && !row.data ? <ErrorState error={row.error} onRetry={() => void row.refetch()} /> : null}
      {row.data ? <Facts row={row.data} onFilter={onFilter} /> : null}
    </section>
  );
}

function Fact({ name, children }: { name: ReactNode; children: ReactNode }) {
  return (
    <div className={classes['fact']}>
      <dt>{name}</dt>
      <dd>{children}</dd>
    </div>
  );
}

function Facts({ row, onFilter }: { row: AuditRowDetail; onFilter: RowDetailProps['onFilter'] }) {
  const { t, i18n } = useLingui();
  const narrow = (change: Partial<AuditSearch>, label: string) => (
    <Button size="compact-xs" mih={24} variant="subtle" aria-label={label} onClick={() => onFilter(change)}>
      <Trans>Only these</Trans>
    </Button>
  );
  return (
    <>
      <dl className={classes['facts']}>
        <Fact name={<Trans>Type</Trans>}>
          <code>{row.type}</code> {narrow({ type: row.type }, t`Only these: rows of this type`)}
        </Fact>
        <Fact name={<Trans>Time</Trans>}>
          <time dateTime={row.at} title={row.at}>
            {formatInstant(i18n.locale, Date.parse(row.at))}
          </time>
        </Fact>
        <Fact name={<Trans>Done by</Trans>}>
          <ActorName actor={row.actor} />{' '}
          {row.actor.id ? narrow({ actor: row.actor.id }, t`Only these: what the same one did`) : null}
        </Fact>
        {row.agent ? (
          <Fact name={<Trans>Agent</Trans>}>
            <AgentText>{row.agent.name}</AgentText>{' '}
            {narrow({ agent: row.agent.id }, t`Only these: rows of this agent`)}
          </Fact>
        ) : null}
        {row.subjectId ? (
          <Fact name={<Trans context="what a row is about">About</Trans>}>
            <code>{row.subjectId}</code>
            <CopyButton text={row.subjectId} label={t`Copy what it is about`} />
            {narrow({ subject: row.subjectId }, t`Only these: rows about the same`)}
          </Fact>
        ) : null}
        <Fact name={<Trans>Trace</Trans>}>
          <code>{row.traceId}</code>
          <CopyButton text={row.traceId} label={t`Copy the trace`} />
        </Fact>
      </dl>
      <div className={classes['detailLinks']}>
        <LinkButton
          to="/case/$traceId"
          params={{ traceId: row.traceId }}
          variant="default"
          size="xs"
          rightSection={<Kbd hotkey="audit.case" />}
        >
          <Trans>Open the case file</Trans>
        </LinkButton>
        {row.subjectType === 'agent' && row.agent ? (
          <LinkButton to="/agents/$id" params={{ id: row.agent.id }} variant="default" size="xs">
            <Trans>Show the agent</Trans>
          </LinkButton>
        ) : null}
      </div>
      <BeforeAfter row={row} />
      <Personal personal={row.personal} />
      <section>
        <h3>
          <Trans>In the chain</Trans>
        </h3>
        <pre className={classes['json']}>{JSON.stringify(row.data, null, 2)}</pre>
      </section>
      <Proof row={row} />
    </>
  );
}

/** Told in the table above already. */
const SHOWN_ABOVE = new Set(['before', 'after', 'diff']);

function Personal({ personal }: { personal: AuditRowDetail['personal'] }) {
  const entries =
    personal.state === 'open'
      ? Object.entries(personal.data).filter(
          ([name, value]) => !SHOWN_ABOVE.has(name) && value !== null && value !== undefined,
        )
      : [];
  if (personal.state === 'none' || (personal.state === 'open' && entries.length === 0)) return null;
  return (
    <section>
      <h3>
        <IconLock size={14} aria-hidden="true" />
        {personal.state === 'open' ? (
          <Trans>Beside the chain, sealed for you</Trans>
        ) : (
          <Trans>Beside the chain</Trans>
        )}
      </h3>
      {entries.length > 0 ? (
        <dl className={classes['facts']}>
          {entries.map(([name, value]) => (
            <Fact key={name} name={<code>{name}</code>}>
              <AgentText>{typeof value === 'string' ? value : JSON.stringify(value)}</AgentText>
            </Fact>
          ))}
        </dl>
      ) : null}
      {personal.state === 'erased' ? (
        <p>
          <Trans>
            Erased: its key was destroyed. Nobody can read it again, and the chain still verifies.
          </Trans>
        </p>
      ) : null}
      {personal.state === 'someone-elses' ? (
        <p>
          <Trans>It is sealed for somebody else.</Trans>
        </p>
      ) : null}
      {personal.state === 'damaged' ? (
        <p className={classes['bad']}>
          <Trans>It should be there and cannot be opened. Verify the chain.</Trans>
        </p>
      ) : null}
    </section>
  );
}

function Check({ isGood, children }: { isGood: boolean; children: ReactNode }) {
  const Icon = isGood ? IconCircleCheck : IconAlertTriangle;
  return (
    <li className={isGood ? classes['good'] : classes['bad']}>
      <Icon size={14} aria-hidden="true" />
      <span>{children}</span>
    </li>
  );
}

function Proof({ row }: { row: AuditRowDetail }) {
  const { t, i18n } = useLingui();
  const { hash, chain, signedBy } = row.checks;
  const at = signedBy?.at ? formatInstant(i18n.locale, Date.parse(signedBy.at)) : '';
  const signedSeq = signedBy?.seq ?? 0;
  const signature =
    signedBy === null ? (
      <Trans>Nothing signed covers it</Trans>
    ) : !signedBy.isGood ? (
      <Trans>The signature that covers it is not good</Trans>
    ) : signedBy.type === 'checkpoint' ? (
      <Trans>
        Covered by the checkpoint of row {signedSeq}, signed {at}
      </Trans>
    ) : (
      <Trans>Covered by the signed head, row {signedSeq}</Trans>
    );
  return (
    <section>
      <h3>
        <Trans>Proof</Trans>
      </h3>
      <ul className={classes['checks']}>
        <Check isGood={hash}>
          {hash ? (
            <Trans>The hash is that of its content</Trans>
          ) : (
            <Trans>The content does not have this hash</Trans>
          )}
        </Check>
        <Check isGood={chain}>
          {chain ? (
            <Trans>The row before has the hash it names</Trans>
          ) : (
            <Trans>The row before does not have the hash it names</Trans>
          )}
        </Check>
        <Check isGood={signedBy?.isGood === true}>{signature}</Check>
      </ul>
      <dl className={classes['facts']}>
        <Fact name={<Trans>Hash</Trans>}>
          <code>{row.hash}</code>
          <CopyButton text={row.hash} label={t`Copy the hash`} />
        </Fact>
        <Fact name={<Trans>Hash before</Trans>}>
          <code>{row.prevHash}</code>
          <CopyButton text={row.prevHash} label={t`Copy the hash before`} />
        </Fact>
      </dl>
    </section>
  );
}
