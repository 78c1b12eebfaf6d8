import { useMediaQuery } from '@mantine/hooks';
import { msg } from '@lingui/core/macro';
import { Trans, useLingui } from '@lingui/react/macro';
import { drawThenFocus } from '../../components/draw-then-focus';
import { lazy, Suspense, useEffect, useRef, useState } from 'react';
import type { ActionVersion, InboxDetail } from '../../../src-server/contract/console/inbox';
import { useHotkeys } from '../../hotkeys/hotkeys';
import { AgentSays } from './agent-says';
import { ContextPane } from './context-pane';
import { canRetry, DecisionBar } from './decision-bar';
import {
  HiddenBanner,
  LeftoverEditBanner,
  SnoozedBanner,
  StaleBanner,
  UnsavedEditBanner,
} from './detail-banners';
import { DetailHeader } from './detail-header';
import { DiffView } from './diff-view';
import { changedFields, EditChanges, EditForm, tooLongFields } from './edit-form';
import { editDrafts, useEditDraft } from './edit-drafts';
import classes from './inbox-detail.module.css';
import { LeakedKeysBanner } from './leaked-keys-banner';
import { Outcome } from './outcome';
import { PayloadView } from './payload-view';
import { RawView } from './raw-view';
import { scrollPage, useReadCoverage } from './use-read-coverage';
import type { Triage } from './use-triage';
import { useHint } from './use-hint';
import { DetailTabs, type DetailTab } from './detail-tabs';
import { useVersionXray, XrayTab } from './xray-tab';

// Loaded once the page is up (see inbox-page.tsx): its dialog is half of this page's code.
const RejectDialog = lazy(async () => ({ default: (await import('./reject-dialog')).RejectDialog }));
const SnoozeDialog = lazy(async () => ({ default: (await import('./snooze-dialog')).SnoozeDialog }));
const GuidanceDialog = lazy(async () => ({ default: (await import('./guidance-dialog')).GuidanceDialog }));

/** A click so soon after the first belongs to it: a double click must not approve for good, ms. */
const ARM_MS = 500;

interface InboxDetailProps {
  readonly detail: InboxDetail;
  readonly version: ActionVersion;
  readonly triage: Triage;
  readonly mayDecide: boolean;
  readonly hasNext: boolean;
  readonly onNext: () => void;
  readonly onBack: () => void;
  readonly onSelect: (id: string) => void;
}

/** One proposal: what will happen, the payload, and the decision. Mounted anew for each proposal. */
export function InboxDetailView(props: InboxDetailProps) {
  const { detail, version, triage, mayDecide, onNext, onBack, onSelect } = props;
  const { t } = useLingui();
  const isWide = useMediaQuery('(min-width: 68em)', true, { getInitialValueInEffect: false });
  const [scroller, setScroller] = useState<HTMLDivElement | null>(null);
  const [payload, setPayload] = useState<HTMLDivElement | null>(null);
  const armedAt = useRef(0);
  const [firstVersion] = useState(detail.version);
  const [chosenTab, setChosenTab] = useState<{ version: number; tab: DetailTab } | null>(null);
  const { draft, earlier } = useEditDraft(detail.id, detail.version);
  const [editing, setEditing] = useState<number | null>(draft ? detail.version : null);
  const [dialog, setDialog] = useState<'reject' | 'snooze' | 'guide' | null>(null);
  const closeDialog = () => setDialog(null);

  const isPending = detail.status === 'pending';
  const isEditing = isPending && mayDecide && editing === detail.version;
  const notice = triage.notice?.id === detail.id ? triage.notice : null;
  const isStale = notice?.kind === 'stale';
  const isChangedWhileOpen =
    isPending && detail.version > firstVersion && (version.by === 'agent' || isStale);
  const defaultTab: DetailTab = isChangedWhileOpen ? 'diff' : 'rendered';
  const tab = isEditing ? 'rendered' : chosenTab?.version === detail.version ? chosenTab.tab : defaultTab;
  const setTab = (next: DetailTab) => setChosenTab({ version: detail.version, tab: next });
  const lens = useVersionXray(version);
  const isArmed = notice?.kind === 'irreversible';
  const isBusy = triage.isBusy(detail.id);
  const changes = changedFields(version.fields, draft ?? {});
  const canSave = Object.keys(changes).length > 0 && tooLongFields(version.fields, draft ?? {}).length === 0;

  const reading = useReadCoverage(scroller, payload, `${detail.version}${isEditing ? '+edit' : ''}`);
  const isRead = detail.isRead || (!isEditing && reading.isComplete);

  const recorded = useRef<string>(undefined);
  const { recordRead } = triage;
  const { id, isRead: isRecorded } = detail;
  useEffect(() => {
    const key = `${id}@${version.version}`;
    if (!isPending || isEditing || isRecorded || !reading.isComplete || recorded.current === key) return;
    recorded.current = key;
    recordRead({ id, version: version.version, hash: version.hash });
  }, [id, version.version, version.hash, isPending, isEditing, isRecorded, reading.isComplete, recordRead]);

  /** True when all of it was in sight; else shows the next part and says so. */
  const isShown = () => {
    if (!isEditing && detail.isRead) return true;
    if (reading.check()) return true;
    if (tab === 'rendered') reading.showNext();
    else setTab('rendered');
    triage.say({ id: detail.id, kind: 'read_first' });
    return false;
  };
  /** An irreversible approval takes a second, different press: Ctrl+Enter, or another click. */
  const isMeant = (by: 'key' | 'combination' | 'pointer') => {
    if (detail.risk !== 'irreversible' || by === 'combination') return true;
    const isSecondClick = by === 'pointer' && isArmed && Date.now() - armedAt.current > ARM_MS;
    if (isSecondClick) return true;
    if (!isArmed) armedAt.current = Date.now();
    triage.say({ id: detail.id, kind: 'irreversible' });
    return false;
  };
  const handleApprove = (by: 'key' | 'combination' | 'pointer') => {
    if (!isPending || !mayDecide || isBusy || triage.isSecondTap()) return;
    if (draft && canSave) triage.say({ id: detail.id, kind: 'unsaved_edit' });
    else if (isShown() && isMeant(by)) void triage.approve(detail);
  };
  const handleSave = (thenApprove: boolean, by: 'combination' | 'pointer') => {
    if (!canSave || isBusy) return;
    if (thenApprove && !(isShown() && isMeant(by))) return;
    void triage.save(detail, changes, thenApprove);
  };
  const canSanitise = isPending && mayDecide && !isEditing && Object.keys(lens.changes).length > 0;
  const handleSanitise = () => {
    if (!canSanitise || isBusy) return;
    if (draft && canSave) triage.say({ id: detail.id, kind: 'unsaved_edit' });
    else void triage.save(detail, lens.changes, false);
  };
  const handleEdit = () => {
    if (!isPending || !mayDecide || !version.fields.some((field) => field.isEditable)) return;
    if (!draft) editDrafts.set(detail.id, detail.version, {});
    triage.say(null);
    drawThenFocus(
      () => setEditing(detail.version),
      () => scroller?.querySelector<HTMLElement>('[data-edit-first]'),
    );
  };
  const handleLeaveEdit = () => {
    if (Object.keys(changes).length === 0) editDrafts.remove(detail.id, detail.version);
    setEditing(null);
    scroller?.focus();
  };
  const handleDiscard = () => {
    editDrafts.remove(detail.id, detail.version);
    setEditing(null);
    scroller?.focus();
  };
  const handleUseLeftover = () => {
    if (!earlier) return;
    editDrafts.set(detail.id, detail.version, earlier.fields);
    editDrafts.remove(earlier.id, earlier.version);
    setEditing(detail.version);
  };
  const handleSnooze = () => {
    if (detail.snoozedUntil === null) setDialog('snooze');
    else void triage.snooze(detail, null);
  };
  const handlePage = (step: 1 | -1) => {
    if (scroller) scrollPage(scroller, step * Math.min(scroller.clientHeight, globalThis.innerHeight) * 0.85);
  };

  // From the press that opens a dialog on, also before it is there: Ctrl+Enter then means what the dialog says.
  const isAsking = dialog !== null;
  const canDecide = isPending && mayDecide && !isEditing && !isAsking;
  useHotkeys([
    {
      id: 'inbox.approve',
      isEnabled: canDecide,
      run: () => handleApprove('key'),
    },
    {
      id: 'inbox.approveForGood',
      worksInFields: isEditing,
      isEnabled: isPending && mayDecide && !isAsking,
      run: () => (isEditing ? handleSave(true, 'combination') : handleApprove('combination')),
    },
    { id: 'inbox.edit', isEnabled: canDecide, run: handleEdit },
    {
      id: 'inbox.save',
      isEnabled: isEditing,
      run: () => handleSave(false, 'combination'),
    },
    {
      id: 'inbox.leaveEdit',
      isEnabled: isEditing,
      run: handleLeaveEdit,
    },
    {
      id: 'inbox.reject',
      isEnabled: canDecide,
      run: () => setDialog('reject'),
    },
    {
      id: 'inbox.snooze',
      label: detail.snoozedUntil === null ? msg`Snooze` : msg`Bring back from snooze`,
      isEnabled: canDecide,
      run: handleSnooze,
    },
    {
      id: 'inbox.guide',
      isEnabled: mayDecide && !isEditing,
      run: () => setDialog('guide'),
    },
    {
      id: 'inbox.retry',
      isEnabled: canRetry(detail),
      run: () => void triage.retry(detail),
    },
    {
      id: 'inbox.diff',
      isEnabled: detail.version > 1 && !isEditing,
      run: () => setTab(tab === 'diff' ? 'rendered' : 'diff'),
    },
    {
      id: 'inbox.sanitise',
      isEnabled: canSanitise && tab === 'xray' && !isAsking,
      run: handleSanitise,
    },
    {
      id: 'inbox.xray',
      isEnabled: !isEditing,
      run: () => setTab(tab === 'xray' ? 'rendered' : 'xray'),
    },
    {
      id: 'inbox.pageUp',
      run: () => handlePage(-1),
    },
    {
      id: 'inbox.pageDown',
      run: () => handlePage(1),
    },
  ]);

  const agentName = detail.agent.name;
  return (
    <section className={classes['detail']} aria-label={t`Proposal`} data-testid="inbox-detail">
      <div className={classes['sizer']}>
        <DetailHeader detail={detail} version={version} onBack={onBack} />
        {isEditing ? null : (
          <DetailTabs detail={detail} tab={tab} onTab={setTab} alarms={lens.xray?.alarms ?? 0} />
        )}
        <div
          className={classes['scroller']}
          ref={setScroller}
          // A scrolled region is reached and scrolled by keys.
          // oxlint-disable-next-line jsx-a11y/no-noninteractive-tabindex
          tabIndex={0}
          // oxlint-disable-next-line jsx-a11y/prefer-tag-over-role -- a tab panel has no element of its own
          role="tabpanel"
          aria-label={t`Payload`}
          data-pane=""
          id="inbox-detail-scroller"
        >
          <div className={classes['body']}>
            <LeakedKeysBanner keys={detail.leakedKeys} />
            {isChangedWhileOpen ? <StaleBanner version={detail.version} isAnswer={isStale} /> : null}
            {isPending && earlier && !draft ? (
              <LeftoverEditBanner
                version={earlier.version}
                onUse={handleUseLeftover}
                onDiscard={() => editDrafts.remove(earlier.id, earlier.version)}
              />
            ) : null}
            {isPending && draft && canSave && !isEditing ? (
              <UnsavedEditBanner onContinue={handleEdit} onDiscard={handleDiscard} />
            ) : null}
            {isPending && detail.snoozedUntil ? (
              <SnoozedBanner until={detail.snoozedUntil} onWake={() => void triage.snooze(detail, null)} />
            ) : null}
            {isPending && !isEditing && tab === 'rendered' && lens.xray?.isHiding === true ? (
              <HiddenBanner onLook={() => setTab('xray')} />
            ) : null}
            {isPending ? null : <Outcome detail={detail} />}
            {tab === 'diff' ? <DiffView detail={detail} /> : null}
            {tab === 'raw' ? <RawView version={version} /> : null}
            {tab === 'xray' ? (
              <XrayTab
                lens={lens}
                nextVersion={detail.version + 1}
                onSanitise={isPending && mayDecide ? handleSanitise : undefined}
                isBusy={isBusy}
              />
            ) : null}
            {tab === 'rendered' ? (
              <div ref={setPayload} data-testid="payload">
                {isEditing ? (
                  <EditForm
                    id={detail.id}
                    version={detail.version}
                    fields={version.fields}
                    targets={version.targets}
                    draft={draft ?? {}}
                    errors={notice?.fields ?? {}}
                  />
                ) : (
                  <PayloadView fields={version.fields} targets={version.targets} />
                )}
              </div>
            ) : null}
            {isEditing ? <EditChanges fields={version.fields} draft={draft ?? {}} /> : null}
            {version.note && tab !== 'xray' ? <AgentSays note={version.note} /> : null}
          </div>
          {isWide ? null : (
            <details className={classes['context']}>
              <summary>
                <Trans>About the agent and earlier decisions</Trans>
              </summary>
              <ContextPane detail={detail} onSelect={onSelect} />
            </details>
          )}
        </div>
      </div>
      <DecisionBar
        detail={detail}
        reading={!isEditing && isRead ? { ...reading, fraction: 1, isComplete: true } : reading}
        isEditing={isEditing}
        canSave={canSave}
        isArmed={isArmed}
        isBusy={isBusy}
        isSettling={triage.isSettling}
        mayDecide={mayDecide}
        hasNext={props.hasNext}
        hint={useHint(notice, detail, isEditing ? reading.isComplete : isRead)}
        actions={{
          approve: () => handleApprove('key'),
          approveByPointer: () => handleApprove('pointer'),
          edit: handleEdit,
          reject: () => setDialog('reject'),
          snooze: handleSnooze,
          guide: () => setDialog('guide'),
          next: onNext,
          save: (thenApprove) => handleSave(thenApprove, 'pointer'),
          discard: handleDiscard,
          undo: () => void triage.undo(detail),
          retry: () => void triage.retry(detail),
        }}
      />
      <Suspense>
        {dialog === 'reject' && isPending && mayDecide ? (
          <RejectDialog
            isOpen
            agentName={agentName}
            onClose={closeDialog}
            onReject={(answer) => {
              closeDialog();
              void triage.reject(detail, answer);
            }}
          />
        ) : null}
        {dialog === 'snooze' && isPending && mayDecide ? (
          <SnoozeDialog
            detail={detail}
            onClose={closeDialog}
            onSnooze={(until) => {
              closeDialog();
              void triage.snooze(detail, until);
            }}
          />
        ) : null}
        {dialog === 'guide' ? (
          <GuidanceDialog
            detail={detail}
            onClose={closeDialog}
            onSend={(text, isForKind) => {
              closeDialog();
              void triage.guide(detail, text, isForKind);
            }}
          />
        ) : null}
      </Suspense>
    </section>
  );
}
