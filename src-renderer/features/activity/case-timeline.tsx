import { IconBroadcast, IconWebhook } from '@tabler/icons-react';
import { Trans, useLingui } from '@lingui/react/macro';
import { type RefObject, useState } from 'react';
import type { CaseEntry, CaseFile } from '../../../src-server/contract/console/activity';
import type { ActionVersion } from '../../../src-server/contract/console/inbox';
import { AgentText } from '../../components/agent-text';
import { CopyButton } from '../../components/copy-button';
import { AgentSays } from '../inbox/agent-says';
import { ChangeList } from '../inbox/diff-view';
import { PayloadView } from '../inbox/payload-view';
import { changesBetween } from '../inbox/word-diff';
import { useReasonWords } from '../inbox/words';
import classes from './case-page.module.css';
import { ActorName, EventSentence, EventIcon } from './event-words';

/** Rows that bring a new version, whose text belongs to them. */
const MAKES_VERSION = new Set(['action.proposed', 'action.revised', 'action.edited']);
const DECIDES = new Set(['action.approved', 'action.declined', 'action.rejected']);

interface CaseTimelineProps {
  readonly file: CaseFile;
  readonly list: RefObject<HTMLOListElement | null>;
  readonly isAllOpen: boolean;
}

/** One line per entry, oldest first. */
export function CaseTimeline({ file, list, isAllOpen }: CaseTimelineProps) {
  const { t } = useLingui();
  return (
    <ol
      className={classes['timeline']}
      ref={list}
      aria-label={t`What happened, oldest first`}
      data-testid="case"
    >
      {file.entries.map((entry) => (
        <li key={entry.id} className={classes['entry']}>
          {entry.form === 'audit' ? (
            <AuditLine entry={entry} file={file} isAllOpen={isAllOpen} />
          ) : entry.form === 'event' ? (
            <EventLine entry={entry} />
          ) : (
            <DeliveryLine entry={entry} />
          )}
        </li>
      ))}
    </ol>
  );
}

function FullTime({ at }: { at: string }) {
  const { i18n } = useLingui();
  const then = new Date(at);
  return (
    <time dateTime={at} className={classes['time']} title={at}>
      {new Intl.DateTimeFormat(i18n.locale, { dateStyle: 'short', timeStyle: 'medium' }).format(then)}
    </time>
  );
}

type AuditEntry = Extract<CaseEntry, { form: 'audit' }>;

function AuditLine({ entry, file, isAllOpen }: { entry: AuditEntry; file: CaseFile; isAllOpen: boolean }) {
  const { t } = useLingui();
  const versions = file.proposal?.versions ?? [];
  const version = versions.find((one) => one.version === entry.version);
  const before = versions.find((one) => one.version === (entry.version ?? 0) - 1);
  const { channel } = entry.facts;
  return (
    <>
      <div className={classes['line']} data-case-line="">
        <FullTime at={entry.at} />
        <span className={classes['icon']} aria-hidden="true">
          <EventIcon type={entry.type} />
        </span>
        <span className={classes['words']} data-words="">
          <EventSentence
            told={{
              type: entry.type,
              actor: entry.actor,
              agentName: file.agent?.name ?? null,
              title: file.proposal?.title ?? null,
              facts: entry.facts,
            }}
          />
          {typeof channel === 'string' ? (
            <span className={classes['small']}>
              {' · '}
              <Channel channel={channel} />
            </span>
          ) : null}
          {entry.actor.type === 'user' && !entry.actor.isYou ? (
            <>
              {' · '}
              <ActorName actor={entry.actor} />
            </>
          ) : null}
        </span>
        <span className={classes['hash']}>
          <code title={t`Hash of the row in the audit log`}>{entry.rowHash.slice(0, 8)}</code>
          <CopyButton text={entry.rowHash} label={t`Copy the hash of row ${entry.seq}`} />
        </span>
      </div>
      {MAKES_VERSION.has(entry.type) && version ? (
        <VersionOf version={version} before={before} isAllOpen={isAllOpen} />
      ) : null}
      {DECIDES.has(entry.type) ? <DecisionOf entry={entry} file={file} /> : null}
    </>
  );
}

function Channel({ channel }: { channel: string }) {
  switch (channel) {
    case 'window':
      return <Trans>in the window</Trans>;
    case 'browser':
      return <Trans>in the browser</Trans>;
    case 'api':
      return <Trans>over the API</Trans>;
    case 'notification':
      return <Trans>from a notification</Trans>;
    default:
      return <code>{channel}</code>;
  }
}

function VersionOf({
  version,
  before,
  isAllOpen,
}: {
  version: ActionVersion;
  before: ActionVersion | undefined;
  isAllOpen: boolean;
}) {
  const { t } = useLingui();
  const [isOpen, setIsOpen] = useState(false);
  const changes = before ? changesBetween(before, version) : [];
  const number = version.version;
  return (
    <div className={classes['version']}>
      {changes.length > 0 ? (
        <div data-case-more="">
          <ChangeList changes={changes} />
        </div>
      ) : null}
      <details open={isAllOpen || isOpen} onToggle={(event) => setIsOpen(event.currentTarget.open)}>
        <summary>
          <Trans>Version {number}, whole</Trans>
        </summary>
        <div className={classes['payload']} data-case-more="">
          <PayloadView fields={version.fields} targets={version.targets} />
          {version.note ? <AgentSays note={version.note} /> : null}
        </div>
      </details>
      <p className={classes['hashline']}>
        <Trans>Hash of the payload</Trans> <code>{version.hash.slice(0, 16)}…</code>
        <CopyButton text={version.hash} label={t`Copy the hash of version ${number}`} />
      </p>
    </div>
  );
}

/** The note for the agent lies with the decision, the reason in the row. */
function DecisionOf({ entry, file }: { entry: AuditEntry; file: CaseFile }) {
  const reasonWord = useReasonWords();
  const decision =
    file.proposal?.decisions.find(({ id }) => id === entry.decisionId) ??
    file.proposal?.decisions.find(
      ({ decidedAt, verdict }) =>
        decidedAt === entry.at && verdict === (entry.type === 'action.approved' ? 'approve' : 'reject'),
    );
  if (!decision?.note && !decision?.reasonCode) return null;
  return (
    <blockquote className={classes['note']} data-case-more="">
      {decision.reasonCode ? <p className={classes['small']}>{reasonWord(decision.reasonCode)}</p> : null}
      {decision.note ? <AgentText form="block">{decision.note}</AgentText> : null}
    </blockquote>
  );
}

function EventLine({ entry }: { entry: Extract<CaseEntry, { form: 'event' }> }) {
  return (
    <div className={classes['line']} data-case-line="">
      <FullTime at={entry.at} />
      <span className={classes['icon']} aria-hidden="true">
        <IconBroadcast size={16} stroke={1.75} />
      </span>
      <span className={classes['words']} data-words="">
        <Trans>
          Sent out: <code>{entry.topic}</code>
        </Trans>
      </span>
    </div>
  );
}

function DeliveryLine({ entry }: { entry: Extract<CaseEntry, { form: 'delivery' }> }) {
  const { event, status, attempts } = entry;
  const { name } = entry.agent;
  const code = entry.statusCode ?? '–';
  const words = {
    delivered: (
      <Trans>
        <code>{event}</code> was delivered to the webhook of {name}: HTTP {code}
      </Trans>
    ),
    failed: (
      <Trans>
        <code>{event}</code> did not reach the webhook of {name} in {attempts} attempts
      </Trans>
    ),
    pending: (
      <Trans>
        <code>{event}</code> is on its way to the webhook of {name}
      </Trans>
    ),
  };
  return (
    <div className={classes['line']} data-case-line="">
      <FullTime at={entry.at} />
      <span className={classes['icon']} aria-hidden="true">
        <IconWebhook size={16} stroke={1.75} />
      </span>
      <span className={classes['words']} data-words="">
        {words[status]}
      </span>
    </div>
  );
}
