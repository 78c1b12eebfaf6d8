import { Trans } from '@lingui/react/macro';
import type { AuditRowDetail } from '../../../src-server/contract/console/audit';
import type { WordChange } from '../../../src-server/contract/console/inbox';
import { AgentText } from '../../components/agent-text';
import { Changes } from '../inbox/diff-view';
import classes from './audit-page.module.css';

type Values = Readonly<Record<string, unknown>>;

function asRecord(value: unknown): Values | undefined {
  return typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as Values) : undefined;
}

function print(value: unknown): string {
  if (value === undefined || value === null || value === '') return '–';
  return typeof value === 'string' ? value : JSON.stringify(value);
}

/** What a change was from and to, wherever the row keeps it; an edit has its word diff. */
export function BeforeAfter({ row }: { row: AuditRowDetail }) {
  const open: Values = row.personal.state === 'open' ? row.personal.data : {};
  if (Array.isArray(open['diff'])) {
    return (
      <section>
        <Heading />
        {(open['diff'] as { field: string; changes: WordChange[] }[]).map((entry) => (
          <div key={entry.field}>
            <code>{entry.field}</code>
            <Changes changes={entry.changes} />
          </div>
        ))}
      </section>
    );
  }
  const before = asRecord(open['before']) ?? asRecord(row.data['before']);
  const after =
    asRecord(open['after']) ??
    asRecord(row.data['after']) ??
    (before && Object.fromEntries(Object.keys(before).map((name) => [name, row.data[name]])));
  if (!before && !after) return null;
  const names = [...new Set([...Object.keys(before ?? {}), ...Object.keys(after ?? {})])];
  return (
    <section>
      <Heading />
      <table className={classes['changes']}>
        <thead>
          <tr>
            <th scope="col">
              <Trans>Field</Trans>
            </th>
            <th scope="col">
              <Trans>Before</Trans>
            </th>
            <th scope="col">
              <Trans>After</Trans>
            </th>
          </tr>
        </thead>
        <tbody>
          {names.map((name) => (
            <tr key={name} data-changed={print(before?.[name]) !== print(after?.[name])}>
              <th scope="row">
                <code>{name}</code>
              </th>
              <td>
                <AgentText form="block">{print(before?.[name])}</AgentText>
              </td>
              <td>
                <AgentText form="block">{print(after?.[name])}</AgentText>
              </td>
            </tr>
          ))}
        </tbody>
      </table>
    </section>
  );
}

function Heading() {
  return (
    <h3>
      <Trans>Before and after</Trans>
    </h3>
  );
}
