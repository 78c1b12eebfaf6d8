import { Button } from '@mantine/core';
import { Trans, useLingui } from '@lingui/react/macro';
import { useQuery } from '@tanstack/react-query';
import { lazy, Suspense } from 'react';
import type { ActionVersion, PayloadField } from '../../../src-server/contract/console/inbox';
import { Kbd } from '../../components/kbd';
import { Notice } from '../../components/notice';
import { SkeletonRows } from '../../components/skeleton-rows';
import { useAriaKeys } from '../../hotkeys/hotkeys';
import { useXray, type Xray } from '../xray/use-xray';
import { filterAgentsQuery } from './api';
import type { EditDraft } from './edit-drafts';
import { FieldLabel } from './payload-view';
import { useFieldLabel } from './words';

// With the lens itself: only who looks through it pays for it.
const XrayView = lazy(async () => ({ default: (await import('../xray/xray-view')).XrayView }));

/** One text of a version as the lens takes it: a field, an entry of a list, or the agent's note. */
interface VersionText {
  readonly key: string;
  readonly text: string;
  /** The field it belongs to; null for the note, which is no part of what is approved. */
  readonly field: PayloadField | null;
}

function textsOf({ fields, note, targets }: ActionVersion): VersionText[] {
  const texts = fields.flatMap((field): VersionText[] => {
    const { name, value, form } = field;
    if (value === null || value === undefined) return [];
    if (form === 'list' && Array.isArray(value)) {
      return value.map((entry, at) => ({ key: `${name}.${at}`, text: String(entry), field }));
    }
    const text = typeof value === 'string' ? value : JSON.stringify(value, null, 2);
    // A name that is shown in the place of an id is looked through in its stead.
    const target = targets.find((entry) => entry.id === value && entry.label !== entry.id);
    return [{ key: name, text: target ? `${target.label} ${text}` : text, field }];
  });
  return note ? [...texts, { key: 'agent says', text: note, field: null }] : texts;
}

export interface VersionXray {
  readonly texts: readonly VersionText[];
  /** Null until the window had a moment to look. */
  readonly xray: Xray | null;
  /** Editable fields as they would be without what hides in them; empty when nothing would change. */
  readonly changes: EditDraft;
  /** Fields with something hidden that nobody but the agent can change. */
  readonly fixed: readonly string[];
}

/** A version under the lens. */
export function useVersionXray(version: ActionVersion): VersionXray {
  const agents = useQuery(filterAgentsQuery);
  const handles = (agents.data?.items ?? []).flatMap(({ handle }) => (handle === null ? [] : [handle]));
  const texts = textsOf(version);
  const xray = useXray(
    `${version.version} ${version.hash} ${version.note ?? ''}`,
    texts.map(({ text }) => text),
    handles,
  );
  const changes: Record<string, string> = {};
  const fixed = new Set<string>();
  for (const [at, { text, field }] of texts.entries()) {
    const clean = xray?.sanitised[at] ?? text;
    if (clean === text || field === null) continue;
    if (field.isEditable && typeof field.value === 'string') changes[field.name] = clean;
    else fixed.add(field.name);
  }
  return { texts, xray, changes, fixed: [...fixed] };
}

interface XrayTabProps {
  readonly lens: VersionXray;
  readonly nextVersion: number;
  /** Undefined where this person can't edit the proposal. */
  readonly onSanitise: (() => void) | undefined;
  readonly isBusy: boolean;
}

/** The proposal sign by sign, and the way to a version without what hides in it. */
export function XrayTab({
  lens: { texts, xray, changes, fixed },
  nextVersion,
  onSanitise,
  isBusy,
}: XrayTabProps) {
  const { t } = useLingui();
  const labelOf = useFieldLabel();
  const sanitiseKeys = useAriaKeys('inbox.sanitise');
  if (!xray) return <SkeletonRows heights={[24, 96, 48]} />;
  const nameOf = (field: PayloadField | null) =>
    field ? (labelOf(field.name) ?? field.name) : t`Agent says`;
  const fixedNames = fixed.map((name) => labelOf(name) ?? name).join(', ');
  const canSanitise = onSanitise !== undefined && Object.keys(changes).length > 0;
  const entries = texts.flatMap(({ key, field }, at) => {
    const report = xray.reports[at];
    const label = field ? <FieldLabel name={field.name} /> : t`Agent says`;
    return report ? [{ key, label, name: nameOf(field), report }] : [];
  });
  const actions =
    canSanitise || fixed.length > 0 ? (
      <Notice
        tone="warn"
        actions={
          canSanitise ? (
            <Button
              variant="default"
              onClick={onSanitise}
              loading={isBusy}
              {...sanitiseKeys}
              rightSection={<Kbd hotkey="inbox.sanitise" />}
            >
              <Trans>Approve sanitised</Trans>
            </Button>
          ) : null
        }
      >
        {canSanitise ? (
          <Trans>
            Saves version {nextVersion} without unseen characters, odd spaces and long gaps. Words stay as
            they are. You read and approve that version.
          </Trans>
        ) : null}{' '}
        {fixed.length > 0 ? (
          <Trans>Only the agent can change: {fixedNames}. Reject it if they matter.</Trans>
        ) : null}
      </Notice>
    ) : undefined;
  return (
    <Suspense fallback={<SkeletonRows heights={[24, 96, 48]} />}>
      <XrayView entries={entries} actions={actions} />
    </Suspense>
  );
}
