import { IconAlertTriangle, IconInfoCircle, IconShieldCheck } from '@tabler/icons-react';
import { Trans, useLingui } from '@lingui/react/macro';
import { type ReactNode, useId } from 'react';
import { CopyButton } from '../../components/copy-button';
import type { Decoded, Finding, XrayReport } from './analyse';
import { escapedText } from './layout';
import { XrayText } from './xray-text';
import classes from './xray-view.module.css';
import { useFactWords, useGroupName } from './xray-words';

/** One text of a whole, such as a field of a proposal. */
export interface XrayEntry {
  readonly key: string;
  readonly label: ReactNode;
  /** The label as plain words. */
  readonly name: string;
  readonly report: XrayReport;
}

interface XrayViewProps {
  readonly entries: readonly XrayEntry[];
  /** What can be done about it, above the texts. */
  readonly actions?: ReactNode;
}

/** Texts under the X-ray lens: what is in them, sign by sign, and what to make of it. Never markup. */
export function XrayView({ entries, actions }: XrayViewProps) {
  return (
    <div className={classes['view']} data-testid="xray">
      <Legend reports={entries.map(({ report }) => report)} />
      {actions}
      {entries.map((entry) => (
        <XrayEntryView key={entry.key} entry={entry} />
      ))}
    </div>
  );
}

/** How many of which, the gravest first. */
function Legend({ reports }: { readonly reports: readonly XrayReport[] }) {
  const { t } = useLingui();
  const groupName = useGroupName();
  const groups = new Map<string, { name: string; severity: Finding['severity']; count: number }>();
  const order = { danger: 0, warn: 1, info: 2 };
  for (const { fact, severity } of reports.flatMap(({ findings }) => findings)) {
    const name = groupName(fact);
    const group = groups.get(name) ?? { name, severity, count: 0 };
    const isGraver = order[severity] < order[group.severity];
    groups.set(name, { ...group, severity: isGraver ? severity : group.severity, count: group.count + 1 });
  }
  if (groups.size === 0) {
    return (
      <p className={classes['clear']}>
        <IconShieldCheck size={16} stroke={1.75} aria-hidden="true" />
        <Trans>Nothing hides here: every character is drawn as it is.</Trans>
      </p>
    );
  }
  return (
    <ul className={classes['legend']} aria-label={t`What was found`}>
      {[...groups.values()]
        .sort((a, b) => order[a.severity] - order[b.severity])
        .map(({ name, severity, count }) => (
          <li key={name} data-severity={severity}>
            {severity === 'info' ? (
              <IconInfoCircle size={14} aria-hidden="true" />
            ) : (
              <IconAlertTriangle size={14} aria-hidden="true" />
            )}
            {name} <span data-numeric="">{count}</span>
          </li>
        ))}
    </ul>
  );
}

function XrayEntryView({ entry: { key, label, name, report } }: { readonly entry: XrayEntry }) {
  const { t } = useLingui();
  const id = useId();
  const headingId = `${id}-${key}`;
  const handleChoose = (number: number) => {
    const item = document.getElementById(`${id}-${number}`);
    item?.scrollIntoView({ block: 'nearest' });
    item?.focus({ preventScroll: true });
  };
  return (
    <section className={classes['entry']} aria-labelledby={headingId}>
      <div className={classes['head']}>
        <h3 id={headingId}>{label}</h3>
        <CopyButton text={escapedText(report)} label={t`Copy ${name} with escapes`} />
      </div>
      <XrayText report={report} label={name} onChoose={handleChoose} />
      <FindingList report={report} id={id} />
    </section>
  );
}

/** The findings in words, beneath the text that they are numbered in. */
function FindingList({ report, id }: { readonly report: XrayReport; readonly id: string }) {
  const { t } = useLingui();
  const factWords = useFactWords();
  if (report.findings.length === 0) return null;
  return (
    <ol className={classes['findings']} aria-label={t`Findings`}>
      {report.findings.map(({ number, severity, fact }) => {
        const { name, why } = factWords(fact);
        const says = fact.kind === 'hidden' ? fact.says : fact.kind === 'blob' ? fact.decoded : null;
        return (
          <li key={number} id={`${id}-${number}`} tabIndex={-1} data-severity={severity}>
            <span className={classes['badge']} data-severity={severity} aria-hidden="true">
              {number}
            </span>
            <div className={classes['said']}>
              <strong>{name}</strong> {why}
              {says ? <DecodedView decoded={says} /> : null}
            </div>
          </li>
        );
      })}
    </ol>
  );
}

/** Words that were hidden or encoded, under the lens themselves. */
function DecodedView({ decoded: { report } }: { readonly decoded: Decoded }) {
  const { t } = useLingui();
  const id = useId();
  return (
    <div className={classes['decoded']}>
      <XrayText
        report={report}
        label={t`Decoded text`}
        onChoose={(number) => document.getElementById(`${id}-${number}`)?.focus()}
      />
      <FindingList report={report} id={id} />
    </div>
  );
}
