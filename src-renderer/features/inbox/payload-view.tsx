import type { ActionVersion, PayloadField } from '../../../src-server/contract/console/inbox';
import { Trans } from '@lingui/react/macro';
import { AgentText } from '../../components/agent-text';
import classes from './payload-view.module.css';
import { useFieldLabel } from './words';

type Targets = ActionVersion['targets'];

/** One field of the canonical payload, drawn by us: text stays text, whatever it contains. An id we know the name of has it beside it. */
export function PayloadFieldView({ field, targets }: { field: PayloadField; targets: Targets }) {
  const { value, form } = field;
  const target = targets.find((entry) => entry.id === value && entry.label !== entry.id);
  if (target && typeof value === 'string') {
    return (
      <span className={classes['named']}>
        <AgentText>{target.label}</AgentText> <code>{value}</code>
      </span>
    );
  }
  if (form === 'list' && Array.isArray(value)) {
    if (value.length === 0) {
      return (
        <span className={classes['empty']}>
          <Trans>none</Trans>
        </span>
      );
    }
    return (
      <ul className={classes['tags']}>
        {value.map((entry) => (
          <li key={String(entry)}>
            <AgentText>{String(entry)}</AgentText>
          </li>
        ))}
      </ul>
    );
  }
  if (typeof value === 'string' && form !== 'data') {
    return (
      <AgentText
        form="block"
        className={form === 'prose' ? classes['prose'] : classes[field.isEditable ? 'line' : 'fact']}
      >
        {value}
      </AgentText>
    );
  }
  return (
    <pre className={classes['data']}>
      <AgentText>{JSON.stringify(value, null, 2)}</AgentText>
    </pre>
  );
}

/** The name of a field: our word where we have one, else the key itself. */
export function FieldLabel({ name }: { name: string }) {
  const label = useFieldLabel()(name);
  return label === undefined ? <code>{name}</code> : <>{label}</>;
}

/** Every field of a version in the server's order. What is empty is left out of sight only when it is null. */
export function PayloadView({ fields, targets }: { fields: readonly PayloadField[]; targets: Targets }) {
  return (
    <dl className={classes['fields']}>
      {fields
        .filter((field) => field.value !== null && field.value !== undefined)
        .map((field) => (
          <div key={field.name} className={classes['field']} data-form={field.form}>
            <dt>
              <FieldLabel name={field.name} />
            </dt>
            <dd>
              <PayloadFieldView field={field} targets={targets} />
            </dd>
          </div>
        ))}
    </dl>
  );
}
