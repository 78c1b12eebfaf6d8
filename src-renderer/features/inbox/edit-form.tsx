import { Textarea, TextInput } from '@mantine/core';
import { plural } from '@lingui/core/macro';
import { Trans, useLingui } from '@lingui/react/macro';
import { useDeferredValue } from 'react';
import { codePointLength } from '../../../src-server/contract/common';
import type { ActionVersion, PayloadField } from '../../../src-server/contract/console/inbox';
import { type EditDraft, editDrafts } from './edit-drafts';
import classes from './edit-form.module.css';
import { ChangeList } from './diff-view';
import { FieldLabel, PayloadFieldView } from './payload-view';
import payloadClasses from './payload-view.module.css';
import { diffText, fieldText } from './word-diff';
import { useFieldLabel } from './words';

/** Fields of a draft that differ from the version: what saving sends. */
export function changedFields(fields: readonly PayloadField[], draft: EditDraft): Record<string, string> {
  return Object.fromEntries(
    fields.flatMap((field) => {
      const text = draft[field.name];
      return text === undefined || text === fieldText(field) ? [] : [[field.name, text] as const];
    }),
  );
}

/** Names of fields whose text is longer than the contract allows. */
export function tooLongFields(fields: readonly PayloadField[], draft: EditDraft): string[] {
  return fields
    .filter((field) => field.maxLength !== null && codePointLength(draft[field.name] ?? '') > field.maxLength)
    .map((field) => field.name);
}

interface EditFormProps {
  readonly id: string;
  readonly version: number;
  readonly fields: readonly PayloadField[];
  readonly targets: ActionVersion['targets'];
  readonly draft: EditDraft;
  readonly errors: Readonly<Record<string, string>>;
}

/** The payload again, its prose open for typing in place; the rest stays as it is and can't be edited. */
export function EditForm({ id, version, fields, targets, draft, errors }: EditFormProps) {
  const first = fields.find((field) => field.isEditable)?.name;
  return (
    <div className={payloadClasses['fields']}>
      {fields
        .filter((field) => field.isEditable || (field.value !== null && field.value !== undefined))
        .map((field) =>
          field.isEditable ? (
            <EditableField
              key={field.name}
              field={field}
              value={draft[field.name] ?? fieldText(field)}
              error={errors[field.name]}
              isFirst={field.name === first}
              onChange={(text) => editDrafts.set(id, version, { ...draft, [field.name]: text })}
            />
          ) : (
            <div key={field.name} className={payloadClasses['field']}>
              <div className={classes['label']}>
                <FieldLabel name={field.name} />
              </div>
              <PayloadFieldView field={field} targets={targets} />
            </div>
          ),
        )}
    </div>
  );
}

interface EditableFieldProps {
  readonly field: PayloadField;
  readonly value: string;
  readonly error: string | undefined;
  readonly isFirst: boolean;
  readonly onChange: (text: string) => void;
}

function EditableField({ field, value, error, isFirst, onChange }: EditableFieldProps) {
  const { t } = useLingui();
  const label = useFieldLabel()(field.name) ?? field.name;
  const length = codePointLength(value);
  const max = field.maxLength;
  const isTooLong = max !== null && length > max;
  const shared = {
    label: (
      <span className={classes['head']}>
        {label}
        {max === null ? null : (
          <span className={classes['count']} data-numeric="" data-over={isTooLong}>
            {length} / {max}
            <span className="sr-only"> {t`characters`}</span>
          </span>
        )}
      </span>
    ),
    value,
    error:
      error ??
      (isTooLong
        ? plural(length - (max ?? 0), { one: '# character too long', other: '# characters too long' })
        : null),
    spellCheck: true,
    dir: 'auto',
    'data-autofocus': isFirst,
    'data-edit-first': isFirst ? '' : undefined,
    'data-foreign-text': '',
    classNames: { label: classes['labelRow'] ?? '', input: classes['input'] ?? '' },
  };
  if (field.form === 'line') {
    return <TextInput {...shared} onChange={(event) => onChange(event.currentTarget.value)} />;
  }
  // It grows with its text: no part of what will be approved is scrolled out of sight inside the field.
  return (
    <Textarea {...shared} autosize minRows={3} onChange={(event) => onChange(event.currentTarget.value)} />
  );
}

/** What the edit changes so far, word by word, while it is being typed. */
export function EditChanges({ fields, draft }: { fields: readonly PayloadField[]; draft: EditDraft }) {
  const { t } = useLingui();
  const shown = useDeferredValue(draft);
  const changes = Object.entries(changedFields(fields, shown)).map(([name, text]) => {
    const field = fields.find((entry) => entry.name === name);
    return { field: name, changes: diffText(field ? fieldText(field) : '', text), isData: false };
  });
  return (
    <section className={classes['changes']} aria-label={t`Your changes`}>
      <h3 className={classes['label']}>
        <Trans>Your changes</Trans>
      </h3>
      {changes.length > 0 ? (
        <ChangeList changes={changes} />
      ) : (
        <p className={classes['none']}>
          <Trans>None yet. The agent is told what you change.</Trans>
        </p>
      )}
    </section>
  );
}
