import { Trans, useLingui } from '@lingui/react/macro';
import type { InboxDetail, WordChange } from '../../../src-server/contract/console/inbox';
import { AgentText } from '../../components/agent-text';
import classes from './diff-view.module.css';
import { FieldLabel } from './payload-view';
import { changesBetween, type ShownChange } from './word-diff';
import { useReasonWords } from './words';

/** Word changes as insertions and deletions: underlined and struck through, not by colour alone. */
export function Changes({ changes, isData = false }: { changes: readonly WordChange[]; isData?: boolean }) {
  const { t } = useLingui();
  return (
    <p className={classes['text']} data-form={isData ? 'data' : 'prose'} dir="auto" data-foreign-text="">
      {changes.map((change, index) => {
        // Parts have no identity of their own; the list is drawn anew as a whole.
        const key = `${index}-${change.type}`;
        if (change.type === 'same') return <span key={key}>{change.value}</span>;
        return change.type === 'added' ? (
          <ins key={key} className={classes['added']}>
            <span className="sr-only">{t`added:`} </span>
            {change.value}
          </ins>
        ) : (
          <del key={key} className={classes['removed']}>
            <span className="sr-only">{t`removed:`} </span>
            {change.value}
          </del>
        );
      })}
    </p>
  );
}

export function ChangeList({ changes }: { changes: readonly ShownChange[] }) {
  return (
    <dl className={classes['list']}>
      {changes.map((change) => (
        <div key={change.field}>
          <dt>
            <FieldLabel name={change.field} />
          </dt>
          <dd>
            <Changes changes={change.changes} isData={change.isData} />
          </dd>
        </div>
      ))}
    </dl>
  );
}

/** What the current version changed against the one before, with what the owner said about that one. */
export function DiffView({ detail }: { detail: InboxDetail }) {
  const reasonWord = useReasonWords();
  const after = detail.versions.find((version) => version.version === detail.version);
  const before = detail.versions.find((version) => version.version === detail.version - 1);
  if (!after || !before) return null;
  const changes = changesBetween(before, after);
  const rejection = detail.decisions.findLast(
    (entry) => entry.verdict === 'reject' && entry.version < detail.version,
  );
  return (
    <div className={classes['diff']}>
      {rejection ? (
        <blockquote className={classes['said']}>
          <p className={classes['who']}>
            <Trans>
              {rejection.decidedBy} rejected version {rejection.version}
            </Trans>
            {rejection.reasonCode ? <>: {reasonWord(rejection.reasonCode)}</> : null}
          </p>
          {rejection.note ? <AgentText form="block">{rejection.note}</AgentText> : null}
        </blockquote>
      ) : null}
      <p className={classes['caption']}>
        {after.by === 'agent' ? (
          <Trans>
            What the agent changed from version {before.version} to {after.version}
          </Trans>
        ) : (
          <Trans>
            What you changed from version {before.version} to {after.version}
          </Trans>
        )}
      </p>
      {changes.length > 0 ? (
        <ChangeList changes={changes} />
      ) : (
        <p>
          <Trans>The payload is the same; only things around it changed.</Trans>
        </p>
      )}
    </div>
  );
}
